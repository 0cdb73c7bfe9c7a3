//! The button that shows a typed password (NIST SP 800-63B-4 section 3.1.1.2 asks for one). Hidden where it would do nothing.

use super::dom::{each, on};
use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;

pub(super) fn begin() {
    each("[data-reveals]", |button| {
        let _ = button.remove_attribute("hidden");
        let pressed = button.clone();
        on(&button, "click", move |_| {
            let input = pressed.get_attribute("data-reveals").and_then(|id| document().get_element_by_id(&id));
            let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return };
            let show = input.type_() == "password";
            input.set_type(if show { "text" } else { "password" });
            let _ = pressed.set_attribute("aria-pressed", if show { "true" } else { "false" });
        });
    });
}
