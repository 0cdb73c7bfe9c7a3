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
    FIND = "select email, delete_at from users where id = $1";
    /// Also calls off a deletion, and what was asked for before but is not written yet (`asked.rs`). A disabled account stays disabled.
    SHUT = "update users set password_hash = $1, password_changed_at = $2, delete_at = null where id = $3";
}

/// A link for a letter to `address`, which belongs to the account now or did until a moment ago.
pub(crate) async fn link(house: &Latchkey, tx: &mut Tx, user: Uuid, address: &str) -> Result<String, Refusal> {
    let mailed = mailed::issue(house, tx, Purpose::Secure, &Bound::to(user, address)).await?;
    Ok(house.settings.link("/secure-account", &[("token", &mailed.token)]))
}

/// Takes an account back: ends every session, makes the password worthless, calls off what was asked for, forgets every browser,
/// and gives the account back to the address the link was sent to, unless another confirmed account has that by now. Answers a
/// token with which a new password can be set.
///
/// A link voids those that went to the same address, and those sent after it to any other, but none that somebody else was sent
/// before. Otherwise a thief who has changed the address, once or twice, could spend a link of his own mailbox and void the owner's.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, or when the database does not answer.
pub async fn secure_account(house: &Latchkey, token: &Secret, device: &Device) -> Result<Secret, Refusal> {
    let typed = mailed::typed(token)?;
    let now = house.now();
    let mut tx = house.db.begin().await?;
    let taken = mailed::take(house, &mut tx, Purpose::Secure, typed).await?.ok_or_else(mailed::spent)?;
    let of = &taken.of;
    let user = of.user_id;
    let found: Option<(String, Option<Timestamp>)> =
        within!(tx, |c| sqlx::query_as(FIND).bind(user).fetch_optional(c).await)?;
    let (present, deletion) = found.ok_or_else(mailed::spent)?;
    let event = |kind| Event::new(kind).by(user).on(user).from(device);
    let restored = present != of.address && address::take_over(house, &mut tx, user, &present, &of.address).await?;
    let address = if restored { &of.address } else { &present };
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
    let reset = mailed::issue(house, &mut tx, Purpose::Reset, &Bound::to(user, address.as_str())).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    mark.heed(house);
    house.outbox_bell.notify_one();
    Ok(Secret::new(reset.token))
}
