//! How fast a running `latchkey` is, loaded from another process through real sockets, as a share of what the machine can do.
//!
//! Every rate stands beside a calibration of the same run, because these numbers say as much of the machine as of the program:
//! password hashes beside raw argon2, pages and checks beside a bare axum route, both asked by the same client.

mod calibrate;
mod cases;
mod drive;
mod person;
mod process;
mod report;
mod wire;

use crate::{
    machine,
    place::{self, Which},
    report::{self as document, Marks},
    seed::{self, Sizes},
};
use anyhow::{Result, ensure};
pub use calibrate::hello;
use cases::Extent;
use clap::Args;
use report::{Sheet, table};
use std::{fs, path::PathBuf, time::Duration};

/// Between which lines of the document the table stands.
const MARKS: Marks = Marks { begin: "<!-- script/bench load writes from here -->", end: "<!-- load to here -->" };

/// What to measure.
#[derive(Args)]
pub struct LoadArguments {
    /// The `latchkey` to measure; script/bench builds it for release
    #[arg(long, env = "LATCHKEY_BIN")]
    binary: PathBuf,
    /// Sizes of the installations, in accounts
    #[arg(long, value_delimiter = ',', default_values_t = [1_000])]
    users: Vec<u32>,
    /// On which database
    #[arg(long, value_enum, default_value_t = Which::Both)]
    database: Which,
    /// Seconds of each load
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Requests after which the memory is looked at
    #[arg(long, default_value_t = 1_000_000)]
    many: usize,
    /// For data. PostgreSQL's own user must be able to enter it
    #[arg(long, default_value = "/var/tmp/latchkey-load")]
    data_dir: PathBuf,
    /// Where the table goes: a file with a section "Under load"
    #[arg(long, default_value = "docs/performance.md")]
    report: PathBuf,
}

/// Measures and writes the report.
///
/// # Errors
/// When an installation cannot be made, or something is answered with an error.
pub async fn run(given: LoadArguments) -> Result<()> {
    ensure!(given.binary.is_file(), "{} is no program", given.binary.display());
    let dir = &given.data_dir;
    place::folder(dir)?;
    let extent = Extent { time: Duration::from_secs(given.seconds), many: given.many };
    let mut sheets = vec![Sheet::new("What the machine can do".to_owned())];
    cases::calibrate(extent, dir, &mut sheets[0]).await?;
    let mut described = String::new();
    for users in &given.users {
        for database in given.database.each() {
            let (cluster, place) = place::empty(dir, database, *users)?;
            seed::fill(&place, Sizes::of(*users, None, None)).await?;
            let mut sheet = Sheet::new(format!("{}, {users} accounts", database.name()));
            cases::measure(&given.binary, &place, extent, &mut sheet).await?;
            if cluster.is_some() {
                for nodes in [1, 2] {
                    cases::nodes(&given.binary, &place, nodes, extent, &mut sheet).await?;
                }
            }
            described = machine::describe(&place.url()).await?;
            sheets.push(sheet);
            drop(cluster);
            fs::remove_dir_all(&place.data_dir)?;
        }
    }
    let table = table(&described, &sheets);
    println!("\n{table}");
    document::write(&given.report, &MARKS, &table)
}
