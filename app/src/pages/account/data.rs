//! `/account/data`: what is held, a copy of it, and the way out.

use super::AccountPage;
use crate::{
    catalogue::account::{DATA, data as words},
    components::loaded,
    error::AppError,
    visit,
};
use identity::accounts::leaving;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Data() -> impl IntoView {
    loaded(load(), |leaving| {
        let kinds = words::KINDS.iter().map(|(name, why)| {
            view! { <div class="facts__row"><dt>{*name}</dt><dd>{*why}</dd></div> }
        });
        view! {
            <AccountPage tab=DATA lead=words::LEAD>
                <section class="card" aria-labelledby="held">
                    <div class="card__head"><h2 id="held">{words::HELD}</h2></div>
                    <div class="card__body"><dl class="facts facts--told">{kinds.collect_view()}</dl></div>
                </section>
                <section class="card" aria-labelledby="copy">
                    <div class="card__head">
                        <h2 id="copy">{words::COPY}</h2>
                        <p class="card__note">{words::COPY_TEXT}</p>
                    </div>
                    <div class="card__body">
                        <div><a class="button" href="/account/export">{words::DOWNLOAD}</a></div>
                    </div>
                </section>
                {(!leaving).then(|| view! { <Leaving /> })}
            </AccountPage>
        }
    })
}

/// Whether the account is about to be deleted: the banner above says so then, and there is nothing more to ask for.
async fn load() -> Result<bool, AppError> {
    let visit = visit::visit()?;
    let user = visit.signed_in()?.id;
    let due = visit.house.unless_away(leaving::due(&visit.house, user)).await.map_err(crate::answer::worded)?;
    Ok(due.flatten().is_some())
}

/// What hurts asks once more, by unfolding.
#[component]
fn Leaving() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="leaving">
            <div class="card__head"><h2 id="leaving">{words::LEAVING}</h2></div>
            <div class="card__body">
                <details class="unfold">
                    <summary class="button button--danger">{words::DELETE}</summary>
                    <form class="unfold__body" method="post" action="/api/delete_account">
                        <p>{words::DELETE_TEXT}</p>
                        <button class="button button--danger button--primary">{words::REALLY_DELETE}</button>
                    </form>
                </details>
            </div>
        </section>
    }
}
