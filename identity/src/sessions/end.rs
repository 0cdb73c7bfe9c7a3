//! The end of a session: once, with a cause, recorded in the transaction that does it.

use super::{
    acting,
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
    time::Timestamp,
    tokens::refresh::Presented,
    words::{EndCause, RoleName, Viewer},
};
use uuid::Uuid;

statements! {
    END_ONE = "update sessions set ended_at = $1, end_cause = $2
                where id = $3 and user_id = $4 and ended_at is null returning id, user_id, acting_id, created_at, ended_at";
    /// Whoever holds the refresh token may end its session, so no owner is asked for.
    END_ANY = "update sessions set ended_at = $1, end_cause = $2 where id = $3 and ended_at is null
            returning id, user_id, acting_id, created_at, ended_at";
    /// Changes nothing and locks the account until the end of the transaction. Whoever takes it back locks it before its sessions too,
    /// so that neither waits for the other.
    TURN = "update users set name = name where id = $1";
    SECRET = "select secret, user_id, acting_id, acting_from from sessions where id = $1";
    END_ALL_BUT = "update sessions set ended_at = $1, end_cause = $2
                    where user_id = $3 and id <> $4 and ended_at is null returning id, user_id, acting_id, created_at, ended_at";
    /// What somebody does in other people's places, coming from this session.
    END_ACTING_FROM = "update sessions set ended_at = $1, end_cause = $2
                        where acting_id = $3 and acting_from = $4 and ended_at is null
                    returning id, user_id, acting_id, created_at, ended_at";
    END_ACTING_BUT = "update sessions set ended_at = $1, end_cause = $2
                       where acting_id = $3 and acting_from <> $4 and ended_at is null
                   returning id, user_id, acting_id, created_at, ended_at";
    /// What rests on a role: of those who have it in other people's places, and of others in the place of those who have it.
    END_ACTING_ROLE = "update sessions set ended_at = $1, end_cause = $2
                        where acting_id is not null and ended_at is null
                          and (acting_id in (select id from users where role_name = $3)
                               or user_id in (select id from users where role_name = $3))
                    returning id, user_id, acting_id, created_at, ended_at";
    /// Nobody has come with a token of it since its time was over.
    END_LAPSED = "update sessions set ended_at = expires_at, end_cause = $2
                   where acting_id is not null and ended_at is null and expires_at <= $1
               returning id, user_id, acting_id, created_at, ended_at";
}

/// A session that has just ended.
#[derive(sqlx::FromRow)]
pub(super) struct Ended {
    id: Uuid,
    user_id: Uuid,
    acting_id: Option<Uuid>,
    created_at: Timestamp,
    ended_at: Timestamp,
}

/// Signs out. Whoever acts as somebody else stops that, and their own session ends with it: who says that they want to leave is not to be
/// left with the rights of an administrator. Succeeds also when the session is over already, and when the database is away: then this
/// node refuses the session at once, and its end is owed.
///
/// # Errors
/// When something is wrong with us. The session is refused on this node all the same, and the cookies should go.
pub async fn sign_out(house: &Latchkey, viewer: &Viewer, device: &Device) -> Result<(), Refusal> {
    let own = viewer.actor.map(|actor| actor.from);
    house.revocations.sessions(&[viewer.session, own.unwrap_or(viewer.session)], house.now());
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
    let own = viewer.actor.map(|actor| (actor.id, actor.from));
    leave(house, (viewer.id, viewer.session), own, device).await
}

/// Whatever its generation: whoever holds a genuine token may end its session.
pub(super) async fn sign_out_by(house: &Latchkey, presented: &str, device: &Device) -> Result<(), Refusal> {
    let Some(token) = Presented::parse(presented) else { return Ok(()) };
    #[allow(clippy::type_complexity, reason = "a row, taken apart in the next line")]
    let found: Option<(Vec<u8>, Uuid, Option<Uuid>, Option<Uuid>)> =
        on!(house.db, read, |p| sqlx::query_as(SECRET).bind(token.session).fetch_optional(p).await)?;
    let Some((_, owner, admin, from)) = found.filter(|(secret, ..)| token.is_genuine(&house.refresh_key, secret))
    else {
        return Ok(());
    };
    house.revocations.sessions(&[token.session, from.unwrap_or(token.session)], house.now());
    leave(house, (owner, token.session), admin.zip(from), device).await
}

/// Ends the session of somebody's, and the one `own` of who was in their place in it.
async fn leave(
    house: &Latchkey,
    (owner, session): (Uuid, Uuid),
    own: Option<(Uuid, Uuid)>,
    device: &Device,
) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    if own.is_some() {
        close(house, &mut tx, owner, session, EndCause::ActingOver).await?;
    }
    let (who, session) = own.unwrap_or((owner, session));
    if close(house, &mut tx, who, session, EndCause::SignedOut).await?.is_some() {
        let event = Event::new(Kind::SignedOut).by(who).on(who).session(session).from(device);
        events::record(house, &mut tx, event).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Stops acting as somebody else. The own session lives on. As [`sign_out`] does, it succeeds whether that is over already or not, and when
/// the database is away.
///
/// # Errors
/// `Forbidden` for whoever acts as nobody, or when something is wrong with us.
pub async fn stop_acting(house: &Latchkey, viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.actor.is_none() {
        return Err(Refusal::Forbidden);
    }
    house.revocations.session(viewer.session, house.now());
    match stop_acting_now(house, viewer).await {
        Err(Refusal::Unavailable(_)) => house.owed.add(Debt::Place(Box::new(viewer.clone()))),
        other => other?,
    }
    Ok(())
}

pub(super) async fn stop_acting_now(house: &Latchkey, viewer: &Viewer) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    close(house, &mut tx, viewer.id, viewer.session, EndCause::ActingOver).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends one of the caller's own sessions. Another person's session answers `NotFound`, like one that never existed.
///
/// # Errors
/// `Acting` for an administrator in the owner's place, `NotFound`, or when the database does not answer.
pub async fn end_own(house: &Latchkey, viewer: &Viewer, id: Uuid, device: &Device) -> Result<(), Refusal> {
    acting::is_owner(viewer)?;
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
/// `Acting` for an administrator in the owner's place, or when the database does not answer.
pub async fn end_others(house: &Latchkey, viewer: &Viewer, device: &Device) -> Result<usize, Refusal> {
    acting::is_owner(viewer)?;
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

/// The same within a transaction. The caller puts the ids into the revocation set after the commit. What was done in somebody else's
/// place, coming from one of these, ends with it, and needs no place in the set: its tokens name the session they come from.
pub(crate) async fn end_all_within(
    house: &Latchkey,
    tx: &mut Tx,
    user: Uuid,
    but: Option<Uuid>,
    cause: EndCause,
) -> Result<Vec<Uuid>, Refusal> {
    let (now, but) = (house.now(), but.unwrap_or_default());
    let ended: Vec<Ended> = within!(*tx, |c| sqlx::query_as(END_ALL_BUT)
        .bind(now)
        .bind(cause.as_str())
        .bind(user)
        .bind(but)
        .fetch_all(c)
        .await)?;
    told(house, tx, &ended).await?;
    end_acting_but(house, tx, user, but).await?;
    Ok(ended.into_iter().map(|ended| ended.id).collect())
}

/// Ends whatever somebody does in other people's places. The caller puts the ids into the revocation set after the commit.
pub(crate) async fn end_acting(house: &Latchkey, tx: &mut Tx, admin: Uuid) -> Result<Vec<Uuid>, Refusal> {
    end_acting_but(house, tx, admin, Uuid::nil()).await
}

/// Ends what rests on a role that has become another. The caller puts the ids into the revocation set after the commit.
pub(crate) async fn end_acting_by_role(house: &Latchkey, tx: &mut Tx, role: RoleName) -> Result<Vec<Uuid>, Refusal> {
    let ended: Vec<Ended> = within!(*tx, |c| sqlx::query_as(END_ACTING_ROLE)
        .bind(house.now())
        .bind(EndCause::ActingOver.as_str())
        .bind(role.as_str())
        .fetch_all(c)
        .await)?;
    told(house, tx, &ended).await?;
    Ok(ended.into_iter().map(|ended| ended.id).collect())
}

/// Unless they come from the session `but`.
async fn end_acting_but(house: &Latchkey, tx: &mut Tx, admin: Uuid, but: Uuid) -> Result<Vec<Uuid>, Refusal> {
    let ended: Vec<Ended> = within!(*tx, |c| sqlx::query_as(END_ACTING_BUT)
        .bind(house.now())
        .bind(EndCause::ActingOver.as_str())
        .bind(admin)
        .bind(but)
        .fetch_all(c)
        .await)?;
    told(house, tx, &ended).await?;
    Ok(ended.into_iter().map(|ended| ended.id).collect())
}

/// Writes down which administrators have left somebody's place although nobody has come with a token since.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn end_lapsed(house: &Latchkey) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    let ended: Vec<Ended> = within!(tx, |c| sqlx::query_as(END_LAPSED)
        .bind(house.now())
        .bind(EndCause::Expired.as_str())
        .fetch_all(c)
        .await)?;
    told(house, &mut tx, &ended).await?;
    tx.commit().await?;
    Ok(())
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

/// Writes down that a session is over: it has outlived itself, or what it rested on is no more.
pub(super) async fn lapse(house: &Latchkey, id: Uuid, cause: EndCause) -> Result<(), Refusal> {
    let now = house.now();
    let mut tx = house.db.begin().await?;
    let ended: Option<Ended> =
        within!(tx, |c| sqlx::query_as(END_ANY).bind(now).bind(cause.as_str()).bind(id).fetch_optional(c).await)?;
    told(house, &mut tx, ended.as_slice()).await?;
    tx.commit().await?;
    house.revocations.session(id, now);
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
    Ok(close(house, tx, user, id, cause).await?.is_some())
}

/// The same, with what the session was.
async fn close(house: &Latchkey, tx: &mut Tx, user: Uuid, id: Uuid, cause: EndCause) -> Result<Option<Ended>, Refusal> {
    let now = house.now();
    let ended: Option<Ended> = within!(*tx, |c| sqlx::query_as(END_ONE)
        .bind(now)
        .bind(cause.as_str())
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?;
    told(house, tx, ended.as_slice()).await?;
    if ended.is_some() {
        let acting: Vec<Ended> = within!(*tx, |c| sqlx::query_as(END_ACTING_FROM)
            .bind(now)
            .bind(EndCause::ActingOver.as_str())
            .bind(user)
            .bind(id)
            .fetch_all(c)
            .await)?;
        told(house, tx, &acting).await?;
    }
    Ok(ended)
}

/// Lets the other nodes know, and the history of whoever had an administrator in their place. The detail is how many seconds.
async fn told(house: &Latchkey, tx: &mut Tx, ended: &[Ended]) -> Result<(), Refusal> {
    for one in ended {
        let Some(admin) = one.acting_id else { continue };
        let seconds = (one.ended_at.seconds() - one.created_at.seconds()).max(0);
        let event = Event::new(Kind::ImpersonationEnded).by(admin).on(one.user_id).session(one.id);
        events::record(house, tx, event.detail(seconds.to_string())).await?;
    }
    if !ended.is_empty() {
        tx.ring(Topic::Revoked).await?;
    }
    Ok(())
}
