//! A new password: by letter for who has forgotten the old one, at once for who knows it.

use super::here;
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    visit::CookieOrder,
};
use identity::{accounts, words::Secret};
use leptos::prelude::server;

/// Asks for a letter with which a new password can be set. Answers alike for every address, and takes alike long.
#[server(prefix = "/api", endpoint = "request_reset")]
pub async fn request_reset(email: String) -> Result<Done, AppError> {
    let visit = here()?;
    accounts::request_reset(&visit.house, &email, &visit.device).await.map_err(worded)?;
    Ok(Done::go("/reset").telling(Notice::LetterSent))
}

/// Spends the token or code of such a letter, sets a new password and ends all sessions of the account. Does not sign in. 422 on
/// `token` when it is not good, and on `password` when that is refused; then the letter stays good.
#[server(prefix = "/api", endpoint = "reset_password")]
pub async fn reset_password(token: Secret, password: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    let whose = accounts::reset_password(&visit.house, &token, &password, &visit.device).await.map_err(worded)?;
    if visit.viewer().is_some_and(|viewer| viewer.id == whose) {
        visit.order(CookieOrder::Clear);
    }
    Ok(Done::go("/login").telling(Notice::PasswordSet))
}

/// Changes the caller's own password and ends all their other sessions. 422 on `current` when it is wrong, counted together with
/// sign-in.
#[server(prefix = "/api", endpoint = "change_password")]
pub async fn change_password(current: Secret, password: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    let viewer = visit.signed_in()?;
    let renew = visit.holds_refresh().await?;
    let renewed = accounts::change_password(&visit.house, viewer, &visit.device, &current, &password, renew).await;
    if let Some(pair) = renewed.map_err(worded)? {
        visit.order(CookieOrder::Give(Box::new(pair)));
    }
    Ok(Done::go("/account/password").telling(Notice::PasswordChanged))
}
