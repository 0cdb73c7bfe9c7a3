//! Where installations to be measured live: a folder, and for PostgreSQL a server of their own on the same disk.

#[path = "../../identity/tests/support/postgres.rs"]
mod cluster;

use crate::installation::Place;
use anyhow::{Context, Result};
use clap::ValueEnum;
pub use cluster::Cluster;
use cluster::Kind;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// As people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A choice of databases.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    Sqlite,
    Postgres,
    Both,
}

impl Which {
    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = Database> {
        let wanted = move |database: &Database| match self {
            Self::Sqlite => *database == Database::Sqlite,
            Self::Postgres => *database == Database::Postgres,
            Self::Both => true,
        };
        [Database::Sqlite, Database::Postgres].into_iter().filter(wanted)
    }
}

/// Makes the folder for all of them, which PostgreSQL's own user must be able to enter.
///
/// # Errors
/// When it cannot be made.
pub fn folder(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?)
}

/// The place for an installation of this size. SQLite's may be there already, from an earlier run; PostgreSQL's is always new, with a
/// server that runs as long as it is held.
///
/// # Errors
/// When what an interrupted run has left behind cannot be removed.
pub fn at(dir: &Path, database: Database, users: u32) -> Result<(Option<Cluster>, Place)> {
    let data_dir = dir.join(format!("{}-{users}", database.name().to_lowercase()));
    if database == Database::Sqlite {
        return Ok((None, Place { data_dir, database_url: None }));
    }
    let left = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lkpg"));
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if left(&path) || path == data_dir {
            fs::remove_dir_all(path)?;
        }
    }
    let options = ["shared_buffers=512MB", "effective_cache_size=2GB", "max_wal_size=4GB", "random_page_cost=1.1"];
    // Slow statements are worth a look: what is asked here takes milliseconds. So is whoever waits for a lock.
    let told = ["log_min_duration_statement=40", "log_line_prefix=%m ", "log_lock_waits=on", "deadlock_timeout=40ms"];
    let options = options.into_iter().chain(told);
    let cluster = options.fold(Kind::durable().within(dir), Kind::option).start();
    let url = cluster.url();
    Ok((Some(cluster), Place { data_dir, database_url: Some(url) }))
}

/// The same where nothing is there yet.
///
/// # Errors
/// As [`at`].
pub fn empty(dir: &Path, database: Database, users: u32) -> Result<(Option<Cluster>, Place)> {
    let (cluster, place) = at(dir, database, users)?;
    if place.data_dir.exists() {
        fs::remove_dir_all(&place.data_dir)?;
    }
    Ok((cluster, place))
}
