//! On the page of an account: beginning to act as its owner.

use crate::{catalogue::acting as words, components::TextField, flash::Flash, visit};
use identity::{
    admin::REASON,
    words::{Field, Permission, UserView},
};
use leptos::prelude::*;

/// Where the form goes.
const ACT: &str = "/api/admin/impersonate";

/// The card. Nothing for who may not, nor on the own page.
#[component]
pub(super) fn ActAs(
    /// The account.
    user: UserView,
) -> impl IntoView {
    let visit = visit::current()?;
    let viewer = visit.viewer()?;
    if !visit.permits(Permission::UsersImpersonate) || viewer.id == user.id {
        return None;
    }
    let is_place =
        user.disabled_at.is_none() && user.verified_at.is_some() && user.role != identity::words::Role::Admin;
    Some(view! {
        <section class="card" aria-labelledby="act-as">
            <div class="card__head"><h2 id="act-as">{words::TITLE}</h2><p class="card__note">{words::LEAD}</p></div>
            <div class="card__body">
                {if is_place {
                    view! { <Begin id=user.id.to_string() /> }.into_any()
                } else {
                    view! { <p class="quiet">{words::NOBODY_ACTS}</p> }.into_any()
                }}
            </div>
        </section>
    })
}

/// The form, unfolded when it has something to say about what was typed.
#[component]
fn Begin(id: String) -> impl IntoView {
    let refused = use_context::<Flash>().is_some_and(|flash| flash.form == ACT && flash.error.is_some());
    view! {
        <details class="unfold" open=refused>
            <summary class="button button--small">{words::BEGIN}</summary>
            <form class="unfold__body unfold__body--wide" method="post" action=ACT>
                <input type="hidden" name="id" value=id />
                <TextField field=Field::Reason label=words::REASON_LABEL autocomplete="off" hint=words::REASON_HINT max=*REASON.end() />
                <label class="consent">
                    <input type="checkbox" name="writes" value="yes" />
                    <span>{words::WRITES}<span class="consent__note">{words::WRITES_HINT}</span></span>
                </label>
                <button class="button button--small button--danger">{words::REALLY}</button>
            </form>
        </details>
    }
}
