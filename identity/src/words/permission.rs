//! What a role lets one do: a set of words, checked here by Latchkey and anywhere else by whoever reads the access token.
//!
//! The words of [`Permission`] are Latchkey's own. An installation may add others of the same form for its applications
//! (`invoices:write`): they mean nothing here and are only carried.

use super::Role;
use serde::{Deserialize, Serialize};

crate::spelled! {
    /// Something the admin panel lets one do. Every one is asked for on the server; the panel only hides what would be refused.
    Permission {
        /// See accounts, their sessions, their events' count and the letters sent to them.
        UsersRead = "users:read",
        /// Make, invite, import, confirm, disable, enable and delete accounts, end their sessions, have their password set anew.
        UsersWrite = "users:write",
        /// Act as somebody else for an hour, to see what they see.
        UsersImpersonate = "users:impersonate",
        /// See the roles, and who holds them.
        RolesRead = "roles:read",
        /// Make and change roles and give them to people, as far as the own permissions go.
        RolesWrite = "roles:write",
        /// See, filter, export and verify the security events.
        AuditRead = "audit:read",
        /// See the settings and where they come from.
        SettingsRead = "settings:read",
        /// Change the settings that may be changed at run time.
        SettingsWrite = "settings:write",
        /// See the signing keys, never their secrets.
        KeysRead = "keys:read",
        /// Rotate signing keys, plan their retirement, and distrust them at once.
        KeysRotate = "keys:rotate",
        /// See the letters on their way, without their content.
        LettersRead = "letters:read",
        /// Have failing letters tried again at once.
        LettersRetry = "letters:retry",
    }
}

/// Most bytes of a role's permissions, written with a space between: they travel in a cookie of at most 4096 bytes.
pub const MAX_PERMISSIONS: usize = 1000;

/// A set of permissions, as words in alphabetical order with a space between.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Permissions(String);

impl Permissions {
    /// None at all.
    pub const NONE: Self = Self(String::new());

    /// Those of a role: of an administrator all, of a role of the installation's own making those that are stored with it.
    pub fn of(role: Role, stored: Option<&str>) -> Self {
        match role {
            Role::User => Self::NONE,
            Role::Admin => Self::collect(Permission::ALL.iter().map(|it| it.as_str())),
            Role::Named(_) => Self::collect(stored.unwrap_or_default().split(' ')),
        }
    }

    /// From words, in any order. What is not of the form of a permission is left out.
    pub fn collect<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words: Vec<&str> = words.into_iter().filter(|word| is_permission(word)).collect();
        words.sort_unstable();
        words.dedup();
        Self(words.join(" "))
    }

    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|word| !word.is_empty())
    }

    /// Whether this is among them.
    pub fn has(&self, permission: Permission) -> bool {
        self.iter().any(|word| word == permission.as_str())
    }

    /// Whether all of `others` are among them.
    pub fn cover(&self, others: &Self) -> bool {
        others.iter().all(|other| self.iter().any(|word| word == other))
    }

    /// Whether one of them is Latchkey's own: who has one may open the admin panel.
    pub fn open_panel(&self) -> bool {
        self.iter().any(|word| Permission::from_word(word).is_some())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they are stored: with a space between.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a word has the form of a permission: two names of `a-z`, `0-9`, `_`, `-` with a colon between, 64 bytes at most.
pub fn is_permission(word: &str) -> bool {
    let name = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
    };
    word.len() <= 64 && word.split_once(':').is_some_and(|(of, act)| name(of) && name(act))
}

impl From<Vec<String>> for Permissions {
    fn from(words: Vec<String>) -> Self {
        Self::collect(words.iter().map(String::as_str))
    }
}

impl From<Permissions> for Vec<String> {
    fn from(permissions: Permissions) -> Self {
        permissions.iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::RoleName;

    #[test]
    fn an_administrator_has_all_and_a_user_none() {
        let all = Permissions::of(Role::Admin, None);
        assert!(Permission::ALL.iter().all(|it| all.has(*it)) && all.as_str().len() < MAX_PERMISSIONS);
        assert!(Permissions::of(Role::User, Some("users:read")).is_empty());
    }

    #[test]
    fn a_role_has_what_is_stored_and_nothing_malformed() {
        let support = Role::Named(RoleName::parse("support").unwrap());
        let has = Permissions::of(support, Some("users:read invoices:write nonsense users:read Users:Write :x x:"));
        assert_eq!(has.as_str(), "invoices:write users:read");
        assert!(has.has(Permission::UsersRead) && !has.has(Permission::UsersWrite) && has.open_panel());
        assert!(!Permissions::collect(["invoices:write"]).open_panel());
        assert!(has.cover(&Permissions::collect(["users:read"])) && has.cover(&Permissions::NONE));
        assert!(!has.cover(&Permissions::of(Role::Admin, None)));
    }
}
