//! Every check there is, cheapest first, with the time each took.
//!
//! Two cores should finish a cold run well under forty minutes, so nothing is compiled twice that need not be: lints use
//! one set of metadata, all tests and the browser's server share the dev profile, only `frontend` is built for release.

use crate::paths::root;
use crate::run::{run, say, which};
use crate::serve::{PRODUCT, build_dev};
use crate::setup::{self, Purpose};
use crate::{assets, budget, check};
use anyhow::{Context, Result};
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs them and stops at the first that fails.
pub fn run_all() -> Result<()> {
    let mut steps = Steps::default();
    steps.take("set-up", || setup::run(Purpose::Test))?;
    steps.take("format", || cargo(&["fmt", "--all", "--check"]))?;
    steps.take("source patterns", check::run)?;
    steps.take("lints", || cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    // Before the tests, so that they see the binary as it ships and the server is compiled once.
    let site = steps.take("assets", || assets::build(true))?;
    // The dev profile serves the release assets to the browser tests: a release build would only add minutes here.
    let binary = steps.take("build", build_dev)?;
    steps.take("Rust tests", rust_tests)?;
    steps.take("documentation tests", || cargo(&[&["test"], PRODUCT.as_slice(), &["--doc", "--locked"]].concat()))?;
    steps.take("budget", || budget::check(&site, &binary))?;
    steps.take("browser tests", || browser_tests(&binary))?;
    steps.summary();
    Ok(())
}

fn rust_tests() -> Result<()> {
    for packages in [PRODUCT.as_slice(), &["--package", "xtask"]] {
        let runner: &[&str] = if which("cargo-nextest").is_some() { &["nextest", "run"] } else { &["test"] };
        cargo(&[runner, packages, &["--tests", "--locked"]].concat())?;
    }
    Ok(())
}

/// Each Playwright worker starts a server of its own; it only needs to know which binary and which browser.
fn browser_tests(binary: &std::path::Path) -> Result<()> {
    let folder = root().join("end2end");
    let mut playwright = Command::new(folder.join("node_modules/.bin/playwright"));
    playwright.arg("test").env("LATCHKEY_BIN", binary).current_dir(&folder);
    if let Some(chromium) = setup::chromium() {
        playwright.env("LATCHKEY_CHROMIUM", chromium);
    }
    run(&mut playwright)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    run(Command::new("cargo").args(arguments).current_dir(root()))
}

#[derive(Default)]
struct Steps(Vec<(&'static str, Duration)>);

impl Steps {
    fn take<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        say(name);
        let start = Instant::now();
        let result = step().with_context(|| format!("step “{name}” failed"));
        self.0.push((name, start.elapsed()));
        result
    }

    fn summary(&self) {
        for (name, took) in &self.0 {
            eprintln!("{name:24} {:>7.1} s", took.as_secs_f32());
        }
        say("all checks passed");
    }
}
