//! Building the measuring tool as fast code, and becoming it.

use crate::paths::{root, target};
use crate::run::{run, say};
use crate::serve;
use anyhow::{Context, Result};
use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Says that the tool is to be built quickly instead: for trying it out, not for numbers.
const QUICK: &str = "--quick-build";

/// Names the `latchkey` to be loaded, where it is not to be built.
const BINARY: &str = "LATCHKEY_BIN";

/// Builds it and runs it with these arguments.
pub fn run_with(arguments: &[String]) -> Result<()> {
    let (quick, arguments): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|argument| *argument == QUICK);
    let (profile, folder) = if quick.is_empty() { ("measure", "measure") } else { ("dev", "debug") };
    say(format!("cargo build --profile {profile} --package bench (the first time takes some minutes)"));
    run(Command::new("cargo")
        .args(["build", "--profile", profile, "--locked", "--package", "bench"])
        .current_dir(root()))?;
    let binary = target()?.join(folder).join("bench");
    let mut command = Command::new(&binary);
    command.args(&arguments).current_dir(root());
    let given = |name: &str| arguments.iter().any(|argument| argument.starts_with(name));
    let asked = arguments.first().is_some_and(|task| *task == "load") && !given("--help");
    if asked && !given("--binary") && env::var_os(BINARY).is_none() {
        // Only what is shipped is worth loading.
        command.env(BINARY, serve::build_release()?);
    }
    Err(command.exec()).with_context(|| format!("cannot start {}", binary.display()))
}
