//! `/setup`: the first administrator, by the one-time link that the first start prints.

use super::by_letter;
use crate::{
    catalogue::{entrance as words, fields},
    components::{NewPassword, NoticeBox, TextField, Threshold, Tone, woven},
};
use identity::words::{Fault, Field};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Setup() -> impl IntoView {
    let flash = use_context::<crate::flash::Flash>().unwrap_or_default();
    let spent = flash.fault(Field::Token) == Some(Fault::Spent);
    view! {
        <Threshold title=words::SETUP lead=words::SETUP_LEAD told=spent>
            {match by_letter::token() {
                Some(token) => view! {
                    <form class="threshold__form" method="post" action="/api/setup">
                        <input type="hidden" name="token" value=token />
                        <TextField field=Field::Name label=fields::NAME autocomplete="name" max=100 />
                        <TextField field=Field::Email label=fields::EMAIL kind="email" autocomplete="username" />
                        <NewPassword />
                        <button class="button button--primary button--large button--wide">{words::CREATE_ADMIN}</button>
                    </form>
                }
                .into_any(),
                None => view! {
                    <NoticeBox tone=Tone::Warning title=words::SETUP_DEAD>
                        <p>
                            {woven(
                                words::SETUP_DEAD_TEXT,
                                [("command", view! { <code>"latchkey admin create"</code> }.into_any())],
                            )}
                        </p>
                    </NoticeBox>
                }
                .into_any(),
            }}
            <p class="threshold__more">{words::SET_UP} " " <a href="/login">{words::SIGN_IN}</a></p>
        </Threshold>
    }
}
