//! Ordering an account to be deleted, and taking that back within seven days.
//!
//! The same job deletes as when an owner asks (`accounts/leaving/erase.rs`), but the two are kept apart: an order shuts the account at
//! once, its owner cannot call it off, and taking it back leaves everything as the order found it, also an owner's own wish to leave.

use super::{Proven, acts::reach, another_admin, invite::may_write_to};
use crate::{
    Latchkey, Refusal,
    accounts::leaving,
    db::{statements, within},
    events::{self, Kind},
    mail, sessions,
    time::Timestamp,
    words::{EndCause, Permission},
};
use uuid::Uuid;

statements! {
    /// An owner who has asked before is not kept waiting longer. Never the last administrator, nor what is as good as gone.
    ORDER = concat!(
        "update users set deletion_ordered_at = $1, disabled_before = disabled_at, leaving_before = delete_at,
                disabled_at = coalesce(disabled_at, $1), delete_at = coalesce(delete_at, $2)
          where id = $3 and deletion_ordered_at is null and (delete_at is null or delete_at > $1)
            and (role <> 'admin' or disabled_at is not null or ",
        another_admin!("$3"),
        ") returning name, email, verified_at, delete_at"
    );
    STANDING = "select deletion_ordered_at, delete_at from users where id = $1";
    /// `$3` is when it was ordered, where only that is to be taken back.
    REVOKE = "update users set deletion_ordered_at = null, disabled_at = disabled_before, delete_at = leaving_before,
                    disabled_before = null, leaving_before = null
               where id = $1 and deletion_ordered_at = coalesce(cast($3 as bigint), deletion_ordered_at) and delete_at > $2
           returning name, email, verified_at, disabled_at, delete_at";
}

#[derive(sqlx::FromRow)]
struct Ordered {
    name: String,
    email: String,
    verified_at: Option<Timestamp>,
    delete_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Revoked {
    name: String,
    email: String,
    verified_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    delete_at: Option<Timestamp>,
}

/// Shuts an account at once and has it deleted in seven days, or sooner where its owner had asked before. Ends its sessions and says
/// so by letter, but not to very many within an hour who have never signed in. Doing it twice changes nothing.
///
/// # Errors
/// `Forbidden`, `NotFound` also once the time is over, `LastAdmin`, or when the database does not answer.
pub async fn order_deletion(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    order_at(house, admin, id, house.now()).await.map(drop)
}

/// The same, as of a moment by which it can be told from what others do. Answers whether it changed anything.
pub(super) async fn order_at(house: &Latchkey, admin: &Proven, id: Uuid, now: Timestamp) -> Result<bool, Refusal> {
    // Two administrators who delete each other at the same moment would each still see the other in office.
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let ordered: Option<Ordered> = within!(tx, |c| sqlx::query_as(ORDER)
        .bind(now)
        .bind(now.plus(leaving::UNDO))
        .bind(id)
        .fetch_optional(c)
        .await)?;
    let Some(ordered) = ordered else {
        let standing: Option<(Option<Timestamp>, Option<Timestamp>)> =
            within!(tx, |c| sqlx::query_as(STANDING).bind(id).fetch_optional(c).await)?;
        return match standing {
            Some((Some(_), _)) => Ok(false),
            Some((None, None)) => Err(Refusal::LastAdmin),
            Some((None, Some(at))) if at > now => Err(Refusal::LastAdmin),
            _ => Err(Refusal::NotFound),
        };
    };
    let ended = sessions::end_all_within(house, &mut tx, id, None, EndCause::DeletionOrdered).await?;
    events::record(house, &mut tx, admin.event(Kind::DeletionOrdered).on(id)).await?;
    // An address that nobody has confirmed is no place for a name.
    let told = ordered.verified_at.is_some() && may_write_to(house, &mut tx, &admin, id).await?;
    if told {
        let letter = mail::deletion_ordered(&house.settings, &ordered.name, &ordered.email, ordered.delete_at);
        mail::post(house, &mut tx, Some(id), &letter).await?;
    }
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    if told {
        house.outbox_bell.notify_one();
    }
    Ok(true)
}

/// Takes such an order back: the account is what it was. Without an order, nothing changes.
///
/// # Errors
/// `Forbidden`, `NotFound` also once the time is over, or when the database does not answer.
pub async fn revoke_deletion(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    revoke_since(house, admin, id, None).await.map(drop)
}

/// The same, for an order that was given at that moment, where one is given. Answers whether it changed anything.
pub(super) async fn revoke_since(
    house: &Latchkey,
    admin: &Proven,
    id: Uuid,
    since: Option<Timestamp>,
) -> Result<bool, Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let revoked: Option<Revoked> =
        within!(tx, |c| sqlx::query_as(REVOKE).bind(id).bind(house.now()).bind(since).fetch_optional(c).await)?;
    let Some(revoked) = revoked else {
        let standing: Option<(Option<Timestamp>, Option<Timestamp>)> =
            within!(tx, |c| sqlx::query_as(STANDING).bind(id).fetch_optional(c).await)?;
        return match standing {
            Some((None, _)) => Ok(false),
            // Another order than the one that was to be taken back.
            Some((Some(at), _)) if since.is_some_and(|since| since != at) => Ok(false),
            _ => Err(Refusal::NotFound),
        };
    };
    events::record(house, &mut tx, admin.event(Kind::DeletionRevoked).on(id)).await?;
    let told = revoked.verified_at.is_some() && may_write_to(house, &mut tx, &admin, id).await?;
    if told {
        let (enabled, until) = (revoked.disabled_at.is_none(), revoked.delete_at);
        let letter = mail::deletion_revoked(&house.settings, &revoked.name, &revoked.email, enabled, until);
        mail::post(house, &mut tx, Some(id), &letter).await?;
    }
    tx.commit().await?;
    if told {
        house.outbox_bell.notify_one();
    }
    Ok(true)
}
