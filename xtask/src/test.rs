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
    steps.take("instructions", || instructions(&binary.with_file_name("bench")))?;
    steps.take("budget", || budget::check(&site, &binary))?;
    steps.take("browser tests", || browser_tests(&binary))?;
    steps.summary();
    Ok(())
}

fn rust_tests() -> Result<()> {
    if has_nextest() {
        cargo(&[&["nextest", "run"], PRODUCT.as_slice(), &["--tests", "--locked"]].concat())?;
        return cargo(&["nextest", "run", "--package", "xtask", "--tests", "--locked"]);
    }
    // `cargo test` runs one binary after the other, and the tests of one all at once.
    let (alone, others): (Vec<_>, Vec<_>) = suites(&PACKAGES)?.into_iter().partition(|suite| is_alone(suite));
    let others = [&["test"], PRODUCT.as_slice(), &["--lib", "--bins", "--locked"], &chosen(&others)].concat();
    cargo(&others)?;
    let alone = [&["test"], PRODUCT.as_slice(), &["--locked"], &chosen(&alone)].concat();
    cargo(&[alone.as_slice(), &["--", "--test-threads=1", "--show-output"]].concat())?;
    cargo(&["test", "--package", "xtask", "--tests", "--locked"])
}

/// Where suites are. The other packages have their tests beside the code.
const PACKAGES: [&str; 2] = ["identity", "server"];

/// Suites that promise something about time, with processes of their own, and have the machine to themselves. `.config/nextest.toml`
/// says the same to cargo-nextest.
const ALONE: [&str; 2] = ["nodes", "outages"];

fn is_alone(suite: &str) -> bool {
    ALONE.contains(&suite)
}

/// Suites of `identity` that do not ask which database they live on: they need none, or start their own.
const EITHER_WAY: [&str; 4] = ["plans", "storage", "transfer", "wycheproof"];

/// All other suites of `identity`, and the stories. Whoever adds a suite need not add it here.
fn rust_tests_on_postgres() -> Result<()> {
    let mut suites = suites(&["identity"])?;
    suites.retain(|suite| !EITHER_WAY.contains(&suite.as_str()));
    suites.push("stories".to_owned());
    let mut tests = Command::new("cargo");
    let runner: &[_] = if has_nextest() { &["nextest", "run"] } else { &["test"] };
    tests.args(runner).args(PRODUCT).arg("--locked").args(chosen(&suites)).current_dir(root());
    postgres::around(&mut tests)
}

/// The names of the suites of these packages: files, and folders with a `main.rs`.
fn suites(packages: &[&str]) -> Result<Vec<String>> {
    let mut suites = Vec::new();
    for package in packages {
        for entry in std::fs::read_dir(root().join(package).join("tests"))? {
            let path = entry?.path();
            let is_suite = path.join("main.rs").is_file() || path.extension().is_some_and(|ending| ending == "rs");
            suites.extend(path.file_stem().filter(|_| is_suite).map(|name| name.to_string_lossy().into_owned()));
        }
    }
    suites.sort();
    suites.dedup();
    Ok(suites)
}

/// As arguments for cargo.
fn chosen(suites: &[String]) -> Vec<&str> {
    suites.iter().flat_map(|suite| ["--test", suite]).collect()
}

fn has_nextest() -> bool {
    which("cargo-nextest").is_some()
}

/// What the paths that most requests take cost, which must not become more unnoticed.
fn instructions(bench: &std::path::Path) -> Result<()> {
    if !setup::can_count() || which("valgrind").is_none() {
        say("instructions are not counted: that needs valgrind on Linux, on x86-64");
        return Ok(());
    }
    run(Command::new(bench).arg("count"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_files_and_folders_and_nothing_else() {
        let suites = suites(&PACKAGES).unwrap();
        for suite in ["stories", "outages", "process", "transfer", "rotation"] {
            assert!(suites.iter().any(|found| found == suite), "{suite}: {suites:?}");
        }
        assert!(!suites.iter().any(|found| ["support", "running", "vectors"].contains(&found.as_str())), "{suites:?}");
    }

    #[test]
    fn both_runners_leave_the_machine_to_the_same_suites() {
        let settings = std::fs::read_to_string(root().join(".config/nextest.toml")).unwrap();
        assert!(settings.contains(&format!("binary(/^({})$/)", ALONE.join("|"))), "{settings}");
        assert!(ALONE.iter().all(|suite| root().join("server/tests").join(suite).join("main.rs").is_file()));
    }
}
