//! The button that shows a typed password (NIST SP 800-63B-4 section 3.1.1.2 asks for one). Hidden where it would do nothing.

use super::dom::{each, on};
use leptos::prelude::{document, window};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlInputElement};

pub(super) fn begin() {
    each("[data-reveals]", |button| {
        let input = button.get_attribute("data-reveals").and_then(|id| document().get_element_by_id(&id));
        let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return };
        let _ = button.remove_attribute("hidden");
        let (pressed, shown) = (button.clone(), input.clone());
        on(&button, "click", move |_| show(&pressed, &shown, shown.type_() == "password"));
        // Sent hidden, so that no browser remembers it among ordinary words.
        on(&window(), "submit", move |_| show(&button, &input, false));
    });
}

fn show(button: &Element, input: &HtmlInputElement, show: bool) {
    input.set_type(if show { "text" } else { "password" });
    let _ = button.set_attribute("aria-pressed", if show { "true" } else { "false" });
}
