//! Security events in a list: the last few, where the whole table would be too much.

use crate::{
    catalogue::{self, events as words},
    components::When,
};
use identity::words::EventView;
use leptos::prelude::*;

/// What happened, with a word of detail.
#[component]
pub(super) fn What(
    /// The event's `kind`.
    kind: String,
    /// The event's `detail`.
    detail: String,
) -> impl IntoView {
    let detail = catalogue::event_detail(&kind, &detail);
    view! {
        <span class="list__title">
            {catalogue::event(&kind)} {(!detail.is_empty()).then(|| view! { <span class="badge">{detail}</span> })}
        </span>
    }
}

/// The last few events, as a card with a link to all of them.
#[component]
pub(super) fn LastEvents(
    /// The events, newest first.
    events: Vec<EventView>,
    /// How many to show.
    few: usize,
    /// Where all of them are.
    all: String,
    /// The title of the card.
    #[prop(default = words::LAST)]
    title: &'static str,
    /// Whether to say whose account each is about.
    #[prop(optional)]
    whose: bool,
) -> impl IntoView {
    let rows = events.into_iter().take(few).map(|event| {
        let other = event.actor_id.is_some() && event.actor_id != event.subject_id;
        let by = other.then(|| format!(" · {}", words::by(&catalogue::event_actor(&event))));
        let from = (!event.ip.is_empty()).then(|| format!(" · {}", words::from(&event.ip)));
        let subject = (whose && event.subject_id.is_some()).then(|| format!(" · {}", catalogue::event_subject(&event)));
        view! {
            <li class="list__item">
                <div class="list__text">
                    <What kind=event.kind detail=event.detail />
                    <span class="list__note"><When at=event.at /> {subject} {by} {from}</span>
                </div>
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="events">
            <div class="card__head">
                <h2 id="events">{title}</h2>
                <a class="small" href=all>{words::ALL}</a>
            </div>
            <ul class="list" role="list">{rows.collect_view()}</ul>
        </section>
    }
}
