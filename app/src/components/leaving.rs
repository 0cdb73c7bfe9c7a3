//! What stands above the pages of an account that is about to be deleted.

use super::{NoticeBox, Tone, When, woven};
use crate::{catalogue::account::data as words, visit};
use identity::{accounts::leaving, time::Timestamp};
use leptos::prelude::*;

/// When it will be, and the way back. Asks the database for one row by its key, and only on pages that ask it for more anyway:
/// [`super::Frame`] puts it on the pages of the account. Nothing while the database is away.
#[component]
pub(crate) fn LeavingBanner() -> impl IntoView {
    Suspend::new(async move {
        let visit = visit::current()?;
        let user = visit.viewer()?.id;
        let due = visit.house.unless_away(leaving::due(&visit.house, user)).await.ok()??;
        Some(view! { <Leaving due /> })
    })
}

/// The same for a page that knows already.
#[component]
pub(crate) fn Leaving(
    /// When the account is deleted.
    #[prop(into)]
    due: Option<Timestamp>,
) -> impl IntoView {
    due.map(|at| {
        view! {
            <NoticeBox tone=Tone::Warning>
                <p>{woven(words::WILL_BE_DELETED, [("when", view! { <When at=at.0 /> }.into_any())])}</p>
                <form class="notice__act" method="post" action="/api/keep_account">
                    <button class="button button--small">{words::KEEP}</button>
                </form>
            </NoticeBox>
        }
    })
}
