//! Signing in with a password.

use super::{devices, granted};
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    events::{self, Event, Kind},
    passwords::{Password, Verdict},
    sessions::{self, Device, Subject},
    throttle::{self, Throttle},
    time::Timestamp,
    tokens::TokenPair,
    words::{EmailAddress, Fault, Field, FieldError, Permissions, Role, Secret, Stay},
};
use uuid::Uuid;

statements! {
    /// An account whose time has come is as good as gone, and answers like one that never was.
    FIND = "select id, password_hash, verified_at, disabled_at, last_sign_in_at from users
             where email = $1 and (delete_at is null or delete_at > $2)";
    /// Asks once more, in the transaction that begins the session: the account may have been disabled, or its password
    /// changed, while the hash was computed.
    ENTER = concat!(
        "update users set last_sign_in_at = $1, password_hash = $2
              where id = $3 and password_hash = $4 and disabled_at is null
                and (delete_at is null or delete_at > $1) returning name, email, ",
        granted!("users")
    );
}

#[derive(sqlx::FromRow)]
struct Known {
    id: Uuid,
    password_hash: String,
    verified_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    last_sign_in_at: Option<Timestamp>,
}

/// Checks address and password and begins a session.
///
/// # Errors
/// `Invalid`, `TooMany` attempts on this address, `Credentials` for an unknown address, one that nobody has confirmed and a wrong
/// password alike, `Disabled` only to those who know the password, `Busy`, or when the database does not answer.
pub async fn sign_in(
    house: &Latchkey,
    email: &str,
    password: &Secret,
    stay: Stay,
    device: &Device,
) -> Result<TokenPair, Refusal> {
    let address = parse(house, email, password, stay)?;
    let known: Option<Known> =
        on!(house.db, read, |p| sqlx::query_as(FIND).bind(address.as_str()).bind(house.now()).fetch_optional(p).await)?;
    let browser = Browser::of(house, known.as_ref(), device).await?;
    browser.count(house, &address).await?;
    let stored = known.as_ref().map(|known| known.password_hash.as_str());
    let verdict = house.hasher.verify(password, stored).await?;
    // Anybody may register with somebody else's address, and knows the password of that registration: were it told from a wrong one,
    // whoever signs in with it would learn whether the address had an account before.
    let confirmed = known.as_ref().filter(|known| known.verified_at.is_some());
    let (Some(known), Verdict::Right | Verdict::RightButOutdated) = (confirmed, verdict) else {
        failed(house, known.map(|known| known.id), device).await?;
        return Err(Refusal::Credentials);
    };
    if known.disabled_at.is_some() {
        return Err(Refusal::Disabled);
    }
    let hash = match Password::known(password).filter(|_| verdict == Verdict::RightButOutdated) {
        // The settings have become stronger since: the password is here, so hash it anew (ASVS 11.4.2).
        Some(password) => house.hasher.hash(&password).await?,
        None => known.password_hash.clone(),
    };
    enter(house, known, &address, &hash, stay, device, &browser).await
}

/// The browser that asks, as far as this account knows it. One look for every address, whether or not it has an account.
enum Browser {
    /// No browser but a program, which is known by nothing.
    Unmarked,
    /// The account has not been used from it.
    New(devices::Key),
    /// The account has.
    Known(devices::Key),
}

impl Browser {
    async fn of(house: &Latchkey, known: Option<&Known>, device: &Device) -> Result<Self, Refusal> {
        let Some(key) = devices::key(house, known.map(|known| known.id), device) else { return Ok(Self::Unmarked) };
        Ok(if devices::is_known(house, &key).await? { Self::Known(key) } else { Self::New(key) })
    }

    /// Counts an attempt. One from a known browser has a count of its own: strangers who guess cannot slow the owner down.
    async fn count(&self, house: &Latchkey, address: &EmailAddress) -> Result<(), Refusal> {
        match self {
            Self::Known(key) => throttle::take_by(house, Throttle::KnownDevice, key).await,
            Self::Unmarked | Self::New(_) => throttle::take(house, Throttle::SignIn, address).await,
        }
    }

    /// Forgets the attempts that led to a success, and those of nobody else.
    async fn forgive(&self, house: &Latchkey, tx: &mut Tx, address: &EmailAddress) -> Result<(), Refusal> {
        match self {
            Self::Known(key) => throttle::forgive_within(house, tx, Throttle::KnownDevice, key).await,
            Self::Unmarked | Self::New(_) => {
                throttle::forgive_within(house, tx, Throttle::SignIn, address.as_str().as_bytes()).await
            }
        }
    }
}

fn parse(house: &Latchkey, email: &str, password: &Secret, stay: Stay) -> Result<EmailAddress, Refusal> {
    let mut faults = Vec::new();
    let address = EmailAddress::parse(email).map_err(|fault| faults.push(fault)).ok();
    if password.expose().is_empty() {
        faults.push(FieldError::new(Field::Password, Fault::Missing));
    }
    if !house.policy().stays.contains(&stay) {
        faults.push(FieldError::new(Field::Stay, Fault::NotAllowed));
    }
    address.filter(|_| faults.is_empty()).ok_or(Refusal::Invalid(faults))
}

async fn enter(
    house: &Latchkey,
    known: &Known,
    address: &EmailAddress,
    hash: &str,
    stay: Stay,
    device: &Device,
    browser: &Browser,
) -> Result<TokenPair, Refusal> {
    // At the very first sign-in every browser is new, and the owner has just come from the letter that confirmed the address.
    let told = matches!(browser, Browser::New(_)) && known.last_sign_in_at.is_some();
    let letter = told && devices::may_write(house, known.id).await?;
    let mut tx = house.db.begin().await?;
    let entered: Option<(String, String, Role, Option<String>)> = within!(tx, |c| sqlx::query_as(ENTER)
        .bind(house.now())
        .bind(hash)
        .bind(known.id)
        .bind(&known.password_hash)
        .fetch_optional(c)
        .await)?;
    let Some((name, email, role, stored)) = entered else { return Err(Refusal::Credentials) };
    let permissions = Permissions::of(role, stored.as_deref());
    let subject = Subject { id: known.id, role, permissions, name, email };
    let pair = sessions::begin(house, &mut tx, subject, stay, device).await?;
    let event = Event::new(Kind::SignedIn).by(known.id).on(known.id).session(pair.viewer.session).from(device);
    events::record(house, &mut tx, event.detail(stay.as_str())).await?;
    if let Browser::New(key) | Browser::Known(key) = browser {
        devices::seen(house, &mut tx, key, known.id).await?;
    }
    if matches!(browser, Browser::New(_)) {
        devices::crowd(&mut tx, known.id).await?;
    }
    if told {
        devices::tell(house, &mut tx, &pair.viewer, device, letter).await?;
    }
    browser.forgive(house, &mut tx, address).await?;
    tx.commit().await?;
    if letter {
        house.outbox_bell.notify_one();
    }
    Ok(pair)
}

/// Recorded for unknown addresses too, without a subject: the same work either way.
async fn failed(house: &Latchkey, subject: Option<Uuid>, device: &Device) -> Result<(), Refusal> {
    let event = Event::new(Kind::SignInFailed).from(device);
    let event = match subject {
        Some(id) => event.on(id),
        None => event,
    };
    let mut tx = house.db.begin().await?;
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    Ok(())
}
