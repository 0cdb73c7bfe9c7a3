//! Acting as somebody else, and stopping.

use super::{here, id};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    next::HOME,
    visit::CookieOrder,
};
use identity::{
    admin::{self, Wish},
    sessions,
    words::Permission,
};
use leptos::prelude::server;

/// Begins to act as somebody: this browser gets a session of theirs, for an hour at most, in place of the administrator's own, which
/// stays alive. Only to look, unless `writes` is given. Whoever came with an access token alone gets one that cannot be renewed.
#[server(prefix = "/api", endpoint = "admin/impersonate")]
pub async fn impersonate(id: String, reason: String, writes: Option<String>) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersImpersonate).await?;
    let writes = writes.is_some_and(|word| !word.is_empty());
    let returns = visit.holds_refresh().await?;
    let wish = Wish { of: self::id(&id)?, reason: &reason, writes, returns };
    let pair = admin::impersonate(&visit.house, &admin, visit.signed_in()?, &wish).await.map_err(worded)?;
    visit.order(if returns { CookieOrder::Give(Box::new(pair)) } else { CookieOrder::Lend(Box::new(pair)) });
    Ok(Done::go(HOME).telling(Notice::ActingBegan))
}

/// Stops acting as somebody else. The next request with the refresh token brings the administrator's own session back. Whoever does
/// not act as anybody is sent home.
#[server(prefix = "/api", endpoint = "stop_acting")]
pub async fn stop_acting() -> Result<Done, AppError> {
    let visit = here()?;
    let viewer = visit.signed_in()?;
    match viewer.actor {
        // No cookie is changed: only the refresh token leads back, and this request may have come with an access token alone.
        Some(_) => {
            sessions::stop_acting(&visit.house, viewer).await.map_err(worded)?;
            Ok(Done::go(format!("/admin/users/{}", viewer.id)))
        }
        None => Ok(Done::go(HOME)),
    }
}
