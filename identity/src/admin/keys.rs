//! Signing keys as the panel and `latchkey keys` show them, and what may be decided about them. Nothing private is ever shown.

use super::{Admin, Proven};
use crate::{
    Latchkey, Refusal,
    events::Kind,
    keys,
    time::Timestamp,
    words::{Fault, Field, Permission},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

crate::spelled! {
    /// How a key stands.
    KeyState {
        /// Published, and to sign later.
        Coming = "coming",
        /// Signs.
        Signing = "signing",
        /// Verifies what it signed.
        Retired = "retired",
    }
}

/// A signing key. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Key id.
    pub kid: String,
    /// `alg`.
    pub alg: String,
    /// How it stands.
    pub state: KeyState,
    /// When it was made, and published.
    pub made_at: i64,
    /// From when on it signs.
    pub signs_from: i64,
    /// When another takes over, or did.
    pub retired_at: Option<i64>,
    /// When it is planned to stop signing; its successor is not made yet.
    pub planned_at: Option<i64>,
    /// How long it verifies, if it is known.
    pub verifies_until: Option<i64>,
    /// The public half (RFC 7517); `None` for a shared secret.
    pub jwk: Option<String>,
}

/// Every key, newest first.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn keys(house: &Latchkey, admin: &Admin) -> Result<Vec<KeyView>, Refusal> {
    admin.may(Permission::KeysRead)?;
    let (now, rows) = (house.now(), keys::list(house).await?);
    let signer = house.keyring().signer_kid(now).to_owned();
    let views = rows.into_iter().map(|row| {
        let state = match () {
            () if row.kid == signer => KeyState::Signing,
            () if row.signs_from > now => KeyState::Coming,
            () => KeyState::Retired,
        };
        KeyView {
            state,
            made_at: row.created_at.0,
            signs_from: row.signs_from.0,
            retired_at: row.retired_at.map(|at| at.0),
            planned_at: row.retire_at.filter(|_| row.retired_at.is_none()).map(|at| at.0),
            verifies_until: row.retired_at.map(|at| at.plus(keys::verifies_for(&house.settings)).0),
            jwk: Some(row.jwk).filter(|jwk| !jwk.is_empty()),
            kid: row.kid,
            alg: row.alg,
        }
    });
    Ok(views.collect())
}

/// Makes a new key, publishes it now, and lets it take over after `wait`. Answers its `kid`.
///
/// # Errors
/// `Forbidden`; `AlreadyDone` while another is published and waits to take over, unless this one is to do so at once; or when the
/// database does not answer. Then nothing has changed.
pub async fn rotate_keys(house: &Latchkey, admin: &Proven, wait: Duration) -> Result<String, Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::KeysRotate).await?;
    if wait > keys::AT_ONCE && keys::is_coming(house, &mut tx).await? {
        return Err(Refusal::AlreadyDone);
    }
    keys::rotate_by(house, tx, admin.event(Kind::KeysRotated), wait).await
}

/// Plans the moment (milliseconds since 1970) at which the key that signs now stops to. Its successor is published ten minutes before
/// at the latest.
///
/// # Errors
/// `Forbidden`; `Invalid` when that is less than ten minutes or more than a year away; `AlreadyDone` when its successor is published
/// already; or when the database does not answer.
pub async fn plan_key_retirement(house: &Latchkey, admin: &Proven, at: i64) -> Result<(), Refusal> {
    let (tx, admin) = admin.begin(house, Permission::KeysRotate).await?;
    keys::plan(house, tx, admin.event(Kind::KeyRetirementPlanned), Timestamp(at)).await
}

/// Takes that back.
///
/// # Errors
/// `Forbidden`; `AlreadyDone` when the successor is published already; or when the database does not answer.
pub async fn cancel_key_retirement(house: &Latchkey, admin: &Proven) -> Result<(), Refusal> {
    let (tx, admin) = admin.begin(house, Permission::KeysRotate).await?;
    keys::cancel(house, tx, admin.event(Kind::KeyRetirementPlanned)).await
}

/// Trusts a key no more: every access token it signed is refused, here at once and on every node within a second. Browsers go on with
/// their refresh tokens, unseen. Answers the `kid` of the key that took its place, if it had one.
///
/// # Errors
/// `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn distrust_key(house: &Latchkey, admin: &Proven, kid: &str) -> Result<Option<String>, Refusal> {
    let (tx, admin) = admin.begin(house, Permission::KeysRotate).await?;
    keys::distrust(house, tx, admin.event(Kind::KeyDistrusted), kid).await
}

/// Reads a moment in UTC as a form or an operator writes it: `2026-12-01T09:30`, perhaps with seconds and a `Z`.
///
/// # Errors
/// `Invalid`.
pub fn moment(text: &str) -> Result<i64, Refusal> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    let read = text.parse::<jiff::civil::DateTime>().and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC));
    let at = read.map(|at| at.timestamp().as_millisecond());
    at.map_err(|_| Refusal::field(Field::Value, Fault::Malformed))
}
