//! Signing keys, for administrators. Everybody else gets 403, a stranger 401.

use super::here;
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
};
use identity::{
    admin::{self, KeyView},
    keys::ANNOUNCED,
    words::Permission,
};
use leptos::{prelude::server, server_fn::codec::GetUrl};

/// Where they are shown.
const PAGE: &str = "/admin/keys";

/// Every signing key, newest first. Nothing private.
#[server(prefix = "/api", endpoint = "admin/keys", input = GetUrl)]
pub async fn keys() -> Result<Vec<KeyView>, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::KeysRead)?;
    admin::keys(&visit.house, &admin).await.map_err(worded)
}

/// Makes a new key. It is published now and signs in ten minutes.
#[server(prefix = "/api", endpoint = "admin/rotate_keys")]
pub async fn rotate_keys() -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::KeysRotate).await?;
    admin::rotate_keys(&visit.house, &admin, ANNOUNCED).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::KeysRotated))
}

/// Plans when the key that signs now stops to: a moment in UTC, such as `2026-12-01T09:30`.
#[server(prefix = "/api", endpoint = "admin/plan_key_retirement")]
pub async fn plan_key_retirement(value: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::KeysRotate).await?;
    let at = admin::moment(&value).map_err(worded)?;
    admin::plan_key_retirement(&visit.house, &admin, at).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::KeyRetirementPlanned))
}

/// Takes that back.
#[server(prefix = "/api", endpoint = "admin/cancel_key_retirement")]
pub async fn cancel_key_retirement() -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::KeysRotate).await?;
    admin::cancel_key_retirement(&visit.house, &admin).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::KeyRetirementCancelled))
}

/// Trusts a key no more, at once: every access token it signed is refused from now on.
#[server(prefix = "/api", endpoint = "admin/distrust_key")]
pub async fn distrust_key(kid: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::KeysRotate).await?;
    admin::distrust_key(&visit.house, &admin, &kid).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::KeyDistrusted))
}
