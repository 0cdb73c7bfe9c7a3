//! Counting the instructions of the paths that most requests take, and refusing more than there were.
//!
//! Time on a shared machine says nothing about a change of a few parts in a hundred; the number of instructions does, and is the same within one
//! part in a hundred from run to run. Counted is the thread that asks, by valgrind. The limits are those of the dev profile, so that
//! nothing has to be compiled twice for them, and of one compiler: with another one they are told and not judged. They say nothing
//! about how fast something is.

use crate::hot::{self, Hot, Path};
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use std::{
    env,
    path::{Path as FilePath, PathBuf},
    process::Command,
};

/// What to count.
#[derive(Args)]
pub struct CountArguments {
    /// Do this one, once, on the installation in `--data-dir`: what valgrind is told to run
    #[arg(long, value_enum, hide = true, requires = "data_dir")]
    only: Option<Path>,
    #[arg(long, hide = true)]
    data_dir: Option<PathBuf>,
}

/// The compiler whose instructions these are.
const COMPILER: &str = "rustc 1.95.";

/// Thousands of instructions in the dev profile. Whoever makes something cheaper lowers its number; whoever raises one says why in the commit.
const LIMITS: [(Path, u64); 6] = [
    (Path::SessionCheck, 379),
    (Path::LoginPage, 1055),
    (Path::DashboardPage, 1410),
    (Path::KnownToken, 34),
    (Path::NewToken, 634),
    (Path::Renewal, 563),
];

/// By how much a count may pass its limit.
const TOLERANCE: f64 = 1.1;

/// How often each is done before it is counted, so that everything is there that is made once.
const WARM: usize = 5;

/// Counts them all, or does one for whoever counts.
///
/// # Errors
/// When one has become more, or valgrind is missing.
pub fn run(given: &CountArguments) -> Result<()> {
    if let (Some(path), Some(data_dir)) = (given.only, &given.data_dir) {
        return once(path, data_dir.clone());
    }
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().join("data");
    hot::prepare(data_dir.clone())?;
    let mut over = Vec::new();
    println!("\n{:16} {:>14} {:>14}", "thousands of", "instructions", "limit");
    for (path, limit) in LIMITS {
        let counted = count(path, &data_dir)? / 1000;
        println!("{:16} {counted:>14} {limit:>14}", name(path));
        if counted as f64 > limit as f64 * TOLERANCE {
            over.push(name(path));
        }
    }
    if !is_compiler()? {
        println!("not judged: the limits were counted with {COMPILER}");
        return Ok(());
    }
    ensure!(over.is_empty(), "more instructions than before: {} (bench/src/count.rs says what to do)", over.join(", "));
    Ok(())
}

/// Whether the limits are meant for what compiles here.
fn is_compiler() -> Result<bool> {
    let told = Command::new("rustc").arg("--version").output().context("cannot ask rustc for its version")?;
    Ok(!cfg!(debug_assertions) || String::from_utf8_lossy(&told.stdout).starts_with(COMPILER))
}

fn name(path: Path) -> String {
    path.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Under valgrind: everything but `counted_instructions` passes uncounted.
fn count(path: Path, data_dir: &FilePath) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*counted_instructions*")
        .arg(env::current_exe()?)
        .args(["count", "--only", &name(path), "--data-dir"])
        .arg(data_dir);
    let output = valgrind.output().context("cannot start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last: String = said.lines().rev().take(20).collect::<Vec<_>>().join("\n");
    ensure!(output.status.success(), "{} failed under valgrind:\n{last}", name(path));
    match collected(&said) {
        Some(count) if count > 0 => Ok(count),
        _ => bail!("valgrind has counted nothing of {}:\n{last}", name(path)),
    }
}

/// The number of its line `==1234== Collected : 56789`.
fn collected(said: &str) -> Option<u64> {
    said.lines().find_map(|line| line.split_once("Collected :"))?.1.trim().parse().ok()
}

fn once(path: Path, data_dir: PathBuf) -> Result<()> {
    let mut hot = Hot::open(data_dir)?;
    for _ in 0..WARM {
        hot.ready(path)?;
        hot.once(path)?;
    }
    hot.ready(path)?;
    counted_instructions(&mut hot, path)
}

#[inline(never)]
fn counted_instructions(hot: &mut Hot, path: Path) -> Result<()> {
    hot.once(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_what_valgrind_says() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 1234567\n==7==\n"), Some(1_234_567));
        assert_eq!(collected("==7== nothing of that kind\n"), None);
    }

    #[test]
    fn every_path_has_a_limit() {
        assert_eq!(LIMITS.map(|(path, _)| path).as_slice(), Path::value_variants());
    }
}
