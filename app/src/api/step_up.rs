//! Giving the password again, for what is dangerous.

use super::here;
use crate::{
    answer::{Done, worded},
    error::AppError,
    next::LocalPath,
    visit::CookieOrder,
};
use identity::{sessions, words::Secret};
use leptos::prelude::server;

/// Takes the password once more, and leads on to `next`. For ten minutes, what answered `proof_needed` can be done in this session;
/// a browser's form that waited for it, in the hidden field `pending`, is done at once by the server's `answers.rs`. 422 when the
/// password is wrong, counted together with sign-in.
#[server(prefix = "/api", endpoint = "reauthenticate")]
pub async fn reauthenticate(password: Secret, next: Option<String>) -> Result<Done, AppError> {
    let visit = here()?;
    let viewer = visit.signed_in()?;
    let renew = visit.holds_refresh().await?;
    let given = sessions::reauthenticate(&visit.house, viewer, &password, &visit.device, renew).await;
    if let Some(pair) = given.map_err(worded)? {
        visit.order(CookieOrder::Give(Box::new(pair)));
    }
    Ok(Done::go(LocalPath::after_sign_in(next.as_deref())))
}
