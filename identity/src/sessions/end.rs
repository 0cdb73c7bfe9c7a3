//! The end of a session: once, with a cause, recorded in the transaction that does it.

use super::{
    begin::{Device, Subject},
    owed::Debt,
};
use crate::{
    Latchkey, Refusal, accounts,
    db::{Topic, Tx, on, statements, within},
    events::{self, Event, Kind},
    mail::{
        self,
        security::{self, Owner},
    },
    tokens::refresh::Presented,
    words::{EndCause, Viewer},
};
use uuid::Uuid;

statements! {
    END_ONE = "update sessions set ended_at = $1, end_cause = $2
                where id = $3 and user_id = $4 and ended_at is null returning id";
    /// Whoever holds the refresh token may end its session, so no owner is asked for.
    END_ANY = "update sessions set ended_at = $1, end_cause = $2 where id = $3 and ended_at is null returning id";
    /// Changes nothing and locks the account until the end of the transaction. Whoever takes it back locks it before its sessions too,
    /// so that neither waits for the other.
    TURN = "update users set name = name where id = $1";
    SECRET = "select secret, user_id from sessions where id = $1";
    END_ALL_BUT = "update sessions set ended_at = $1, end_cause = $2
                    where user_id = $3 and id <> $4 and ended_at is null returning id";
}

/// Signs out. Succeeds also when the session is over already, and when the database is away: then this node refuses the session
/// at once, and its end is owed.
///
/// # Errors
/// When something is wrong with us. The session is refused on this node all the same, and the cookies should go.
pub async fn sign_out(house: &Latchkey, viewer: &Viewer, device: &Device) -> Result<(), Refusal> {
    house.revocations.session(viewer.session, house.now());
    match sign_out_now(house, viewer, device).await {
        Err(Refusal::Unavailable(_)) => house.owed.add(Debt::Session(Box::new(viewer.clone()), device.clone())),
        other => other?,
    }
    Ok(())
}

/// Signs out whoever has shown this refresh token, once the database can tell who that is.
pub fn sign_out_later(house: &Latchkey, presented: &str, device: &Device) {
    if Presented::parse(presented).is_some() {
        house.owed.add(Debt::Token(presented.to_owned(), device.clone()));
    }
}

pub(super) async fn sign_out_now(house: &Latchkey, viewer: &Viewer, device: &Device) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    if end_one(house, &mut tx, viewer.id, viewer.session, EndCause::SignedOut).await? {
        let event = Event::new(Kind::SignedOut).by(viewer.id).on(viewer.id).session(viewer.session).from(device);
        events::record(house, &mut tx, event).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whatever its generation: whoever holds a genuine token may end its session.
pub(super) async fn sign_out_by(house: &Latchkey, presented: &str, device: &Device) -> Result<(), Refusal> {
    let Some(token) = Presented::parse(presented) else { return Ok(()) };
    let found: Option<(Vec<u8>, Uuid)> =
        on!(house.db, read, |p| sqlx::query_as(SECRET).bind(token.session).fetch_optional(p).await)?;
    let Some((_, owner)) = found.filter(|(secret, _)| token.is_genuine(&house.refresh_key, secret)) else {
        return Ok(());
    };
    house.revocations.session(token.session, house.now());
    let mut tx = house.db.begin().await?;
    if end_one(house, &mut tx, owner, token.session, EndCause::SignedOut).await? {
        let event = Event::new(Kind::SignedOut).by(owner).on(owner).session(token.session).from(device);
        events::record(house, &mut tx, event).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Ends one of the caller's own sessions. Another person's session answers `NotFound`, like one that never existed.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn end_own(house: &Latchkey, viewer: &Viewer, id: Uuid, device: &Device) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    let cause = if id == viewer.session { EndCause::SignedOut } else { EndCause::SignedOutElsewhere };
    if !end_one(house, &mut tx, viewer.id, id, cause).await? {
        return Err(Refusal::NotFound);
    }
    let event =
        Event::new(Kind::SessionEnded).by(viewer.id).on(viewer.id).session(id).from(device).detail(cause.as_str());
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    house.revocations.session(id, house.now());
    Ok(())
}

/// Ends every session of the caller but the one that asks. Answers how many there were; that there were none is not recorded.
///
/// # Errors
/// When the database does not answer.
pub async fn end_others(house: &Latchkey, viewer: &Viewer, device: &Device) -> Result<usize, Refusal> {
    let mut tx = house.db.begin().await?;
    let ended = end_all_within(house, &mut tx, viewer.id, Some(viewer.session), EndCause::SignedOutElsewhere).await?;
    if !ended.is_empty() {
        let event = Event::new(Kind::OtherSessionsEnded).by(viewer.id).on(viewer.id).from(device);
        events::record(house, &mut tx, event.detail(ended.len().to_string())).await?;
    }
    tx.commit().await?;
    house.revocations.sessions(&ended, house.now());
    Ok(ended.len())
}

/// Ends every session of an account. Who asked, and whether they may, is the caller's business.
///
/// # Errors
/// When the database does not answer.
pub async fn end_all(house: &Latchkey, user: Uuid, cause: EndCause) -> Result<usize, Refusal> {
    let mut tx = house.db.begin().await?;
    let ended = end_all_within(house, &mut tx, user, None, cause).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, house.now());
    Ok(ended.len())
}

/// The same within a transaction. The caller puts the ids into the revocation set after the commit.
pub(crate) async fn end_all_within(
    house: &Latchkey,
    tx: &mut Tx,
    user: Uuid,
    but: Option<Uuid>,
    cause: EndCause,
) -> Result<Vec<Uuid>, Refusal> {
    let ended: Vec<(Uuid,)> = within!(*tx, |c| sqlx::query_as(END_ALL_BUT)
        .bind(house.now())
        .bind(cause.as_str())
        .bind(user)
        .bind(but.unwrap_or_default())
        .fetch_all(c)
        .await)?;
    if !ended.is_empty() {
        tx.ring(Topic::Revoked).await?;
    }
    Ok(ended.into_iter().map(|(id,)| id).collect())
}

/// An old refresh token came back: ends the session it came from, records it and tells the owner by letter. Answers false when
/// somebody else has ended it meanwhile.
pub(super) async fn reused(house: &Latchkey, id: Uuid, owner: &Subject, device: &Device) -> Result<bool, Refusal> {
    let now = house.now();
    let mut tx = house.db.begin().await?;
    within!(tx, |c| sqlx::query(TURN).bind(owner.id).execute(c).await.map(drop))?;
    if !end_one(house, &mut tx, owner.id, id, EndCause::ReuseDetected).await? {
        return Ok(false);
    }
    let event = Event::new(Kind::ReuseDetected).on(owner.id).session(id).from(device);
    events::record(house, &mut tx, event).await?;
    let link = accounts::secure::link(house, &mut tx, owner.id, &owner.email).await?;
    let to = Owner { name: &owner.name, to: &owner.email };
    let letter = security::reuse_detected(&house.settings, to, device, now, &link);
    mail::post(house, &mut tx, Some(owner.id), &letter).await?;
    tx.commit().await?;
    house.revocations.session(id, now);
    house.outbox_bell.notify_one();
    Ok(true)
}

/// Writes down that a session has outlived itself.
pub(super) async fn expire(house: &Latchkey, id: Uuid) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    within!(tx, |c| sqlx::query(END_ANY)
        .bind(house.now())
        .bind(EndCause::Expired.as_str())
        .bind(id)
        .fetch_optional(c)
        .await
        .map(drop))?;
    tx.commit().await?;
    Ok(())
}

/// Ends one session of an account within a transaction. Answers false where it has ended already, or is none of theirs. The caller
/// puts the id into the revocation set after the commit.
pub(crate) async fn end_one(
    house: &Latchkey,
    tx: &mut Tx,
    user: Uuid,
    id: Uuid,
    cause: EndCause,
) -> Result<bool, Refusal> {
    let ended: Option<(Uuid,)> = within!(*tx, |c| sqlx::query_as(END_ONE)
        .bind(house.now())
        .bind(cause.as_str())
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?;
    if ended.is_some() {
        tx.ring(Topic::Revoked).await?;
    }
    Ok(ended.is_some())
}
