//! What is written while an installation is cleaned up, and how as much is written otherwise: to see what the disk alone does to those who
//! wait for it.

use crate::{installation::Place, seed::Bulk};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};
use tokio::{
    fs::{self, File},
    io::{AsyncSeekExt, AsyncWriteExt},
    time::sleep,
};

/// Between two writes of a window without clean-up: about as often as clean-up commits.
const BREATH: Duration = Duration::from_millis(20);

/// How long the file becomes that is written to beside a SQLite database, in bytes.
const WHOLE: u64 = 64 << 20;

/// What is written: PostgreSQL's write-ahead log, or all that this process writes, in which SQLite is.
pub enum Log {
    /// A file beside the database.
    Sqlite(File),
    Postgres(Box<Bulk>),
}

impl Log {
    /// What an installation writes to.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn of(place: &Place) -> Result<Self> {
        let url = place.url();
        if url.starts_with("sqlite:") {
            return Ok(Self::Sqlite(File::create(place.data_dir.join("otherwise")).await?));
        }
        Ok(Self::Postgres(Box::new(Bulk::beside(&url).await?)))
    }

    /// Bytes ever written.
    ///
    /// # Errors
    /// When nobody counts them.
    pub async fn end(&mut self) -> Result<i64> {
        match self {
            Self::Sqlite(_) => {
                let counts =
                    fs::read_to_string("/proc/self/io").await.context("the system does not count what is written")?;
                let written = counts.lines().find_map(|line| line.strip_prefix("write_bytes: "));
                Ok(written.context("the system does not count what is written")?.parse()?)
            }
            Self::Postgres(bulk) => bulk.number("select (pg_current_wal_insert_lsn() - '0/0')::bigint").await,
        }
    }

    /// Writes so many bytes that mean nothing to anybody, in many steps that each wait for the disk, and takes so long for it.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn write(&mut self, bytes: u64, time: Duration) -> Result<()> {
        let (start, mut written) = (Instant::now(), 0);
        loop {
            let share = (start.elapsed().as_secs_f64() / time.as_secs_f64()).min(1.0);
            let due = (bytes as f64 * share) as u64;
            self.add(due - written).await?;
            written = due;
            if share >= 1.0 {
                return Ok(());
            }
            sleep(BREATH).await;
        }
    }

    async fn add(&mut self, bytes: u64) -> Result<()> {
        match self {
            Self::Sqlite(file) => {
                // As SQLite's log: from its beginning again where it would get long.
                if file.stream_position().await? > WHOLE {
                    file.rewind().await?;
                }
                file.write_all(&vec![b'-'; usize::try_from(bytes)?]).await?;
                Ok(file.sync_data().await?)
            }
            Self::Postgres(bulk) => {
                bulk.run(&format!("select pg_logical_emit_message(true, 'bench', repeat('-', {bytes}))")).await?;
                Ok(())
            }
        }
    }
}
