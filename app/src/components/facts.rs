//! Names and values, row by row.

use leptos::prelude::*;

/// The list.
#[component]
pub fn Facts(
    /// Rows of [`Fact`].
    children: Children,
) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One row.
#[component]
pub fn Fact(
    /// What it is.
    name: &'static str,
    /// A line below the value.
    #[prop(optional, into)]
    note: Option<String>,
    /// Its value.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="facts__row">
            <dt>{name}</dt>
            <dd>{children()} {note.map(|note| view! { <span class="facts__note">{note}</span> })}</dd>
        </div>
    }
}
