//! Why Latchkey does not start, in one line that says what to do.

use crate::{settings::SettingError, words::start as words};
use identity::{Refusal, db::OpenError};
use std::{fmt, io, net::SocketAddr, path::Path};

/// How the driver says that there is no way to a server. It tries for a while when nobody listens.
const UNREACHABLE: [&str; 2] = ["pool timed out", "error communicating with database"];

/// One line for the operator. Never holds a secret: a database URL is not among its parts.
#[derive(Debug)]
pub struct StartError(String);

impl StartError {
    /// As it is.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A file or directory that does not do its part.
    pub fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        Self(words::io(what, path.display(), error))
    }

    /// An address that cannot be listened on.
    pub fn listen(address: SocketAddr, error: &io::Error) -> Self {
        Self(words::no_listening(address, error))
    }

    /// A database that cannot be used.
    pub fn database(error: &dyn fmt::Display) -> Self {
        let text = error.to_string();
        let hint = if text.contains("locked") {
            words::database::LOCKED
        } else if text.contains("unable to open") || text.contains("readonly") {
            words::database::READ_ONLY
        } else if text.contains("disk is full") {
            words::database::DISK_FULL
        } else if text.contains("not a database") || text.contains("malformed") {
            words::database::DAMAGED
        } else if UNREACHABLE.iter().any(|sign| text.contains(sign)) {
            words::database::UNREACHABLE
        } else {
            ""
        };
        Self(format!("{text}{hint}"))
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<SettingError> for StartError {
    fn from(error: SettingError) -> Self {
        Self(error.to_string())
    }
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        Self::database(&error)
    }
}

impl From<Refusal> for StartError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Broken(cause) => Self(cause),
            other => Self::database(&other),
        }
    }
}
