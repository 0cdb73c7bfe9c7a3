//! One session in a list: where, since when, and what can be done about it.

use super::{Glyph, Icon, When, device_words, is_handheld, woven};
use crate::catalogue::{account::devices as words, acting};
use identity::words::SessionView;
use leptos::prelude::*;
use uuid::Uuid;

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
    /// Whose it is, where an administrator looks at it and may end it.
    #[prop(default = None)]
    of: Option<Uuid>,
) -> impl IntoView {
    if session.acting {
        return view! { <ActingItem session own current /> }.into_any();
    }
    let glyph = if is_handheld(&session.user_agent) { Glyph::Phone } else { Glyph::Laptop };
    let device = device_words(&session.user_agent);
    let end = match of {
        Some(user) => Some(view! {
            <form method="post" action="/api/admin/end_session">
                <input type="hidden" name="id" value=user.to_string() />
                <input type="hidden" name="session" value=session.id.to_string() />
                <button class="button button--small" aria-label=words::end_session_on(&device)>{words::END_SESSION}</button>
            </form>
        }.into_any()),
        None => (own && !current).then(|| view! {
            <form method="post" action="/api/end_session">
                <input type="hidden" name="id" value=session.id.to_string() />
                <button class="button button--small" aria-label=words::end_session_on(&device)>{words::END_SESSION}</button>
            </form>
        }.into_any()),
    };
    let since = woven(
        words::SESSION_SINCE,
        [
            ("begun", view! { <When at=session.created_at /> }.into_any()),
            ("seen", view! { <When at=session.rotated_at /> }.into_any()),
        ],
    );
    let until = match session.expires_at {
        Some(at) => {
            woven(words::SESSION_UNTIL, [("end", view! { <When at /> }.into_any()), ("ip", session.ip.into_any())])
        }
        None => {
            woven(if own { words::SESSION_STAYS } else { words::SESSION_STAYS_THEIRS }, [("ip", session.ip.into_any())])
        }
    };
    view! {
        <li class="list__item">
            <span class=if current { "list__icon list__icon--accent" } else { "list__icon" }><Icon glyph /></span>
            <div class="list__text">
                <span class="list__title">
                    {device}
                    {current.then(|| view! { " " <span class="badge badge--positive">{words::THIS_SESSION}</span> })}
                </span>
                <span class="list__note">{since}</span>
                <span class="list__note">{until}</span>
            </div>
            {end}
        </li>
    }
    .into_any()
}

/// The row of an administrator who acts as the owner.
#[component]
fn ActingItem(session: SessionView, own: bool, current: bool) -> impl IntoView {
    let title = if own { acting::SESSION } else { acting::SESSION_THEIRS };
    let since = woven(
        words::SESSION_SINCE,
        [
            ("begun", view! { <When at=session.created_at /> }.into_any()),
            ("seen", view! { <When at=session.rotated_at /> }.into_any()),
        ],
    );
    let until = session.expires_at.map(|at| woven(acting::SESSION_UNTIL, [("end", view! { <When at /> }.into_any())]));
    view! {
        <li class="list__item">
            <span class="list__icon list__icon--accent"><Icon glyph=Glyph::Eye /></span>
            <div class="list__text">
                <span class="list__title">
                    {title}
                    {current.then(|| view! { " " <span class="badge badge--positive">{words::THIS_SESSION}</span> })}
                </span>
                <span class="list__note">{since}</span>
                <span class="list__note">{until}</span>
            </div>
            {(own && !current).then(|| view! {
                <form method="post" action="/api/end_session">
                    <input type="hidden" name="id" value=session.id.to_string() />
                    <button class="button button--small" aria-label=words::end_session_on(title)>{words::END_SESSION}</button>
                </form>
            })}
        </li>
    }
}
