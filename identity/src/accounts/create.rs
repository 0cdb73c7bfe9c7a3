//! Accounts made on behalf of somebody: by the command line and the first-administrator page. Their address counts as confirmed.

use super::{PersonName, setup};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail,
    passwords::{self, Password, Rules},
    words::{EmailAddress, Fault, Field, FieldError, Role, Secret},
};
use uuid::Uuid;

statements! {
    INSERT = "insert into users (id, email, name, name_key, role, password_hash, created_at, verified_at, tokens_void_before, role_name)
              values ($1, $2, $3, $4, $5, $6, $7, $7, 0, $8)
              on conflict (email) do nothing returning id";
    ROLE = "select name from roles where name = $1";
}

/// A well-formed account.
pub(crate) struct Parsed {
    pub name: PersonName,
    pub email: EmailAddress,
    pub password: Password,
}

/// Reads what was typed, and answers every fault at once.
pub(crate) async fn parse(house: &Latchkey, name: &str, email: &str, password: &Secret) -> Result<Parsed, Refusal> {
    let mut faults: Vec<FieldError> = Vec::new();
    let mut keep = |fault| faults.push(fault);
    let person = PersonName::parse(name).map_err(&mut keep).ok();
    let address = EmailAddress::parse(email)
        .and_then(|address| mail::check_recipient(&address).map(|()| address))
        .map_err(&mut keep)
        .ok();
    let known_name = person.as_ref().map_or("", PersonName::as_str);
    let known_email = address.as_ref().map_or("", EmailAddress::as_str);
    let secret = match passwords::accept(house, password, &Rules::of(house, known_name, known_email)).await {
        Ok(password) => Some(password),
        Err(Refusal::Invalid(more)) => {
            faults.extend(more);
            None
        }
        Err(other) => return Err(other),
    };
    match (person, address, secret) {
        (Some(name), Some(email), Some(password)) => Ok(Parsed { name, email, password }),
        _ => Err(Refusal::Invalid(faults)),
    }
}

/// Makes an account whose address counts as confirmed.
///
/// # Errors
/// `Invalid` with every fault or when there is no such role, `AlreadyDone` when the address has an account, or when the database does not answer.
pub async fn create_verified(
    house: &Latchkey,
    name: &str,
    email: &str,
    password: &Secret,
    role: Role,
) -> Result<Uuid, Refusal> {
    let hashed = hashed(house, name, email, password).await?;
    let mut tx = house.db.begin().await?;
    let id = insert(house, &mut tx, &hashed, role, Event::new(Kind::Created)).await?;
    tx.commit().await?;
    id.ok_or(Refusal::AlreadyDone)
}

/// Reads what was typed and hashes the password, which takes long and has no place in a transaction.
///
/// # Errors
/// `Invalid` with every fault, `Busy`, or when the database does not answer.
pub(crate) async fn hashed(
    house: &Latchkey,
    name: &str,
    email: &str,
    password: &Secret,
) -> Result<(Parsed, String), Refusal> {
    let parsed = parse(house, name, email, password).await?;
    let hash = house.hasher.hash(&parsed.password).await?;
    Ok((parsed, hash))
}

/// Inserts it. None when the address has an account. The first administrator, however made, closes the setup page for good.
pub(crate) async fn insert(
    house: &Latchkey,
    tx: &mut Tx,
    (parsed, hash): &(Parsed, String),
    role: Role,
    event: Event,
) -> Result<Option<Uuid>, Refusal> {
    if let Some(name) = role.named() {
        let known: Option<(String,)> = within!(*tx, |c| sqlx::query_as(ROLE).bind(name).fetch_optional(c).await)?;
        known.ok_or_else(|| Refusal::field(Field::Role, Fault::Wrong))?;
    }
    let now = house.now();
    let made: Option<(Uuid,)> = within!(*tx, |c| sqlx::query_as(INSERT)
        .bind(house.new_id())
        .bind(parsed.email.as_str())
        .bind(parsed.name.as_str())
        .bind(parsed.name.search_key())
        .bind(role.built_in())
        .bind(hash)
        .bind(now)
        .bind(role.named())
        .fetch_optional(c)
        .await)?;
    let Some((id,)) = made else { return Ok(None) };
    if role == Role::Admin {
        setup::close(house, tx).await?;
    }
    events::record(house, tx, event.on(id).detail(role.as_str())).await?;
    Ok(Some(id))
}
