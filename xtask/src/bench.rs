//! Building the measuring tool as fast code, and becoming it.

use crate::paths::{root, target};
use crate::run::{run, say};
use crate::{serve, setup};
use anyhow::{Context, Result};
use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Says that the tool is to be built quickly instead: for trying it out, not for numbers.
const QUICK: &str = "--quick-build";

/// Names the `latchkey` to be loaded, where it is not to be built.
const BINARY: &str = "LATCHKEY_BIN";

/// The task that is a benchmark of cargo's: single paths, timed without a socket.
const HOT: &str = "hot";

/// The task that counts instructions.
const COUNT: &str = "count";

/// The task that a browser does: what Lighthouse thinks of the pages.
const LIGHTHOUSE: &str = "lighthouse";

/// Has Chromium look at the pages of a release build. Its packages are installed for that, and are no part of what the tests need.
fn lighthouse() -> Result<()> {
    // Building first: that says what to do where there is no Node.
    let binary = match env::var_os(BINARY) {
        Some(binary) => binary.into(),
        None => serve::build_release()?,
    };
    let folder = root().join("bench/lighthouse");
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder))?;
    let mut node = Command::new("node");
    node.arg("run.mjs").env(BINARY, binary).current_dir(&folder);
    if let Some(chromium) = setup::chromium() {
        node.env("LATCHKEY_CHROMIUM", chromium);
    }
    run(&mut node)
}

/// Builds it and runs it with these arguments.
pub fn run_with(arguments: &[String]) -> Result<()> {
    if let [task, arguments @ ..] = arguments
        && task == HOT
    {
        let mut bench = Command::new("cargo");
        bench
            .args(["bench", "--profile", "measure", "--locked", "--package", "bench", "--bench", HOT, "--"])
            .args(arguments);
        return run(bench.current_dir(root()));
    }
    if arguments.first().is_some_and(|task| task == LIGHTHOUSE) {
        return lighthouse();
    }
    let (quick, arguments): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|argument| *argument == QUICK);
    // What counts instructions has its limits in the dev profile.
    let quick_build = !quick.is_empty() || arguments.first().is_some_and(|task| *task == COUNT);
    let (profile, folder) = if !quick_build { ("measure", "measure") } else { ("dev", "debug") };
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
