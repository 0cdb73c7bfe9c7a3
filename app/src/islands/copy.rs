//! The button that copies an id or a digest. Hidden where it would do nothing: without scripts, and where a browser keeps its
//! clipboard from pages that came unencrypted.

use super::dom::{each, on};
use leptos::prelude::{document, set_timeout, window};
use leptos::task::spawn_local;
use leptos::web_sys::Element;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// How long it says that it was done.
const SAID: Duration = Duration::from_secs(2);

/// Wakes the buttons inside of the document.
pub(super) fn begin() {
    if !window().is_secure_context() {
        return;
    }
    each("[data-copies][hidden]", |button| {
        let _ = button.remove_attribute("hidden");
        let pressed = button.clone();
        on(&button, "click", move |_| copy(pressed.clone()));
    });
}

fn copy(button: Element) {
    let text = button.get_attribute("data-copies").and_then(|id| document().get_element_by_id(&id));
    let Some(text) = text.and_then(|element| element.text_content()) else { return };
    spawn_local(async move {
        if JsFuture::from(window().navigator().clipboard().write_text(&text)).await.is_err() {
            return;
        }
        let name = button.get_attribute("aria-label");
        let done = button.get_attribute("data-done").unwrap_or_default();
        let _ = button.set_attribute("data-copied", "");
        let _ = button.set_attribute("aria-label", &done);
        let _ = button.set_attribute("title", &done);
        set_timeout(
            move || {
                let _ = button.remove_attribute("data-copied");
                let _ = button.remove_attribute("title");
                let _ = button.set_attribute("aria-label", name.as_deref().unwrap_or_default());
            },
            SAID,
        );
    });
}
