//! Every check there is, cheapest first, with the time each took.
//!
//! Two cores should finish a cold run well under forty minutes, so nothing is compiled twice that need not be: lints use
//! one set of metadata, all tests and the browser's server share the dev profile, only `frontend` is built for release.

use crate::paths::root;
use crate::run::{run, say, which};
use crate::serve::{PRODUCT, build_dev};
use crate::setup::{self, Purpose};
use crate::{assets, budget, check, postgres};
use anyhow::{Context, Result};
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs them and stops at the first that fails.
pub fn run_all() -> Result<()> {
    let mut steps = Steps::default();
    steps.take("set-up", || setup::run(Purpose::Test))?;
    steps.take("format", check::format)?;
    steps.take("source patterns", check::run)?;
    steps.take("lints", || cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    // Before the tests, so that they see the binary as it ships and the server is compiled once.
    let site = steps.take("assets", || assets::build(true))?;
    // The dev profile serves the release assets to the browser tests: a release build would only add minutes here.
    let binary = steps.take("build", build_dev)?;
    steps.take("Rust tests", rust_tests)?;
    steps.take("the same on PostgreSQL", rust_tests_on_postgres)?;
    steps.take("documentation tests", || cargo(&[&["test"], PRODUCT.as_slice(), &["--doc", "--locked"]].concat()))?;
    steps.take("budget", || budget::check(&site, &binary))?;
    steps.take("browser tests", || browser_tests(&binary))?;
    steps.summary();
    Ok(())
}

fn rust_tests() -> Result<()> {
    for packages in [PRODUCT.as_slice(), &["--package", "xtask"]] {
        cargo(&[runner(), packages, &["--tests", "--locked"]].concat())?;
    }
    Ok(())
}

/// Suites of `identity` that do not ask which database they live on: they need none, or start their own.
const EITHER_WAY: [&str; 3] = ["storage", "transfer", "wycheproof"];

/// All other suites of `identity`, and the stories. Whoever adds a suite need not add it here.
fn rust_tests_on_postgres() -> Result<()> {
    let mut suites = vec!["stories".to_owned()];
    for entry in std::fs::read_dir(root().join("identity/tests"))? {
        let path = entry?.path();
        if let (Some(name), Some("rs")) = (path.file_stem(), path.extension().and_then(|ending| ending.to_str())) {
            suites.push(name.to_string_lossy().into_owned());
        }
    }
    suites.retain(|suite| !EITHER_WAY.contains(&suite.as_str()));
    let suites = suites.iter().flat_map(|suite| ["--test", suite]);
    let mut tests = Command::new("cargo");
    tests.args(runner()).args(PRODUCT).arg("--locked").args(suites).current_dir(root());
    postgres::around(&mut tests)
}

fn runner() -> &'static [&'static str] {
    if which("cargo-nextest").is_some() { &["nextest", "run"] } else { &["test"] }
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
