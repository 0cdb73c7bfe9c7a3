//! `latchkey user import`: many accounts from a CSV file, also one too large for the panel.

use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::{help, import as words},
};
use clap::Args;
use identity::{
    Latchkey, Refusal,
    admin::{self, How, Imported, Proven},
};
use std::{
    fs::File,
    io::{BufReader, Write},
    path::{Path, PathBuf},
};

/// What to import, and how.
#[derive(Args)]
pub struct ImportArgs {
    #[arg(help = help::IMPORT_FILE, value_name = "FILE")]
    file: PathBuf,
    #[arg(long, help = help::IMPORT_DRY_RUN)]
    dry_run: bool,
    #[arg(long, help = help::IMPORT_INVITE)]
    invite: bool,
}

/// Reads the file once to find what is wrong with it, and once more to make the accounts. Something wrong, and nothing is made.
pub async fn import(args: ImportArgs, settings: &Settings) -> Result<(), StartError> {
    let house = start::open_existing(settings).await?;
    let done = both(&house, &args).await;
    house.close().await;
    let (imported, made) = done?;
    let out = &mut std::io::stdout().lock();
    for problem in &imported.problems {
        let _ = writeln!(out, "{}", words::problem(problem));
    }
    if imported.wrong > 0 {
        return Err(StartError::plain(words::wrong(&imported, made)));
    }
    let _ = writeln!(out, "{}", if made { words::made(&imported, args.invite) } else { words::would(&imported) });
    Ok(())
}

/// What came of it, and whether accounts were made.
async fn both(house: &Latchkey, args: &ImportArgs) -> Result<(Imported, bool), StartError> {
    let planned = run(house, &args.file, How::DryRun).await?;
    if args.dry_run || planned.wrong > 0 {
        return Ok((planned, false));
    }
    Ok((run(house, &args.file, How::Make { letters: args.invite }).await?, true))
}

async fn run(house: &Latchkey, path: &Path, how: How) -> Result<Imported, StartError> {
    let file = File::open(path).map_err(|error| StartError::plain(words::unreadable(path, &error)))?;
    let done: Result<Imported, Refusal> = admin::import(house, &Proven::operator(), BufReader::new(file), how).await;
    Ok(done?)
}
