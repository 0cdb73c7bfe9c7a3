//! `/admin/letters`: what Latchkey sends by mail, and how it fares. Failing letters come first: somebody waits for each.

use super::Panel;
use crate::{
    api::{self, LetterFigures},
    catalogue::{self, admin, letters as words, number},
    components::{Column, Empty, Glyph, NoticeBox, Pager, Table, Td, Tone, Tr, When, loaded},
    visit,
};
use identity::{
    admin::{LetterState, LetterView},
    words::Permission,
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Letters() -> impl IntoView {
    let [state, after] = ["state", "after"].map(|name| visit::asked(name).unwrap_or_default());
    loaded(api::letters(Some(state.clone()), Some(after.clone()), None), move |page| {
        let (figures, letters) = (page.figures, page.letters);
        let chosen = LetterState::from_word(&state);
        let shown = letters.items.len();
        let rows = letters.items.into_iter().map(move |letter| view! { <Row letter chosen /> });
        view! {
            <Panel tab=admin::LETTERS lead=words::LEAD>
                {(figures.failing > 0).then(|| view! { <Failing count=figures.failing chosen /> })}
                <Figures figures chosen />
                <section class="card" aria-label=words::LIST>
                    {chosen.map(|state| view! {
                        <div class="card__foot card__foot--top">
                            <span>{words::only(state)}</span> <a href="/admin/letters">{words::SHOW_ALL}</a>
                        </div>
                    })}
                    {match shown {
                        0 => view! { <Empty glyph=Glyph::Mail title=words::NONE hint=words::NONE_HINT /> }.into_any(),
                        _ => view! { <Table columns=columns()>{rows.collect_view()}</Table> }.into_any(),
                    }}
                    <Pager
                        path="/admin/letters" query=vec![("state", state)] shown further=!after.is_empty()
                        next=letters.next.map(|next| next.to_string())
                    />
                </section>
            </Panel>
        }
    })
}

fn columns() -> Vec<Column> {
    vec![
        Column::new(words::ABOUT),
        Column::new(words::STATUS),
        Column::new(words::POSTED),
        Column::of_numbers(words::ATTEMPTS),
        Column::new(words::SENT_OR_NEXT),
        Column::unseen(words::ACTS),
    ]
}

fn may_retry() -> bool {
    visit::current().is_some_and(|visit| visit.permits(Permission::LettersRetry))
}

/// Letters that have come to nothing so far, and a button for when the reason is mended.
#[component]
fn Failing(count: i64, chosen: Option<LetterState>) -> impl IntoView {
    view! {
        <NoticeBox tone=Tone::Negative title=words::failing(count)>
            <p>{words::FAILING_TEXT}</p>
            <div class="notice__act">
                {may_retry().then(|| view! {
                    <form method="post" action="/api/admin/retry_letters">
                        <Back chosen />
                        <button class="button button--small">{words::RETRY_ALL}</button>
                    </form>
                })}
                {(chosen != Some(LetterState::Failing)).then(|| view! {
                    <a href="/admin/letters?state=failing">{words::ONLY_FAILING}</a>
                })}
            </div>
        </NoticeBox>
    }
}

/// The list the button is in, to come back to.
#[component]
fn Back(chosen: Option<LetterState>) -> impl IntoView {
    chosen.map(|state| view! { <input type="hidden" name="state" value=state.as_str() /> })
}

/// How many there are; each number is a way to its letters.
#[component]
fn Figures(figures: LetterFigures, chosen: Option<LetterState>) -> impl IntoView {
    let stats = [
        (LetterState::Waiting, words::COUNT_WAITING, Some(figures.waiting)),
        (LetterState::Failing, words::COUNT_FAILING, Some(figures.failing)),
        (LetterState::GivenUp, words::COUNT_GIVEN_UP, Some(figures.given_up)),
        (LetterState::Sent, words::COUNT_SENT, figures.sent),
    ];
    let stats = stats.into_iter().map(|(state, label, count)| {
        let here = (chosen == Some(state)).then_some("true");
        view! {
            <a class="stat" href=format!("/admin/letters?state={state}") aria-current=here>
                <span class="stat__label">{label}</span>
                <span class="stat__number">{count.map(number)}</span>
            </a>
        }
    });
    view! { <nav class="stats" aria-label=words::FIGURES>{stats.collect_view()}</nav> }
}

#[component]
fn Row(letter: LetterView, chosen: Option<LetterState>) -> impl IntoView {
    let about = catalogue::letter(&letter);
    let (id, state) = (letter.id, letter.state);
    let retry = state == LetterState::Failing && letter.next_at.is_some() && may_retry();
    let whose = letter.user.map(|user| view! { <a href=format!("/admin/users/{user}")>{words::WHOSE}</a> });
    let failure = letter.failure.clone();
    let again = words::retry(&about);
    view! {
        <Tr>
            <Td>
                <div class="table__main">
                    <span class="table__title">{about}</span>
                    {failure.map(|failure| view! { <span class="table__note">{failure}</span> })}
                    {whose.map(|whose| view! { <span class="table__note">{whose}</span> })}
                </div>
            </Td>
            <Td label=words::STATUS><StateBadge state /></Td>
            <Td label=words::POSTED><When at=letter.posted_at /></Td>
            <Td label=words::ATTEMPTS number=true>{number(letter.attempts)}</Td>
            <Td label=words::SENT_OR_NEXT><SentOrNext letter /></Td>
            <Td>
                {retry.then(|| view! {
                    <form method="post" action="/api/admin/retry_letters">
                        <input type="hidden" name="id" value=id.to_string() />
                        <Back chosen />
                        <button class="button button--small" aria-label=again>{words::RETRY}</button>
                    </form>
                })}
            </Td>
        </Tr>
    }
}

/// When it was sent, or will be tried next.
#[component]
fn SentOrNext(letter: LetterView) -> impl IntoView {
    let now = visit::current().map_or(0, |visit| visit.house.now().0);
    match (letter.state, letter.sent_at, letter.next_at) {
        (LetterState::Sent, Some(at), _) => view! { <When at /> }.into_any(),
        (LetterState::GivenUp, ..) => view! { <span class="quiet">{words::NOT_AGAIN}</span> }.into_any(),
        (_, _, None) => words::BEING_SENT.into_any(),
        (_, _, Some(at)) if at <= now => words::NOW.into_any(),
        (_, _, Some(at)) => words::next_in((at - now).unsigned_abs().div_ceil(1000)).into_any(),
    }
}

#[component]
fn StateBadge(state: LetterState) -> impl IntoView {
    let class = match state {
        LetterState::Waiting => "badge",
        LetterState::Failing => "badge badge--warning",
        LetterState::GivenUp => "badge badge--negative",
        LetterState::Sent => "badge badge--positive",
    };
    view! { <span class=class>{catalogue::letter_state(state)}</span> }
}

/// What the front page of the panel says when letters do not arrive.
#[component]
pub(super) fn LettersNotice(failing: i64, given_up: i64) -> impl IntoView {
    let (tone, title, state) = match (failing, given_up) {
        (0, 0) => return ().into_any(),
        (0, _) => (Tone::Warning, words::given_up(given_up), LetterState::GivenUp),
        _ => (Tone::Negative, words::failing(failing), LetterState::Failing),
    };
    let more = (failing > 0 && given_up > 0).then(|| words::given_up_too(given_up));
    view! {
        <NoticeBox tone title=title>
            <p>{more} " " <a href=format!("/admin/letters?state={state}")>{words::REASONS}</a></p>
        </NoticeBox>
    }
    .into_any()
}
