//! One account as the page about it shows it: how it stands, what may be done about it, and the letters sent to its owner.

use super::{Admin, LetterView, another_admin, letters};
use crate::{
    Latchkey, Refusal,
    accounts::granted,
    db::{on, statements},
    time::Timestamp,
    words::{Permission, Permissions, Role},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

statements! {
    STANDING = concat!(
        "select users.password_changed_at, users.verified_at, users.invited_at, users.delete_at, users.deletion_ordered_at,
                users.role = 'admin' and users.disabled_at is null and users.verified_at is not null and not ",
        another_admin!("$1"),
        " as last_admin, ",
        granted!("users"),
        " from users where users.id = $1"
    );
}

/// How an account stands, beyond what the list of accounts shows. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// When its owner, or an administrator, set the password after the registration.
    pub password_changed_at: Option<i64>,
    /// An administrator made it, and its owner has not chosen a password so far.
    pub is_invited: bool,
    /// Its address was registered more than once and is not confirmed: whose password is stored, nobody can say.
    pub is_contested: bool,
    /// When it will be deleted.
    pub delete_at: Option<i64>,
    /// Whether an administrator has ordered that, and not its owner asked for it.
    pub is_ordered: bool,
    /// Whether it is the last administrator who can sign in.
    pub is_last_admin: bool,
    /// Whether the asker's own permissions go as far as this account's: nobody acts on somebody who may do more.
    pub within_reach: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    password_changed_at: Option<Timestamp>,
    verified_at: Option<Timestamp>,
    invited_at: Option<Timestamp>,
    delete_at: Option<Timestamp>,
    deletion_ordered_at: Option<Timestamp>,
    last_admin: bool,
    role: Role,
    permissions: Option<String>,
}

/// How an account stands.
///
/// # Errors
/// `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn account(house: &Latchkey, admin: &Admin, id: Uuid) -> Result<AccountState, Refusal> {
    admin.may(Permission::UsersRead)?;
    let row: Option<Row> = on!(house.db, read, |p| sqlx::query_as(STANDING).bind(id).fetch_optional(p).await)?;
    let row = row.ok_or(Refusal::NotFound)?;
    let waits = row.verified_at.is_none();
    let is_invited = waits && row.invited_at.is_some();
    Ok(AccountState {
        password_changed_at: row.password_changed_at.filter(|_| !waits).map(|at| at.0),
        is_invited,
        is_contested: waits && !is_invited && row.password_changed_at.is_some(),
        delete_at: row.delete_at.map(|at| at.0),
        is_ordered: row.deletion_ordered_at.is_some(),
        is_last_admin: row.last_admin,
        within_reach: admin.reaches(row.role, &Permissions::of(row.role, row.permissions.as_deref())).is_ok(),
    })
}

/// The letters sent to the owner of an account, or on their way, newest first: what they are about, never what they say.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn letters_of(house: &Latchkey, admin: &Admin, id: Uuid) -> Result<Vec<LetterView>, Refusal> {
    admin.may(Permission::UsersRead)?;
    letters::of(house, id).await
}
