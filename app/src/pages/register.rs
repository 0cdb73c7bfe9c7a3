//! `/register`: a new account.

use crate::components::{NewPassword, TextField, Threshold};
use identity::words::Field;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Register() -> impl IntoView {
    view! {
        <Threshold title="Create an account" lead="A name, an address and a long password. That is all.">
            <form class="threshold__form" method="post" action="/api/register">
                <TextField field=Field::Name label="Name" autocomplete="name" max=100 />
                <TextField
                    field=Field::Email label="Email" kind="email" autocomplete="username"
                    hint="We send a letter there to make sure it is yours."
                />
                <NewPassword />
                <button class="button button--primary button--large button--wide">"Create account"</button>
            </form>
            <p class="threshold__more">"Already have an account? " <a href="/login">"Sign in"</a></p>
        </Threshold>
    }
}
