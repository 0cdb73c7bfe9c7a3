//! `latchkey migrate`, `backup` and `restore`: bringing a database up to date, elsewhere, into a file and out of it.
//!
//! What was carried over goes to standard output, table by table; how far it is goes to standard error. A database URL may hold a
//! password and is never shown.

use crate::{
    settings::{Database, Settings},
    start::{self, StartError, files},
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

/// How a move begins.
const WHILE_IN_USE: &str = "copying, while the old database is in use";

/// How long a database that was written to may take to close.
const GOODBYE: Duration = Duration::from_secs(30);

#[derive(Args)]
pub struct Migrate {
    /// Move everything to this database, which must be empty, while the server runs: postgres:…, sqlite:… or a path. People stay
    /// signed in. Afterwards the old database takes no writes any more; start the server with LATCHKEY_DATABASE_URL naming the
    /// new one and the same master key. If it is interrupted, run it again. Arguments can be seen by other users of this
    /// machine: a password is better kept in PGPASSWORD or ~/.pgpass
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Take a database that was left by --to into use again, as it was at that moment: what was written to the new one since
    /// is not in it, and two that are in use at once grow apart. Only for a move that is given up
    #[arg(long, conflicts_with = "to")]
    reopen: bool,
}

#[derive(Args)]
pub struct Backup {
    /// Where to write it; nothing may be there yet
    file: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    /// What `latchkey backup` wrote
    file: PathBuf,
    /// End all sessions, so that everybody signs in again. Without it, a session that was ended after the backup lives again
    #[arg(long)]
    end_sessions: bool,
    /// Send the letters that waited when the backup was made. Without it they are given up, because they may have been sent since
    #[arg(long)]
    send_letters: bool,
}

/// `latchkey migrate`
pub async fn migrate(how: &Migrate, settings: &Settings) -> Result<(), StartError> {
    if how.reopen {
        let source = start::existing_database(settings).await?;
        let done = transfer::reopen(&source).await;
        source.close().await;
        done?;
        println!("This database is in use again, as it was when it was left. Do not use the other one any more.");
    } else if let Some(to) = &how.to {
        let source = start::existing_database(settings).await?;
        let target = start::open_database(&Settings { database: database(to), ..settings.clone() }).await?;
        let sums = transfer::relocate(&source, &target, &SystemClock, &tell(WHILE_IN_USE)).await;
        source.close().await;
        let_go(&target).await;
        show(&sums?);
        println!(
            "Moved. Start Latchkey with LATCHKEY_DATABASE_URL naming the new database, and with the same master key ({}).",
            key_place(settings)
        );
    } else {
        let house = start::open(settings).await?;
        println!("The database has schema version {}.", db::schema_version());
        house.close().await;
    }
    Ok(())
}

/// `latchkey backup`
pub async fn backup(what: &Backup, settings: &Settings) -> Result<(), StartError> {
    let source = start::existing_database(settings).await?;
    let sums = transfer::backup(&source, &what.file, &SystemClock, &tell(WHILE_IN_USE)).await;
    source.close().await;
    show(&sums?);
    println!(
        "Backed up to {}. The master key is not in it, and without the key it opens nothing: keep {} too, elsewhere.",
        what.file.display(),
        key_place(settings)
    );
    Ok(())
}

/// `latchkey restore`
pub async fn restore(what: &Restore, settings: &Settings) -> Result<(), StartError> {
    // A key made now could not be the right one.
    if let Some(key) = start::missing_key(settings) {
        return Err(StartError::plain(format!(
            "{} is missing, and LATCHKEY_MASTER_KEY is not set: a backup is restored with the master key it was made with",
            key.display()
        )));
    }
    let master = start::master_key(settings, &SystemSource::new())?;
    files::prepare(&settings.data_dir)?;
    let target = start::open_database(settings).await?;
    let choices = Choices { end_sessions: what.end_sessions, send_letters: what.send_letters };
    let sums = transfer::restore(&what.file, &target, &master, choices, &SystemClock, &tell("copying")).await;
    let_go(&target).await;
    show(&sums?);
    println!("Restored from {}. Latchkey can be started.", what.file.display());
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
            eprintln!("{table}: {rows} rows copied")
        }
        Progress::Copied { .. } => {}
        Progress::Locking => {
            eprintln!("copying what has changed meanwhile; the old database takes no writes from now on")
        }
        Progress::Waiting => {
            eprintln!(
                "not yet: a letter is on its way to the mail server, and the old database takes writes until it is known how that went"
            )
        }
        Progress::Checking { .. } if comparing.swap(true, Ordering::Relaxed) => {}
        Progress::Checking { .. } => eprintln!("comparing everything that arrived with what was sent"),
        Progress::Leaving => {}
        Progress::Left => eprintln!("the old database is marked as left"),
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
