//! `/account/address`: the own address, and asking for another.

use super::AccountPage;
use crate::{
    answer::worded,
    catalogue::{
        self,
        account::{ADDRESS, address as words},
    },
    components::{NoticeBox, TextField, Tone, When, loaded, woven},
    error::AppError,
    visit,
};
use identity::{
    accounts::{self, Pending},
    words::{Field, Viewer},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Address() -> impl IntoView {
    loaded(load(), |(viewer, pending)| {
        view! {
            <AccountPage tab=ADDRESS lead=words::LEAD>
                {match pending {
                    Some(Some(pending)) => view! { <Waiting pending /> }.into_any(),
                    Some(None) => ().into_any(),
                    None => view! {
                        <NoticeBox tone=Tone::Warning title=catalogue::AWAY><p>{words::AWAY}</p></NoticeBox>
                    }
                    .into_any(),
                }}
                <section class="card" aria-labelledby="address">
                    <div class="card__head"><h2 id="address">{words::CHANGE}</h2></div>
                    <form class="card__body" method="post" action="/api/change_address">
                        <dl class="facts">
                            <div class="facts__row"><dt>{words::PRESENT}</dt><dd>{viewer.email}</dd></div>
                        </dl>
                        <TextField
                            field=Field::Email label=words::NEW_ADDRESS kind="email" autocomplete="email"
                            hint=words::CHANGE_TEXT
                        />
                        <div class="row"><button class="button button--primary">{words::ASK}</button></div>
                    </form>
                </section>
            </AccountPage>
        }
    })
}

/// The person, from the token, and what waits, from the database if it answers.
async fn load() -> Result<(Viewer, Option<Option<Pending>>), AppError> {
    let visit = visit::visit()?;
    let viewer = visit.signed_in()?.clone();
    let pending = visit.house.unless_away(accounts::pending_address(&visit.house, viewer.id)).await.map_err(worded)?;
    Ok((viewer, pending))
}

/// The change that waits.
#[component]
fn Waiting(pending: Pending) -> impl IntoView {
    let text = woven(
        words::PENDING_TEXT,
        [
            ("address", view! { <strong>{pending.address}</strong> }.into_any()),
            ("end", view! { <When at=pending.expires_at.0 /> }.into_any()),
        ],
    );
    view! {
        <section class="card" aria-labelledby="pending">
            <div class="card__head"><h2 id="pending">{words::PENDING}</h2></div>
            <div class="card__body">
                <p>{text}</p>
                <form class="stack" method="post" action="/api/confirm_address">
                    <TextField field=Field::Token label=words::CODE autocomplete="one-time-code" class="input--code" max=64 />
                    <div class="row"><button class="button">{words::CONFIRM_IT}</button></div>
                </form>
            </div>
            <div class="card__foot">
                <form method="post" action="/api/resend_address_change">
                    <button class="button button--small">{words::RESEND}</button>
                </form>
                <form method="post" action="/api/cancel_address_change">
                    <button class="button button--small">{words::CANCEL}</button>
                </form>
            </div>
        </section>
    }
}
