//! What kind of request it is, told by method and path alone.

use http::Method;
use identity::policy::Policy;
use std::num::NonZeroU32;

/// What kind of request it is, as far as limits and metrics go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Signing in: guessing is what it invites.
    SignIn,
    /// Making accounts and having letters sent.
    Account,
    /// Hints while somebody types: one after each pause, and none of them needs the database.
    Hint,
    /// Anything else that changes something.
    Write,
    /// Pages and reads.
    Page,
    /// Static files and machine endpoints: never limited.
    Machine,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::SignIn, Self::Account, Self::Hint, Self::Write, Self::Page, Self::Machine];

    /// Its name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Account => "account",
            Self::Hint => "hint",
            Self::Write => "write",
            Self::Page => "page",
            Self::Machine => "machine",
        }
    }

    /// The class of a request.
    pub fn of(method: &Method, path: &str) -> Self {
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        if reads {
            let machine = ["/pkg/", "/.well-known/"].iter().any(|prefix| path.starts_with(prefix));
            return if machine || matches!(path, "/healthz" | "/readyz") { Self::Machine } else { Self::Page };
        }
        match path.strip_prefix("/api/") {
            Some("login" | "reauthenticate") => Self::SignIn,
            Some("password_strength") => Self::Hint,
            Some(
                "register"
                | "verify_email"
                | "resend_verification"
                | "setup"
                | "request_reset"
                | "reset_password"
                | "change_password"
                | "delete_account"
                | "keep_account"
                | "change_address"
                | "resend_address_change"
                | "confirm_address"
                | "secure_account"
                | "accept_invitation",
            ) => Self::Account,
            _ => Self::Write,
        }
    }

    /// Whether nodes count it together: what works with the database anyway. Pages do not always, and guard each node's own time.
    pub(super) const fn is_shared(self) -> bool {
        matches!(self, Self::SignIn | Self::Account | Self::Write)
    }

    /// Requests a minute; `None` for no limit. All may come at once, then they trickle.
    pub(super) fn per_minute(self, policy: &Policy) -> Option<NonZeroU32> {
        match self {
            Self::SignIn => Some(policy.sign_ins_per_minute),
            Self::Account => NonZeroU32::new(10),
            Self::Hint | Self::Write => NonZeroU32::new(60),
            Self::Page => NonZeroU32::new(600),
            Self::Machine => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_a_class() {
        for (method, path, class) in [
            (Method::POST, "/api/login", Class::SignIn),
            (Method::POST, "/api/reauthenticate", Class::SignIn),
            (Method::POST, "/api/register", Class::Account),
            (Method::POST, "/api/password_strength", Class::Hint),
            (Method::POST, "/api/logout", Class::Write),
            (Method::DELETE, "/", Class::Write),
            (Method::GET, "/api/me", Class::Page),
            (Method::GET, "/login", Class::Page),
            (Method::GET, "/pkg/abc/latchkey.css", Class::Machine),
            (Method::POST, "/pkg/abc", Class::Write),
            (Method::GET, "/healthz", Class::Machine),
        ] {
            assert_eq!(Class::of(&method, path), class, "{method} {path}");
        }
        for (index, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, index);
        }
        assert!(!Class::Hint.is_shared() && Class::Write.is_shared(), "a hint must not cost a statement");
    }
}
