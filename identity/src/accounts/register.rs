//! Registration. One answer and one cost, whether the address is new, waiting or known: the difference is in the letter, which
//! only its owner reads (ASVS 6.3.8).

use super::{
    create::{self, Parsed},
    mailed::{self, Bound, Mailed, Purpose},
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail::{self, Asked, Letter},
    sessions::Device,
    throttle::{self, Throttle},
    time::Timestamp,
    words::{EmailAddress, Fault, Field, Secret},
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    INSERT = "insert into users (id, email, name, name_key, role, password_hash, created_at, tokens_void_before)
              values ($1, $2, $3, $4, 'user', $5, $6, 0)
              on conflict (email) do nothing returning id";
    FIND = "select id, name, verified_at, invited_at from users where email = $1";
    /// The letter decides whose password counts. From now on more than one person may mean to have the account, also when the
    /// letters have run out: the moment says so (`asked.rs`).
    /// An account that an administrator made keeps the password nobody knows.
    REPLACE = "update users set password_hash = case when invited_at is null then $1 else password_hash end, password_changed_at = $3
                where id = $2 and verified_at is null returning id";
}

/// Somebody has confirmed the registration that was found a moment ago, or moved their account to its address. Now it is clear which
/// letter is right.
const ANOTHER_TRY: Refusal = Refusal::Busy { retry_after: Duration::from_secs(1) };

#[derive(sqlx::FromRow)]
struct Known {
    id: Uuid,
    name: String,
    verified_at: Option<Timestamp>,
    invited_at: Option<Timestamp>,
}

/// Registers an account, or tells the owner of the address that there is one. Who is turned away for their domain learns nothing of
/// any account: the list decides, whoever has one.
///
/// # Errors
/// `SignUpClosed`, `Invalid` with every fault, `TooMany` letters to this address, `Busy`, or when the database does not answer.
pub async fn register(
    house: &Latchkey,
    name: &str,
    email: &str,
    password: &Secret,
    device: &Device,
) -> Result<(), Refusal> {
    let policy = house.policy();
    if !policy.takes_strangers() {
        return Err(Refusal::SignUpClosed);
    }
    let parsed = create::parse(house, name, email, password).await?;
    if !policy.takes_address(&parsed.email) {
        return Err(Refusal::field(Field::Email, Fault::Domain));
    }
    throttle::take(house, Throttle::Letters, &parsed.email).await?;
    let hash = house.hasher.hash(&parsed.password).await?;
    let mut tx = house.db.begin().await?;
    match insert(house, &mut tx, &parsed, &hash).await? {
        Some(id) => {
            events::record(house, &mut tx, Event::new(Kind::Registered).on(id).from(device)).await?;
            send(house, &mut tx, id, &parsed, hash).await?;
        }
        None => {
            let known = find(&mut tx, &parsed.email).await?.ok_or(ANOTHER_TRY)?;
            if known.verified_at.is_some() {
                tell(house, &mut tx, &known, &parsed.email).await?;
            } else {
                let (id, now) = (known.id, house.now());
                let waits: Option<(Uuid,)> =
                    within!(tx, |c| sqlx::query_as(REPLACE).bind(&hash).bind(id).bind(now).fetch_optional(c).await)?;
                waits.ok_or(ANOTHER_TRY)?;
                match known.invited_at {
                    None => send(house, &mut tx, id, &parsed, hash).await?,
                    Some(_) => choose(house, &mut tx, &known, &parsed.email).await?,
                }
            }
        }
    }
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(())
}

/// Whether an address that somebody registered earlier may still become an account by that. Asked when it is confirmed: an operator who closes
/// registration while it is abused means those who wait too.
///
/// # Errors
/// `SignUpClosed`, or `Domain` on the field `token`.
pub(super) fn still_taken(house: &Latchkey, address: &EmailAddress) -> Result<(), Refusal> {
    let policy = house.policy();
    if !policy.takes_strangers() {
        return Err(Refusal::SignUpClosed);
    }
    if policy.takes_address(address) { Ok(()) } else { Err(Refusal::field(Field::Token, Fault::Domain)) }
}

/// Asks for the verification letter once more. Answers alike for every address, and takes alike long: whether there is anything
/// to confirm is looked up when the letter is written (`asked.rs`).
///
/// # Errors
/// `Invalid` address, `TooMany` letters to it, or when the database does not answer.
pub async fn resend_verification(house: &Latchkey, email: &str, device: &Device) -> Result<(), Refusal> {
    let address = EmailAddress::parse(email)?;
    throttle::take(house, Throttle::Letters, &address).await?;
    mail::ask(house, Asked::Verification, &address, device).await
}

/// Makes worthless the letters that could confirm a registration, in the transaction that confirms the address in another way.
pub(crate) async fn void_registrations(tx: &mut Tx, id: Uuid) -> Result<(), Refusal> {
    mailed::void(tx, Purpose::Verify, id).await
}

async fn insert(house: &Latchkey, tx: &mut Tx, parsed: &Parsed, hash: &str) -> Result<Option<Uuid>, Refusal> {
    let made: Option<(Uuid,)> = within!(*tx, |c| sqlx::query_as(INSERT)
        .bind(house.new_id())
        .bind(parsed.email.as_str())
        .bind(parsed.name.as_str())
        .bind(parsed.name.search_key())
        .bind(hash)
        .bind(house.now())
        .fetch_optional(c)
        .await)?;
    Ok(made.map(|(id,)| id))
}

async fn find(tx: &mut Tx, email: &EmailAddress) -> Result<Option<Known>, Refusal> {
    Ok(within!(*tx, |c| sqlx::query_as(FIND).bind(email.as_str()).fetch_optional(c).await)?)
}

async fn send(house: &Latchkey, tx: &mut Tx, id: Uuid, parsed: &Parsed, password_hash: String) -> Result<(), Refusal> {
    let of = Bound {
        user_id: id,
        address: parsed.email.as_str().to_owned(),
        name: Some(parsed.name.as_str().to_owned()),
        password_hash: Some(password_hash),
    };
    let mailed = mailed::issue(house, tx, Purpose::Verify, &of).await?;
    mail::post(house, tx, Some(id), &letter(house, &of.address, &mailed)).await
}

/// An account that an administrator made may have been given a role. So whoever registers it gets nothing under its owner's
/// confirmation, not even by a letter that its owner may take for the invitation: it brings what a password is chosen with.
async fn choose(house: &Latchkey, tx: &mut Tx, known: &Known, email: &EmailAddress) -> Result<(), Refusal> {
    let mailed = mailed::issue(house, tx, Purpose::Reset, &Bound::to(known.id, email.as_str())).await?;
    let link = house.settings.link("/reset", &[("token", &mailed.token)]);
    let minutes = Purpose::Reset.life().as_secs() / 60;
    let name = Some(known.name.as_str());
    let letter = mail::password_reset(&house.settings, name, email.as_str(), &link, &mailed.code, minutes);
    mail::post(house, tx, Some(known.id), &letter).await
}

/// The letter that brings a token of [`Purpose::Verify`].
pub(super) fn letter(house: &Latchkey, to: &str, mailed: &Mailed) -> Letter {
    let link = house.settings.link("/verify", &[("token", &mailed.token)]);
    let hours = Purpose::Verify.life().as_secs() / 3600;
    mail::verification(&house.settings, to, &link, &mailed.code, hours)
}

/// Tells the owner that somebody, probably they themselves, tried to register again.
async fn tell(house: &Latchkey, tx: &mut Tx, known: &Known, email: &EmailAddress) -> Result<(), Refusal> {
    let link = |page| house.settings.link(page, &[]);
    let letter =
        mail::already_registered(&house.settings, &known.name, email.as_str(), &link("/login"), &link("/forgot"));
    mail::post(house, tx, Some(known.id), &letter).await
}
