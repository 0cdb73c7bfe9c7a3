//! A forgotten password: a letter brings what a new one can be set with.
//!
//! Never signs in: whoever can read the letter has not shown the new password yet (ASVS 6.3.5). Setting it ends every session of
//! the account, because somebody else may have been in it.

use super::{
    PersonName,
    chosen::{Chosen, choose},
    devices,
    mailed::{self, Purpose},
    register, secure,
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail::{self, Asked, security::Owner},
    sessions::{self, Device},
    throttle::{self, Throttle},
    words::{EmailAddress, EndCause, Secret},
};
use uuid::Uuid;

statements! {
    /// Whoever spends what was sent there can read what is sent there.
    /// The name was whatever somebody typed who need not be them, unless it was an administrator.
    CONFIRM = "update users set verified_at = $1, name = case when invited_at is null then $4 else name end,
                                name_key = case when invited_at is null then $5 else name_key end
                where id = $2 and email = $3 and verified_at is null
            returning invited_at is null and role = 'user' and role_name is null";
    /// Only while the account still has the address the letter went to, and its time has not come.
    SET = "update users set password_hash = $1, password_changed_at = $2
            where id = $3 and email = $4 and (delete_at is null or delete_at > $2) returning name";
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
/// `Missing` or `Spent` on the field `token`, what [`crate::passwords::accept`] finds wrong with the password, `SignUpClosed` or `Domain` on the field
/// `token` where it would confirm a registration that nobody could make by now, `Busy`, or when the database does not answer.
pub async fn reset_password(
    house: &Latchkey,
    token: &Secret,
    password: &Secret,
    device: &Device,
) -> Result<Uuid, Refusal> {
    let Chosen { mut tx, of, hash } = choose(house, Purpose::Reset, token, password).await?;
    let (id, now) = (of.user_id, house.now());
    let address = EmailAddress::parse(&of.address)?;
    let confirmed = confirm(house, &mut tx, id, &address, device).await?;
    let set: Option<(String,)> =
        within!(tx, |c| sqlx::query_as(SET).bind(&hash).bind(now).bind(id).bind(&of.address).fetch_optional(c).await)?;
    let (name,) = set.ok_or_else(mailed::spent)?;
    void_requests(&mut tx, id).await?;
    devices::forget(&mut tx, id).await?;
    let ended = sessions::end_all_within(house, &mut tx, id, None, EndCause::PasswordReset).await?;
    events::record(house, &mut tx, Event::new(Kind::PasswordRecovered).by(id).on(id).from(device)).await?;
    let owner = Owner { name: if confirmed { "" } else { &name }, to: &of.address };
    tell(house, &mut tx, id, owner, Some(device)).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    house.outbox_bell.notify_one();
    // Whoever was kept waiting because others had guessed may come in with the new password at once.
    throttle::forgive(house, Throttle::SignIn, address.as_str().as_bytes()).await;
    Ok(id)
}

/// An address nobody had confirmed is confirmed by the way, and the account is called by it from now on. Registrations that still
/// wait are void: each carries a password. Answers whether there was anything to confirm.
async fn confirm(
    house: &Latchkey,
    tx: &mut Tx,
    id: Uuid,
    address: &EmailAddress,
    device: &Device,
) -> Result<bool, Refusal> {
    let name = PersonName::parse(address.local_part())?;
    let confirmed: Option<(bool,)> = within!(*tx, |c| sqlx::query_as(CONFIRM)
        .bind(house.now())
        .bind(id)
        .bind(address.as_str())
        .bind(name.as_str())
        .bind(name.search_key())
        .fetch_optional(c)
        .await)?;
    if let Some((only_registered,)) = confirmed {
        // Whom an administrator has invited or given a role may come in whatever strangers may.
        if only_registered {
            register::still_taken(house, address)?;
        }
        mailed::void(tx, Purpose::Verify, id).await?;
        events::record(house, tx, Event::new(Kind::Verified).by(id).on(id).from(device)).await?;
    }
    Ok(confirmed.is_some())
}

/// Makes worthless, in the transaction that sets a password, what was asked for while the old one was good: letters that could set
/// another, and a move to another address, which a thief may have begun. What gives the account back or keeps it stays good.
pub(crate) async fn void_requests(tx: &mut Tx, id: Uuid) -> Result<(), Refusal> {
    for purpose in [Purpose::Reset, Purpose::ChangeAddress] {
        mailed::void(tx, purpose, id).await?;
    }
    Ok(())
}

/// The letter that tells of a new password. Without a device it was an administrator who set it.
pub(crate) async fn tell(
    house: &Latchkey,
    tx: &mut Tx,
    id: Uuid,
    owner: Owner<'_>,
    device: Option<&Device>,
) -> Result<(), Refusal> {
    let link = secure::link(house, tx, id, owner.to).await?;
    let letter = mail::password_changed(&house.settings, owner, device, house.now(), &link);
    mail::post(house, tx, Some(id), &letter).await
}
