//! The list of accounts: searched, filtered and paged by keyset.

use super::Admin;
use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    paging::PageSize,
    time::Timestamp,
    words::{EmailAddress, Page, Permission, Role, UserView},
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

statements! {
    /// Newest first. `$1` is a pattern, `$2` and `$3` are empty for "any", `$4` is the last id of the page before.
    LIST = "select id, name, email, coalesce(role_name, role) as role, created_at, verified_at, disabled_at, last_sign_in_at
              from users
             where id < $4
               and (email like $1 escape '!' or name_key like $1 escape '!')
               and ($2 = '' or coalesce(role_name, role) = $2)
               and ($3 = '' or ($3 = 'disabled' and disabled_at is not null)
                            or ($3 = 'unverified' and disabled_at is null and verified_at is null)
                            or ($3 = 'active' and disabled_at is null and verified_at is not null))
             order by id desc limit $5";
    ONE = "select id, name, email, coalesce(role_name, role) as role, created_at, verified_at, disabled_at, last_sign_in_at from users where id = $1";
    BY_EMAIL = "select id, name, email, coalesce(role_name, role) as role, created_at, verified_at, disabled_at, last_sign_in_at
                  from users where email = $1";
    COUNTS = "select (select count(*) from users) as users,
                     (select count(*) from users where role = 'admin') as admins,
                     (select count(*) from users where disabled_at is not null) as disabled,
                     (select count(*) from users where verified_at is null) as unverified,
                     (select count(*) from sessions
                       where ended_at is null and (expires_at is null or expires_at > $1)) as sessions";
}

crate::spelled! {
    /// The standing of an account, as the list filters it.
    Status {
        /// May sign in.
        Active = "active",
        /// Has not confirmed the address.
        Unverified = "unverified",
        /// Was disabled by an administrator.
        Disabled = "disabled",
    }
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Address or name begins with this, whatever the case.
    pub begins: String,
    /// Only this role.
    pub role: Option<Role>,
    /// Only this standing.
    pub status: Option<Status>,
    /// The cursor: `next` of the page before.
    pub after: Option<Uuid>,
    /// Rows to a page, 1 to 200.
    pub limit: usize,
}

/// How many there are, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Accounts.
    pub users: i64,
    /// Of which administrators.
    pub admins: i64,
    /// Of which disabled.
    pub disabled: i64,
    /// Of which not confirmed.
    pub unverified: i64,
    /// Living sessions.
    pub sessions: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    email: String,
    role: Role,
    created_at: Timestamp,
    verified_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    last_sign_in_at: Option<Timestamp>,
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
        }
    }
}

/// A page of accounts.
///
/// # Errors
/// When the database does not answer.
pub async fn users(house: &Latchkey, admin: &Admin, filter: &Filter) -> Result<Page<UserView>, Refusal> {
    admin.may(Permission::UsersRead)?;
    let size = PageSize::of(filter.limit);
    let rows: Vec<Row> = on!(house.db, read, |p| sqlx::query_as(LIST)
        .bind(pattern(&filter.begins))
        .bind(filter.role.as_ref().map_or("", Role::as_str))
        .bind(filter.status.map_or("", Status::as_str))
        .bind(filter.after.unwrap_or(Uuid::max()))
        .bind(size.ask())
        .fetch_all(p)
        .await)?;
    Ok(size.cut(rows, |row| row.id))
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

/// The figures of the overview.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(house: &Latchkey, admin: &Admin) -> Result<Counts, Refusal> {
    admin.may(Permission::UsersRead)?;
    Ok(on!(house.db, read, |p| sqlx::query_as(COUNTS).bind(house.now()).fetch_one(p).await)?)
}

/// `like` pattern for "begins with", with the wildcards of the typed text taken literally.
fn pattern(begins: &str) -> String {
    let mut pattern = String::new();
    // As names are kept: NFC, lower case. The longest address has 254 characters, the longest name 100 that four typed ones made.
    let typed: String = begins.trim().chars().take(512).nfc().collect();
    for c in typed.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        // No name or address has a NUL, and PostgreSQL would refuse the whole query for it.
        if c != '\0' {
            pattern.push(c);
        }
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn wildcards_are_taken_literally() {
        assert_eq!(super::pattern(" A_b%!"), "a!_b!%!!%");
        assert_eq!(super::pattern("a\0b"), "ab%");
    }

    #[test]
    fn letters_typed_in_two_pieces_are_the_same_letters() {
        assert_eq!(super::pattern("ZOE\u{308}"), "zoë%");
    }
}
