//! How the same work does in small and in large installations, on both databases.
//!
//! Takes hours where the machine is slow, so what has been measured is kept (`results.json` in the data folder) and a second run goes on
//! with what is missing. One size lies on the disk at a time.

mod browser;
mod cases;
mod cleaning;
mod clock;
#[path = "../../../identity/tests/support/postgres.rs"]
mod cluster;
mod machine;
mod report;
mod sample;

use crate::{
    installation::Place,
    seed::{self, Sizes},
};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use cluster::{Cluster, Kind};
use report::{Measured, Results};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// What to measure.
#[derive(Args)]
pub struct ScaleArguments {
    /// Sizes, in accounts; each has five sessions and ten events an account
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000])]
    users: Vec<u32>,
    /// On which database
    #[arg(long, value_enum, default_value_t = Which::Both)]
    database: Which,
    /// How often each is done; the median counts
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(3..=10_000))]
    runs: u32,
    /// For data and results: 6 GB for a million accounts. PostgreSQL's own user must be able to enter it
    #[arg(long, default_value = "/var/tmp/latchkey-scale")]
    data_dir: PathBuf,
    /// Forget what earlier runs have measured
    #[arg(long)]
    fresh: bool,
    /// Keep SQLite's installations, to look into them or to measure again
    #[arg(long)]
    keep: bool,
    /// Where the table goes: a file with a section "Scale"
    #[arg(long, default_value = "docs/performance.md")]
    report: PathBuf,
}

/// A choice of databases.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Sqlite,
    Postgres,
    Both,
}

/// Measures what is missing, and writes the report.
///
/// # Errors
/// When an installation cannot be made, or something is answered with an error.
pub async fn run(given: ScaleArguments) -> Result<()> {
    let dir = &given.data_dir;
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
    let path = dir.join("results.json");
    let mut results = if given.fresh { Results::default() } else { Results::read(&path)? };
    for users in &given.users {
        if given.database != Which::Postgres && results.lacks("SQLite", *users) {
            let place = Place { data_dir: dir.join(format!("sqlite-{users}")), database_url: None };
            let measured = measured(&place, *users, given.runs).await?;
            results.keep("SQLite", *users, measured, &path)?;
            if !given.keep {
                fs::remove_dir_all(&place.data_dir)?;
            }
        }
        if given.database != Which::Sqlite && results.lacks("PostgreSQL", *users) {
            let (cluster, place) = server(dir, *users)?;
            let measured = measured(&place, *users, given.runs).await?;
            results.keep("PostgreSQL", *users, measured, &path)?;
            drop(cluster);
            fs::remove_dir_all(&place.data_dir)?;
        }
    }
    let table = results.table();
    println!("\n{table}");
    report::write(&given.report, &table)
}

/// A PostgreSQL server on the disk, with one empty database. What an interrupted run has left behind goes first.
fn server(dir: &Path, users: u32) -> Result<(Cluster, Place)> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lkpg")) {
            fs::remove_dir_all(path)?;
        }
    }
    let data_dir = dir.join(format!("postgresql-{users}"));
    if data_dir.exists() {
        fs::remove_dir_all(&data_dir)?;
    }
    let options = ["shared_buffers=512MB", "effective_cache_size=2GB", "max_wal_size=4GB", "random_page_cost=1.1"];
    let kind = options.into_iter().fold(Kind::durable().within(dir), Kind::option);
    let cluster = kind.start();
    let place = Place { data_dir, database_url: Some(cluster.url()) };
    Ok((cluster, place))
}

/// Fills an installation unless that was finished before, and measures it.
async fn measured(place: &Place, users: u32, runs: u32) -> Result<Measured> {
    let done = place.data_dir.join("seeded");
    println!("\n== {users} accounts at {}", place.data_dir.display());
    if !done.exists() {
        if place.data_dir.exists() {
            fs::remove_dir_all(&place.data_dir)?;
        }
        seed::fill(place, Sizes::of(users, None, None)).await?;
        fs::write(&done, "")?;
    }
    let mut measured = cases::measure(place, runs).await?;
    measured.machine = machine::describe(&place.url()).await?;
    Ok(measured)
}
