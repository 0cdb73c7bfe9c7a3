//! `/accept-invitation`: choosing the password of an account one was invited to. Opening the page spends nothing, because mail scanners
//! open every link; the form does, and only when the password is accepted.

use super::by_letter;
use crate::{
    catalogue::{fields, invite as words},
    components::{NewPassword, NoticeBox, Threshold, Tone},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn AcceptInvitation() -> impl IntoView {
    match by_letter::token() {
        Some(token) => ByLink(ByLinkProps { token }).into_any(),
        None => TooLate().into_any(),
    }
}

#[component]
fn ByLink(token: String) -> impl IntoView {
    view! {
        <Threshold title=words::ACCEPT lead=words::ACCEPT_LEAD>
            <form class="threshold__form" method="post" action="/api/accept_invitation">
                <input type="hidden" name="token" value=token />
                <NewPassword label=fields::PASSWORD />
                <button class="button button--primary button--large button--wide">{words::ACCEPT_IT}</button>
            </form>
            <p class="threshold__more">{words::NOT_YOU}</p>
        </Threshold>
    }
}

#[component]
fn TooLate() -> impl IntoView {
    view! {
        <Threshold title=words::ACCEPT told=true>
            <NoticeBox tone=Tone::Warning title=words::TOO_LATE><p>{words::TOO_LATE_TEXT}</p></NoticeBox>
            <a class="button button--large button--wide" href="/login">{words::SIGN_IN}</a>
            <p class="threshold__more"><a href="/forgot">{words::ASK}</a></p>
        </Threshold>
    }
}
