//! Roles of the installation's own making: a name, and what it lets its holders do.
//!
//! Nobody makes a role that may do more than they may, nor changes one that did. What a change means for those who hold the role
//! counts from their next request: every node remembers what a changed role lets one do now, and a token that says otherwise is
//! stale. However many hold it, one row is written.

use super::{Acting, Admin, Proven};
use crate::{
    Latchkey, Refusal,
    db::{Topic, Tx, on, statements, within},
    events::{self, Kind},
    sessions,
    time::Timestamp,
    words::{Fault, Field, MAX_PERMISSIONS, Permission, Permissions, Role, RoleName, is_permission},
};
use serde::{Deserialize, Serialize};

statements! {
    /// Holders are counted up to one more than is shown.
    LIST = "select r.name, r.permissions,
                   (select count(*) from (select 1 from users u where u.role_name = r.name limit 1001) h) as holders
              from roles r order by r.name";
    BUILT_IN = "select (select count(*) from (select 1 from users where role = 'user' and role_name is null limit 1001) u) as users,
                       (select count(*) from (select 1 from users where role = 'admin' limit 1001) a) as admins";
    NAMES = "select name, permissions from roles order by name";
    ONE = "select permissions from roles where name = $1";
    COUNT = "select count(*) from roles";
    MAKE = "insert into roles (name, permissions, created_at, changed_at) values ($1, $2, $3, $3) on conflict (name) do nothing";
    EDIT = "update roles set permissions = $2, changed_at = case when changed_at + 1 > $3 then changed_at + 1 else $3 end
             where name = $1 returning changed_at";
    /// Whoever may open the panel is signed in for half a day at most, also in sessions begun before.
    CAP_SESSIONS = "update sessions set expires_at = $1
                     where user_id in (select id from users where role_name = $2) and ended_at is null
                       and (expires_at is null or expires_at > $1)";
    REMOVE = "delete from roles where name = $1 and not exists (select 1 from users where role_name = $1)";
}

/// Most roles of an installation's own making: every node keeps those that were changed lately in memory.
pub const MAX_ROLES: i64 = 100;

/// Holders are counted up to this.
pub const MOST_HOLDERS: i64 = 1000;

/// A role, as those see it who may look at roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleView {
    /// What it is called.
    pub role: Role,
    /// What it lets one do, in words.
    pub permissions: Permissions,
    /// How many accounts have it: exactly, or [`MOST_HOLDERS`] when there are as many or more.
    pub holders: i64,
    /// Whether there are more holders than that.
    pub more_holders: bool,
    /// Whether it may do no more than whoever asks: only then may they give, take or change it.
    pub within_reach: bool,
}

/// A role that can be given or taken, and whether whoever asks may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleChoice {
    /// What it is called.
    pub role: Role,
    /// What it lets one do.
    pub permissions: Permissions,
    /// Whether it may do no more than whoever asks.
    pub within_reach: bool,
}

/// Every role with its holders: those built in first, then the installation's own by name.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn roles(house: &Latchkey, admin: &Admin) -> Result<Vec<RoleView>, Refusal> {
    admin.may(Permission::RolesRead)?;
    let (users, admins): (i64, i64) = on!(house.db, read, |p| sqlx::query_as(BUILT_IN).fetch_one(p).await)?;
    let own: Vec<(Role, String, i64)> = on!(house.db, read, |p| sqlx::query_as(LIST).fetch_all(p).await)?;
    let built_in = [(Role::User, String::new(), users), (Role::Admin, String::new(), admins)];
    let view = |(role, stored, counted): (Role, String, i64)| {
        let permissions = Permissions::of(role, Some(&stored));
        let within_reach = admin.reaches(role, &permissions).is_ok();
        let (holders, more_holders) = (counted.min(MOST_HOLDERS), counted > MOST_HOLDERS);
        RoleView { role, permissions, holders, more_holders, within_reach }
    };
    Ok(built_in.into_iter().chain(own).map(view).collect())
}

/// Every role, for those who give them to people.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn role_choices(house: &Latchkey, admin: &Admin) -> Result<Vec<RoleChoice>, Refusal> {
    admin.may(Permission::RolesWrite)?;
    let own: Vec<(Role, String)> = on!(house.db, read, |p| sqlx::query_as(NAMES).fetch_all(p).await)?;
    let built_in = Role::BUILT_IN.map(|role| (role, String::new()));
    let choice = |(role, stored): (Role, String)| {
        let permissions = Permissions::of(role, Some(&stored));
        let within_reach = admin.reaches(role, &permissions).is_ok();
        RoleChoice { role, permissions, within_reach }
    };
    Ok(built_in.into_iter().chain(own).map(choice).collect())
}

/// Makes a role. Nobody has it yet.
///
/// # Errors
/// `Forbidden`, `Invalid` (the name, the permissions, or too many roles), or when the database does not answer.
pub async fn make_role(house: &Latchkey, admin: &Proven, name: &str, words: &[String]) -> Result<(), Refusal> {
    admin.may(Permission::RolesWrite)?;
    let name = name_of(name)?;
    let permissions = permissions_of(words)?;
    let (mut tx, admin) = admin.begin(house, Permission::RolesWrite).await?;
    admin.reaches(Role::Named(name), &permissions)?;
    let roles: i64 = within!(tx, |c| sqlx::query_scalar(COUNT).fetch_one(c).await)?;
    if roles >= MAX_ROLES {
        return Err(Refusal::field(Field::Form, Fault::NotAllowed));
    }
    let now = house.now();
    let made = within!(tx, |c| sqlx::query(MAKE)
        .bind(name.as_str())
        .bind(permissions.as_str())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if made == 0 {
        return Err(Refusal::field(Field::Name, Fault::Same));
    }
    record(house, &mut tx, &admin, Kind::RoleMade, name, &permissions).await?;
    tx.ring(Topic::Revoked).await?;
    tx.commit().await?;
    house.revocations.role(name, now, permissions);
    Ok(())
}

/// Changes what a role lets its holders do. Counts from their next request.
///
/// # Errors
/// `Forbidden` when it did or would do more than whoever asks may, `NotFound`, `Invalid`, or when the database does not answer.
pub async fn edit_role(house: &Latchkey, admin: &Proven, name: RoleName, words: &[String]) -> Result<(), Refusal> {
    admin.may(Permission::RolesWrite)?;
    let after = permissions_of(words)?;
    let role = Role::Named(name);
    let (mut tx, admin) = admin.begin(house, Permission::RolesWrite).await?;
    let before = stored(&mut tx, name).await?;
    admin.reaches(role, &before)?;
    admin.reaches(role, &after)?;
    if before == after {
        return Ok(());
    }
    let now = house.now();
    let changed: Timestamp = within!(tx, |c| sqlx::query_scalar(EDIT)
        .bind(name.as_str())
        .bind(after.as_str())
        .bind(now)
        .fetch_one(c)
        .await)?;
    if after.open_panel() && !before.open_panel() {
        let cap = now.plus(sessions::ADMIN_CAP);
        within!(tx, |c| sqlx::query(CAP_SESSIONS).bind(cap).bind(name.as_str()).execute(c).await.map(drop))?;
    }
    // A token of somebody's says what its owner may, and not what the administrator may who acts as them. So what rests on the role ends here.
    let acting = sessions::end_acting_by_role(house, &mut tx, name).await?;
    record(house, &mut tx, &admin, Kind::RoleEdited, name, &after).await?;
    tx.ring(Topic::Revoked).await?;
    tx.commit().await?;
    house.revocations.sessions(&acting, now);
    house.revocations.role(name, changed, after);
    Ok(())
}

/// Removes a role that nobody has.
///
/// # Errors
/// `Forbidden`, `NotFound`, `InUse` while somebody has it, or when the database does not answer.
pub async fn remove_role(house: &Latchkey, admin: &Proven, name: RoleName) -> Result<(), Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::RolesWrite).await?;
    let before = stored(&mut tx, name).await?;
    admin.reaches(Role::Named(name), &before)?;
    let removed =
        within!(tx, |c| sqlx::query(REMOVE).bind(name.as_str()).execute(c).await.map(|done| done.rows_affected()))?;
    if removed == 0 {
        return Err(Refusal::InUse);
    }
    record(house, &mut tx, &admin, Kind::RoleRemoved, name, &before).await?;
    tx.commit().await?;
    Ok(())
}

/// What a role of the installation's own lets one do.
pub(super) async fn stored(tx: &mut Tx, name: RoleName) -> Result<Permissions, Refusal> {
    let stored: Option<(String,)> = within!(*tx, |c| sqlx::query_as(ONE).bind(name.as_str()).fetch_optional(c).await)?;
    let (stored,) = stored.ok_or(Refusal::NotFound)?;
    Ok(Permissions::of(Role::Named(name), Some(&stored)))
}

async fn record(
    house: &Latchkey,
    tx: &mut Tx,
    admin: &Acting,
    kind: Kind,
    name: RoleName,
    permissions: &Permissions,
) -> Result<(), Refusal> {
    let event = admin.event(kind).detail(name.as_str()).note(permissions.as_str());
    events::record(house, tx, event).await
}

/// A name that no built-in role has.
fn name_of(typed: &str) -> Result<RoleName, Refusal> {
    let typed = typed.trim();
    RoleName::parse(typed).ok_or_else(|| {
        let fault = match Role::from_word(typed) {
            _ if typed.is_empty() => Fault::Missing,
            Some(_) => Fault::Same,
            None => Fault::Malformed,
        };
        Refusal::field(Field::Name, fault)
    })
}

/// The set of these words. A word that looks like one of Latchkey's own and is none would grant nothing and look as if it did.
fn permissions_of(words: &[String]) -> Result<Permissions, Refusal> {
    let refuse = |fault| Err(Refusal::field(Field::Others, fault));
    for word in words {
        if !is_permission(word) {
            return refuse(Fault::Malformed);
        }
        let kind = |word: &str| word.split(':').next().unwrap_or_default().to_owned();
        let ours = Permission::ALL.iter().any(|own| kind(own.as_str()) == kind(word));
        if ours && Permission::from_word(word).is_none() {
            return refuse(Fault::Wrong);
        }
    }
    let permissions = Permissions::collect(words.iter().map(String::as_str));
    if permissions.as_str().len() > MAX_PERMISSIONS { refuse(Fault::TooLong) } else { Ok(permissions) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &str) -> Result<String, Fault> {
        let words: Vec<String> = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        permissions_of(&words).map(|set| set.as_str().to_owned()).map_err(|refusal| match refusal {
            Refusal::Invalid(faults) => faults[0].fault,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn own_words_are_taken_and_mistyped_ones_of_ours_refused() {
        assert_eq!(asked(""), Ok(String::new()));
        assert_eq!(asked("users:read invoices:write users:read"), Ok("invoices:write users:read".into()));
        for typo in ["users:raed", "roles:admin", "audit:write", "settings:all", "keys:write", "letters:send"] {
            assert_eq!(asked(typo), Err(Fault::Wrong), "{typo}");
        }
        for malformed in ["invoices", "Invoices:write", "a:b:c", "a:", "\u{e9}:a"] {
            assert_eq!(asked(malformed), Err(Fault::Malformed), "{malformed}");
        }
        let many: Vec<String> = (0..100).map(|n| format!("invoices:number-{n}")).collect();
        assert_eq!(asked(&many.join(" ")), Err(Fault::TooLong));
    }

    #[test]
    fn names_are_refused_for_a_reason() {
        let fault = |typed: &str| match name_of(typed) {
            Err(Refusal::Invalid(faults)) => Some(faults[0].fault),
            _ => None,
        };
        assert_eq!(fault(" support "), None);
        assert_eq!(fault(" "), Some(Fault::Missing));
        assert_eq!(fault("admin"), Some(Fault::Same));
        assert_eq!(fault("Two Words"), Some(Fault::Malformed));
    }
}
