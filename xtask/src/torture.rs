//! The crash test of several nodes, for longer than every run of the tests can afford.

use crate::paths::root;
use crate::run::run;
use crate::setup::{self, Purpose};
use anyhow::Result;
use std::process::Command;

/// Runs it for so many minutes and shows its counts.
pub fn run_for(minutes: u32) -> Result<()> {
    setup::run(Purpose::Test)?;
    let test = ["test", "--package", "server", "--test", "nodes", "--locked", "--", "--nocapture", "torture"];
    let seconds = (u64::from(minutes) * 60).to_string();
    run(Command::new("cargo").args(test).env("LATCHKEY_TORTURE_SECONDS", seconds).current_dir(root()))
}
