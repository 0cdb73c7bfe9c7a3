//! `/confirm-address`: confirming a new address, signed in or not. Opening the page spends nothing, because mail scanners open every
//! link; the button does.

use super::by_letter;
use crate::{
    catalogue::account::address as words,
    components::{TextField, Threshold},
};
use identity::words::Field;
use leptos::prelude::*;

/// The page: one button for who comes by link, a field for who types the code.
#[component]
pub fn ConfirmAddress() -> impl IntoView {
    let (lead, field) = match by_letter::token() {
        Some(token) => (words::CONFIRM_LEAD, view! { <input type="hidden" name="token" value=token /> }.into_any()),
        None => {
            let code = view! {
                <TextField field=Field::Token label=words::CODE autocomplete="one-time-code" class="input--code" max=64 />
            };
            (words::CODE_LEAD, code.into_any())
        }
    };
    view! {
        <Threshold title=words::CONFIRM lead=lead>
            <form class="threshold__form" method="post" action="/api/confirm_address">
                {field}
                <button class="button button--primary button--large button--wide">{words::CONFIRM_IT}</button>
            </form>
            <p class="threshold__more">{words::NOT_YOU}</p>
            <p class="threshold__more">{words::LINK_OLD} " " <a href="/account/address">{words::ASK_AGAIN}</a></p>
        </Threshold>
    }
}
