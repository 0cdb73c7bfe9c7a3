//! `latchkey migrate`, `backup` and `restore`: bringing a database up to date, elsewhere, into a file and out of it.
//!
//! What was carried over goes to standard output, table by table; how far it is goes to standard error. A database URL may hold a
//! password and is never shown.

use crate::{
    settings::{Database, Settings},
    start::{self, StartError, files},
    words::cli::{help, transfer as words},
};
use clap::Args;
use identity::{
    db::{self, Db},
    random::SystemSource,
    time::SystemClock,
    transfer::{self, Choices, Progress, Sum},
    words::Secret,
};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Rows of one table between two lines about it.
const ROWS_A_LINE: u64 = 100_000;

/// How long a database that was written to may take to close.
const GOODBYE: Duration = Duration::from_secs(30);

#[derive(Args)]
pub struct Migrate {
    #[arg(long, value_name = "URL", help = help::MIGRATE_TO)]
    to: Option<String>,
    #[arg(long, conflicts_with = "to", help = help::MIGRATE_REOPEN)]
    reopen: bool,
}

#[derive(Args)]
pub struct Backup {
    #[arg(help = help::BACKUP_FILE)]
    file: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    #[arg(help = help::RESTORE_FILE)]
    file: PathBuf,
    #[arg(long, help = help::RESTORE_END_SESSIONS)]
    end_sessions: bool,
    #[arg(long, help = help::RESTORE_SEND_LETTERS)]
    send_letters: bool,
}

/// `latchkey migrate`
pub async fn migrate(how: &Migrate, settings: &Settings) -> Result<(), StartError> {
    if how.reopen {
        let source = start::existing_database(settings).await?;
        let done = transfer::reopen(&source).await;
        source.close().await;
        done?;
        println!("{}", words::REOPENED);
    } else if let Some(to) = &how.to {
        let source = start::existing_database(settings).await?;
        let target = start::open_database(&Settings { database: database(to), ..settings.clone() }).await?;
        let sums = transfer::relocate(&source, &target, &SystemClock, &tell(words::COPYING_IN_USE)).await;
        source.close().await;
        let_go(&target).await;
        show(&sums?);
        println!("{}", words::moved(&key_place(settings)));
    } else {
        let house = start::open(settings).await?;
        println!("{}", words::migrated(db::schema_version()));
        house.close().await;
    }
    Ok(())
}

/// `latchkey backup`
pub async fn backup(what: &Backup, settings: &Settings) -> Result<(), StartError> {
    let source = start::existing_database(settings).await?;
    let sums = transfer::backup(&source, &what.file, &SystemClock, &tell(words::COPYING_IN_USE)).await;
    source.close().await;
    show(&sums?);
    println!("{}", words::backed_up(what.file.display(), &key_place(settings)));
    Ok(())
}

/// `latchkey restore`
pub async fn restore(what: &Restore, settings: &Settings) -> Result<(), StartError> {
    // A key made now could not be the right one.
    if let Some(key) = start::missing_key(settings) {
        return Err(StartError::plain(words::no_key(key.display())));
    }
    let master = start::master_key(settings, &SystemSource::new())?;
    files::prepare(&settings.data_dir)?;
    let target = start::open_database(settings).await?;
    let choices = Choices { end_sessions: what.end_sessions, send_letters: what.send_letters };
    let sums = transfer::restore(&what.file, &target, &master, choices, &SystemClock, &tell(words::COPYING)).await;
    let_go(&target).await;
    show(&sums?);
    println!("{}", words::restored(what.file.display()));
    Ok(())
}

/// Closes a database, unless it does not even answer that.
async fn let_go(db: &Db) {
    let _ = tokio::time::timeout(GOODBYE, db.close()).await;
}

/// A URL, or the path of a file. A file named by a plain URL is made for the owner alone, like our own.
fn database(to: &str) -> Database {
    let url = to.starts_with("postgres:") || to.starts_with("postgresql:") || to.contains('?');
    let path = to.strip_prefix("sqlite://").or_else(|| to.strip_prefix("sqlite:")).unwrap_or(to);
    if url { Database::Url(Secret::new(to)) } else { Database::File(PathBuf::from(path)) }
}

fn key_place(settings: &Settings) -> String {
    match &settings.master_key {
        Some(_) => "LATCHKEY_MASTER_KEY".to_owned(),
        None => files::key_path(&settings.data_dir).display().to_string(),
    }
}

fn show(sums: &[Sum]) {
    for sum in sums {
        println!("{sum}");
    }
}

/// Lines for a person who waits.
fn tell(beginning: &str) -> impl Fn(Progress) + Sync {
    let comparing = AtomicBool::new(false);
    move |progress| match progress {
        Progress::Began => eprintln!("{beginning}"),
        Progress::Copied { table, rows } if rows > 0 && rows % ROWS_A_LINE == 0 => {
            eprintln!("{}", words::copied(table, rows))
        }
        Progress::Copied { .. } => {}
        Progress::Locking => {
            eprintln!("{}", words::LOCKING)
        }
        Progress::Waiting => {
            eprintln!("{}", words::WAITING)
        }
        Progress::Checking { .. } if comparing.swap(true, Ordering::Relaxed) => {}
        Progress::Checking { .. } => eprintln!("{}", words::COMPARING),
        Progress::Leaving => {}
        Progress::Left => eprintln!("{}", words::LEFT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_url_or_a_path() {
        for path in ["sqlite:///srv/new.db", "sqlite:/srv/new.db", "/srv/new.db"] {
            assert!(matches!(database(path), Database::File(found) if found.to_str() == Some("/srv/new.db")), "{path}");
        }
        for url in
            ["postgres://db.example.org/latchkey", "postgresql:///latchkey?host=/run", "sqlite:///srv/new.db?mode=rwc"]
        {
            assert!(matches!(database(url), Database::Url(_)), "{url}");
        }
    }
}
