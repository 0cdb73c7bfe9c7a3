//! `/setup`: the first administrator, by the one-time link that the first start prints.

use crate::{
    components::{NewPassword, NoticeBox, TextField, Threshold, Tone},
    visit,
};
use identity::words::{Fault, Field};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Setup() -> impl IntoView {
    let flash = use_context::<crate::flash::Flash>().unwrap_or_default();
    let spent = flash.fault(Field::Token) == Some(Fault::Spent);
    let token = visit::asked("token").filter(|token| token.len() <= 200);
    let usable = token.filter(|_| !spent);
    view! {
        <Threshold title="Set up Latchkey" lead="Make the first administrator. This can be done once." told=spent>
            {match usable {
                Some(token) => view! {
                    <form class="threshold__form" method="post" action="/api/setup">
                        <input type="hidden" name="token" value=token />
                        <TextField field=Field::Name label="Name" autocomplete="name" max=100 />
                        <TextField field=Field::Email label="Email" kind="email" autocomplete="username" />
                        <NewPassword />
                        <button class="button button--primary button--large button--wide">"Create administrator"</button>
                    </form>
                }
                .into_any(),
                None => view! {
                    <NoticeBox tone=Tone::Warning title="This link does not work".to_owned()>
                        <p>
                            "The link is printed in the terminal when Latchkey starts, anew at each start, until there is an \
                             administrator. After that, use the command "
                            <code>"latchkey admin create"</code> "."
                        </p>
                    </NoticeBox>
                }
                .into_any(),
            }}
            <p class="threshold__more">"Already set up? " <a href="/login">"Sign in"</a></p>
        </Threshold>
    }
}
