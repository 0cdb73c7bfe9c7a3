//! `/admin`: how many there are, what happened over time and lately, and how the installation fares. Everybody who may open the panel
//! may read it; each part is there for whoever may read what it is about.

use super::{Panel, event::LastEvents, health::Health, letters::LettersNotice};
use crate::{
    api::{self, People},
    catalogue::{admin, number, overview as words, plots},
    components::{Empty, Glyph, Plot, Point, When, loaded},
    visit,
};
use identity::{
    admin::{Course, Measure, Over, Series},
    words::Count,
};
use leptos::prelude::*;

/// Seconds between two looks at what has changed, where there is JavaScript.
const EVERY: u32 = 10;

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    loaded(api::overview(visit::asked("over")), |figures| {
        let api::Figures { people, course, events, health } = figures;
        let alarms = course.series.iter().find(|series| series.of == Measure::Alarms).map(Series::sum);
        let told = alarms.map(|count| words::alarms(count, course.over));
        let drawn = !course.series.is_empty();
        let letters = health.letters.as_ref().map(|letters| (letters.failing, letters.given_up));
        let any_health = health != identity::admin::Health::default();
        let nothing = people.is_none() && !drawn && events.is_none() && !any_health;
        let both = events.is_some() && any_health;
        let events = events.map(|events| match events.is_empty() {
            true => view! { <NoEvents /> }.into_any(),
            false => view! { <LastEvents events few=8 all="/admin/audit".to_owned() title=words::EVENTS whose=true /> }
                .into_any(),
        });
        view! {
            <Panel tab=admin::OVERVIEW lead=words::LEAD actions=view! { <Freshness /> }.into_any()>
                // Outside of what is renewed: an alert is read out each time it comes.
                {letters.map(|(failing, given_up)| view! { <LettersNotice failing given_up /> })}
                <div class="stack stack--page" data-live=EVERY>
                    {told.map(|told| view! { <p hidden=true data-alarms=alarms>{told}</p> })}
                    {people.map(|people| view! { <Counts people /> })}
                    {drawn.then(|| view! { <OverTime course /> })}
                    <div class=if both { "columns" } else { "stack" }>
                        {events} {any_health.then(|| view! { <Health health /> })}
                    </div>
                    {nothing.then(|| view! {
                        <section class="card"><Empty glyph=Glyph::Key title=words::NOTHING hint=words::NOTHING_HINT /></section>
                    })}
                </div>
            </Panel>
        }
    })
}

/// How old the page is, and what is read out when an alarm comes. Both wake with the island.
#[component]
fn Freshness() -> impl IntoView {
    view! {
        <span class="live" hidden=true data-freshness="" data-fresh=words::FRESH data-aged=words::AGED data-waits=words::WAITS>
            <span class="live__dot" aria-hidden="true"></span> <span data-said=""></span>
        </span>
        <span class="visually-hidden" aria-live="polite" data-tells=""></span>
    }
}

/// How many accounts and sessions there are; most numbers are a way to the accounts.
#[component]
fn Counts(people: People) -> impl IntoView {
    let stats = [
        (words::PEOPLE, people.users, Some("/admin/users")),
        (words::SESSIONS, people.sessions, None),
        (words::ADMINS, people.admins, Some("/admin/users?role=admin")),
        (words::UNVERIFIED, people.unverified, Some("/admin/users?status=unverified")),
        (words::DISABLED, people.disabled, Some("/admin/users?status=disabled")),
    ];
    let stats = stats.into_iter().map(|(label, count, href)| {
        let shown =
            if count.exact || count.counted_at.is_none() { number(count.number) } else { words::about(count.number) };
        let words = view! {
            <span class="stat__label">{label}</span>
            <span class="stat__number">{shown}</span>
            {age(count)}
        };
        match href {
            Some(href) => view! { <a class="stat" href=href>{words}</a> }.into_any(),
            None => view! { <div class="stat">{words}</div> }.into_any(),
        }
    });
    view! { <section class="stats" aria-label=words::COUNTS>{stats.collect_view()}</section> }
}

/// When a number was counted, where that was not just now.
fn age(count: Count) -> AnyView {
    match (count.exact, count.counted_at) {
        (true, _) => ().into_any(),
        (false, Some(at)) => view! { <span class="stat__note"><When at /></span> }.into_any(),
        (false, None) => view! { <span class="stat__note">{words::AT_LEAST}</span> }.into_any(),
    }
}

#[component]
fn OverTime(course: Course) -> impl IntoView {
    let Course { over, starts, series } = course;
    let choice = Over::ALL.iter().map(|it| {
        let here = (*it == over).then_some("true");
        view! { <a class="tabs__link" href=format!("/admin?over={it}") aria-current=here>{words::over(*it)}</a> }
    });
    let cards = series.into_iter().map(|series| view! { <OneSeries series over starts=starts.clone() /> });
    view! {
        <section class="stack" aria-labelledby="course">
            <div class="heading heading--part">
                <div class="heading__text"><h2 id="course">{words::COURSE}</h2></div>
                <nav class="tabs" aria-label=words::OVER>{choice.collect_view()}</nav>
            </div>
            <div class="plots">{cards.collect_view()}</div>
        </section>
    }
}

/// One thing that is counted: how often, against the time before, and its plot.
#[component]
fn OneSeries(series: Series, over: Over, starts: Vec<i64>) -> impl IntoView {
    let (sum, before) = (series.sum(), series.before);
    let (id, tone) = match series.of {
        Measure::NewPeople => ("new-people", "plot--people"),
        Measure::SignIns => ("sign-ins", "plot--sign-ins"),
        Measure::Failures => ("failures", "plot--failures"),
        Measure::Alarms => ("alarms", "plot--alarms"),
    };
    let named = starts.into_iter().map(match over {
        Over::Day => plots::hour,
        Over::Week | Over::Month => plots::day,
        Over::Year => plots::month,
    });
    let points = named.zip(series.counts).map(|((name, short), count)| Point { name, short, count }).collect();
    let title = words::measure(series.of);
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card__head">
                <h3 class="card__title" id=id>{title}</h3>
                {words::change(sum, before).map(|change| view! { <span class="badge">{change}</span> })}
            </div>
            <div class="card__body card__body--tight">
                <p class="count">
                    <span class="count__number">{number(sum)}</span> <span class="count__note">{words::before(over, before)}</span>
                </p>
                <Plot id title tone points />
            </div>
        </section>
    }
}

#[component]
fn NoEvents() -> impl IntoView {
    view! {
        <section class="card" aria-label=words::EVENTS>
            <Empty glyph=Glyph::Shield title=words::NO_EVENTS hint=words::NO_EVENTS_HINT />
        </section>
    }
}
