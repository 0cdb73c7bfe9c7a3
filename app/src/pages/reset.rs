//! `/reset`: a new password, by what a letter brought. Opening the page spends nothing, because mail scanners open every link; the
//! form does, and only when the password is accepted.

use super::by_letter;
use crate::{
    catalogue::{entrance, fields, recovery as words},
    components::{NewPassword, TextField, Threshold},
};
use identity::words::Field;
use leptos::prelude::*;

/// The page: for who comes by link, and for who types the code.
#[component]
pub fn Reset() -> impl IntoView {
    // Where the link was refused, the field says why, and below it another letter can be had.
    match by_letter::token() {
        Some(token) => ByLink(ByLinkProps { token }).into_any(),
        None => ByCode().into_any(),
    }
}

#[component]
fn ByLink(token: String) -> impl IntoView {
    view! {
        <Threshold title=words::RESET lead=words::RESET_LEAD>
            <form class="threshold__form" method="post" action="/api/reset_password">
                <input type="hidden" name="token" value=token />
                <NewPassword label=fields::NEW_PASSWORD />
                <button class="button button--primary button--large button--wide">{words::SET_IT}</button>
            </form>
            <p class="threshold__more">{words::LINK_OLD} " " <a href="/forgot">{words::ANOTHER}</a></p>
        </Threshold>
    }
}

#[component]
fn ByCode() -> impl IntoView {
    view! {
        <Threshold title=words::RESET lead=words::RESET_CODE_LEAD>
            <form class="threshold__form" method="post" action="/api/reset_password">
                <TextField
                    field=Field::Token label=entrance::CODE autocomplete="one-time-code" class="input--code" max=64
                />
                <NewPassword label=fields::NEW_PASSWORD />
                <button class="button button--primary button--large button--wide">{words::SET_IT}</button>
            </form>
            <p class="threshold__more">{words::NO_LETTER} " " <a href="/forgot">{words::ANOTHER}</a></p>
        </Threshold>
    }
}
