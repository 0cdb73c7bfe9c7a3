//! Rebuilds and restarts `latchkey` whenever a source changes.
//!
//! It looks at modification times twice a second. That costs a millisecond for a tree of this size, works the same on
//! every system and in containers, and needs no watcher library.

use crate::assets;
use crate::paths::{root, target};
use crate::run::{run, say};
use crate::setup::{self, Purpose};
use anyhow::Result;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

const WATCHED: [&str; 9] =
    ["Cargo.toml", "Cargo.lock", "app", "frontend", "identity", "migrations", "public", "server", "style"];

/// Runs until it is interrupted. A build that fails leaves the old server running.
pub fn run_forever(arguments: &[String]) -> Result<()> {
    setup::run(Purpose::Build)?;
    let mut server: Option<Child> = None;
    loop {
        let seen = newest();
        match rebuild() {
            Ok(()) => {
                if let Some(mut old) = server.take() {
                    old.kill()?;
                    old.wait()?;
                }
                say("latchkey");
                server = Some(Command::new(target()?.join("debug/latchkey")).args(arguments).spawn()?);
            }
            Err(error) => eprintln!("{error:#}"),
        }
        while newest() == seen {
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

fn rebuild() -> Result<()> {
    assets::build(false)?;
    run(Command::new("cargo").args(["build", "--package", "server", "--bin", "latchkey"]).current_dir(root()))
}

/// The latest change and the number of files, which also notices a file that went away.
fn newest() -> (Option<SystemTime>, usize) {
    let mut state = (None, 0);
    for name in WATCHED {
        look(&root().join(name), &mut state);
    }
    state
}

fn look(path: &Path, state: &mut (Option<SystemTime>, usize)) {
    let Ok(metadata) = fs::metadata(path) else { return };
    if metadata.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            look(&entry.path(), state);
        }
    } else {
        state.0 = state.0.max(metadata.modified().ok());
        state.1 += 1;
    }
}
