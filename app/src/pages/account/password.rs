//! `/account/password`: a new password for who knows the old one.

use super::AccountPage;
use crate::{
    catalogue::{
        account::{PASSWORD, password as words},
        fields,
    },
    components::{NewPassword, PasswordField},
    visit,
};
use identity::words::Field;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Password() -> impl IntoView {
    let email = visit::current().and_then(|visit| visit.viewer().map(|viewer| viewer.email.clone()));
    view! {
        <AccountPage tab=PASSWORD lead=words::LEAD>
            <section class="card" aria-labelledby="change">
                <div class="card__head">
                    <h2 id="change">{words::CHANGE}</h2>
                    <p class="card__note">{words::CHANGE_NOTE}</p>
                </div>
                <div class="card__body">
                    <form class="threshold__form" method="post" action="/api/change_password">
                        // For password managers, which look for the account beside the password. Never sent.
                        <input type="text" value=email autocomplete="username" readonly=true hidden=true />
                        <PasswordField field=Field::Current label=words::CURRENT />
                        <NewPassword label=fields::NEW_PASSWORD />
                        <div><button class="button button--primary">{words::CHANGE_IT}</button></div>
                    </form>
                    <p><a href="/forgot">{words::FORGOTTEN}</a></p>
                </div>
            </section>
        </AccountPage>
    }
}
