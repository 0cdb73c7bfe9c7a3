//! Browsers that have signed in to an account, known again by a cookie.
//!
//! Two things rest on it: a sign-in from a browser the account has not been used from is told by letter, and one from a browser it
//! has been used from is not slowed down by strangers' guesses (the device cookies of OWASP). A row is a keyed hash of account
//! and cookie, so the table names no browser, and nobody can tell from it which accounts share one.

use super::secure;
use crate::{
    Latchkey, Refusal,
    db::{Picked, Tx, on, picked, statements, within},
    events::{self, Event, Kind},
    jobs,
    keys::mac,
    mail::{
        self,
        security::{self, Owner},
    },
    sessions::Device,
    throttle::{self, Throttle},
    words::Viewer,
};
use std::time::Duration;
use uuid::Uuid;

const TIDY: Picked =
    picked!("delete from devices where key", "select key from devices where seen_at <= $1 order by seen_at limit $2");

statements! {
    IS_KNOWN = "select user_id from devices where key = $1";
    SEEN = "insert into devices (key, user_id, created_at, seen_at) values ($1, $2, $3, $3)
            on conflict (key) do update set seen_at = $3";
    FORGET = "delete from devices where user_id = $1";
    FORGET_OTHERS = "delete from devices where user_id = $1 and key <> $2";
    /// All but the latest.
    CROWD = "delete from devices where user_id = $1
               and key not in (select key from devices where user_id = $1 order by seen_at desc, key limit $2)";
    OF = "select key from devices where user_id = $1";
    TIDY_PLAIN = TIDY.plain;
}

/// How long a browser is known after its last sign-in; as long as browsers keep a cookie (RFC 6265bis section 5.5).
pub const KNOWN_FOR: Duration = Duration::from_secs(400 * 86_400);

/// How many browsers of one account are known at most: those it was used from last. A browser that keeps no cookie is another
/// one each time.
const MOST: i64 = 100;

/// What a browser is known by at one account.
pub(super) type Key = [u8; 32];

/// The key of a browser at an account; `None` for what is no browser, such as a program. One that keeps no cookie has a key, of the
/// cookie it is offered, and with the next request another. Nobody's account has keys as well: whoever tries
/// an unknown address is looked up like everybody else.
pub(super) fn key(house: &Latchkey, user: Option<Uuid>, device: &Device) -> Option<Key> {
    let cookie = device.cookie.as_ref()?;
    Some(mac(&house.devices_key, &[user.unwrap_or_default().as_bytes(), cookie.expose().as_bytes()]))
}

/// Whether the account has been used from this browser.
pub(super) async fn is_known(house: &Latchkey, key: &Key) -> Result<bool, Refusal> {
    let row: Option<(Uuid,)> =
        on!(house.db, read, |p| sqlx::query_as(IS_KNOWN).bind(&key[..]).fetch_optional(p).await)?;
    Ok(row.is_some())
}

/// Takes note of a sign-in, in the transaction that begins the session.
pub(super) async fn seen(house: &Latchkey, tx: &mut Tx, key: &Key, user: Uuid) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(SEEN).bind(&key[..]).bind(user).bind(house.now()).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets the browsers not used for longest, in the transaction that took note of one more.
pub(super) async fn crowd(tx: &mut Tx, user: Uuid) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(CROWD).bind(user).bind(MOST).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether the owner is to have a letter about one more new browser, or has had enough of them within the hour. To be asked before the
/// transaction begins.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn may_write(house: &Latchkey, user: Uuid) -> Result<bool, Refusal> {
    match throttle::take_by(house, Throttle::NewDevice, user.as_bytes()).await {
        Ok(()) => Ok(true),
        Err(Refusal::TooMany { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Records that somebody has signed in from a browser the account had not been used from, and tells its owner if `letter`.
pub(super) async fn tell(
    house: &Latchkey,
    tx: &mut Tx,
    viewer: &Viewer,
    device: &Device,
    letter: bool,
) -> Result<(), Refusal> {
    let event = Event::new(Kind::NewDevice).by(viewer.id).on(viewer.id).session(viewer.session).from(device);
    events::record(house, tx, event).await?;
    if !letter {
        return Ok(());
    }
    let link = secure::link(house, tx, viewer.id, &viewer.email).await?;
    let owner = Owner { name: &viewer.name, to: &viewer.email };
    mail::post(house, tx, Some(viewer.id), &security::new_device(&house.settings, owner, device, house.now(), &link))
        .await
}

/// Forgets every browser of an account.
pub(crate) async fn forget(tx: &mut Tx, user: Uuid) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(FORGET).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets every browser of an account but this one.
pub(super) async fn forget_others(house: &Latchkey, tx: &mut Tx, user: Uuid, device: &Device) -> Result<(), Refusal> {
    let Some(key) = key(house, Some(user), device) else { return forget(tx, user).await };
    within!(*tx, |c| sqlx::query(FORGET_OTHERS).bind(user).bind(&key[..]).execute(c).await.map(drop))?;
    Ok(())
}

/// The keys of an account's browsers.
pub(super) async fn keys_of(house: &Latchkey, user: Uuid) -> Result<Vec<Vec<u8>>, Refusal> {
    let rows: Vec<(Vec<u8>,)> = on!(house.db, read, |p| sqlx::query_as(OF).bind(user).fetch_all(p).await)?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

pub(super) async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    jobs::clear(house, &TIDY, house.now().minus(KNOWN_FOR)).await
}
