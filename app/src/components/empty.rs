//! What stands where there is nothing to list.

use super::{Glyph, Icon};
use leptos::prelude::*;

/// A drawing, a sentence, and what to do about it.
#[component]
pub fn Empty(
    /// The drawing.
    glyph: Glyph,
    /// What there is none of.
    title: &'static str,
    /// Why, perhaps.
    #[prop(optional)]
    hint: &'static str,
    /// A link or button that helps.
    #[prop(optional)]
    act: Option<AnyView>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty__mark"><Icon glyph /></span>
            <p class="empty__title">{title}</p>
            {(!hint.is_empty()).then(|| view! { <p class="small">{hint}</p> })}
            {act}
        </div>
    }
}
