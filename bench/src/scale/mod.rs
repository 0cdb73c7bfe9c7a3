//! How the same work does in small and in large installations, on both databases.
//!
//! Takes hours where the machine is slow, so what has been measured is kept (`results.json` in the data folder) and a second run goes on
//! with what is missing. One size lies on the disk at a time.

pub(crate) mod browser;
mod cases;
mod cleaning;
mod clock;
mod otherwise;
mod results;
mod sample;

use crate::{
    installation::Place,
    machine,
    place::{self, Database, Which},
    report::{self as document, Marks},
    seed::{self, Sizes},
};
use anyhow::Result;
use clap::Args;
use results::Results;
use std::{fs, path::PathBuf};

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

/// Between which lines of the document the table stands.
const MARKS: Marks = Marks { begin: "<!-- script/bench scale writes from here -->", end: "<!-- to here -->" };

/// Measures what is missing, and writes the report.
///
/// # Errors
/// When an installation cannot be made, or something is answered with an error.
pub async fn run(given: ScaleArguments) -> Result<()> {
    let dir = &given.data_dir;
    place::folder(dir)?;
    let path = dir.join("results.json");
    let mut results = if given.fresh { Results::default() } else { Results::read(&path)? };
    for users in &given.users {
        for database in given.database.each() {
            if !results.lacks(database.name(), *users) {
                continue;
            }
            let (cluster, place) = place::at(dir, database, *users)?;
            fill(&place, *users).await?;
            let filled = cluster.as_ref().map_or(0, |cluster| cluster.log().len());
            let mut measured = cases::measure(&place, given.runs).await?;
            measured.machine = machine::describe(&place.url()).await?;
            if let Some(cluster) = cluster {
                // What took the server long, for whoever wonders at a number.
                let log = cluster.log();
                measured.lock_waits = Some(log.get(filled..).unwrap_or(&log).matches(" still waiting for ").count());
                fs::write(dir.join(format!("postgresql-{users}.log")), log)?;
            }
            results.keep(database.name(), *users, measured, &path)?;
            if !given.keep || database == Database::Postgres {
                fs::remove_dir_all(&place.data_dir)?;
            }
        }
    }
    let table = results.table();
    println!("\n{table}");
    document::write(&given.report, &MARKS, &table)
}

/// Fills an installation unless that was finished before.
async fn fill(place: &Place, users: u32) -> Result<()> {
    let done = place.data_dir.join("seeded");
    println!("\n== {users} accounts at {}", place.data_dir.display());
    if done.exists() {
        return Ok(());
    }
    if place.data_dir.exists() {
        fs::remove_dir_all(&place.data_dir)?;
    }
    seed::fill(place, Sizes::of(users, None, None)).await?;
    Ok(fs::write(&done, "")?)
}
