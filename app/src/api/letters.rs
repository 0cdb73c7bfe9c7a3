//! Outgoing letters, for administrators. Everybody else gets 403, a stranger 401.

use super::{fault, here, id};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
};
use identity::{
    admin::{self, LetterState, LetterView},
    mail,
    words::{Fault, Field, Page, Permission},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// Rows to a page, where nothing else is asked for.
const PAGE: usize = 25;

/// How many letters there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFigures {
    /// Not tried yet.
    pub waiting: i64,
    /// Tried in vain, and to be tried again.
    pub failing: i64,
    /// Given up, among those posted within a week.
    pub given_up: i64,
    /// Sent within a day; `None` where it was not counted.
    pub sent: Option<i64>,
}

/// A page of letters and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterPage {
    /// The figures.
    pub figures: LetterFigures,
    /// The letters, newest first. Neither recipient nor content: they are sealed.
    pub letters: Page<LetterView>,
}

/// Outgoing letters, newest first: of one `state` or all, `after` the `next` of the page before.
#[server(prefix = "/api", endpoint = "admin/letters", input = GetUrl)]
pub async fn letters(
    state: Option<String>,
    after: Option<String>,
    limit: Option<String>,
) -> Result<LetterPage, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::LettersRead)?;
    let malformed = || fault(Field::Form, Fault::Malformed);
    let given = |word: Option<String>| word.filter(|word| !word.is_empty());
    let state = given(state).map(|word| LetterState::from_word(&word).ok_or_else(malformed)).transpose()?;
    let after = given(after).map(|word| id(&word)).transpose()?;
    let limit = given(limit).map_or(Ok(PAGE), |word| word.parse().map_err(|_| malformed()))?;
    let letters = admin::letters(&visit.house, &admin, state, after, limit).await.map_err(worded)?;
    let counts = admin::letter_counts(&visit.house, &admin).await.map_err(worded)?;
    Ok(LetterPage { figures: LetterFigures { sent: Some(counts.sent), ..figures(counts.standing) }, letters })
}

/// Makes a failing letter due now, or all of them when no `id` is given.
#[server(prefix = "/api", endpoint = "admin/retry_letters")]
pub async fn retry_letters(id: Option<String>, state: Option<String>) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::LettersRetry).await?;
    let id = id.filter(|id| !id.is_empty()).map(|id| self::id(&id)).transpose()?;
    let retried = admin::retry_letters(&visit.house, &admin, id).await.map_err(worded)?;
    // Back to the list the button was in.
    let next = match state.as_deref().and_then(LetterState::from_word) {
        Some(state) => format!("/admin/letters?state={state}"),
        None => "/admin/letters".into(),
    };
    Ok(Done::go(next).telling(if retried > 0 { Notice::LettersRetried } else { Notice::LettersElsewhere }))
}

fn figures(standing: mail::Standing) -> LetterFigures {
    LetterFigures { waiting: standing.waiting, failing: standing.failing, given_up: standing.given_up, sent: None }
}
