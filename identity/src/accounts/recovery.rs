//! A forgotten password: a letter brings what a new one can be set with.
//!
//! Never signs in: whoever can read the letter has not shown the new password yet (ASVS 6.3.5). Setting it ends every session of
//! the account, because somebody else may have been in it.

use super::{
    mailed::{self, Purpose},
    profile, secure,
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail::{self, Asked, security::Owner},
    passwords::{self, Rules},
    sessions::{self, Device},
    throttle::{self, Throttle},
    words::{EmailAddress, EndCause, Fault, Field, Secret},
};
use uuid::Uuid;

statements! {
    /// Whoever spends what was sent there can read what is sent there.
    CONFIRM = "update users set verified_at = $1 where id = $2 and email = $3 and verified_at is null returning id";
    /// Only while the account still has the address the letter went to.
    SET = "update users set password_hash = $1, password_changed_at = $2 where id = $3 and email = $4 returning name";
}

/// Asks for a letter with which a new password can be set. Answers alike for every address, and takes alike long: whether
/// anybody is there is looked up when the letter is written (`asked.rs`).
///
/// # Errors
/// `Invalid` address, `TooMany` letters to it, or when the database does not answer.
pub async fn request_reset(house: &Latchkey, email: &str, device: &Device) -> Result<(), Refusal> {
    let address = EmailAddress::parse(email)?;
    throttle::take(house, Throttle::Resets, &address).await?;
    mail::ask(house, Asked::Reset, &address, device).await
}

/// Sets a new password with the token or code of such a letter, and ends all sessions. Answers whose password it was. A password
/// that is refused leaves the letter good.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, what [`passwords::accept`] finds wrong with the password, `Busy`, or when the database
/// does not answer.
pub async fn reset_password(
    house: &Latchkey,
    token: &Secret,
    password: &Secret,
    device: &Device,
) -> Result<Uuid, Refusal> {
    if token.expose().trim().is_empty() {
        return Err(Refusal::field(Field::Token, Fault::Missing));
    }
    let spent = || Refusal::field(Field::Token, Fault::Spent);
    let of = mailed::look(house, Purpose::Reset, token.expose()).await?.ok_or_else(spent)?;
    let (name, email) = profile(house, of.user_id).await.map_err(|refusal| match refusal {
        Refusal::NotFound => spent(),
        other => other,
    })?;
    let password = passwords::accept(house, password, &Rules::of(house, &name, &email)).await?;
    let hash = house.hasher.hash(&password).await?;
    let mut tx = house.db.begin().await?;
    let of = mailed::spend(house, &mut tx, Purpose::Reset, token.expose()).await?.ok_or_else(spent)?;
    let (id, now) = (of.user_id, house.now());
    confirm(house, &mut tx, id, &of.address, device).await?;
    let set: Option<(String,)> =
        within!(tx, |c| sqlx::query_as(SET).bind(&hash).bind(now).bind(id).bind(&of.address).fetch_optional(c).await)?;
    let (name,) = set.ok_or_else(spent)?;
    let ended = sessions::end_all_within(house, &mut tx, id, None, EndCause::PasswordReset).await?;
    events::record(house, &mut tx, Event::new(Kind::PasswordRecovered).by(id).on(id).from(device)).await?;
    tell(house, &mut tx, id, &name, &of.address, device).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    house.outbox_bell.notify_one();
    // Whoever was kept waiting because others had guessed may come in with the new password at once.
    throttle::clear(house, Throttle::SignIn, &EmailAddress::parse(&of.address)?).await?;
    Ok(id)
}

/// An address nobody had confirmed is confirmed by the way. Registrations that still wait are void: each carries a password.
async fn confirm(house: &Latchkey, tx: &mut Tx, id: Uuid, address: &str, device: &Device) -> Result<(), Refusal> {
    let confirmed: Option<(Uuid,)> =
        within!(*tx, |c| sqlx::query_as(CONFIRM).bind(house.now()).bind(id).bind(address).fetch_optional(c).await)?;
    if confirmed.is_some() {
        mailed::void(tx, Purpose::Verify, id).await?;
        events::record(house, tx, Event::new(Kind::Verified).by(id).on(id).from(device)).await?;
    }
    Ok(())
}

/// Makes worthless the letters that could still set a password, in the transaction that sets one in another way.
pub(crate) async fn void_resets(tx: &mut Tx, id: Uuid) -> Result<(), Refusal> {
    mailed::void(tx, Purpose::Reset, id).await
}

/// The letter that tells of a new password.
pub(super) async fn tell(
    house: &Latchkey,
    tx: &mut Tx,
    id: Uuid,
    name: &str,
    address: &str,
    device: &Device,
) -> Result<(), Refusal> {
    let link = secure::link(house, tx, id, address).await?;
    let owner = Owner { name, to: address };
    let letter = mail::password_changed(&house.settings, owner, device, house.now(), &link);
    mail::post(house, tx, Some(id), &letter).await
}
