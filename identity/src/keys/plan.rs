//! What an administrator decides about signing keys besides rotating them: when one stops to sign, and that one is trusted no more.
//! Who decides comes with a transaction that has its turn.

use super::ring::{self, ANNOUNCED, KeyRow};
use crate::{
    Latchkey, Refusal,
    db::{Topic, Tx, on, statements, within},
    events::{self, Event, Kind},
    time::Timestamp,
    words::{Fault, Field},
};
use std::time::Duration;

statements! {
    PLAN = "update signing_keys set retire_at = $1 where kid = $2";
    FORGET_PLANS = "update signing_keys set retire_at = null where retire_at is not null and retired_at is null returning kid";
    DUE = "select kid from signing_keys where retire_at <= $1 and retired_at is null";
    DROP = "delete from signing_keys where kid = $1";
    SIGN_FROM = "update signing_keys set signs_from = $1 where kid = $2";
    RETIRE = "update signing_keys set retired_at = $1 where kid = $2";
}

/// How much earlier than it has to be a successor is made: jobs run about once a minute.
const EARLY: Duration = Duration::from_secs(5 * 60);

/// The furthest moment that can be planned.
const FURTHEST: Duration = Duration::from_secs(366 * 86_400);

/// Plans the moment at which the key that signs now stops to; its successor is made and published in time. A plan made before is
/// replaced.
///
/// # Errors
/// `Invalid` when the moment is sooner than a successor has to be published, or more than a year away; `AlreadyDone` when a successor
/// is published already; or when the database does not answer.
pub(crate) async fn plan(house: &Latchkey, mut tx: Tx, event: Event, at: Timestamp) -> Result<(), Refusal> {
    let now = house.now();
    if at < now.plus(ANNOUNCED) || at > now.plus(FURTHEST) {
        return Err(Refusal::field(Field::Value, Fault::NotAllowed));
    }
    let keys = ring::rows_within(&mut tx).await?;
    let signer = keys.iter().find(|key| key.signs(now)).ok_or(Refusal::NotFound)?;
    if signer.retired_at.is_some() {
        return Err(Refusal::AlreadyDone);
    }
    within!(tx, |c| sqlx::query(PLAN).bind(at).bind(&signer.kid).execute(c).await.map(drop))?;
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().strftime("%Y-%m-%d %H:%M UTC");
    events::record(house, &mut tx, event.detail(signer.kid.as_str()).note(moment.to_string())).await?;
    succeed(house, &mut tx).await?;
    tx.commit().await?;
    house.reload_keys().await
}

/// Takes a plan back. Doing it twice changes nothing.
///
/// # Errors
/// `AlreadyDone` when the successor is published already, or when the database does not answer.
pub(crate) async fn cancel(house: &Latchkey, mut tx: Tx, event: Event) -> Result<(), Refusal> {
    let now = house.now();
    let keys = ring::rows_within(&mut tx).await?;
    if keys.iter().any(|key| key.signs(now) && key.retire_at.is_some() && key.retired_at.is_some()) {
        return Err(Refusal::AlreadyDone);
    }
    let planned: Option<(String,)> = within!(tx, |c| sqlx::query_as(FORGET_PLANS).fetch_optional(c).await)?;
    if let Some((kid,)) = planned {
        events::record(house, &mut tx, event.detail(kid).note("-")).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Makes the successor of a key whose planned moment comes near. To be called about once a minute.
pub(crate) async fn succeed_if_due(house: &Latchkey) -> Result<(), Refusal> {
    let soon = house.now().plus(ANNOUNCED + EARLY);
    let due: Option<(String,)> = on!(house.db, read, |p| sqlx::query_as(DUE).bind(soon).fetch_optional(p).await)?;
    if due.is_none() {
        return Ok(());
    }
    let mut tx = house.db.begin().await?;
    tx.in_turn().await?;
    succeed(house, &mut tx).await?;
    tx.commit().await?;
    house.reload_keys().await
}

async fn succeed(house: &Latchkey, tx: &mut Tx) -> Result<(), Refusal> {
    let now = house.now();
    let keys = ring::rows_within(tx).await?;
    let due =
        |key: &&KeyRow| key.retired_at.is_none() && key.retire_at.is_some_and(|at| at <= now.plus(ANNOUNCED + EARLY));
    let Some(at) = keys.iter().find(due).and_then(|key| key.retire_at) else { return Ok(()) };
    let kid = ring::insert(house, tx, at.max(now.plus(ANNOUNCED))).await?;
    events::record(house, tx, Event::new(Kind::KeysRotated).detail(kid)).await
}

/// Drops a key that leaked: no node, and no verifier that fetches the key set, believes what it signed any more. If it was the one
/// that signs, the next one does from this moment: that which was about to, or a new one. Answers the `kid` of that.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub(crate) async fn distrust(house: &Latchkey, mut tx: Tx, event: Event, kid: &str) -> Result<Option<String>, Refusal> {
    let now = house.now();
    let keys = ring::rows_within(&mut tx).await?;
    let leaked = keys.iter().find(|key| key.kid == kid).ok_or(Refusal::NotFound)?;
    let coming = keys.iter().find(|key| key.signs_from > now && key.kid != kid);
    within!(tx, |c| sqlx::query(DROP).bind(kid).execute(c).await.map(drop))?;
    let next = match coming {
        _ if leaked.signs_from > now => {
            // Those that are left were to stop when it began.
            let from = leaked.signs_from.max(now.plus(ANNOUNCED));
            let next = ring::insert(house, &mut tx, from).await?;
            if let Some(signer) = keys.iter().find(|key| key.signs(now)) {
                within!(tx, |c| sqlx::query(RETIRE).bind(from).bind(&signer.kid).execute(c).await.map(drop))?;
            }
            Some(next)
        }
        _ if !leaked.signs(now) => None,
        Some(coming) => {
            within!(tx, |c| sqlx::query(SIGN_FROM).bind(now).bind(&coming.kid).execute(c).await.map(drop))?;
            Some(coming.kid.clone())
        }
        None => Some(ring::insert(house, &mut tx, now).await?),
    };
    let event = event.detail(kid).note(next.as_deref().unwrap_or("-"));
    events::record(house, &mut tx, event).await?;
    tx.ring(Topic::Keys).await?;
    tx.commit().await?;
    house.reload_keys().await?;
    Ok(next)
}
