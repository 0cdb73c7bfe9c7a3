//! `/verify`: confirming an address. Opening the page spends nothing, because mail scanners open every link; the button does.

use crate::{
    components::{TextField, Threshold},
    flash::Flash,
    visit,
};
use identity::words::Field;
use leptos::prelude::*;

/// The page: one button for who comes by link, a field for who types the code.
#[component]
pub fn Verify() -> impl IntoView {
    let flash = use_context::<Flash>().unwrap_or_default();
    let token = visit::asked("token").filter(|token| token.len() <= 200);
    // A link that was refused is of no further use: the field says why, and below it another letter can be had.
    match token.filter(|_| flash.fault(Field::Token).is_none()) {
        Some(token) => ByLink(ByLinkProps { token }).into_any(),
        None => ByCode().into_any(),
    }
}

#[component]
fn ByLink(token: String) -> impl IntoView {
    view! {
        <Threshold title="Confirm your address" lead="One click, and your account is ready.">
            <form class="threshold__form" method="post" action="/api/verify_email">
                <input type="hidden" name="token" value=token />
                <button class="button button--primary button--large button--wide">"Confirm my address"</button>
            </form>
            <p class="threshold__more">
                "You did not register here? Then close this page, and nothing happens."
            </p>
            <p class="threshold__more">"Link too old? " <a href="/verify">"Type the code, or get another letter"</a></p>
        </Threshold>
    }
}

#[component]
fn ByCode() -> impl IntoView {
    view! {
        <Threshold title="Check your mail" lead="Open the link in our letter, or type the code from it.">
            <form class="threshold__form" method="post" action="/api/verify_email">
                <TextField
                    field=Field::Token label="Code from the letter" autocomplete="one-time-code" class="input--code" max=64
                />
                <button class="button button--primary button--large button--wide">"Confirm my address"</button>
            </form>
            <details class="threshold__more">
                <summary>"No letter?"</summary>
                <form class="threshold__form" method="post" action="/api/resend_verification">
                    <p>"Look in the spam folder first. If it is not there, we send another one."</p>
                    <TextField field=Field::Email label="Email" kind="email" autocomplete="username" />
                    <button class="button button--wide">"Send another letter"</button>
                </form>
            </details>
            <p class="threshold__more">"Already confirmed? " <a href="/login">"Sign in"</a></p>
        </Threshold>
    }
}
