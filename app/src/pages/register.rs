//! `/register`: a new account.

use crate::{
    catalogue::{entrance as words, fields},
    components::{NewPassword, TextField, Threshold},
};
use identity::words::Field;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Register() -> impl IntoView {
    view! {
        <Threshold title=words::REGISTER lead=words::REGISTER_LEAD>
            <form class="threshold__form" method="post" action="/api/register">
                <TextField field=Field::Name label=fields::NAME autocomplete="name" max=100 />
                <TextField
                    field=Field::Email label=fields::EMAIL kind="email" autocomplete="username"
                    hint=words::EMAIL_HINT
                />
                <NewPassword />
                <button class="button button--primary button--large button--wide">{words::CREATE_ACCOUNT}</button>
            </form>
            <p class="threshold__more">{words::HAVE_ACCOUNT} " " <a href="/login">{words::SIGN_IN}</a></p>
        </Threshold>
    }
}
