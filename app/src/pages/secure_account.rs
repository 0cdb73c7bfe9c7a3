//! `/secure-account`: "this was not me". Opening the page does nothing, because mail scanners open every link; the button does.

use super::by_letter;
use crate::{
    catalogue::secure as words,
    components::{NoticeBox, Threshold, Tone},
};
use leptos::prelude::*;

/// The page: what will happen, and the button; or what to do instead, for who comes with a link that was used.
#[component]
pub fn SecureAccount() -> impl IntoView {
    match by_letter::token() {
        Some(token) => Usable(UsableProps { token }).into_any(),
        None => Dead().into_any(),
    }
}

#[component]
fn Usable(token: String) -> impl IntoView {
    let steps = words::STEPS.map(|step| view! { <li>{step}</li> }).collect_view();
    view! {
        <Threshold title=words::TITLE lead=words::LEAD>
            <div class="prose"><p>{words::WHAT_HAPPENS}</p><ul>{steps}</ul></div>
            <form class="threshold__form" method="post" action="/api/secure_account">
                <input type="hidden" name="token" value=token />
                <button class="button button--danger button--primary button--large button--wide">{words::DO_IT}</button>
            </form>
            <p class="threshold__more">{words::NOTHING_YET}</p>
        </Threshold>
    }
}

#[component]
fn Dead() -> impl IntoView {
    view! {
        <Threshold title=words::TITLE told=true>
            <NoticeBox tone=Tone::Warning title=words::DEAD><p>{words::DEAD_TEXT}</p></NoticeBox>
            <a class="button button--large button--wide" href="/forgot">{words::RESET}</a>
        </Threshold>
    }
}
