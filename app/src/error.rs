//! What the browser hears when something is refused: one closed enum, no input, no cause.
//!
//! The log hears the rest, under the same reference. Words for these are in `catalogue`.

use identity::words::{EndCause, FieldError};
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// A refusal as it travels to the browser, in JSON as `{"error": "<word>", …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum AppError {
    /// 422: typed values have faults.
    Invalid {
        /// Which, and what.
        fields: Vec<FieldError>,
    },
    /// 401: address and password do not belong together, or the address is not confirmed.
    Credentials,
    /// 403: the password is right, the account is disabled.
    Disabled,
    /// 401: nobody is signed in.
    SignedOut {
        /// Why the session ended, if it did.
        ended: Option<EndCause>,
    },
    /// 403: signed in, but not allowed.
    Forbidden,
    /// 403: an administrator acts as somebody else, and may only look, or this is the owner's alone.
    Acting,
    /// 409: the form was made for another account than the one the browser is in by now.
    OtherAccount,
    /// 401: signed in, but the password was last given too long ago for this: ask for it at `/api/reauthenticate`, and send the
    /// request again (RFC 9470 section 3).
    ProofNeeded,
    /// 404: no such thing, or not the asker's.
    NotFound,
    /// 403: nobody may register by themselves here.
    SignUpClosed,
    /// 409: it would leave no administrator.
    LastAdmin,
    /// 409: somebody still has it.
    InUse,
    /// 409: done already, and can be done once only.
    AlreadyDone,
    /// 413: more than a form of ours can hold.
    TooLarge,
    /// 415: not a form.
    NotAForm,
    /// 429: too often.
    TooMany {
        /// When to try again, in seconds.
        seconds: u64,
    },
    /// 503: no room at the moment, nothing was done.
    Busy {
        /// When to try again, in seconds.
        seconds: u64,
    },
    /// 503: the database is away for the moment. Nothing is lost, and nobody is signed out by it.
    Unavailable {
        /// When to try again, in seconds.
        seconds: u64,
    },
    /// 500: our fault. The reference finds it in the log.
    Broken {
        /// What to tell the operator.
        reference: String,
    },
}

impl AppError {
    /// The HTTP status (RFC 9110 section 15).
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } => 422,
            Self::Credentials | Self::SignedOut { .. } | Self::ProofNeeded => 401,
            Self::Disabled | Self::Forbidden | Self::Acting | Self::SignUpClosed => 403,
            Self::NotFound => 404,
            Self::OtherAccount | Self::LastAdmin | Self::InUse | Self::AlreadyDone => 409,
            Self::TooLarge => 413,
            Self::NotAForm => 415,
            Self::TooMany { .. } => 429,
            Self::Busy { .. } | Self::Unavailable { .. } => 503,
            Self::Broken { .. } => 500,
        }
    }

    /// When to try again, in seconds: the `Retry-After` of RFC 9110 section 10.2.3.
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { seconds } | Self::Busy { seconds } | Self::Unavailable { seconds } => Some(*seconds),
            _ => None,
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status())
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// The framework's own errors: an argument that is missing, given twice or of the wrong type. Its texts stay here.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use identity::words::{Fault, Field};
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Invalid { fields: vec![FieldError::new(Field::Form, Fault::Malformed)] }
            }
            _ => Self::Broken { reference: String::new() },
        }
    }
}
