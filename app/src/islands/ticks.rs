//! One box that ticks all others of a list. Without scripts it is not there.

use super::dom::{each, on};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;

pub(super) fn begin() {
    each("[data-tick-all]", |label| {
        let _ = label.remove_attribute("hidden");
        on(&label, "change", |event| {
            let all = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let Some(ticked) = all.map(|all| all.checked()) else { return };
            each("input.tick", |one| {
                if let Ok(one) = one.dyn_into::<HtmlInputElement>() {
                    one.set_checked(ticked);
                }
            });
        });
    });
}
