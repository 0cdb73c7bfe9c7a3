//! Why Latchkey does not start, in one line that says what to do.

use crate::settings::SettingError;
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
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied => " (this user may not; LATCHKEY_DATA_DIR names another place)",
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => " (the disk is full)",
            io::ErrorKind::ReadOnlyFilesystem => " (the file system is read-only)",
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => " (there is a file in its place)",
            _ => "",
        };
        Self(format!("{what} {}: {error}{hint}", path.display()))
    }

    /// An address that cannot be listened on.
    pub fn listen(address: SocketAddr, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another program listens there; LATCHKEY_LISTEN=127.0.0.1:3001 would be another port"
            }
            io::ErrorKind::PermissionDenied => "ports below 1024 need privileges; use a higher one behind a proxy",
            io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
            _ => "see LATCHKEY_LISTEN",
        };
        Self(format!("cannot listen on {address}: {error} ({hint})"))
    }

    /// A database that cannot be used.
    pub fn database(error: &dyn fmt::Display) -> Self {
        let text = error.to_string();
        let hint = if text.contains("locked") {
            " (another program holds it; a backup or an editor, perhaps)"
        } else if text.contains("unable to open") || text.contains("readonly") {
            " (is the data directory writable for this user?)"
        } else if text.contains("disk is full") {
            " (the disk is full)"
        } else if text.contains("not a database") || text.contains("malformed") {
            " (the file is damaged or no SQLite database; restore it from a backup)"
        } else if UNREACHABLE.iter().any(|words| text.contains(words)) {
            " (does the server of LATCHKEY_DATABASE_URL run, and can it be reached from here?)"
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
