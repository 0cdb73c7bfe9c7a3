//! What an account may open, and whether it can sign in.

use identity::{admin::Status, words::Role};

/// A role, for reading.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::User => "User",
        Role::Admin => "Administrator",
    }
}

/// Whether an account can sign in, for reading.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Unverified => "Unconfirmed",
        Status::Disabled => "Disabled",
    }
}
