//! What a rule answers when it says no. `app` words it for the browser; nothing here is meant to be shown.

use crate::{
    db::is_outage,
    words::{EndCause, Fault, Field, FieldError},
};
use std::time::Duration;

/// The ways a rule refuses. Expected answers first; `Broken` is the only one that deserves an alarm.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Typed values have faults.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// Address and password do not belong together, or the address was never confirmed; which of these is not told (ASVS 6.3.8).
    #[error("wrong credentials")]
    Credentials,
    /// The password is right, an administrator has disabled the account.
    #[error("account disabled")]
    Disabled,
    /// Nobody is signed in; why, if that is known.
    #[error("not signed in")]
    SignedOut(Option<EndCause>),
    /// Signed in, but not allowed.
    #[error("not allowed")]
    Forbidden,
    /// Somebody acts as the owner of the account, and may only look, or this is the owner's alone.
    #[error("not while acting as somebody else")]
    Acting,
    /// Signed in, but the password was last given too long ago for this (RFC 9470).
    #[error("the password has to be given again")]
    ProofNeeded,
    /// No such thing, or not the asker's.
    #[error("not found")]
    NotFound,
    /// Nobody may register by themselves; invitations are another matter.
    #[error("registration is closed")]
    SignUpClosed,
    /// It would leave the installation without an administrator.
    #[error("the last administrator")]
    LastAdmin,
    /// It cannot be removed while somebody has it.
    #[error("in use")]
    InUse,
    /// It has been done already, and can be done only once.
    #[error("already done")]
    AlreadyDone,
    /// Too often; try again later.
    #[error("too many requests")]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// No room at the moment; nothing was done.
    #[error("busy")]
    Busy {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The database or the disk does not do its part at the moment: nothing is known, nobody is to be signed out.
    #[error("storage: {0}")]
    Unavailable(sqlx::Error),
    /// Anything else that should not happen.
    #[error("broken: {0}")]
    Broken(String),
}

impl Refusal {
    /// One fault of one field.
    pub fn field(field: Field, fault: Fault) -> Self {
        Self::Invalid(vec![FieldError::new(field, fault)])
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        if is_outage(&error) { Self::Unavailable(error) } else { Self::Broken(format!("storage: {error}")) }
    }
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

impl From<sqlx::migrate::MigrateError> for Refusal {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Broken(format!("migration: {error}"))
    }
}
