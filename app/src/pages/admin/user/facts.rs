//! What is known about an account.

use crate::{
    catalogue::{self, admin as words, person},
    components::{Copyable, When},
};
use identity::{admin::AccountState, words::UserView};
use leptos::prelude::*;

/// The card.
#[component]
pub(super) fn Facts(user: UserView, state: AccountState) -> impl IntoView {
    let moment = |at: Option<i64>, never: &'static str| match at {
        Some(at) => view! { <When at /> }.into_any(),
        None => never.into_any(),
    };
    let registered = if state.is_invited { person::INVITED_AT } else { words::REGISTERED };
    view! {
        <section class="card" aria-labelledby="account">
            <div class="card__head"><h2 id="account">{words::ACCOUNT}</h2></div>
            <div class="card__body">
                <dl class="facts">
                    <div class="facts__row"><dt>{words::ROLE}</dt><dd>{catalogue::role(user.role)}</dd></div>
                    <div class="facts__row"><dt>{registered}</dt><dd><When at=user.created_at /></dd></div>
                    <div class="facts__row"><dt>{words::VERIFIED}</dt><dd>{moment(user.verified_at, words::NOT_YET)}</dd></div>
                    <div class="facts__row"><dt>{words::LAST_SIGN_IN}</dt><dd>{moment(user.last_sign_in_at, words::NEVER)}</dd></div>
                    <div class="facts__row">
                        <dt>{person::PASSWORD_CHANGED}</dt><dd>{moment(state.password_changed_at, words::NEVER)}</dd>
                    </div>
                    {user.disabled_at.map(|at| view! {
                        <div class="facts__row"><dt>{words::DISABLED}</dt><dd><When at /></dd></div>
                    })}
                    {state.delete_at.map(|at| view! {
                        <div class="facts__row"><dt>{person::DELETED_ON}</dt><dd><When at /></dd></div>
                    })}
                    <div class="facts__row"><dt>{words::ID}</dt><dd><Copyable id="user-id" what=words::ACCOUNT_ID text=user.id.to_string() /></dd></div>
                </dl>
            </div>
        </section>
    }
}
