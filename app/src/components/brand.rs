//! The name with its mark: a key that stands like an L.

use crate::catalogue::PRODUCT;
use leptos::prelude::*;

/// Name and mark, leading home.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
                <rect class="brand__plate" width="32" height="32" rx="8.5" />
                <g class="brand__key">
                    <circle cx="12.4" cy="10.4" r="4.9" />
                    <path d="M12.4 15.3v10.8h10.2v-3.8M17.6 26v-3.2" />
                </g>
            </svg>
            {PRODUCT}
        </a>
    }
}
