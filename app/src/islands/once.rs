//! A form is sent once: the pressed button turns busy until the next page comes.

use super::dom::{each, on};
use leptos::prelude::{set_timeout, window};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlFormElement, SubmitEvent};
use std::time::Duration;

pub(super) fn begin() {
    on(&window(), "submit", |event| {
        let posts = event
            .target()
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok())
            .is_some_and(|form| form.method() == "post");
        let Ok(event) = event.dyn_into::<SubmitEvent>() else { return };
        if let Some(button) = event.submitter().filter(|_| posts && !event.default_prevented()) {
            // Disabled only after the browser has taken the button's value into the form.
            set_timeout(move || busy(&button, true), Duration::ZERO);
        }
    });
    // Back from the next page, the button has to work again.
    on(&window(), "pageshow", |_| each("[aria-busy]", |button| busy(&button, false)));
}

fn busy(button: &Element, busy: bool) {
    for (name, value) in [("aria-busy", "true"), ("disabled", "")] {
        let _ = if busy { button.set_attribute(name, value) } else { button.remove_attribute(name) };
    }
}
