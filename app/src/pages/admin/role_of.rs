//! Giving somebody another role, on the page of their account.

use crate::{
    api,
    catalogue::{self, roles as words},
    components::loaded,
};
use identity::{admin::RoleChoice, words::UserView};
use leptos::prelude::*;

/// A row for the list of what can be done about an account that the reader's permissions cover.
#[component]
pub(super) fn RoleOf(
    /// The account.
    user: UserView,
    /// Whether it is the reader's own.
    own: bool,
) -> impl IntoView {
    view! { <li class="list__item">{loaded(api::role_choices(), move |choices| choose(&user, own, choices))}</li> }
}

fn choose(user: &UserView, own: bool, choices: Vec<RoleChoice>) -> impl IntoView + use<> {
    let now = user.role;
    let others: Vec<_> = choices.into_iter().filter(|choice| choice.role != now && choice.within_reach).collect();
    let only = others.len() == 1;
    let options = others.into_iter().map(|choice| view! { <Candidate choice only /> });
    view! {
        <details class="unfold">
            <summary class="button button--small">{words::CHANGE}</summary>
            <form class="unfold__body unfold__body--wide" method="post" action="/api/admin/set_role">
                <input type="hidden" name="id" value=user.id.to_string() />
                {own.then(|| view! { <p>{words::OWN_ROLE}</p> })}
                <fieldset class="ticks">
                    <legend class="field__label">{words::CHOOSE}</legend>
                    {options.collect_view()}
                </fieldset>
                <button class="button button--small button--primary">{words::CHANGE_IT}</button>
            </form>
        </details>
    }
}

/// One role, with what follows from it. The only one there is needs no choice.
#[component]
fn Candidate(choice: RoleChoice, only: bool) -> impl IntoView {
    let RoleChoice { role, permissions, .. } = choice;
    let hint = format!("role-{}", role.as_str());
    view! {
        <label class="ticks__item">
            <input type="radio" name="role" value=role.to_string() required=true checked=only aria-describedby=hint.clone() />
            <span>
                <span class="ticks__title">{catalogue::role(role)}</span>
                <span class="ticks__note" id=hint>{words::consequence(role, &permissions)}</span>
            </span>
        </label>
    }
}
