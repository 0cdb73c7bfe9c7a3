//! The work behind `script/`: set-up, assets, checks, tests.
//!
//! A script is a few lines of shell that make sure cargo can run and then call this program, so that the real steps are
//! typed, tested and the same on every system. It is a tool of this repository only and never part of the product.

mod assets;
mod bench;
mod budget;
mod check;
mod dev;
mod paths;
mod postgres;
mod run;
mod serve;
mod setup;
mod test;
mod torture;

use anyhow::Result;
use clap::{Parser, Subcommand};
use setup::Purpose;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The work behind script/")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing on this machine
    Setup {
        /// What the machine must be able to do
        #[arg(value_enum, default_value_t = Purpose::Test)]
        purpose: Purpose,
    },
    /// Build what the browser downloads: WebAssembly, CSS, public files
    Assets {
        /// Refuse to go on without wasm-opt
        #[arg(long)]
        release: bool,
    },
    /// Search the sources for patterns that have bitten others
    Check,
    /// Weigh the login page's download against its budget
    Budget,
    /// Build for release and run `latchkey` with the given arguments
    #[command(disable_help_flag = true)]
    Serve {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every check there is
    Test,
    /// Kill nodes and crash the database at random under load, and count what was lost
    Torture {
        /// For how many minutes
        #[arg(default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        minutes: u32,
    },
    /// Run a command, such as `cargo nextest run -p identity`, whose tests then live on a PostgreSQL server of its own
    Postgres {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
    /// Fill installations with years of use and measure how they bear them
    #[command(disable_help_flag = true)]
    Bench {
        /// Of the tool, which tells them itself: --help; with --quick-build it is built quickly, for trying it out
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Rebuild and restart `latchkey` whenever a source changes
    #[command(disable_help_flag = true)]
    Dev {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match work(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        // Without a backtrace: what went wrong is in the chain of causes, or was printed by the program that failed.
        Err(error) => {
            eprintln!("\x1b[1;31merror:\x1b[0m {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work(task: Task) -> Result<()> {
    match task {
        Task::Setup { purpose } => setup::run(purpose),
        Task::Assets { release } => assets::build(release).map(drop),
        Task::Check => check::run(),
        Task::Budget => budget::run(),
        Task::Serve { arguments } => serve::run_release(&arguments),
        Task::Test => test::run_all(),
        Task::Torture { minutes } => torture::run_for(minutes),
        Task::Postgres { command } => postgres::around(std::process::Command::new(&command[0]).args(&command[1..])),
        Task::Bench { arguments } => bench::run_with(&arguments),
        Task::Dev { arguments } => dev::run_forever(&arguments),
    }
}
