//! The few things we ask of the document.

use leptos::prelude::document;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{Element, Event, EventTarget};

/// Calls back for every element that matches.
pub(super) fn each(selector: &str, mut then: impl FnMut(Element)) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for at in 0..found.length() {
        if let Some(element) = found.get(at).and_then(|node| node.dyn_into().ok()) {
            then(element);
        }
    }
}

/// Listens as long as the page lives.
pub(super) fn on(target: &EventTarget, event: &str, then: impl Fn(Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(then);
    let _ = target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    listener.forget();
}

/// A whole number from an attribute.
pub(super) fn number(of: &Element, attribute: &str) -> f64 {
    of.get_attribute(attribute).and_then(|text| text.parse::<u32>().ok()).unwrap_or_default().into()
}
