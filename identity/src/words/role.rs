//! What an account is: a user, an administrator, or something of the installation's own making.
//!
//! A role is a name. What it lets one do is a set of [`Permissions`](super::Permissions), kept in the database and carried by the
//! access token, so that neither page nor service has to know the names.

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most characters of a role's name.
pub const MAX_ROLE_NAME: usize = 32;

/// The name of a role of the installation's own making: 2 to 32 of `a-z`, `0-9` and `-`, beginning with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoleName(ArrayString<MAX_ROLE_NAME>);

impl RoleName {
    /// Reads a name; `None` when it is none, or one of a built-in role.
    pub fn parse(name: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let well_formed = name.len() >= 2
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && !name.ends_with('-')
            && name.bytes().all(plain);
        let taken = Role::BUILT_IN.iter().any(|role| role.as_str() == name);
        ArrayString::from(name).ok().filter(|_| well_formed && !taken).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// May use the own account.
    User,
    /// May administer everything.
    Admin,
    /// A role of the installation's own making, with the permissions it was given.
    Named(RoleName),
}

impl Role {
    /// Those that are always there.
    pub const BUILT_IN: [Self; 2] = [Self::User, Self::Admin];

    /// The name used in forms, JSON, tokens and the database.
    pub fn as_str(&self) -> &str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::Named(name) => name.as_str(),
        }
    }

    /// The role of this name. Whether there is one in the installation is another question.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "user" => Some(Self::User),
            "admin" => Some(Self::Admin),
            name => RoleName::parse(name).map(Self::Named),
        }
    }

    /// The built-in role that it is by itself: one of the installation's own making is a user's.
    pub const fn built_in(&self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User | Self::Named(_) => "user",
        }
    }

    /// The name, where it is not built in.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name.as_str()),
            Self::User | Self::Admin => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.as_str().to_owned()
    }
}

impl TryFrom<String> for Role {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        Self::from_word(&word).ok_or("not the name of a role")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_roles() {
        for good in ["support", "team-2", "ab", &"x".repeat(MAX_ROLE_NAME)] {
            assert_eq!(Role::from_word(good).unwrap().as_str(), good);
            assert_eq!(Role::from_word(good).unwrap().named(), Some(good));
        }
        for bad in ["", "a", "2nd", "-x", "x-", "Support", "su pport", "zoë", "a:b", &"x".repeat(MAX_ROLE_NAME + 1)] {
            assert_eq!(Role::from_word(bad), None, "{bad:?}");
        }
        assert_eq!(RoleName::parse("admin"), None);
        assert_eq!(Role::from_word("admin"), Some(Role::Admin));
    }
}
