//! The command line: `latchkey serve` and what an operator does beside it.
//!
//! Commands work on the same database as a running server, which learns of what they did within a second. Only those that make the
//! first account found an installation where there is none. What a command answers goes to standard output, what is wrong to standard error as one line, and the exit code says which of the two it was.

mod accounts;
mod audit;
mod doctor;
mod flags;
mod import;
mod keys;
mod knobs;
mod letters;
mod password;
mod people;
mod roles;
mod transfer;

use crate::{
    listen, logs,
    settings::{LogFormat, Settings},
    start::{self, StartError},
    words::cli::{
        self as words, help,
        manage::{examples, help as more},
    },
};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use flags::Flags;
use identity::Refusal;
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
    #[command(subcommand, about = help::ADMIN, after_help = examples::ADMIN)]
    Admin(accounts::AdminCommand),
    #[command(subcommand, about = help::USER, after_help = examples::USER)]
    User(accounts::UserCommand),
    #[command(subcommand, about = more::ROLES, after_help = examples::ROLES)]
    Roles(roles::Command),
    #[command(subcommand, about = more::SETTINGS, after_help = examples::SETTINGS)]
    Settings(knobs::Command),
    #[command(subcommand, about = help::KEYS, after_help = examples::KEYS)]
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
    #[command(about = more::COMPLETIONS, after_help = examples::COMPLETIONS)]
    Completions {
        #[arg(help = more::SHELL)]
        shell: Shell,
    },
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
    if let Command::Completions { shell } = command {
        clap_complete::generate(shell, &mut Line::command(), "latchkey", &mut std::io::stdout());
        return ExitCode::SUCCESS;
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
        Command::Roles(command) => roles::run(command, &settings).await?,
        Command::Settings(command) => knobs::run(command, &settings).await?,
        Command::Keys(command) => keys::run(&command, &settings).await?,
        Command::Letters(command) => letters::run(&command, &settings).await?,
        Command::Audit(command) => audit::run(&command, &settings).await?,
        Command::Migrate(how) => transfer::migrate(&how, &settings).await?,
        Command::Backup(what) => transfer::backup(&what, &settings).await?,
        Command::Restore(what) => transfer::restore(&what, &settings).await?,
        Command::Doctor => return Ok(doctor::run(&settings).await),
        // Answered before anything was opened.
        Command::Completions { .. } => {}
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

/// A value as JSON, for programs.
fn json(value: &impl serde::Serialize) -> Result<String, Refusal> {
    serde_json::to_string_pretty(value).map_err(|error| Refusal::Broken(error.to_string()))
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Refusal> {
    println!("{}", json(value)?);
    Ok(())
}

/// A moment (milliseconds since 1970) to the minute, in UTC.
pub(crate) fn moment(at: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

fn complain(error: &StartError) -> ExitCode {
    eprintln!("{}", words::failed(error));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Every command that does something stands in the manual with an example.
    #[test]
    fn the_manual_shows_every_command() {
        fn commands(command: &clap::Command, before: &str, all: &mut Vec<String>) {
            let name = format!("{before} {}", command.get_name()).trim().to_owned();
            if command.get_subcommands().next().is_none() {
                all.push(name.clone());
            }
            command.get_subcommands().for_each(|below| commands(below, &name, all));
        }
        let (manual, mut all) = (include_str!("../../../docs/cli.md"), Vec::new());
        commands(&Line::command(), "", &mut all);
        assert!(all.len() > 30, "{all:?}");
        let elsewhere = ["latchkey serve", "latchkey migrate", "latchkey backup", "latchkey restore"];
        let audit = |command: &str| command.starts_with("latchkey audit");
        for command in all.iter().filter(|it| !elsewhere.contains(&it.as_str()) && !audit(it)) {
            assert!(manual.contains(&format!("$ {command}")), "docs/cli.md has no example of {command}");
        }
    }
}
