//! Icons: twenty by twenty, drawn in the colour of the text around them. Decoration only: words stand beside each.

use leptos::prelude::*;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// A circled i.
    Info,
    /// A circled tick.
    Check,
    /// A triangle with an exclamation mark.
    Warning,
    /// A shield.
    Shield,
    /// An eye.
    Eye,
    /// A computer.
    Laptop,
    /// A telephone.
    Phone,
    /// An envelope.
    Mail,
    /// A magnifying glass.
    Search,
    /// An arrow down.
    Chevron,
    /// A key.
    Key,
    /// Two people.
    Users,
    /// Two sheets, one before the other.
    Copy,
    /// A curve that rises and falls.
    Pulse,
}

/// An icon.
#[component]
pub fn Icon(
    /// What is drawn.
    glyph: Glyph,
) -> impl IntoView {
    let drawing = match glyph {
        Glyph::Info => view! { <circle cx="10" cy="10" r="7.25" /><path d="M10 9.2v4.3M10 6.4v.1" /> }.into_any(),
        Glyph::Check => view! { <circle cx="10" cy="10" r="7.25" /><path d="m6.9 10.3 2.1 2.1 4.2-4.6" /> }.into_any(),
        Glyph::Warning => {
            view! { <path d="M10 3 2.6 15.9a.8.8 0 0 0 .7 1.1h13.4a.8.8 0 0 0 .7-1.1L10 3Z" /><path d="M10 8v3.8M10 14.3v.1" /> }
                .into_any()
        }
        Glyph::Shield => {
            view! {
                <path d="M10 2.6 3.8 4.9v4.6c0 3.7 2.5 6.6 6.2 7.9 3.7-1.3 6.2-4.2 6.2-7.9V4.9L10 2.6Z" />
                <path d="M10 7.2v3.4M10 13v.1" />
            }
            .into_any()
        }
        Glyph::Eye => {
            view! {
                <path d="M1.9 10S4.8 4.6 10 4.6 18.1 10 18.1 10 15.2 15.4 10 15.4 1.9 10 1.9 10Z" />
                <circle cx="10" cy="10" r="2.4" />
            }
            .into_any()
        }
        Glyph::Laptop => {
            view! { <rect x="3.6" y="4" width="12.8" height="9" rx="1.4" /><path d="M1.8 16h16.4" /> }.into_any()
        }
        Glyph::Phone => {
            view! { <rect x="5.6" y="2.2" width="8.8" height="15.6" rx="1.9" /><path d="M9 15.2h2" /> }.into_any()
        }
        Glyph::Mail => {
            view! { <rect x="2.4" y="4" width="15.2" height="12" rx="2" /><path d="m3 5.6 7 5.2 7-5.2" /> }.into_any()
        }
        Glyph::Search => view! { <circle cx="8.8" cy="8.8" r="5.6" /><path d="m13 13 4.2 4.2" /> }.into_any(),
        Glyph::Chevron => view! { <path d="m5.8 8 4.2 4.2L14.2 8" /> }.into_any(),
        Glyph::Key => {
            view! { <circle cx="6.6" cy="13.4" r="3.8" /><path d="m9.4 10.6 7-7M13.2 6.8l2.6 2.6" /> }.into_any()
        }
        Glyph::Copy => {
            view! {
                <rect x="7" y="7" width="9.6" height="9.6" rx="1.8" />
                <path d="M13 4.6A1.8 1.8 0 0 0 11.4 3.4H5.2a1.8 1.8 0 0 0-1.8 1.8v6.2a1.8 1.8 0 0 0 1.2 1.6" />
            }
            .into_any()
        }
        Glyph::Pulse => view! { <path d="M2 10.4h3.6l2.2-5.6 4 10.4 2.4-6.6 1.2 1.8H18" /> }.into_any(),
        Glyph::Users => {
            view! {
                <circle cx="7.5" cy="7" r="3" />
                <path d="M2 16.4c.4-3 2.6-4.7 5.5-4.7s5.1 1.7 5.5 4.7M13 4.2a3 3 0 0 1 0 5.6M15 12.1c1.8.7 2.8 2.2 3 4.3" />
            }
            .into_any()
        }
    };
    view! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{drawing}</svg> }
}
