//! The letters somebody was sent: what they are about and how they fared, never what they say.

use crate::{
    catalogue::{self, person},
    components::When,
};
use identity::admin::LetterView;
use leptos::prelude::*;

/// Letters shown before the rest unfolds.
const FEW: usize = 5;

/// The card.
#[component]
pub(super) fn Letters(letters: Vec<LetterView>) -> impl IntoView {
    let any = !letters.is_empty();
    let mut rows: Vec<_> = letters.into_iter().map(|letter| row(letter).into_any()).collect();
    let more = rows.split_off(rows.len().min(FEW));
    view! {
        <section class="card" aria-labelledby="letters">
            <div class="card__head">
                <h2 id="letters">{person::LETTERS}</h2>
                <p class="card__note">{person::LETTERS_TEXT}</p>
            </div>
            {if any {
                view! { <ul class="list" role="list">{rows}</ul> }.into_any()
            } else {
                view! { <div class="card__body"><p class="quiet">{person::NO_LETTERS}</p></div> }.into_any()
            }}
            {(!more.is_empty()).then(|| view! {
                <div class="card__body">
                    <details class="unfold">
                        <summary class="button button--small">{person::more_letters(more.len())}</summary>
                        <ul class="list" role="list">{more}</ul>
                    </details>
                </div>
            })}
        </section>
    }
}

fn row(letter: LetterView) -> impl IntoView {
    let at = letter.sent_at.unwrap_or(letter.posted_at);
    view! {
        <li class="list__item">
            <div class="list__text">
                <span class="list__title">{catalogue::letter(&letter)}</span>
                <span class="list__note">{catalogue::letter_state(letter.state)} " · " <When at /></span>
            </div>
        </li>
    }
}
