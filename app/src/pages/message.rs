//! Pages that say one thing: not found, not allowed, broken. They load no data.

use crate::{
    catalogue::{self, frame, messages as words},
    components::Brand,
    error::AppError,
    visit,
};
use http::{StatusCode, header::RETRY_AFTER};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

/// 404: no such page, or nothing by that name.
#[component]
pub fn NotFound() -> impl IntoView {
    say(404, words::NOT_FOUND, words::NOT_FOUND_TEXT)
}

/// 403: signed in, but not allowed.
#[component]
pub fn Denied() -> impl IntoView {
    say(403, words::DENIED, words::DENIED_TEXT)
}

/// A page whose data could not be had.
#[component]
pub fn Failed(
    /// Why.
    error: AppError,
) -> impl IntoView {
    if error == AppError::NotFound {
        return NotFound().into_any();
    }
    if let (Some(response), Some(seconds)) = (use_context::<ResponseOptions>(), error.retry_after()) {
        response.insert_header(RETRY_AFTER, seconds.into());
    }
    let (title, text) = catalogue::error(&error);
    say(error.status(), title, &text).into_any()
}

fn say(status: u16, title: &'static str, text: &str) -> impl IntoView + use<> {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
    let reference = visit::current().map(|visit| visit.reference).filter(|reference| !reference.is_empty());
    view! {
        <Title text=frame::document(title) />
        <main class="message">
            <Brand />
            <Doorway status />
            <h1>{title}</h1>
            <p class="quiet">{text.to_owned()}</p>
            <a class="button" href="/">{words::START}</a>
            <p class="message__code">{words::code(status, reference.as_deref())}</p>
        </main>
    }
}

/// A gap where there is no door, a shut door where it is somebody else's, and nothing where neither says it.
#[component]
fn Doorway(status: u16) -> impl IntoView {
    let leaf = match status {
        404 => "doorway__gap",
        403 => "doorway__leaf",
        _ => return None,
    };
    Some(view! {
        <svg class="doorway" viewBox="0 0 72 104" aria-hidden="true">
            <path class=leaf d="M10 100V36a26 26 0 0 1 52 0v64" />
            {(status == 403).then(|| view! { <circle class="doorway__knob" cx="53" cy="66" r="3.5" /> })}
            <path class="doorway__step" d="M2 101h68" />
        </svg>
    })
}
