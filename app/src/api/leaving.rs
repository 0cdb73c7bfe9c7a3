//! The history of the own account, and leaving.

use super::{fault, here, id};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
};
use identity::{
    accounts::leaving,
    history::{self, HistoryView},
    words::{Fault, Field, Page, Secret},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};

/// Lines to a page, where nothing else is asked for.
pub const HISTORY_PAGE: usize = 25;

/// What happened to the caller's account, newest first: `after` is the `next` of the page before.
#[server(prefix = "/api", endpoint = "history", input = GetUrl)]
pub async fn history(after: Option<String>, limit: Option<String>) -> Result<Page<HistoryView>, AppError> {
    let visit = here()?;
    let owner = visit.signed_in()?.id;
    let given = |word: Option<String>| word.filter(|word| !word.is_empty());
    let after = given(after).map(|word| id(&word)).transpose()?;
    let malformed = || fault(Field::Form, Fault::Malformed);
    let limit = given(limit).map_or(Ok(HISTORY_PAGE), |word| word.parse().map_err(|_| malformed()))?;
    history::history(&visit.house, owner, after, limit).await.map_err(worded)
}

/// Asks that the caller's account be deleted in seven days. 401 without a proof of the last ten minutes, 409 for the last
/// administrator. Asking again changes nothing.
#[server(prefix = "/api", endpoint = "delete_account")]
pub async fn delete_account() -> Result<Done, AppError> {
    let visit = here()?;
    let proven = visit.proven().await?;
    leaving::request(&visit.house, &proven, &visit.device).await.map_err(worded)?;
    Ok(Done::go("/account/data").telling(Notice::DeletionRequested))
}

/// Keeps an account that was about to be deleted: that of the letter when its `token` is given, by whoever has it; else the
/// caller's.
#[server(prefix = "/api", endpoint = "keep_account")]
pub async fn keep_account(token: Option<Secret>) -> Result<Done, AppError> {
    let visit = here()?;
    match token {
        Some(token) => leaving::keep_by_letter(&visit.house, &token, &visit.device).await,
        None => leaving::keep(&visit.house, visit.signed_in()?, &visit.device).await,
    }
    .map_err(worded)?;
    let next = if visit.viewer().is_some() { "/account/data" } else { "/login" };
    Ok(Done::go(next).telling(Notice::AccountKept))
}
