//! What says, over every page, that an administrator acts as somebody else.

use super::{Glyph, Icon, When, woven};
use crate::{catalogue::acting as words, visit};
use leptos::prelude::*;

/// The banner, for whoever acts as somebody else. Everything in it is from the access token, so it is there also while the database is
/// away.
#[component]
pub(crate) fn ActingBanner() -> impl IntoView {
    let visit = visit::current()?;
    let viewer = visit.viewer()?;
    let actor = viewer.actor?;
    let name = if viewer.name.is_empty() { viewer.email.clone() } else { viewer.name.clone() };
    let who = woven(words::WHO, [("name", view! { <strong><bdi>{name}</bdi></strong> }.into_any())]);
    let ends = woven(words::ENDS, [("when", view! { <When at=actor.until * 1000 /> }.into_any())]);
    Some(view! {
        <section class="acting" aria-label=words::BANNER>
            <Icon glyph=Glyph::Eye />
            <p class="acting__text" role="status">
                <span>{who}</span>
                <span class="acting__how">{if actor.writes { words::MAY_WRITE } else { words::READ_ONLY }}</span>
                <span>{ends}</span>
            </p>
            <form method="post" action="/api/stop_acting">
                <button class="acting__stop">{words::STOP}</button>
            </form>
        </section>
    })
}

/// The content of a page. Its forms can be looked at, and not used, by whoever acts as somebody else and may only look.
#[component]
pub(crate) fn Looked(
    /// The content.
    children: Children,
) -> impl IntoView {
    let visit = visit::current();
    let actor = visit.as_ref().and_then(|visit| visit.viewer()).and_then(|viewer| viewer.actor);
    match actor {
        Some(actor) if !actor.writes => {
            view! { <fieldset class="looked" disabled=true aria-label=words::ONLY_TO_LOOK>{children()}</fieldset> }
                .into_any()
        }
        _ => children().into_any(),
    }
}
