//! What an administrator does to an account.

use super::{Acting, Proven, another_admin, invite::count_stranger, roles};
use crate::{
    Latchkey, Refusal,
    accounts::{self, granted},
    db::{Tx, statements, within},
    events::{self, Kind},
    mail::{
        self,
        security::{self, Owner},
    },
    passwords::{self, Rules},
    sessions,
    time::Timestamp,
    words::{EndCause, Fault, Field, Permission, Permissions, Role, Secret},
};
use uuid::Uuid;

statements! {
    /// Unless it is the last administrator who can sign in; another who is about to be deleted does not count.
    SET_ROLE = concat!(
        "update users set role = $1, role_name = $3 where id = $2 and ($1 = 'admin' or role = 'user' or ",
        another_admin!("$2"),
        ") returning name, email, verified_at"
    );
    /// An administrator's sessions end within half a day, also those begun before.
    CAP_SESSIONS = "update sessions set expires_at = $1
                     where user_id = $2 and ended_at is null and (expires_at is null or expires_at > $1)";
    /// What is to be deleted by order is shut already, and stays disabled when the order is taken back.
    DISABLE = concat!(
        "update users set disabled_at = coalesce(disabled_at, $1),
                disabled_before = case when deletion_ordered_at is null then null else coalesce(disabled_before, $1) end
          where id = $2 and (disabled_at is null or (deletion_ordered_at is not null and disabled_before is null))
            and (role <> 'admin' or disabled_at is not null or ",
        another_admin!("$2"),
        ") returning id"
    );
    /// What is to be deleted by order stays shut until that is taken back. `$2` is when it was disabled, where only that is to be taken
    /// back.
    ENABLE = "update users set disabled_at = case when deletion_ordered_at is null then null else disabled_at end,
                     disabled_before = null
               where id = $1 and disabled_at is not null and (deletion_ordered_at is null or disabled_before is not null)
                 and coalesce(disabled_before, disabled_at) = coalesce(cast($2 as bigint), disabled_before, disabled_at)
           returning id";
    STANDING = concat!(
        "select users.disabled_at, users.verified_at is null and users.invited_at is null as unclaimed, ",
        granted!("users"),
        " from users where users.id = $1"
    );
    SET_PASSWORD = "update users set password_hash = $1, password_changed_at = $3 where id = $2
                returning name, email, verified_at";
}

/// Changes what an account may open. Takes effect with the account's next request: its access tokens become stale.
///
/// Nobody gives more than they have themselves, nor takes from those who have more.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` when there is no such role, and `NotAllowed` on the field `role` while nobody has confirmed the
/// address of an account that somebody registered; `LastAdmin`, `TooMany` letters to people who have never signed in, or when the database does not answer.
pub async fn set_role(house: &Latchkey, admin: &Proven, id: Uuid, role: Role) -> Result<(), Refusal> {
    let now = house.now();
    // Two administrators who demote each other at the same moment would each still see the other in office.
    let (mut tx, admin) = admin.begin(house, Permission::RolesWrite).await?;
    let before = reach(&mut tx, &admin, id).await?;
    // Whoever registered it may be a stranger, and would have the role under their own password once the owner confirms.
    if before.unclaimed && role != Role::User {
        return Err(Refusal::field(Field::Role, Fault::NotAllowed));
    }
    let permissions = permissions(&mut tx, role).await?;
    admin.reaches(role, &permissions)?;
    let changed: Option<Changed> = within!(tx, |c| sqlx::query_as(SET_ROLE)
        .bind(role.built_in())
        .bind(id)
        .bind(role.named())
        .fetch_optional(c)
        .await)?;
    let changed = changed.ok_or(Refusal::LastAdmin)?;
    let mark = accounts::mark_stale(house, &mut tx, id).await?;
    if permissions.open_panel() {
        let cap = now.plus(sessions::ADMIN_CAP);
        within!(tx, |c| sqlx::query(CAP_SESSIONS).bind(cap).bind(id).execute(c).await.map(drop))?;
    }
    if role == Role::Admin {
        accounts::close_setup(house, &mut tx).await?;
    }
    events::record(
        house,
        &mut tx,
        admin.event(Kind::RoleChanged).on(id).detail(role.as_str()).note(before.role.as_str()),
    )
    .await?;
    // An address that nobody has confirmed is no place for a name, nor for a way into the account.
    let told = before.role != role && changed.verified_at.is_some();
    if told {
        let link = accounts::secure::link(house, &mut tx, id, &changed.email).await?;
        let owner = Owner { name: &changed.name, to: &changed.email };
        let letter = security::role_changed(&house.settings, owner, role, now, &link);
        mail::post(house, &mut tx, Some(id), &letter).await?;
        count_stranger(house, &mut tx, &admin, id).await?;
    }
    tx.commit().await?;
    mark.heed(house);
    if told {
        house.outbox_bell.notify_one();
    }
    Ok(())
}

/// Disables an account and ends its sessions, also one that is to be deleted by order: then it stays disabled when the order is taken
/// back. Doing it twice changes nothing.
///
/// # Errors
/// `Forbidden`, `NotFound`, `LastAdmin`, or when the database does not answer.
pub async fn disable(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    disable_at(house, admin, id, house.now()).await.map(drop)
}

/// The same, as of a moment by which it can be told from what others do. Answers whether it changed anything.
pub(super) async fn disable_at(house: &Latchkey, admin: &Proven, id: Uuid, at: Timestamp) -> Result<bool, Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    let before = reach(&mut tx, &admin, id).await?;
    let done: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(DISABLE).bind(at).bind(id).fetch_optional(c).await)?;
    if done.is_none() {
        return if before.disabled { Ok(false) } else { Err(Refusal::LastAdmin) };
    }
    let ended = sessions::end_all_within(house, &mut tx, id, None, EndCause::Disabled).await?;
    events::record(house, &mut tx, admin.event(Kind::Disabled).on(id)).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, house.now());
    Ok(true)
}

/// Lets a disabled account sign in again. Doing it twice changes nothing. An account that is to be deleted by order stays shut until
/// the order is taken back ([`revoke_deletion`](super::revoke_deletion)), and is only not disabled any more after that.
///
/// # Errors
/// `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn enable(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    enable_since(house, admin, id, None).await.map(drop)
}

/// The same, for an account that was disabled at that moment, where one is given. Answers whether it changed anything.
pub(super) async fn enable_since(
    house: &Latchkey,
    admin: &Proven,
    id: Uuid,
    since: Option<Timestamp>,
) -> Result<bool, Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let done: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(ENABLE).bind(id).bind(since).fetch_optional(c).await)?;
    if done.is_none() {
        return Ok(false);
    }
    events::record(house, &mut tx, admin.event(Kind::Enabled).on(id)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends every session of an account. Answers how many there were.
///
/// # Errors
/// `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn end_sessions(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<usize, Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let ended = sessions::end_all_within(house, &mut tx, id, None, EndCause::EndedByAdmin).await?;
    let event = admin.event(Kind::SessionsEndedByAdmin).on(id).detail(ended.len().to_string());
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, house.now());
    Ok(ended.len())
}

/// Sets a new password for an account, ends its sessions and tells its owner. Letters that could set another, or bring another
/// address, are void.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid`, `Busy`, `TooMany` letters to people who have never signed in, or when the database does not answer.
pub async fn reset_password(house: &Latchkey, admin: &Proven, id: Uuid, password: &Secret) -> Result<(), Refusal> {
    admin.may(Permission::UsersWrite)?;
    let (name, email) = accounts::profile(house, id).await?;
    let password = passwords::accept(house, password, &Rules::of(house, &name, &email)).await?;
    let hash = house.hasher.hash(&password).await?;
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let done: Option<(String, String, Option<Timestamp>)> =
        within!(tx, |c| sqlx::query_as(SET_PASSWORD).bind(&hash).bind(id).bind(house.now()).fetch_optional(c).await)?;
    let (name, email, verified_at) = done.ok_or(Refusal::NotFound)?;
    accounts::void_requests(&mut tx, id).await?;
    accounts::forget_devices(&mut tx, id).await?;
    let ended = sessions::end_all_within(house, &mut tx, id, None, EndCause::PasswordReset).await?;
    events::record(house, &mut tx, admin.event(Kind::PasswordReset).on(id)).await?;
    // An address that nobody has confirmed is no place for a name, nor for a way into the account.
    if verified_at.is_some() {
        let owner = Owner { name: &name, to: &email };
        accounts::tell(house, &mut tx, id, owner, None).await?;
        count_stranger(house, &mut tx, &admin, id).await?;
    }
    tx.commit().await?;
    house.revocations.sessions(&ended, house.now());
    house.outbox_bell.notify_one();
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Changed {
    name: String,
    email: String,
    verified_at: Option<Timestamp>,
}

/// How an account stands.
pub(super) struct Standing {
    pub disabled: bool,
    /// Somebody registered it, and nobody has confirmed the address.
    pub unclaimed: bool,
    pub role: Role,
}

/// The account, if there is one and the administrator may act on it: nobody acts on somebody who may do more.
pub(super) async fn reach(tx: &mut Tx, admin: &Acting, id: Uuid) -> Result<Standing, Refusal> {
    let row: Option<(Option<i64>, bool, Role, Option<String>)> =
        within!(*tx, |c| sqlx::query_as(STANDING).bind(id).fetch_optional(c).await)?;
    let (disabled_at, unclaimed, role, stored) = row.ok_or(Refusal::NotFound)?;
    admin.reaches(role, &Permissions::of(role, stored.as_deref()))?;
    Ok(Standing { disabled: disabled_at.is_some(), unclaimed, role })
}

/// What a role lets one do.
pub(super) async fn permissions(tx: &mut Tx, role: Role) -> Result<Permissions, Refusal> {
    let Role::Named(name) = role else { return Ok(Permissions::of(role, None)) };
    roles::stored(tx, name).await.map_err(|refusal| match refusal {
        Refusal::NotFound => Refusal::field(Field::Role, Fault::Wrong),
        other => other,
    })
}
