//! A PostgreSQL server around a command: made for it, named in its environment, and gone after it.
//!
//! The tests' own module makes it, so that there is one way to start such a server.

#[path = "../../identity/tests/support/postgres.rs"]
mod cluster;

use crate::run::{run, say};
use anyhow::{Context, Result};
use cluster::Kind;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Where tests look for a server that they may fill with databases.
const VARIABLE: &str = "LATCHKEY_TEST_POSTGRES";

/// Connections for each test that runs at once: a pool, and those of a second node.
const CONNECTIONS: usize = 50;

/// Runs the command and says what it said. The server ends with it, and also when we are interrupted or killed.
pub fn around(command: &mut Command) -> Result<()> {
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let connections = format!("max_connections={}", (CONNECTIONS * at_once).max(200));
    let cluster = Kind::quick().option(connections).start();
    let _sweeper = sweep_after_us(cluster.folder())?;
    say(format!("PostgreSQL in {}", cluster.folder().display()));
    run(command.env(VARIABLE, cluster.url()))
}

/// Removes the folder once we have ended, in whatever way: the shell waits for the end of a pipe that only we hold open. When
/// nobody interrupts us the folder is gone before, and nothing is left for it to do.
fn sweep_after_us(folder: &Path) -> Result<Child> {
    let wait_and_remove = "trap '' INT TERM HUP; read -r _; sleep 1; rm -rf -- \"$0\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", wait_and_remove]).arg(folder).current_dir("/");
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("cannot start sh")
}
