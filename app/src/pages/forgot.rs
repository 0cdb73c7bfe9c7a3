//! `/forgot`: asking for a letter with which a new password can be set. Says the same to everybody, and is open to who is signed
//! in: that does not mean they know their password.

use crate::{
    catalogue::{entrance, fields, recovery as words},
    components::{TextField, Threshold},
    visit,
};
use identity::words::Field;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Forgot() -> impl IntoView {
    let signed_in = visit::current().is_some_and(|visit| visit.viewer().is_some());
    let back = if signed_in {
        view! { <a href="/account/password">{words::TO_ACCOUNT}</a> }.into_any()
    } else {
        view! { {words::REMEMBERED} " " <a href="/login">{entrance::SIGN_IN}</a> }.into_any()
    };
    view! {
        <Threshold title=words::FORGOT lead=words::FORGOT_LEAD>
            <form class="threshold__form" method="post" action="/api/request_reset">
                <TextField field=Field::Email label=fields::EMAIL kind="email" autocomplete="username" />
                <button class="button button--primary button--large button--wide">{words::SEND}</button>
            </form>
            <p class="threshold__more">{words::HAVE_LETTER} " " <a href="/reset">{words::TYPE_CODE}</a></p>
            <p class="threshold__more">{back}</p>
        </Threshold>
    }
}
