//! Ids, digests and keys: what a person copies and never reads.

use super::{Glyph, Icon};
use crate::catalogue::pieces as words;
use leptos::prelude::*;

/// The text, and a button that copies it. The button appears when the island wakes; without it the text can be selected by one click.
#[component]
pub fn Copyable(
    /// An `id` that nothing else on the page has.
    #[prop(into)]
    id: String,
    /// What it is, for those who hear the button.
    what: &'static str,
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <span class="code">
            <code class="code__text" id=id.clone()>{text}</code>
            <button
                type="button" class="code__copy" hidden=true data-copies=id data-done=words::COPIED
                aria-label=words::copy(what)
            >
                <Icon glyph=Glyph::Copy />
            </button>
        </span>
    }
}
