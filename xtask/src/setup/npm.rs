//! The packages of `end2end/`: wasm-opt for the build, Playwright and axe for the browser tests.

use crate::paths::root;
use crate::run::{output, run, say, which};
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

/// The oldest major version of Node that Playwright runs on.
const OLDEST_NODE: u32 = 20;

/// Runs `npm ci` unless what is installed already came from today's lock file.
///
/// # Errors
/// When Node is missing or too old, or the packages cannot be had.
pub fn ensure() -> Result<()> {
    let folder = root().join("end2end");
    let lock =
        fs::read(folder.join("package-lock.json")).context("end2end/package-lock.json is part of the repository")?;
    // npm removes node_modules first, so a copy of the lock in there can only be left by a run that finished.
    let stamp = folder.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    check_node()?;
    say("npm ci in end2end/");
    run(Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .env("NPM_CONFIG_UPDATE_NOTIFIER", "false")
        .current_dir(&folder))?;
    fs::write(stamp, lock).context("cannot write the npm stamp")
}

fn check_node() -> Result<()> {
    let remedy =
        format!("install Node.js {OLDEST_NODE} or newer with npm, for example from https://nodejs.org/en/download");
    if which("node").is_none() || which("npm").is_none() {
        bail!("node and npm are missing; {remedy}");
    }
    let version = output(Command::new("node").arg("--version"))?;
    match major(&version) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        _ => bail!("node {} is too old; {remedy}", version.trim()),
    }
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_of_node_is_read_from_its_own_answer() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
