//! Step-up: what is dangerous asks whether the password was given lately in this very session (ASVS 7.5.1, RFC 9470).
//!
//! The row of the session knows when, and not the access token: a proof counts at once on every node, and a token that was
//! stolen proves nothing by itself. Rules that need it take a [`Proven`], which cannot be made in any other way.

use super::{
    acting,
    begin::Device,
    rotation::{self, Step, WINDOW, judge},
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    events::{self, Event, Kind},
    passwords::Verdict,
    throttle::{self, Throttle},
    time::Timestamp,
    tokens::TokenPair,
    words::{EndCause, Fault, Field, Secret, Viewer},
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    SINCE = "select authenticated_at, generation, confirmed_at from sessions where id = $1 and user_id = $2 and ended_at is null and acting_id is null";
    /// The session moves on by one generation, unless somebody may still come with the token before the current one: after two
    /// steps at once, that request would be taken for a thief's.
    MOVE = "update sessions
               set generation = generation + 1, rotated_at = $1, confirmed_at = null, ip = $2, authenticated_at = $1
             where id = $3 and user_id = $4 and generation = $5 and ended_at is null and (expires_at is null or expires_at > $1)
               and acting_id is null and (confirmed_at <= $6 or generation = 1 and confirmed_at is null)
         returning generation";
    MARK = "update sessions set authenticated_at = $1
             where id = $2 and user_id = $3 and ended_at is null and acting_id is null and (expires_at is null or expires_at > $1)
         returning generation";
    ACCOUNT = "select password_hash from users where id = $1 and disabled_at is null";
    /// Asks once more, in the transaction that writes the proof down: the account may have been disabled, or its password
    /// changed, while the hash was computed.
    STILL = "select password_hash from users where id = $1 and disabled_at is null and password_hash = $2";
}

/// How long a proof is good.
pub const PROOF_LIFE: Duration = Duration::from_secs(10 * 60);

/// Somebody who has given the password within the last [`PROOF_LIFE`], in the session they ask in.
#[derive(Clone, Debug)]
pub struct Proven {
    user: Uuid,
    session: Uuid,
}

impl Proven {
    /// The account.
    pub const fn user(&self) -> Uuid {
        self.user
    }

    /// The session.
    pub const fn session(&self) -> Uuid {
        self.session
    }
}

/// Asks for the proof. It does not count for an access token whose refresh token would by now be a thief's: a copy from before the
/// password was given is not worth more because of it.
///
/// # Errors
/// `Acting` for an administrator in somebody else's place, `ProofNeeded` when the password was given too long ago or the token is such
/// a copy, `SignedOut` when the session is over, or when the database does not answer.
pub async fn prove(house: &Latchkey, viewer: &Viewer) -> Result<Proven, Refusal> {
    acting::is_owner(viewer)?;
    let since: Option<(Timestamp, i64, Option<Timestamp>)> =
        on!(house.db, read, |p| sqlx::query_as(SINCE).bind(viewer.session).bind(viewer.id).fetch_optional(p).await)?;
    let (since, generation, confirmed_at) = since.ok_or(Refusal::SignedOut(None))?;
    let now = house.now();
    let copied = judge(generation, confirmed_at, viewer.generation, now) == Step::Reuse;
    if now < since.plus(PROOF_LIFE) && !copied {
        Ok(Proven { user: viewer.id, session: viewer.session })
    } else {
        Err(Refusal::ProofNeeded)
    }
}

/// Takes the password once more, in a living session. With `renew`, for who came with cookies, the session gets new tokens
/// (ASVS 7.2.4), or `None` where another request has moved it on a moment ago; that one brings them. A program that came with an
/// access token alone is given none: it renews with its refresh token when that is due.
///
/// # Errors
/// `Acting` for an administrator in somebody else's place, `Invalid` when the password is missing or wrong, `TooMany` wrong ones for this account, here or where it is changed (strangers at the
/// door do not count), `SignedOut` when
/// the session or the account has ended meanwhile, `Busy`, or when the database does not answer.
pub async fn reauthenticate(
    house: &Latchkey,
    viewer: &Viewer,
    password: &Secret,
    device: &Device,
    renew: bool,
) -> Result<Option<TokenPair>, Refusal> {
    acting::is_owner(viewer)?;
    if password.expose().is_empty() {
        return Err(Refusal::field(Field::Password, Fault::Missing));
    }
    let known: Option<(String,)> =
        on!(house.db, read, |p| sqlx::query_as(ACCOUNT).bind(viewer.id).fetch_optional(p).await)?;
    let (hash,) = known.ok_or(Refusal::SignedOut(Some(EndCause::Disabled)))?;
    throttle::take_by(house, Throttle::Proof, viewer.id.as_bytes()).await?;
    let event = |kind| Event::new(kind).by(viewer.id).on(viewer.id).session(viewer.session).from(device);
    let verdict = house.hasher.verify(password, Some(&hash)).await?;
    let mut tx = house.db.begin().await?;
    if !matches!(verdict, Verdict::Right | Verdict::RightButOutdated) {
        events::record(house, &mut tx, event(Kind::ReauthenticationFailed)).await?;
        tx.commit().await?;
        return Err(Refusal::field(Field::Password, Fault::Wrong));
    }
    let still: Option<(String,)> =
        within!(tx, |c| sqlx::query_as(STILL).bind(viewer.id).bind(&hash).fetch_optional(c).await)?;
    still.ok_or(Refusal::SignedOut(None))?;
    let pair = given(house, &mut tx, viewer, device, renew).await?;
    events::record(house, &mut tx, event(Kind::Reauthenticated)).await?;
    tx.commit().await?;
    throttle::forgive(house, Throttle::Proof, viewer.id.as_bytes()).await;
    Ok(pair)
}

/// Writes down, within the caller's transaction, that the password was given in this session just now, and renews its tokens as
/// [`reauthenticate`] tells. Whether it was the right one is the caller's business.
///
/// # Errors
/// `SignedOut` when the session is over, or when the database does not answer.
pub(crate) async fn given(
    house: &Latchkey,
    tx: &mut Tx,
    viewer: &Viewer,
    device: &Device,
    renew: bool,
) -> Result<Option<TokenPair>, Refusal> {
    let now = house.now();
    let moved: Option<(i64,)> = match renew {
        true => within!(*tx, |c| sqlx::query_as(MOVE)
            .bind(now)
            .bind(&device.ip)
            .bind(viewer.session)
            .bind(viewer.id)
            .bind(viewer.generation)
            .bind(now.minus(WINDOW))
            .fetch_optional(c)
            .await)?,
        false => None,
    };
    let current = match moved {
        Some((generation,)) => return rotation::current(house, tx, viewer.session, generation).await.map(Some),
        None => within!(*tx, |c| sqlx::query_as(MARK)
            .bind(now)
            .bind(viewer.session)
            .bind(viewer.id)
            .fetch_optional(c)
            .await)?,
    };
    let (current,): (i64,) = current.ok_or(Refusal::SignedOut(None))?;
    if renew && current == viewer.generation {
        // Renewed within the last moments, perhaps for this very request: the same generation once more, with the new time.
        return rotation::current(house, tx, viewer.session, current).await.map(Some);
    }
    Ok(None)
}
