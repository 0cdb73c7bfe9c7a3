//! One session in a list: where, since when, and what can be done about it.

use super::{Glyph, Icon, When, device_words, is_handheld};
use crate::catalogue;
use identity::words::SessionView;
use leptos::prelude::*;

/// The row of one session.
#[component]
pub fn SessionItem(
    /// The session.
    session: SessionView,
    /// Whether it is the one that asks.
    #[prop(optional)]
    current: bool,
    /// Whether its owner looks at it, and may end it.
    #[prop(optional)]
    own: bool,
) -> impl IntoView {
    let glyph = if is_handheld(&session.user_agent) { Glyph::Phone } else { Glyph::Laptop };
    let device = device_words(&session.user_agent);
    let end = (own && !current).then(|| {
        let label = format!("End {device}");
        view! {
            <form method="post" action="/api/end_session">
                <input type="hidden" name="id" value=session.id.to_string() />
                <button class="button button--small" aria-label=label>"End"</button>
            </form>
        }
    });
    view! {
        <li class="list__item">
            <span class=if current { "list__icon list__icon--accent" } else { "list__icon" }><Icon glyph /></span>
            <div class="list__text">
                <span class="list__title">
                    {device} {current.then(|| view! { <span class="badge badge--positive">"This one"</span> })}
                </span>
                <span class="list__note">
                    "Signed in " <When at=session.created_at /> " · last refresh " <When at=session.rotated_at />
                </span>
                <span class="list__note">
                    {match session.expires_at {
                        Some(at) => view! { "Ends " <When at /> }.into_any(),
                        None => catalogue::stay(session.stay).into_any(),
                    }}
                    " · from " {session.ip}
                </span>
            </div>
            {end}
        </li>
    }
}
