//! `/verify`: confirming an address. Opening the page spends nothing, because mail scanners open every link; the button does.

use super::by_letter;
use crate::{
    catalogue::{entrance as words, fields},
    components::{TextField, Threshold},
};
use identity::words::Field;
use leptos::prelude::*;

/// The page: one button for who comes by link, a field for who types the code.
#[component]
pub fn Verify() -> impl IntoView {
    // Where the link was refused, the field says why, and below it another letter can be had.
    match by_letter::token() {
        Some(token) => ByLink(ByLinkProps { token }).into_any(),
        None => ByCode().into_any(),
    }
}

#[component]
fn ByLink(token: String) -> impl IntoView {
    view! {
        <Threshold title=words::CONFIRM lead=words::CONFIRM_LEAD>
            <form class="threshold__form" method="post" action="/api/verify_email">
                <input type="hidden" name="token" value=token />
                <button class="button button--primary button--large button--wide">{words::CONFIRM_IT}</button>
            </form>
            <p class="threshold__more">{words::NOT_YOU}</p>
            <p class="threshold__more">{words::LINK_OLD} " " <a href="/verify">{words::OTHER_WAYS}</a></p>
        </Threshold>
    }
}

#[component]
fn ByCode() -> impl IntoView {
    view! {
        <Threshold title=words::CHECK_MAIL lead=words::CHECK_MAIL_LEAD>
            <form class="threshold__form" method="post" action="/api/verify_email">
                <TextField
                    field=Field::Token label=words::CODE autocomplete="one-time-code" class="input--code" max=64
                />
                <button class="button button--primary button--large button--wide">{words::CONFIRM_IT}</button>
            </form>
            <details class="threshold__more">
                <summary>{words::NO_LETTER}</summary>
                <form class="threshold__form" method="post" action="/api/resend_verification">
                    <p>{words::NO_LETTER_TEXT}</p>
                    <TextField field=Field::Email label=fields::EMAIL kind="email" autocomplete="username" />
                    <button class="button button--wide">{words::ANOTHER_LETTER}</button>
                </form>
            </details>
            <p class="threshold__more">{words::CONFIRMED} " " <a href="/login">{words::SIGN_IN}</a></p>
        </Threshold>
    }
}
