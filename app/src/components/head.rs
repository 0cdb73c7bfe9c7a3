//! The head of a page: title, one line about it, and what can be done at once.

use leptos::prelude::*;

/// The head. Actions stand at its end, or below where there is no room.
#[component]
pub fn PageHead(
    /// The title.
    #[prop(into)]
    title: String,
    /// Something in front of the title, such as an avatar.
    #[prop(optional)]
    mark: Option<AnyView>,
    /// One line below the title.
    #[prop(optional)]
    lead: Option<AnyView>,
    /// Links and buttons.
    #[prop(optional_no_strip)]
    actions: Option<AnyView>,
) -> impl IntoView {
    view! {
        <div class="heading">
            {mark}
            <div class="heading__text">
                <h1><bdi>{title}</bdi></h1>
                {lead.map(|lead| view! { <div class="heading__lead">{lead}</div> })}
            </div>
            {actions.map(|actions| view! { <div class="heading__acts">{actions}</div> })}
        </div>
    }
}
