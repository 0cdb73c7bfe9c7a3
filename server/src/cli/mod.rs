//! The command line: `latchkey serve` and what an operator does beside it.
//!
//! Commands work on the same database as a running server, which learns of what they did within a second. Only those that make the
//! first account found an installation where there is none. What a command answers goes to standard output, what is wrong to standard error as one line, and the exit code says which of the two it was.

mod accounts;
mod audit;
mod doctor;
mod flags;
mod keys;
mod letters;
mod password;
mod transfer;

use crate::{
    listen, logs,
    settings::{LogFormat, Settings},
    start::{self, StartError},
    words::cli::{self as words, help},
};
use clap::{Parser, Subcommand};
use flags::Flags;
use std::{future::Future, process::ExitCode};

#[derive(Parser)]
#[command(
    name = "latchkey",
    version,
    about = words::ABOUT,
    after_help = words::AFTER
)]
struct Line {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = help::SERVE)]
    Serve,
    #[command(subcommand, about = help::ADMIN)]
    Admin(accounts::AdminCommand),
    #[command(subcommand, about = help::USER)]
    User(accounts::UserCommand),
    #[command(subcommand, about = help::KEYS)]
    Keys(keys::Command),
    #[command(subcommand, about = help::LETTERS)]
    Letters(letters::Command),
    #[command(subcommand, about = help::AUDIT)]
    Audit(audit::Command),
    #[command(about = help::MIGRATE)]
    Migrate(transfer::Migrate),
    #[command(about = help::BACKUP)]
    Backup(transfer::Backup),
    #[command(about = help::RESTORE)]
    Restore(transfer::Restore),
    #[command(about = help::DOCTOR)]
    Doctor,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let line = Line::parse();
    let command = line.command.unwrap_or(Command::Serve);
    // Needs nothing of ours, so nothing of ours may be in its way.
    if let Command::Audit(command) = &command
        && let Some(verified) = audit::verify_file(command)
    {
        return verified.map_or_else(|error| complain(&error), |()| ExitCode::SUCCESS);
    }
    let settings = match line.flags.settings() {
        Ok(settings) => settings,
        Err(error) => return complain(&error.into()),
    };
    // The log of a command would only stand between the lines of its answer, unless something is wrong.
    let serving = matches!(command, Command::Serve);
    let filter = if serving { settings.log.as_str() } else { "warn" };
    logs::start(filter, if serving { settings.log_format } else { LogFormat::Text });
    match block_on(carry_out(command, settings)) {
        Ok(code) => code,
        Err(error) => complain(&error),
    }
}

async fn carry_out(command: Command, settings: Settings) -> Result<ExitCode, StartError> {
    match command {
        Command::Serve => start::serve(settings, listen::told_to_stop()).await?,
        Command::Admin(command) => accounts::admin(command, &settings).await?,
        Command::User(command) => accounts::user(command, &settings).await?,
        Command::Keys(command) => keys::run(&command, &settings).await?,
        Command::Letters(command) => letters::run(&command, &settings).await?,
        Command::Audit(command) => audit::run(&command, &settings).await?,
        Command::Migrate(how) => transfer::migrate(&how, &settings).await?,
        Command::Backup(what) => transfer::backup(&what, &settings).await?,
        Command::Restore(what) => transfer::restore(&what, &settings).await?,
        Command::Doctor => return Ok(doctor::run(&settings).await),
    }
    Ok(ExitCode::SUCCESS)
}

/// At least two workers, however few cores there are: rendering a page may block one of them for a moment.
fn block_on<T>(work: impl Future<Output = Result<T, StartError>>) -> Result<T, StartError> {
    let workers = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .map_err(|error| StartError::plain(crate::words::start::no_threads(&error)))?
        .block_on(work)
}

fn complain(error: &StartError) -> ExitCode {
    eprintln!("{}", words::failed(error));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Line::command().debug_assert();
    }

    #[test]
    fn flags_may_stand_before_and_after_the_command() {
        for line in [
            &["latchkey", "--min-password", "8"][..],
            &["latchkey", "serve", "--min-password", "8"],
            &["latchkey", "--min-password", "8", "keys", "list"],
            &["latchkey", "keys", "list", "--min-password=8"],
        ] {
            let line = Line::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(line.flags.settings().unwrap().rules.policy.min_password, 8);
        }
    }

    #[test]
    fn the_help_lists_every_setting_and_shows_no_value() {
        let help = Line::command().render_long_help().to_string();
        for key in crate::settings::Key::ALL {
            assert!(help.contains(&format!("--{}", key.flag())) && help.contains(&key.variable()), "{key:?}");
        }
        assert!(!Line::command().render_help().to_string().contains("--argon2"));
    }
}
