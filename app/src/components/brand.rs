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
                    <circle cx="13" cy="10.2" r="4.2" stroke-width="2.9" />
                    <path d="M13 14.6v10.6h8.2M17.6 25v-3.6" stroke-width="2.9" />
                </g>
            </svg>
            {PRODUCT}
        </a>
    }
}
