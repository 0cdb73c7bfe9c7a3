//! Building the measuring tool as fast code, and becoming it.

use crate::paths::{root, target};
use crate::run::{run, say};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Says that the tool is to be built quickly instead: for trying it out, not for numbers.
const QUICK: &str = "--quick-build";

/// Builds it and runs it with these arguments.
pub fn run_with(arguments: &[String]) -> Result<()> {
    let (quick, arguments): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|argument| *argument == QUICK);
    let (profile, folder) = if quick.is_empty() { ("measure", "measure") } else { ("dev", "debug") };
    say(format!("cargo build --profile {profile} --package bench (the first time takes some minutes)"));
    run(Command::new("cargo")
        .args(["build", "--profile", profile, "--locked", "--package", "bench"])
        .current_dir(root()))?;
    let binary = target()?.join(folder).join("bench");
    Err(Command::new(&binary).args(arguments).current_dir(root()).exec())
        .with_context(|| format!("cannot start {}", binary.display()))
}
