//! `/admin/users/bulk`: asks once more before something is done to several accounts, and tells afterwards what became of it.

use super::{Panel, users::Person};
use crate::{
    api::{self, Told},
    catalogue::{admin as words, listing},
    components::{Column, Empty, Glyph, NoticeBox, StatusBadge, Table, Td, Tone, Tr, loaded},
    error::AppError,
    visit,
};
use identity::{
    admin::{Act, Why},
    words::UserView,
};
use leptos::{either::Either, prelude::*};

/// The page.
#[component]
pub fn Bulk() -> impl IntoView {
    loaded(load(), |page| match page {
        Either::Left((act, users)) => view! { <Ask act users /> }.into_any(),
        Either::Right(told) => view! { <Tell told /> }.into_any(),
    })
}

async fn load() -> Result<Either<(Act, Vec<UserView>), Told>, AppError> {
    if let Some(sealed) = visit::asked("done") {
        return Ok(Either::Right(api::told(sealed).await?));
    }
    let act = visit::asked("action").and_then(|word| Act::from_word(&word)).ok_or(AppError::NotFound)?;
    Ok(Either::Left((act, api::ticked(visit::asked_all("id")).await?)))
}

/// Shows what would happen to whom.
#[component]
fn Ask(act: Act, users: Vec<UserView>) -> impl IntoView {
    let count = users.len();
    let ids: Vec<String> = users.iter().map(|user| user.id.to_string()).collect();
    let danger = matches!(act, Act::Disable | Act::EndSessions | Act::Delete);
    let class = if danger { "button button--danger button--primary" } else { "button button--primary" };
    view! {
        <Panel tab=words::PEOPLE lead=listing::BULK>
            {if count == 0 {
                view! { <section class="card"><Empty glyph=Glyph::Users title=listing::NOBODY_TICKED act=back() /></section> }.into_any()
            } else {
                view! {
                    <section class="card" aria-labelledby="ask">
                        <div class="card__head">
                            <h2 id="ask">{listing::ask(act, count)}</h2>
                            <p class="card__note">{listing::consequence(act)}</p>
                        </div>
                        <List name=listing::CHOSEN rows=users.into_iter().map(|user| (user, None)).collect() />
                        <form class="card__foot" method="post" action="/api/admin/bulk">
                            <input type="hidden" name="action" value=act.as_str() />
                            <input type="hidden" name="ids" value=ids.join(",") />
                            <button class=class>{listing::yes(act, count)}</button>
                            {back()}
                        </form>
                    </section>
                }
                .into_any()
            }}
        </Panel>
    }
}

/// Tells what became of it, and takes it back where that can be.
#[component]
fn Tell(told: Told) -> impl IntoView {
    let Told { act, at, done, skipped, gone } = told;
    let (changed, left) = (done.len(), skipped.len() + gone);
    let tone = if left == 0 { Tone::Positive } else { Tone::Warning };
    let ids: Vec<String> = done.iter().map(|user| user.id.to_string()).collect();
    let undo = act.undone_by().filter(|_| changed > 0).map(|undo| {
        view! {
            <form class="notice__act" method="post" action="/api/admin/bulk">
                <input type="hidden" name="action" value=undo.as_str() />
                <input type="hidden" name="ids" value=ids.join(",") />
                <input type="hidden" name="since" value=at.to_string() />
                <button class="button button--small">{listing::UNDO}</button>
                {back()}
            </form>
        }
    });
    let title = if changed == 0 { listing::DONE_TO_NOBODY.to_owned() } else { listing::outcome(act, changed, left) };
    let done = (changed > 0).then(|| {
        view! {
            <section class="card" aria-labelledby="done">
                <div class="card__head"><h2 id="done">{listing::DONE}</h2></div>
                <List name=listing::DONE rows=done.into_iter().map(|user| (user, None)).collect() />
            </section>
        }
    });
    let skipped = (left > 0).then(|| {
        view! {
            <section class="card" aria-labelledby="skipped">
                <div class="card__head"><h2 id="skipped">{listing::SKIPPED}</h2></div>
                <List name=listing::SKIPPED rows=skipped.into_iter().map(|(user, why)| (user, Some(why))).collect() />
                {(gone > 0).then(|| view! { <p class="card__foot">{listing::gone(gone)}</p> })}
            </section>
        }
    });
    let only_back = undo.is_none().then(|| view! { <div class="notice__act">{back()}</div> });
    view! {
        <Panel tab=words::PEOPLE lead=listing::BULK>
            <NoticeBox tone title=title>{undo}{only_back}</NoticeBox>
            {skipped}
            {done}
        </Panel>
    }
}

fn back() -> AnyView {
    view! { <a class="button button--small button--quiet" href="/admin/users">{listing::BACK}</a> }.into_any()
}

/// Accounts by name, with the reason where nothing was done.
#[component]
fn List(name: &'static str, rows: Vec<(UserView, Option<Why>)>) -> impl IntoView {
    let columns = vec![Column::new(words::PERSON), Column::new(words::STATUS), Column::unseen(listing::SKIPPED)];
    let rows = rows.into_iter().map(|(user, why)| {
        let person = user.clone();
        view! {
            <Tr>
                <Td><Person user=person /></Td>
                <Td label=words::STATUS><StatusBadge user /></Td>
                <Td>{why.map(|why| view! { <span class="quiet">{listing::why(why)}</span> })}</Td>
            </Tr>
        }
    });
    view! { <Table columns caption=name>{rows.collect_view()}</Table> }
}
