//! How the installation fares, on the overview: one row for each part, with a word about what should be looked at.

use crate::{
    catalogue::overview as words,
    components::{Glyph, Icon, When, woven},
};
use identity::admin::{self, DatabaseHealth, KeyHealth, LetterHealth, LogHealth, ProcessHealth};
use leptos::prelude::*;

/// The card.
#[component]
pub(super) fn Health(health: admin::Health) -> impl IntoView {
    let admin::Health { database, process, letters, key, log } = health;
    view! {
        <section class="card" aria-labelledby="health">
            <div class="card__head"><h2 id="health">{words::HEALTH}</h2></div>
            <ul class="list" role="list">
                {database.map(|health| view! { <Database health /> })}
                {letters.map(|health| view! { <Letters health /> })}
                {key.map(|health| view! { <Key health /> })}
                {log.map(|health| view! { <Log health /> })}
                {process.map(|health| view! { <Process health /> })}
            </ul>
        </section>
    }
}

/// A row. `href` leads to the page about it.
#[component]
fn Part(
    name: &'static str,
    good: bool,
    #[prop(optional)] href: &'static str,
    #[prop(into)] state: AnyView,
    #[prop(optional)] note: Option<AnyView>,
) -> impl IntoView {
    let (class, glyph, word) = match good {
        true => ("list__icon list__icon--positive", Glyph::Check, words::GOOD),
        false => ("list__icon list__icon--warning", Glyph::Warning, words::ODD),
    };
    let name = match href {
        "" => name.into_any(),
        href => view! { <a href=href>{name}</a> }.into_any(),
    };
    view! {
        <li class="list__item">
            <span class=class><Icon glyph /><span class="visually-hidden">{word}</span></span>
            <div class="list__text">
                <span class="list__title">{name}</span>
                <span class="list__note list__note--said">{state}</span>
                {note.map(|note| view! { <span class="list__note">{note}</span> })}
            </div>
        </li>
    }
}

#[component]
fn Database(health: DatabaseHealth) -> impl IntoView {
    let DatabaseHealth { shared, answered_in, size, schema, clock_off } = health;
    let clock = match (clock_off, shared) {
        (Some(by), _) => words::clock_off(by),
        (None, true) => words::CLOCK_GOOD.to_owned(),
        (None, false) => words::CLOCK_ALONE.to_owned(),
    };
    view! {
        <Part
            name=words::DATABASE good=true state=words::database(shared, answered_in, size).into_any()
            note=words::schema(schema).into_any()
        />
        <Part name=words::CLOCK good=clock_off.is_none() state=clock.into_any() />
    }
}

#[component]
fn Letters(health: LetterHealth) -> impl IntoView {
    let LetterHealth { waiting, failing, given_up, oldest, failure } = health;
    let good = failing == 0 && given_up == 0;
    let state = match (waiting, good) {
        (0, true) => words::NO_LETTERS.to_owned(),
        _ => words::waiting(waiting, failing, given_up),
    };
    let href = match (failing, given_up) {
        (0, 0) => "/admin/letters",
        (0, _) => "/admin/letters?state=given_up",
        _ => "/admin/letters?state=failing",
    };
    let oldest = oldest.map(|at| woven(words::OLDEST, [("when", view! { <When at /> }.into_any())]));
    let note = view! {
        {oldest} {failure.filter(|_| !good).map(|failure| view! { <span class="list__note">{failure}</span> })}
    };
    view! { <Part name=words::LETTERS good href state=state.into_any() note=note.into_any() /> }
}

#[component]
fn Key(health: KeyHealth) -> impl IntoView {
    let KeyHealth { kid, alg, since, until } = health;
    let since = woven(words::SIGNS_SINCE, [("when", view! { <When at=since /> }.into_any())]);
    let until = match until {
        Some(at) => woven(words::SIGNS_UNTIL, [("when", view! { <When at /> }.into_any())]),
        None => vec![words::NO_ROTATION.into_any()],
    };
    let state = view! { <code>{words::key(&kid, &alg)}</code> };
    let note = view! { {since} " · " {until} };
    view! { <Part name=words::KEY good=true state=state.into_any() note=note.into_any() /> }
}

/// So many may wait for a moment when much happens at once.
const MANY: i64 = 10_000;

#[component]
fn Log(health: LogHealth) -> impl IntoView {
    let LogHealth { sealed, waiting } = health;
    let note = if waiting == 0 { words::LOG_WHOLE.to_owned() } else { words::unsealed(waiting) };
    view! {
        <Part name=words::LOG good={waiting < MANY} href="/admin/audit" state=words::sealed(sealed).into_any() note=note.into_any() />
    }
}

#[component]
fn Process(health: ProcessHealth) -> impl IntoView {
    let since = woven(words::SINCE, [("when", view! { <When at=health.since /> }.into_any())]);
    view! {
        <Part name=words::PROCESS good=true state=words::version(&health.version).into_any() note=since.into_any() />
    }
}
