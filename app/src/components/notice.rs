//! A sentence or two the person should read before going on.

use super::{Glyph, Icon};
use crate::{
    catalogue,
    error::AppError,
    flash::{Flash, Notice},
};
use leptos::prelude::*;

/// How it sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For your information.
    Info,
    /// It went well.
    Positive,
    /// Take care.
    Warning,
    /// It went wrong.
    Negative,
}

/// The box. Bad news interrupts a screen reader, good news waits its turn.
#[component]
pub fn NoticeBox(
    /// How it sounds.
    tone: Tone,
    /// A title, if one sentence is not enough.
    #[prop(optional, into)]
    title: Option<String>,
    /// The text.
    children: Children,
) -> impl IntoView {
    let (class, glyph, role) = match tone {
        Tone::Info => ("notice", Glyph::Info, "status"),
        Tone::Positive => ("notice notice--positive", Glyph::Check, "status"),
        Tone::Warning => ("notice notice--warning", Glyph::Shield, "status"),
        Tone::Negative => ("notice notice--negative", Glyph::Warning, "alert"),
    };
    view! {
        <div class=class role=role>
            <Icon glyph />
            <div class="notice__body">
                {title.map(|title| view! { <p class="notice__title">{title}</p> })}
                {children()}
            </div>
        </div>
    }
}

/// What the page before had to tell, if it did.
#[component]
pub fn FlashNotice() -> impl IntoView {
    let flash = use_context::<Flash>().unwrap_or_default();
    let good = flash.notice.map(|notice: Notice| {
        view! { <NoticeBox tone=Tone::Positive><p>{catalogue::notice(notice)}</p></NoticeBox> }
    });
    let bad = flash.error.map(|error| {
        let (title, text) = catalogue::error(&error);
        let reference = match error {
            AppError::Broken { reference } if !reference.is_empty() => Some(catalogue::reference(&reference)),
            _ => None,
        };
        view! { <NoticeBox tone=Tone::Negative title=title><p>{text}{reference}</p></NoticeBox> }
    });
    view! { {bad}{good} }
}
