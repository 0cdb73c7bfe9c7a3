//! The audit log, for whoever may read it.

use super::{here, id};
use crate::{answer::worded, error::AppError};
use identity::{
    audit::{self, Asked, Chosen, Cursor, Standing},
    words::{EventView, Listing, Page, Permission},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};

/// Events to a page.
const PAGE: usize = 50;

/// A page of the audit log, newest first: of the account `of`, by the account `actor` (an address or an id each), of one `action`,
/// from one day until another. `after` and `before` are the `next` and `prev` of another page. A stranger hears 401, and whoever
/// may not read the log 403.
#[server(prefix = "/api", endpoint = "admin/audit", input = GetUrl)]
pub async fn audit_log(
    of: Option<String>,
    actor: Option<String>,
    action: Option<String>,
    from: Option<String>,
    to: Option<String>,
    after: Option<String>,
    before: Option<String>,
) -> Result<Listing<EventView>, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::AuditRead)?;
    let [subject, actor, action, from, to] = [of, actor, action, from, to].map(Option::unwrap_or_default);
    let asked = Asked { actor, subject, action, from, to };
    let chosen = audit::choose(&visit.house, &admin, &asked).await.map_err(worded)?;
    let given = |word: Option<String>| word.filter(|word| !word.is_empty()).map(|word| id(&word)).transpose();
    let cursor = match (given(before)?, given(after)?) {
        (Some(id), _) => Cursor::NewerThan(id),
        (None, Some(id)) => Cursor::OlderThan(id),
        (None, None) => Cursor::Newest,
    };
    audit::list(&visit.house, &admin, &chosen, cursor, PAGE).await.map_err(worded)
}

/// The last events, or those of one account: for other pages, which show a few.
pub async fn audit(of: Option<String>, after: Option<String>) -> Result<Page<EventView>, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::AuditRead)?;
    let given = |word: Option<String>| word.filter(|word| !word.is_empty()).map(|word| id(&word)).transpose();
    let chosen = Chosen { subject: given(of)?, ..Chosen::default() };
    let cursor = given(after)?.map_or(Cursor::Newest, Cursor::OlderThan);
    let listing = audit::list(&visit.house, &admin, &chosen, cursor, PAGE).await.map_err(worded)?;
    Ok(Page { next: listing.next.and_then(|next| next.parse().ok()), items: listing.items })
}

/// How the chain stands, for the page.
pub async fn audit_standing() -> Result<Standing, AppError> {
    let visit = here()?;
    visit.may(Permission::AuditRead)?;
    audit::standing(&visit.house).await.map_err(worded)
}
