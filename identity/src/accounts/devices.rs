//! Browsers that have signed in to an account, known again by a cookie.
//!
//! Two things rest on it: a sign-in from a browser the account has not been used from is told by letter, and one from a browser it
//! has been used from is not slowed down by strangers' guesses (the device cookies of OWASP). A row is a keyed hash of account
//! and cookie, so the table names no browser, and nobody can tell from it which accounts share one.

use super::secure;
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    events::{self, Event, Kind},
    keys::mac,
    mail::{
        self,
        security::{self, Owner},
    },
    sessions::Device,
    words::Viewer,
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    KNOWN = "select user_id from devices where key = $1";
    SEEN = "insert into devices (key, user_id, created_at, seen_at) values ($1, $2, $3, $3)
            on conflict (key) do update set seen_at = $3";
    FORGET = "delete from devices where user_id = $1";
    OF = "select key from devices where user_id = $1 order by seen_at desc limit 1000";
    TIDY = "delete from devices where seen_at <= $1";
}

/// How long a browser is known after its last sign-in; as long as browsers keep a cookie (RFC 6265bis section 5.5).
pub const KNOWN_FOR: Duration = Duration::from_secs(400 * 86_400);

/// What a browser is known by at one account.
pub(super) type Key = [u8; 32];

/// The key of a browser at an account; `None` for whoever cannot keep a cookie. Nobody's account has keys as well: whoever tries
/// an unknown address is looked up like everybody else.
pub(super) fn key(house: &Latchkey, user: Option<Uuid>, device: &Device) -> Option<Key> {
    let cookie = device.cookie.as_ref()?;
    Some(mac(&house.devices_key, &[user.unwrap_or_default().as_bytes(), cookie.expose().as_bytes()]))
}

/// Whether the account has been used from this browser.
pub(super) async fn is_known(house: &Latchkey, key: &Key) -> Result<bool, Refusal> {
    let row: Option<(Uuid,)> = on!(house.db, read, |p| sqlx::query_as(KNOWN).bind(&key[..]).fetch_optional(p).await)?;
    Ok(row.is_some())
}

/// Takes note of a sign-in, in the transaction that begins the session.
pub(super) async fn seen(house: &Latchkey, tx: &mut Tx, key: &Key, user: Uuid) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(SEEN).bind(&key[..]).bind(user).bind(house.now()).execute(c).await.map(drop))?;
    Ok(())
}

/// Tells the owner that somebody has signed in from a browser the account had not been used from.
pub(super) async fn tell(house: &Latchkey, tx: &mut Tx, viewer: &Viewer, device: &Device) -> Result<(), Refusal> {
    let event = Event::new(Kind::NewDevice).by(viewer.id).on(viewer.id).session(viewer.session).from(device);
    events::record(house, tx, event).await?;
    let link = secure::link(house, tx, viewer.id, &viewer.email).await?;
    let owner = Owner { name: &viewer.name, to: &viewer.email };
    mail::post(house, tx, Some(viewer.id), &security::new_device(&house.settings, owner, device, house.now(), &link))
        .await
}

/// Forgets every browser of an account.
pub(super) async fn forget(tx: &mut Tx, user: Uuid) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(FORGET).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

/// The keys of an account's browsers, the latest thousand.
pub(super) async fn keys_of(house: &Latchkey, user: Uuid) -> Result<Vec<Vec<u8>>, Refusal> {
    let rows: Vec<(Vec<u8>,)> = on!(house.db, read, |p| sqlx::query_as(OF).bind(user).fetch_all(p).await)?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

pub(super) async fn tidy(house: &Latchkey) -> Result<(), Refusal> {
    let before = house.now().minus(KNOWN_FOR);
    on!(house.db, write, |p| sqlx::query(TIDY).bind(before).execute(p).await.map(drop))?;
    Ok(())
}
