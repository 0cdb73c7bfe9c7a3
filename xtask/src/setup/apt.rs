//! Debian packages, as root or through a `sudo` that asks for no password.

use crate::run::{output, run, say, succeeds, which};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Whether every package could be installed by apt here, according to its current lists.
pub fn offers(packages: &[&str]) -> bool {
    which("apt-get").is_some() && packages.iter().all(|package| has_candidate(package))
}

fn has_candidate(package: &str) -> bool {
    let policy = Command::new("apt-cache").args(["policy", package]).env("LC_ALL", "C").output();
    let text = policy.map(|policy| String::from_utf8_lossy(&policy.stdout).into_owned()).unwrap_or_default();
    text.lines().any(|line| line.trim().strip_prefix("Candidate: ").is_some_and(|version| version != "(none)"))
}

/// Refreshes the lists; a machine that has never done so knows no package at all. Failure only means older lists.
pub fn refresh() {
    if let Some(mut command) = privileged() {
        say("apt-get update");
        succeeds(command.args(["apt-get", "update"]));
    }
}

/// Installs the packages.
///
/// # Errors
/// Without root rights it says what to ask the administrator for.
pub fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let remedy = || format!("ask the administrator for: apt-get install {list}");
    let Some(mut command) = privileged() else { bail!("{} needs root rights; {}", list, remedy()) };
    say(format!("apt-get install {list}"));
    command.args(["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends"]).args(packages);
    run(&mut command).with_context(remedy)
}

/// `env`, started as root, with apt told not to ask questions. None where that is impossible.
fn privileged() -> Option<Command> {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut command = if root {
        Command::new("env")
    } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        sudo
    } else {
        return None;
    };
    command.arg("DEBIAN_FRONTEND=noninteractive");
    Some(command)
}
