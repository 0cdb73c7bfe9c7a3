//! What an account may open, and whether it can sign in.

use identity::{admin::Status, words::Role};

/// A role, for reading. One of the installation's own making is called what it was called there.
pub fn role(role: Role) -> String {
    match role {
        Role::User => "User".to_owned(),
        Role::Admin => "Administrator".to_owned(),
        Role::Named(name) => name.as_str().to_owned(),
    }
}

/// Whether an account can sign in, for reading.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Unverified => "Unconfirmed",
        Status::Disabled => "Disabled",
        Status::Leaving => "Leaving",
    }
}
