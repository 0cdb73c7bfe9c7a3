//! "This was not me": the way back for somebody whose account is used by others. Every letter that reports a change carries it.
//!
//! Whoever reads the mailbox owns the account, so the link needs neither a session nor a password, and leaves nothing that a thief
//! may have prepared: no session, no password, no pending change, no known browser. It lets nobody in by itself: it ends with the
//! form for a new password.

use super::{
    address, devices,
    mailed::{self, Bound, Purpose},
    stale,
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail::{self, security},
    sessions::{self, Device},
    time::Timestamp,
    words::{EndCause, Secret},
};
use uuid::Uuid;

statements! {
    /// One whose time has come is not there any more, even if nobody has cleared it away yet.
    FIND = "select email, case when deletion_ordered_at is null then delete_at else leaving_before end as asked
              from users where id = $1 and (delete_at is null or delete_at > $2)";
    /// Also calls off a deletion that was asked for in the account, and what was asked for before but is not written yet (`asked.rs`).
    /// A disabled account stays disabled, and what an administrator has ordered stays ordered.
    SHUT = "update users set password_hash = $1, password_changed_at = $2, leaving_before = null,
                             delete_at = case when deletion_ordered_at is null then null else delete_at end
             where id = $3";
}

/// A link for a letter to `address`, which belongs to the account now or did until a moment ago.
pub(crate) async fn link(house: &Latchkey, tx: &mut Tx, user: Uuid, address: &str) -> Result<String, Refusal> {
    let mailed = mailed::issue(house, tx, Purpose::Secure, &Bound::to(user, address)).await?;
    Ok(house.settings.link("/secure-account", &[("token", &mailed.token)]))
}

/// Takes an account back: ends every session, makes the password worthless, calls off what was asked for, forgets every browser,
/// and gives the account back to the address the link was sent to. Answers a token with which a new password can be set.
///
/// Answers none when another confirmed account has that address by now, perhaps because a thief has registered it again and the owner
/// has confirmed that. Then the account is shut where it is, and the link stays good: once the other account has made room, it
/// brings this one back.
///
/// A link voids those that went to the same address, and those sent after it to any other, but none that somebody else was sent
/// before. Otherwise a thief who has changed the address, once or twice, could spend a link of his own mailbox and void the owner's.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, the latter also when the time of a deletion has come, or when the database does not
/// answer.
pub async fn secure_account(house: &Latchkey, token: &Secret, device: &Device) -> Result<Option<Secret>, Refusal> {
    let typed = mailed::typed(token)?;
    let now = house.now();
    let mut tx = house.db.begin().await?;
    let taken = mailed::take(house, &mut tx, Purpose::Secure, typed).await?.ok_or_else(mailed::spent)?;
    let of = &taken.of;
    let user = of.user_id;
    let found: Option<(String, Option<Timestamp>)> =
        within!(tx, |c| sqlx::query_as(FIND).bind(user).bind(now).fetch_optional(c).await)?;
    let (present, deletion) = found.ok_or_else(mailed::spent)?;
    let event = |kind| Event::new(kind).by(user).on(user).from(device);
    let here = present == of.address;
    let restored = !here && address::take_over(house, &mut tx, user, &present, &of.address).await?;
    mailed::void_since(&mut tx, Purpose::Secure, &taken).await?;
    if restored {
        let letter = security::address_restored(&house.settings, &present, now);
        mail::post(house, &mut tx, Some(user), &letter).await?;
        events::record(house, &mut tx, event(Kind::AddressRestored)).await?;
    }
    for purpose in [Purpose::Verify, Purpose::Reset, Purpose::ChangeAddress, Purpose::Keep] {
        mailed::void(&mut tx, purpose, user).await?;
    }
    within!(tx, |c| sqlx::query(SHUT).bind(house.hasher.nobodys()).bind(now).bind(user).execute(c).await.map(drop))?;
    if deletion.is_some() {
        events::record(house, &mut tx, event(Kind::DeletionCancelled)).await?;
    }
    devices::forget(&mut tx, user).await?;
    let ended = sessions::end_all_within(house, &mut tx, user, None, EndCause::Secured).await?;
    let mark = stale::mark(house, &mut tx, user).await?;
    events::record(house, &mut tx, event(Kind::AccountSecured)).await?;
    let reset = if here || restored {
        Some(mailed::issue(house, &mut tx, Purpose::Reset, &Bound::to(user, of.address.as_str())).await?)
    } else {
        mailed::give_back(&mut tx, &taken).await?;
        None
    };
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    mark.heed(house);
    house.outbox_bell.notify_one();
    Ok(reset.map(|reset| Secret::new(reset.token)))
}
