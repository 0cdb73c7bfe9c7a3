//! Changing the own address: asked for by who has just given the password, confirmed by who reads the new mailbox.
//!
//! Until then nothing changes. Whoever asks learns nothing about the new address: it is answered alike, at the same cost, whether
//! or not it has an account. That account's owner gets another letter, and nobody else gets the one that would confirm.

use super::{
    leaving,
    mailed::{self, Bound, Purpose},
    secure, stale,
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    events::{self, Event, Kind},
    mail::{
        self,
        security::{self, Owner},
    },
    sessions::{self, Device, Proven},
    throttle::{self, Throttle},
    time::Timestamp,
    words::{EmailAddress, Fault, Field, Secret, Viewer},
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    /// One whose time has come is not there any more, even if nobody has cleared it away yet.
    PRESENT = "select name, email, disabled_at from users where id = $1 and (delete_at is null or delete_at > $2)";
    /// An account that waits for its own confirmation is no obstacle: whoever reads the mailbox decides.
    TAKEN = "select id, name from users where email = $1 and verified_at is not null";
    /// Requests for other addresses than this one.
    REPLACE = "delete from mailed_tokens
                where user_id = $1 and purpose = 'change_address' and spent_at is null and address <> $2";
    PENDING = "select address, expires_at from mailed_tokens
                where user_id = $1 and purpose = 'change_address' and spent_at is null and expires_at > $2
                order by created_at desc limit 1";
    DISPLACE = "delete from users where email = $1 and verified_at is null and id <> $2 returning id";
    /// The decision: from the address that was there a moment ago, to one that no account has.
    CHANGE = "update users set email = $1, verified_at = $2
               where id = $3 and email = $4
                 and not exists (select 1 from users o where o.email = $1 and o.id <> $3)
           returning id";
}

#[derive(sqlx::FromRow)]
struct Present {
    name: String,
    email: String,
    disabled_at: Option<Timestamp>,
}

/// A change of address that waits for its confirmation.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Pending {
    /// The address that has to confirm.
    pub address: String,
    /// Until when it can.
    pub expires_at: Timestamp,
}

/// Asks for another address. It confirms with what a letter brings; the present one is told at once. An earlier request for
/// another address is void.
///
/// # Errors
/// `Invalid` on the field `email` (`NotAllowed` for the present address), `TooMany` requests of this account or letters to the new
/// address, or when the database does not answer. An address that has an account is no error.
pub async fn change_address(house: &Latchkey, proven: &Proven, email: &str, device: &Device) -> Result<(), Refusal> {
    let wanted = EmailAddress::parse(email)?;
    mail::check_recipient(&wanted)?;
    let (user, now) = (proven.user(), house.now());
    let present: Option<Present> =
        on!(house.db, read, |p| sqlx::query_as(PRESENT).bind(user).bind(now).fetch_optional(p).await)?;
    let Present { name, email: present, .. } = present.ok_or(Refusal::NotFound)?;
    if wanted.as_str() == present {
        return Err(Refusal::field(Field::Email, Fault::NotAllowed));
    }
    throttle::take_by(house, Throttle::ChangeAddress, user.as_bytes()).await?;
    throttle::take(house, Throttle::Letters, &wanted).await?;
    let mut tx = house.db.begin().await?;
    within!(tx, |c| sqlx::query(REPLACE).bind(user).bind(wanted.as_str()).execute(c).await.map(drop))?;
    ask(house, &mut tx, user, &wanted, now.plus(Purpose::ChangeAddress.life())).await?;
    let link = secure::link(house, &mut tx, user, &present).await?;
    let owner = Owner { name: &name, to: &present };
    let letter = security::address_change_requested(&house.settings, owner, wanted.as_str(), device, now, &link);
    mail::post(house, &mut tx, Some(user), &letter).await?;
    let event = Event::new(Kind::AddressChangeRequested).by(user).on(user).session(proven.session()).from(device);
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(())
}

/// Sends the letter of the pending change once more. The earlier one stays good, and neither for longer: the password was given for
/// the request.
///
/// # Errors
/// `Acting` for an administrator in the owner's place, `NotFound` when nothing is pending, `TooMany` letters to that address, or when the database does not answer.
pub async fn resend_address_change(house: &Latchkey, viewer: &Viewer) -> Result<(), Refusal> {
    sessions::is_owner(viewer)?;
    let pending = pending_address(house, viewer.id).await?.ok_or(Refusal::NotFound)?;
    let wanted = EmailAddress::parse(&pending.address)?;
    throttle::take(house, Throttle::Letters, &wanted).await?;
    let mut tx = house.db.begin().await?;
    ask(house, &mut tx, viewer.id, &wanted, pending.expires_at).await?;
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(())
}

/// Gives the pending change up. Nothing pending is no error.
///
/// # Errors
/// `Acting` for an administrator in the owner's place, or when the database does not answer.
pub async fn cancel_address_change(house: &Latchkey, viewer: &Viewer) -> Result<(), Refusal> {
    sessions::is_owner(viewer)?;
    let mut tx = house.db.begin().await?;
    mailed::void(&mut tx, Purpose::ChangeAddress, viewer.id).await?;
    tx.commit().await?;
    Ok(())
}

/// The change that waits for its confirmation, if one does.
///
/// # Errors
/// When the database does not answer.
pub async fn pending_address(house: &Latchkey, user: Uuid) -> Result<Option<Pending>, Refusal> {
    Ok(on!(house.db, read, |p| sqlx::query_as(PENDING).bind(user).bind(house.now()).fetch_optional(p).await)?)
}

/// Spends what the letter brought, and the account has the new address. Needs no session: whoever reads the letter may do so on
/// another device. Both mailboxes are told.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, the latter also when the address has become somebody else's, the account is
/// disabled or the time of its deletion has come, or when the database does not answer.
pub async fn confirm_address(house: &Latchkey, token: &Secret, device: &Device) -> Result<(), Refusal> {
    let typed = mailed::typed(token)?;
    let now = house.now();
    let mut tx = house.db.begin().await?;
    let of = mailed::spend(house, &mut tx, Purpose::ChangeAddress, typed).await?.ok_or_else(mailed::spent)?;
    let user = of.user_id;
    let found: Option<Present> = within!(tx, |c| sqlx::query_as(PRESENT).bind(user).bind(now).fetch_optional(c).await)?;
    let Present { name, email: former, .. } =
        found.filter(|present| present.disabled_at.is_none()).ok_or_else(mailed::spent)?;
    if !take_over(house, &mut tx, user, &former, &of.address).await? {
        return Err(mailed::spent());
    }
    for purpose in [Purpose::Verify, Purpose::Reset] {
        mailed::void(&mut tx, purpose, user).await?;
    }
    let mark = stale::mark(house, &mut tx, user).await?;
    let link = secure::link(house, &mut tx, user, &former).await?;
    let to_former = Owner { name: &name, to: &former };
    let letter = security::address_changed(&house.settings, to_former, &of.address, now, &link);
    mail::post(house, &mut tx, Some(user), &letter).await?;
    let to_new = Owner { name: &name, to: &of.address };
    mail::post(house, &mut tx, Some(user), &security::address_confirmed(&house.settings, to_new, now)).await?;
    events::record(house, &mut tx, Event::new(Kind::AddressChanged).by(user).on(user).from(device)).await?;
    tx.commit().await?;
    mark.heed(house);
    house.outbox_bell.notify_one();
    Ok(())
}

/// Moves an account from one address to another whose mailbox has confirmed it, unless a confirmed account has that: then it
/// answers false. One that only waits for its confirmation makes way, and is forgotten like one that has left.
///
/// # Errors
/// `Busy` when somebody registers the address in this very moment, or when the database does not answer.
pub(super) async fn take_over(
    house: &Latchkey,
    tx: &mut Tx,
    user: Uuid,
    from: &str,
    to: &str,
) -> Result<bool, Refusal> {
    let displaced: Option<(Uuid,)> =
        within!(*tx, |c| sqlx::query_as(DISPLACE).bind(to).bind(user).fetch_optional(c).await)?;
    if let Some((displaced,)) = displaced {
        let nobody = house.new_id();
        leaving::forget_events(tx, displaced, nobody).await?;
        events::record(house, tx, Event::new(Kind::AccountDeleted).on(nobody)).await?;
    }
    let moved: Result<Option<(Uuid,)>, sqlx::Error> = within!(*tx, |c| sqlx::query_as(CHANGE)
        .bind(to)
        .bind(house.now())
        .bind(user)
        .bind(from)
        .fetch_optional(c)
        .await);
    match moved {
        Ok(moved) => Ok(moved.is_some()),
        Err(error) if error.as_database_error().is_some_and(|error| error.is_unique_violation()) => {
            Err(Refusal::Busy { retry_after: Duration::from_secs(1) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Posts the letter that confirms, or another one where the address has an account. The token is made in either case: the asker's
/// page shows what waits, and must look alike.
async fn ask(
    house: &Latchkey,
    tx: &mut Tx,
    user: Uuid,
    wanted: &EmailAddress,
    until: Timestamp,
) -> Result<(), Refusal> {
    let of = Bound::to(user, wanted.as_str());
    let mailed = mailed::issue_until(house, tx, Purpose::ChangeAddress, &of, until).await?;
    let taken: Option<(Uuid, String)> =
        within!(*tx, |c| sqlx::query_as(TAKEN).bind(wanted.as_str()).fetch_optional(c).await)?;
    let (owner, letter) = match &taken {
        Some((id, name)) => {
            let login = house.settings.link("/login", &[]);
            let owner = Owner { name, to: wanted.as_str() };
            (*id, security::address_taken(&house.settings, owner, &login))
        }
        None => {
            let link = house.settings.link("/confirm-address", &[("token", &mailed.token)]);
            let left = until.since(house.now());
            let letter = security::address_confirmation(&house.settings, wanted.as_str(), &link, &mailed.code, left);
            (user, letter)
        }
    };
    mail::post(house, tx, Some(owner), &letter).await
}
