//! What can be done about an account, in two groups: what can be taken back, and what hurts. Each unfolds what follows from it. What
//! cannot be done is said with its reason, and what the reader may not do is not there.

use super::permits;
use crate::{
    catalogue::{admin as words, person, roles},
    pages::admin::role_of::RoleOf,
};
use identity::{
    admin::AccountState,
    words::{Permission, Role, UserView},
};
use leptos::prelude::*;
use uuid::Uuid;

/// Both groups.
#[component]
pub(super) fn Acts(user: UserView, state: AccountState, own: bool) -> impl IntoView {
    if !state.within_reach {
        return view! { <Beyond /> }.into_any();
    }
    let write = permits(Permission::UsersWrite);
    let roles = permits(Permission::RolesWrite);
    if !write && !roles {
        return ().into_any();
    }
    let harmless = write.then(|| harmless(&user, &state)).flatten();
    let danger = write.then(|| view! { <Danger user=user.clone() state=state.clone() own /> });
    view! {
        {(roles || harmless.is_some()).then(|| view! {
            <section class="card" aria-labelledby="access">
                <div class="card__head"><h2 id="access">{words::ACCESS}</h2></div>
                <ul class="list" role="list">
                    {roles.then(|| view! { <RoleItem user=user.clone() state=state.clone() own /> })}
                    {harmless}
                </ul>
            </section>
        })}
        {danger}
    }
    .into_any()
}

/// Why there is nothing to press.
#[component]
fn Beyond() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="access">
            <div class="card__head"><h2 id="access">{words::ACCESS}</h2></div>
            <div class="card__body"><p class="quiet">{person::BEYOND}</p></div>
        </section>
    }
}

/// Changing the role.
#[component]
fn RoleItem(user: UserView, state: AccountState, own: bool) -> impl IntoView {
    if state.is_last_admin {
        return view! { <Refused what=roles::CHANGE why=person::LAST_ADMIN /> }.into_any();
    }
    if user.verified_at.is_none() && !state.is_invited && user.role == Role::User {
        return view! { <Refused what=roles::CHANGE why=person::UNCLAIMED /> }.into_any();
    }
    view! { <RoleOf user own /> }.into_any()
}

/// What can be taken back, or only helps.
fn harmless(user: &UserView, state: &AccountState) -> Option<AnyView> {
    let id = user.id;
    let mut items = Vec::new();
    if state.is_invited {
        items.push(act(Act::plain(id, "resend_invitation", person::RESEND, person::RESEND_TEXT, person::RESEND_YES)));
    }
    if user.verified_at.is_none() {
        let text = match (state.is_invited, state.is_contested) {
            (true, _) => person::VERIFY_INVITED_TEXT,
            (false, true) => person::VERIFY_CONTESTED_TEXT,
            (false, false) => person::VERIFY_TEXT,
        };
        items.push(act(Act::plain(id, "verify", person::VERIFY, text, person::VERIFY_YES)));
    }
    if user.disabled_at.is_some() && !state.is_ordered {
        items.push(act(Act::plain(id, "enable", words::ENABLE, person::ENABLE_TEXT, person::ENABLE_YES)));
    }
    (!items.is_empty()).then(|| items.into_any())
}

/// What hurts.
#[component]
fn Danger(user: UserView, state: AccountState, own: bool) -> impl IntoView {
    let id = user.id;
    let last = state.is_last_admin;
    let disable = if own { words::DISABLE_SELF_TEXT } else { words::DISABLE_TEXT };
    let delete = if own { person::DELETE_SELF_TEXT } else { person::DELETE_TEXT };
    let reset = if own { person::RESET_SELF_TEXT } else { person::RESET_TEXT };
    view! {
        <section class="card" aria-labelledby="danger">
            <div class="card__head"><h2 id="danger">{person::DANGER}</h2></div>
            <ul class="list" role="list">
                {if user.verified_at.is_some() {
                    act(Act::danger(id, "force_reset", person::RESET, reset, person::RESET_YES))
                } else {
                    view! { <Refused what=person::RESET why=person::RESET_REFUSED /> }.into_any()
                }}
                {match (user.disabled_at, last) {
                    (Some(_), _) => ().into_any(),
                    (None, true) => view! { <Refused what=words::DISABLE why=person::LAST_ADMIN /> }.into_any(),
                    (None, false) => act(Act::danger(id, "disable", words::DISABLE, disable, words::REALLY_DISABLE)),
                }}
                {if state.is_invited {
                    act(Act::danger(id, "revoke_invitation", person::REVOKE, person::REVOKE_TEXT, person::REVOKE_YES))
                } else if last {
                    view! { <Refused what=person::DELETE why=person::LAST_ADMIN /> }.into_any()
                } else if state.is_ordered {
                    ().into_any()
                } else {
                    act(Act::danger(id, "delete", person::DELETE, delete, person::DELETE_YES))
                }}
            </ul>
        </section>
    }
}

/// One thing that can be done: its function, its name, what follows from it, and the button that means it.
struct Act {
    id: Uuid,
    function: &'static str,
    name: &'static str,
    text: &'static str,
    yes: &'static str,
    hurts: bool,
}

impl Act {
    fn plain(id: Uuid, function: &'static str, name: &'static str, text: &'static str, yes: &'static str) -> Self {
        Self { id, function, name, text, yes, hurts: false }
    }

    fn danger(id: Uuid, function: &'static str, name: &'static str, text: &'static str, yes: &'static str) -> Self {
        Self { hurts: true, ..Self::plain(id, function, name, text, yes) }
    }
}

fn act(Act { id, function, name, text, yes, hurts }: Act) -> AnyView {
    let (small, sure) = match hurts {
        true => ("button button--small button--danger", "button button--small button--danger button--primary"),
        false => ("button button--small", "button button--small button--primary"),
    };
    view! {
        <li class="list__item">
            <details class="unfold">
                <summary class=small>{name}</summary>
                <form class="unfold__body" method="post" action=format!("/api/admin/{function}")>
                    <p>{text}</p>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class=sure>{yes}</button>
                </form>
            </details>
        </li>
    }
    .into_any()
}

/// What cannot be done, and why.
#[component]
fn Refused(what: &'static str, why: &'static str) -> impl IntoView {
    view! {
        <li class="list__item">
            <div class="list__text">
                <span class="list__title quiet">{what}</span>
                <span class="list__note">{why}</span>
            </div>
        </li>
    }
}
