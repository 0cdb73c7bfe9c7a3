//! Makes a fresh machine able to build and test Latchkey.
//!
//! Idempotent: it looks first, says what is missing and what it does about it, and costs seconds when nothing is. It
//! never touches a toolchain that native builds use, except for adding a target through rustup.

mod apt;
mod npm;
mod tools;
pub mod wasm;

pub use tools::{can_count, chromium};

use crate::run::say;
use anyhow::Result;

/// What a machine is prepared for.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Purpose {
    /// Build and run the server
    Build,
    /// Run the tests too: a browser and a PostgreSQL server besides
    Test,
}

/// Prepares the machine.
///
/// # Errors
/// When something is missing without which nothing can be built. What only some tests need is reported, not fatal.
pub fn run(purpose: Purpose) -> Result<()> {
    wasm::ensure()?;
    npm::ensure()?;
    if purpose == Purpose::Test {
        tools::ensure();
    }
    say("this machine is ready");
    Ok(())
}
