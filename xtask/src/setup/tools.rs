//! What only the tests need: a browser, SQLite's shell, a PostgreSQL server, a faster test runner.
//!
//! Nothing here is fatal. A test that cannot run says so itself, and a machine without root rights can still run the rest.

#[path = "../../../server/tests/outages/namespace.rs"]
mod namespace;

use super::apt;
use crate::run::{say, which};
use std::path::PathBuf;

/// Installs what is missing and possible, and names the remedy for the rest.
pub fn ensure() {
    if chromium().is_none() {
        missing(
            "Chromium (browser tests)",
            "chromium",
            "install Chromium or set LATCHKEY_CHROMIUM to a browser's path",
        );
    }
    if which("sqlite3").is_none() {
        missing("SQLite's shell (browser tests, with Node.js before 22.13)", "sqlite3", "install sqlite3");
    }
    if !has_initdb() {
        missing(
            "PostgreSQL's initdb (storage tests)",
            "postgresql",
            "install a PostgreSQL server, any version from 15",
        );
    }
    if can_count() && which("valgrind").is_none() {
        missing("valgrind (counting instructions)", "valgrind", "install valgrind");
    }
    // No package brings it, and without it minutes pass before the first of them fails.
    if cfg!(unix) && !namespace::possible() {
        say(format!("the tests of full and read-only disks (server/tests/outages) will fail: {}", namespace::REMEDY));
    }
    if which("cargo-nextest").is_none() {
        say("cargo-nextest is missing; `cargo test` runs instead (remedy: cargo install --locked cargo-nextest)");
    }
}

/// Whether the limits of `bench count` are meant for this machine: they are those of one instruction set.
pub const fn can_count() -> bool {
    cfg!(all(target_os = "linux", target_arch = "x86_64"))
}

fn missing(what: &str, package: &str, remedy: &str) {
    say(format!("{what} is missing"));
    if !apt::offers(&[package]) {
        apt::refresh();
    }
    let done = if apt::offers(&[package]) {
        apt::install(&[package])
    } else {
        Err(anyhow::anyhow!("no package manager here that setup knows"))
    };
    if let Err(why) = done {
        say(format!("{what} stays missing: {why:#}; {remedy}"));
    }
}

/// The system's Chromium: what `LATCHKEY_CHROMIUM` names, else the usual names and places.
pub fn chromium() -> Option<PathBuf> {
    if let Some(chosen) = std::env::var_os("LATCHKEY_CHROMIUM") {
        return Some(PathBuf::from(chosen));
    }
    let on_path = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(which);
    let applications = ["Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome"];
    on_path.or_else(|| {
        applications.iter().map(|name| PathBuf::from("/Applications").join(name)).find(|path| path.is_file())
    })
}

/// Debian keeps the server's programs off `PATH`, in a folder for each version.
fn has_initdb() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    which("initdb").is_some() || versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
}
