//! `/keep-account`: changing one's mind by letter. Opening the page spends nothing, because mail scanners open every link; the
//! button does.

use super::by_letter;
use crate::{
    catalogue::account::data as words,
    components::{NoticeBox, Threshold, Tone},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn KeepAccount() -> impl IntoView {
    match by_letter::token() {
        Some(token) => ByLink(ByLinkProps { token }).into_any(),
        None => TooLate().into_any(),
    }
}

#[component]
fn ByLink(token: String) -> impl IntoView {
    view! {
        <Threshold title=words::KEEP_ACCOUNT lead=words::KEEP_ACCOUNT_LEAD>
            <form class="threshold__form" method="post" action="/api/keep_account">
                <input type="hidden" name="token" value=token />
                <button class="button button--primary button--large button--wide">{words::KEEP_MINE}</button>
            </form>
            <p class="threshold__more">{words::OR_NOT}</p>
        </Threshold>
    }
}

#[component]
fn TooLate() -> impl IntoView {
    view! {
        <Threshold title=words::KEEP_ACCOUNT told=true>
            <NoticeBox tone=Tone::Warning title=words::TOO_LATE><p>{words::TOO_LATE_TEXT}</p></NoticeBox>
            <a class="button button--large button--wide" href="/login">{words::SIGN_IN}</a>
        </Threshold>
    }
}
