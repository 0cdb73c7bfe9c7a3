//! A page notices when its session has ended elsewhere.
//!
//! A page for strangers tells the other tabs that it is one. A page of somebody asks the server when it hears that, when it is
//! looked at again, and when the browser shows it from memory.

use super::{dom::on, page::Page};
use leptos::prelude::{document, window};
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::{BroadcastChannel, VisibilityState, js_sys::Reflect};
use std::rc::Rc;

/// The name of the channel between the tabs of one browser.
const CHANNEL: &str = "latchkey";

pub(super) fn begin(page: &Rc<Page>) {
    let channel = BroadcastChannel::new(CHANNEL);
    if !page.signed_in() {
        let _ = channel.map(|channel| channel.post_message(&JsValue::from_str("stranger")));
        return;
    }
    if let Ok(channel) = channel {
        let page = page.clone();
        on(&channel, "message", move |_| page.ask());
        // The channel has to outlive this function: who is collected hears nothing.
        std::mem::forget(channel);
    }
    let seen = page.clone();
    on(&document(), "visibilitychange", move |_| {
        if document().visibility_state() == VisibilityState::Visible {
            seen.ask();
        }
    });
    let shown = page.clone();
    on(&window(), "pageshow", move |event| {
        if Reflect::get(&event, &JsValue::from_str("persisted")).is_ok_and(|was| was.is_truthy()) {
            shown.ask();
        }
    });
}
