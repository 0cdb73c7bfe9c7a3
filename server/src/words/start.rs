//! What an operator reads when Latchkey starts: where to go, what is dangerous, and in one line why it does not start.

use std::{fmt::Display, io};

/// The settings allow cookies over plain HTTP.
pub const INSECURE_COOKIES: &str = "COOKIES ARE INSECURE: LATCHKEY_INSECURE_COOKIES=true. Whoever shares the network can read \
                                    and steal sessions. For trials only.";
/// The settings allow guessing.
pub const NO_LIMITS: &str = "ABUSE LIMITS ARE OFF: LATCHKEY_LIMITS=off. Passwords can be guessed without any delay. For \
                             benchmarks only.";
/// The settings let the database be reached without TLS that is checked.
pub const EXPOSED_DATABASE: &str = "THE WAY TO THE DATABASE IS OPEN: whoever shares it can read and change everything. Add ?sslmode=verify-full to \
     LATCHKEY_DATABASE_URL (and &sslrootcert=… for an authority of your own).";

/// Links in letters would lead nowhere.
pub fn unreachable_links(listen: impl Display, url: impl Display) -> String {
    format!("{listen} can be reached from outside, but letters will link to {url}: set LATCHKEY_PUBLIC_URL")
}

/// The greeting's first line.
pub fn ready(version: &str) -> String {
    format!("Latchkey {version} is ready")
}

/// Row of the greeting: what to open in a browser.
pub const OPEN: &str = "Open";
/// Row of the greeting: the address that is listened on.
pub const LISTENS: &str = "Listens";
/// Row of the greeting: the data directory.
pub const DATA: &str = "Data";
/// Row of the greeting: where letters go.
pub const LETTERS: &str = "Letters";
/// To a mail server.
pub const LETTERS_SENT: &str = "are sent";

/// Into files.
pub fn letters_kept(place: impl Display) -> String {
    format!("{place} (no mail server is set)")
}

/// Before the link that makes the first administrator.
pub const SETUP: &str = "There is no administrator yet. This link makes the first one, once:";
/// The greeting's last line.
pub const STOP: &str = "Ctrl+C stops it.";

/// Why the data directory cannot be used; a path follows.
pub const NO_DATA_DIR: &str = "cannot make the data directory";
/// The same.
pub const DATA_DIR_UNWRITABLE: &str = "cannot write to the data directory";
/// Why the master key cannot be used; a path follows.
pub const KEY_UNWRITABLE: &str = "cannot write the master key";
/// The same.
pub const KEY_UNREADABLE: &str = "cannot read the master key";
/// Why the database's file cannot be used; a path follows.
pub const DATABASE_UNOPENED: &str = "cannot open the database";

/// A file or directory that does not do its part: one of the above, and what the operating system said.
pub fn io(what: &str, path: impl Display, error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => " (this user may not; LATCHKEY_DATA_DIR names another place)",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => " (the disk is full)",
        io::ErrorKind::ReadOnlyFilesystem => " (the file system is read-only)",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => " (there is a file in its place)",
        _ => "",
    };
    format!("{what} {path}: {error}{hint}")
}

/// An address that cannot be listened on.
pub fn no_listening(address: impl Display, error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there; LATCHKEY_LISTEN=127.0.0.1:3001 would be another port"
        }
        io::ErrorKind::PermissionDenied => "ports below 1024 need privileges; use a higher one behind a proxy",
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        _ => "see LATCHKEY_LISTEN",
    };
    format!("cannot listen on {address}: {error} ({hint})")
}

/// What may help when a database cannot be used.
pub mod database {
    /// Somebody else has it.
    pub const LOCKED: &str = " (another program holds it; a backup or an editor, perhaps)";
    /// Its file cannot be written.
    pub const READ_ONLY: &str = " (is the data directory writable for this user?)";
    /// There is no room.
    pub const DISK_FULL: &str = " (the disk is full)";
    /// Its file is not what it should be.
    pub const DAMAGED: &str = " (the file is damaged or no SQLite database; restore it from a backup)";
    /// Its server does not answer.
    pub const UNREACHABLE: &str = " (does the server of LATCHKEY_DATABASE_URL run, and can it be reached from here?)";
}

/// A database without its key.
pub fn key_lost(key: impl Display) -> String {
    format!(
        "{key} is missing, and the database beside it cannot be used without it: restore it from a backup, or set \
         LATCHKEY_MASTER_KEY"
    )
}

/// A key that somebody took away at once.
pub fn key_gone(key: impl Display) -> String {
    format!("{key} has gone as soon as it was written")
}

/// A file with something else in it.
pub fn no_key(path: impl Display, fault: impl Display) -> String {
    format!("{path} holds no master key: {fault}")
}

/// A key with too open a `mode`.
pub fn key_open(path: impl Display, mode: u32) -> String {
    format!("{path} can be read by others (mode {mode:03o}): run `chmod 600 {path}`, and consider whether somebody has")
}

/// An installation without its key.
pub fn key_missing(key: impl Display) -> String {
    format!("{key} is missing, and LATCHKEY_MASTER_KEY is not set; LATCHKEY_DATA_DIR says where the key is")
}

/// A value of a secret setting that is fine to look at and cannot be used. `setting` is its variable.
pub fn unusable(setting: &str, fault: impl Display) -> String {
    format!("{setting}: {fault}")
}

/// A database that was never used. `setting` is the variable that says where it is.
pub fn empty_database(setting: &str) -> String {
    format!("the database is empty; {setting} says where it is")
}

/// A file that is not there.
pub fn no_database(path: impl Display, setting: &str) -> String {
    format!("there is no database at {path}; {setting} says where it is")
}

/// The log says more.
pub const TASK_DIED: &str = "a background task has died, see the log; start Latchkey again";

/// The operating system gives no threads.
pub fn no_threads(error: &io::Error) -> String {
    format!("cannot start worker threads: {error}")
}
