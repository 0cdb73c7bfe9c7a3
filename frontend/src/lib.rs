//! The browser's end: wakes the islands of `app`.
//!
//! Holds no logic, so that everything it does can be read and tested in `app`. Empty on every target but wasm32.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code)] // wasm-bindgen's export glue

use app as _; // links the islands, which nothing here names

/// Called by the script tag that `leptos::hydration::HydrationScripts` writes.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
