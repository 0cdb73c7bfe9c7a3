//! Accepting an invitation.

use super::here;
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    visit::CookieOrder,
};
use identity::{accounts, words::Secret};
use leptos::prelude::server;

/// Chooses the password of an account one was invited to. Does not sign in, like every letter that sets one. 422 on `token` when it is not
/// good, and on `password` when that is refused; then the letter stays good.
#[server(prefix = "/api", endpoint = "accept_invitation")]
pub async fn accept_invitation(token: Secret, password: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    let whose = accounts::accept_invitation(&visit.house, &token, &password, &visit.device).await.map_err(worded)?;
    if visit.viewer().is_some_and(|viewer| viewer.id == whose) {
        visit.order(CookieOrder::Clear);
    }
    Ok(Done::go("/login").telling(Notice::InvitationAccepted))
}
