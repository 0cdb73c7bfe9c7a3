//! Other people's accounts: the list, searched, filtered and paged both ways, and how many there are.

mod bulk;
mod cursor;
mod export;
mod filter;
mod list;
mod search;
mod span;
mod statements;
mod tallies;

pub use bulk::{Act, MOST_AT_ONCE, Outcome, Why, bulk, named};
pub use cursor::Cursor;
pub use export::{Format, PeopleExport, export_users};
pub use filter::{At, Filter, Seen, Sort, Status};
pub use list::{FURTHEST, users};
pub(crate) use tallies::count_anew;
pub use tallies::{Counts, Tallies, count, counts, tallies};

use super::Admin;
use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    time::Timestamp,
    words::{EmailAddress, Permission, Role, UserView},
};
use statements::columns;
use uuid::Uuid;

statements! {
    ONE = concat!("select ", columns!(), " from users where id = $1");
    /// For a filter: more than fit into one are no help.
    ROLES = "select name from roles order by name limit 200";
    BY_EMAIL = concat!("select ", columns!(), " from users where email = $1");
}

pub(super) fn statements() -> Vec<crate::db::Statement> {
    [STATEMENTS.to_vec(), statements::statements(), bulk::STATEMENTS.to_vec(), tallies::STATEMENTS.to_vec()].concat()
}

/// An account, as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    name_key: String,
    email: String,
    role: Role,
    created_at: Timestamp,
    verified_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    last_sign_in_at: Option<Timestamp>,
    delete_at: Option<Timestamp>,
}

impl From<Row> for UserView {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role,
            created_at: row.created_at.0,
            verified_at: row.verified_at.map(|at| at.0),
            disabled_at: row.disabled_at.map(|at| at.0),
            last_sign_in_at: row.last_sign_in_at.map(|at| at.0),
            delete_at: row.delete_at.map(|at| at.0),
        }
    }
}

/// One account.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn one(house: &Latchkey, admin: &Admin, id: Uuid) -> Result<UserView, Refusal> {
    admin.may(Permission::UsersRead)?;
    let row: Option<Row> = on!(house.db, read, |p| sqlx::query_as(ONE).bind(id).fetch_optional(p).await)?;
    row.map(UserView::from).ok_or(Refusal::NotFound)
}

/// The account with this address.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn find_by_email(house: &Latchkey, admin: &Admin, email: &EmailAddress) -> Result<UserView, Refusal> {
    admin.may(Permission::UsersRead)?;
    let row: Option<Row> =
        on!(house.db, read, |p| sqlx::query_as(BY_EMAIL).bind(email.as_str()).fetch_optional(p).await)?;
    row.map(UserView::from).ok_or(Refusal::NotFound)
}

/// The roles that the list can be filtered by: the built-in ones, and those of the installation's own making.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn roles_to_filter(house: &Latchkey, admin: &Admin) -> Result<Vec<Role>, Refusal> {
    admin.may(Permission::UsersRead)?;
    let names: Vec<(Role,)> = on!(house.db, read, |p| sqlx::query_as(ROLES).fetch_all(p).await)?;
    Ok(Role::BUILT_IN.into_iter().chain(names.into_iter().map(|(name,)| name)).collect())
}
