//! Making accounts for others: by a letter with which the owner chooses the password, or with a password given here.
//!
//! An administrator may see who has an account, so an address that has one is refused clearly. A role is given only by who may give
//! roles, and as far as their own permissions go.

use super::{
    Acting, Proven,
    acts::{permissions, reach},
};
use crate::{
    Latchkey, Refusal,
    accounts::{self, PersonName},
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail,
    throttle::{self, Throttle},
    words::{EmailAddress, Fault, Field, FieldError, Permission, Role, Secret},
};
use uuid::Uuid;

/// Part of a condition: whether somebody has registered this account, and nobody has confirmed its address, so that nobody has it. `$users`
/// is what the table `users` is called there.
macro_rules! only_registered {
    ($users:literal) => {
        concat!(
            "(",
            $users,
            ".verified_at is null and ",
            $users,
            ".invited_at is null and ",
            $users,
            ".disabled_at is null and ",
            $users,
            ".delete_at is null and ",
            $users,
            ".role = 'user' and ",
            $users,
            ".role_name is null)"
        )
    };
}
pub(super) use only_registered;

statements! {
    /// Nobody knows its password. Where somebody has only registered the address, nobody has that account so far, and its owner gets it:
    /// what the registrant typed is gone. `password_changed_at` says, as of any unconfirmed account, that a letter which confirms must also set
    /// one.
    INSERT = concat!(
        "insert into users (id, email, name, name_key, role, role_name, password_hash, created_at, tokens_void_before,
                                 invited_at, password_changed_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $8, $8)
              on conflict (email) do update
                 set name = excluded.name, name_key = excluded.name_key, role = excluded.role, role_name = excluded.role_name,
                     password_hash = excluded.password_hash, invited_at = excluded.invited_at,
                     password_changed_at = excluded.password_changed_at
               where ",
        only_registered!("users"),
        " returning id"
    );
    /// Locks the account: whoever accepts the invitation from now on waits.
    INVITED = "update users set name = name where id = $1 and invited_at is not null and verified_at is null
           returning name, email, coalesce(role_name, role) as role";
    NEVER_SEEN = "select id from users where id = $1 and last_sign_in_at is null";
}

/// Makes an account that its owner has as soon as they choose a password with what the letter brings. Answers its id.
///
/// # Errors
/// `Forbidden`, `Invalid` with every fault (`Taken` when the address has an account that somebody has confirmed or was invited to, `Wrong` when there is no such role), `TooMany` letters to the
/// address or invitations of everybody, or when the database does not answer.
pub async fn invite(house: &Latchkey, admin: &Proven, name: &str, email: &str, role: Role) -> Result<Uuid, Refusal> {
    admin.may(Permission::UsersWrite)?;
    let (name, email) = read(name, email)?;
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    may_give(&mut tx, &admin, role).await?;
    let id = make(house, &mut tx, &name, &email, role).await?.ok_or_else(taken)?;
    accounts::send_invitation(house, &mut tx, id, &name, &email, house.now()).await?;
    events::record(house, &mut tx, admin.event(Kind::Invited).on(id).detail(role.as_str())).await?;
    count(house, &mut tx, &admin, &email).await?;
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(id)
}

/// Makes an account whose address counts as confirmed, with a password given here. Answers its id.
///
/// # Errors
/// Those of [`invite`], and what is wrong with the password.
pub async fn create(
    house: &Latchkey,
    admin: &Proven,
    name: &str,
    email: &str,
    password: &Secret,
    role: Role,
) -> Result<Uuid, Refusal> {
    admin.may(Permission::UsersWrite)?;
    if role != Role::User {
        admin.may(Permission::RolesWrite)?;
    }
    let hashed = accounts::hashed(house, name, email, password).await?;
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    may_give(&mut tx, &admin, role).await?;
    let made = accounts::insert(house, &mut tx, &hashed, role, admin.event(Kind::Created)).await?;
    tx.commit().await?;
    made.ok_or_else(taken)
}

/// Sends the letter once more. The earlier ones stay good until one of them is spent.
///
/// # Errors
/// `Forbidden`, `NotFound` when nobody waits there to accept an invitation, `TooMany` letters to the address or invitations of
/// everybody, or when the database does not answer.
pub async fn resend_invitation(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let invited: Option<(String, String, Role)> =
        within!(tx, |c| sqlx::query_as(INVITED).bind(id).fetch_optional(c).await)?;
    let (name, email, role) = invited.ok_or(Refusal::NotFound)?;
    let (name, address) = (PersonName::parse(&name)?, EmailAddress::parse(&email)?);
    accounts::send_invitation(house, &mut tx, id, &name, &address, house.now()).await?;
    events::record(house, &mut tx, admin.event(Kind::Invited).on(id).detail(role.as_str())).await?;
    count(house, &mut tx, &admin, &address).await?;
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(())
}

/// Counts a letter of invitation: to this address, and among all of the installation. Within the transaction that sends it, and last: what
/// is refused, for whatever reason, sends no letter and uses up nothing of those who may.
async fn count(house: &Latchkey, tx: &mut Tx, admin: &Acting, address: &EmailAddress) -> Result<(), Refusal> {
    throttle::take_within(house, tx, Throttle::Letters, address.as_str().as_bytes()).await?;
    count_of_all(house, tx, admin).await
}

/// Counts another letter of an administrator, if it goes to somebody who has never signed in: that may be anybody's address, and the name
/// in it whatever was given with it. Also last in the transaction that sends it.
pub(super) async fn count_stranger(house: &Latchkey, tx: &mut Tx, admin: &Acting, id: Uuid) -> Result<(), Refusal> {
    let never: Option<(Uuid,)> = within!(*tx, |c| sqlx::query_as(NEVER_SEEN).bind(id).fetch_optional(c).await)?;
    if never.is_some() { count_of_all(house, tx, admin).await } else { Ok(()) }
}

/// The same for an act that must not wait for such letters, as clearing up after whoever has used them up: whether there is one left.
pub(super) async fn may_write_to(house: &Latchkey, tx: &mut Tx, admin: &Acting, id: Uuid) -> Result<bool, Refusal> {
    match count_stranger(house, tx, admin, id).await {
        Ok(()) => Ok(true),
        Err(Refusal::TooMany { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Neither one administrator nor ten, made by whoever has stolen a session, can write to any number of strangers. Whoever has the machine
/// can anyway.
async fn count_of_all(house: &Latchkey, tx: &mut Tx, admin: &Acting) -> Result<(), Refusal> {
    if admin.is_operator() {
        return Ok(());
    }
    throttle::take_within(house, tx, Throttle::Invitations, b"all").await
}

/// Takes an invitation back: the account, which nobody has ever had, is deleted at once.
///
/// # Errors
/// `Forbidden`, `NotFound` when nobody waits there to accept an invitation, or when the database does not answer.
pub async fn revoke_invitation(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let nobody = accounts::displace(house, &mut tx, id).await?.ok_or(Refusal::NotFound)?;
    events::record(house, &mut tx, admin.event(Kind::InvitationRevoked).on(nobody)).await?;
    // By nobody, as every deletion: the log has to tell of it also when the administrator is forgotten.
    events::record(house, &mut tx, Event::new(Kind::AccountDeleted).on(nobody)).await?;
    tx.commit().await?;
    Ok(())
}

/// Reads what was typed, and answers every fault at once.
pub(super) fn read(name: &str, email: &str) -> Result<(PersonName, EmailAddress), Refusal> {
    let name = PersonName::parse(name);
    let email = EmailAddress::parse(email).and_then(|email| mail::check_recipient(&email).map(|()| email));
    match (name, email) {
        (Ok(name), Ok(email)) => Ok((name, email)),
        (name, email) => Err(Refusal::Invalid(name.err().into_iter().chain(email.err()).collect())),
    }
}

/// Whether the administrator may make an account with this role. Asked in the transaction that makes it. What everybody is needs no permission to give.
pub(super) async fn may_give(tx: &mut Tx, admin: &Acting, role: Role) -> Result<(), Refusal> {
    if role == Role::User {
        return Ok(());
    }
    admin.may(Permission::RolesWrite)?;
    let permissions = permissions(tx, role).await?;
    admin.reaches(role, &permissions)
}

/// Makes the row, or takes over that of a registration nobody has confirmed. None where the address has an account.
pub(super) async fn make(
    house: &Latchkey,
    tx: &mut Tx,
    name: &PersonName,
    email: &EmailAddress,
    role: Role,
) -> Result<Option<Uuid>, Refusal> {
    put(house, tx, INSERT, (name, email, role), house.hasher.nobodys()).await
}

/// Runs a statement that inserts a row or takes over that of a registration. Answers whose row it is, and none where the address has an account.
pub(super) async fn put(
    house: &Latchkey,
    tx: &mut Tx,
    insert: &'static str,
    (name, email, role): (&PersonName, &EmailAddress, Role),
    hash: &str,
) -> Result<Option<Uuid>, Refusal> {
    let new = house.new_id();
    let made: Option<(Uuid,)> = within!(*tx, |c| sqlx::query_as(insert)
        .bind(new)
        .bind(email.as_str())
        .bind(name.as_str())
        .bind(name.search_key())
        .bind(role.built_in())
        .bind(role.named())
        .bind(hash)
        .bind(house.now())
        .fetch_optional(c)
        .await)?;
    if let Some((id,)) = made.filter(|(id,)| *id != new) {
        taken_over(tx, id).await?;
    }
    Ok(made.map(|(id,)| id))
}

/// Voids what the registrant of an account could still have or set a password with.
async fn taken_over(tx: &mut Tx, id: Uuid) -> Result<(), Refusal> {
    accounts::void_registrations(tx, id).await?;
    accounts::void_requests(tx, id).await
}

pub(super) fn taken() -> Refusal {
    Refusal::Invalid(vec![FieldError::new(Field::Email, Fault::Taken)])
}
