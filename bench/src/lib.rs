//! Years of use, made in minutes, and what they cost afterwards.
//!
//! `seed` fills an empty installation with as many people, sessions and events as one likes; `scale` does so at several sizes, on both
//! databases, and compares how long the same work takes; `load` asks a running `latchkey` as fast as it can; `count` counts the
//! instructions of the paths that most requests take, which `benches/hot.rs` times. A tool of this repository only: it writes past the rules, in bulk,
//! what the rules would have written one by one, and must therefore never meet an installation that is in use.

mod count;
pub mod hot;
mod installation;
mod load;
mod machine;
mod place;
mod report;
mod scale;
mod seed;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

#[derive(Parser)]
#[command(name = "bench", about = "Fills an installation with years of use and measures how it bears them")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fill an empty installation
    Seed(SeedArguments),
    /// Fill installations of several sizes, measure them, and write the table
    Scale(scale::ScaleArguments),
    /// Load a running latchkey from here, and write the table
    Load(load::LoadArguments),
    /// Count the instructions of the paths that most requests take, and fail where they have become more
    Count(count::CountArguments),
    /// Serve the bare route that loads are compared with
    #[command(hide = true)]
    Hello { at: SocketAddr },
}

#[derive(Args)]
struct SeedArguments {
    /// Accounts
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    users: u32,
    /// Sessions, most of them over; five an account unless given
    #[arg(long)]
    sessions: Option<u32>,
    /// Security events; ten an account unless given
    #[arg(long)]
    events: Option<u32>,
    /// The installation's folder: master key, and the database unless --database-url names another
    #[arg(long)]
    data_dir: PathBuf,
    /// A PostgreSQL database that holds nothing yet
    #[arg(long)]
    database_url: Option<String>,
}

/// Does what the command line asks for.
#[tokio::main]
pub async fn run() -> ExitCode {
    match work(Arguments::parse().task).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn work(task: Task) -> Result<()> {
    match task {
        // On a thread of its own, where it runs things to their end.
        Task::Count(given) => tokio::task::spawn_blocking(move || count::run(&given)).await?,
        Task::Scale(given) => scale::run(given).await,
        Task::Load(given) => load::run(given).await,
        Task::Hello { at } => load::hello(at).await,
        Task::Seed(given) => {
            let sizes = seed::Sizes::of(given.users, given.sessions, given.events);
            let place = installation::Place { data_dir: given.data_dir, database_url: given.database_url };
            seed::fill(&place, sizes).await
        }
    }
}
