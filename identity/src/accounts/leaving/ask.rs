//! Asking to be forgotten, and changing one's mind.

use crate::{
    Latchkey, Refusal,
    accounts::{
        mailed::{self, Bound, Purpose},
        secure,
    },
    admin::another_admin,
    db::{Tx, on, statements, within},
    events::{self, Event, Kind},
    mail,
    sessions::{self, Device, Proven},
    time::Timestamp,
    words::{EndCause, Secret, Viewer},
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    /// Unless it is the last administrator who can sign in and means to stay.
    REQUEST = concat!(
        "update users set delete_at = $1 where id = $2 and delete_at is null and (role <> 'admin' or ",
        another_admin!("$2"),
        ") returning name, email"
    );
    /// Never what an administrator has ordered.
    CANCEL = "update users set delete_at = null
               where id = $1 and delete_at > $2 and deletion_ordered_at is null returning id";
    STANDING = "select delete_at from users where id = $1";
}

/// How long one can change one's mind. The link in the letter is good for as long.
pub const UNDO: Duration = Purpose::Keep.life();

/// Asks that the account be deleted in [`UNDO`]. Ends all other sessions and says so by letter; this one goes on. Asking again
/// changes nothing.
///
/// # Errors
/// `LastAdmin`, `SignedOut` when the account is gone already, or when the database does not answer.
pub async fn request(house: &Latchkey, proven: &Proven, device: &Device) -> Result<(), Refusal> {
    let (user, at) = (proven.user(), house.now().plus(UNDO));
    let mut tx = house.db.begin().await?;
    // Two administrators who leave at the same moment would each still see the other in office.
    tx.in_turn().await?;
    let asked: Option<(String, String)> =
        within!(tx, |c| sqlx::query_as(REQUEST).bind(at).bind(user).fetch_optional(c).await)?;
    let Some((name, email)) = asked else {
        return match standing(&mut tx, user).await? {
            None => Err(Refusal::SignedOut(None)),
            Some(None) => Err(Refusal::LastAdmin),
            Some(Some(_)) => Ok(()),
        };
    };
    let cause = EndCause::DeletionRequested;
    let ended = sessions::end_all_within(house, &mut tx, user, Some(proven.session()), cause).await?;
    let event = Event::new(Kind::DeletionRequested).by(user).on(user).session(proven.session()).from(device);
    events::record(house, &mut tx, event).await?;
    let keep = mailed::issue(house, &mut tx, Purpose::Keep, &Bound::to(user, email.as_str())).await?;
    let keep = house.settings.link("/keep-account", &[("token", &keep.token)]);
    let not_me = secure::link(house, &mut tx, user, &email).await?;
    let letter = mail::deletion_requested(&house.settings, &name, &email, at, &keep, &not_me);
    mail::post(house, &mut tx, Some(user), &letter).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, house.now());
    house.outbox_bell.notify_one();
    Ok(())
}

/// When the account will be deleted, if that was asked for. One row by its key: cheap enough for pages that ask the database
/// anyway.
///
/// # Errors
/// When the database does not answer.
pub async fn due(house: &Latchkey, user: Uuid) -> Result<Option<Timestamp>, Refusal> {
    let row: Option<(Option<Timestamp>,)> =
        on!(house.db, read, |p| sqlx::query_as(STANDING).bind(user).fetch_optional(p).await)?;
    Ok(row.and_then(|(at,)| at))
}

/// The signed-in owner keeps the account. Without a deletion to cancel, nothing changes.
///
/// # Errors
/// `Acting` for an administrator in the owner's place, `NotFound` once the time is over, or when the database does not answer.
pub async fn keep(house: &Latchkey, viewer: &Viewer, device: &Device) -> Result<(), Refusal> {
    sessions::is_owner(viewer)?;
    let mut tx = house.db.begin().await?;
    if !cancel(house, &mut tx, viewer.id, Some(viewer.session), device).await? {
        return match standing(&mut tx, viewer.id).await? {
            Some(None) => Ok(()),
            _ => Err(Refusal::NotFound),
        };
    }
    tx.commit().await?;
    Ok(())
}

/// Whoever reads the owner's letters keeps the account, with what the letter brought.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, or when the database does not answer.
pub async fn keep_by_letter(house: &Latchkey, token: &Secret, device: &Device) -> Result<(), Refusal> {
    let typed = mailed::typed(token)?;
    let mut tx = house.db.begin().await?;
    let of = mailed::spend(house, &mut tx, Purpose::Keep, typed).await?.ok_or_else(mailed::spent)?;
    if !cancel(house, &mut tx, of.user_id, None, device).await? {
        return Err(mailed::spent());
    }
    tx.commit().await?;
    Ok(())
}

/// Cancels a deletion whose time has not come, within the caller's transaction. Answers whether there was one.
async fn cancel(
    house: &Latchkey,
    tx: &mut Tx,
    user: Uuid,
    session: Option<Uuid>,
    device: &Device,
) -> Result<bool, Refusal> {
    let kept: Option<(Uuid,)> =
        within!(*tx, |c| sqlx::query_as(CANCEL).bind(user).bind(house.now()).fetch_optional(c).await)?;
    if kept.is_none() {
        return Ok(false);
    }
    mailed::void(tx, Purpose::Keep, user).await?;
    let event = Event::new(Kind::DeletionCancelled).by(user).on(user).from(device);
    let event = match session {
        Some(session) => event.session(session),
        None => event,
    };
    events::record(house, tx, event).await?;
    Ok(true)
}

async fn standing(tx: &mut Tx, user: Uuid) -> Result<Option<Option<Timestamp>>, Refusal> {
    let row: Option<(Option<Timestamp>,)> =
        within!(*tx, |c| sqlx::query_as(STANDING).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|(at,)| at))
}
