//! The transactions a transfer works in: a view of the source that does not change, its write lock, and steps on the target.

use super::tables::TABLES;
use crate::db::{Db, Tx};
use sqlx::{AssertSqlSafe, Error, PgConnection};
use std::time::Duration;

/// Rows written between two commits.
const STEP: usize = 5000;

/// How often the write lock of the source is asked for before giving up; each time takes some seconds.
const TRIES: u32 = 12;

/// Everything as it is at this moment, while others go on writing.
pub async fn snapshot(db: &Db) -> Result<Tx, Error> {
    Ok(match db {
        Db::Sqlite { read, .. } => Tx::Sqlite(read.begin_with("BEGIN").await?),
        Db::Postgres(pool) => {
            let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
            without_limits(&mut tx).await?;
            Tx::Postgres(tx)
        }
    })
}

/// A transaction that writes and may take long.
pub async fn writing(db: &Db) -> Result<Tx, Error> {
    let mut tx = db.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        without_limits(tx).await?;
    }
    Ok(tx)
}

/// As [`writing`], and nobody else writes to a table of [`TABLES`] until it ends. Others go on reading.
pub async fn locked(db: &Db) -> Result<Tx, Error> {
    let mut tries = 0;
    loop {
        match try_to_lock(db).await {
            Err(error) if tries < TRIES && is_in_the_way(&error) => tries += 1,
            other => return other,
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn try_to_lock(db: &Db) -> Result<Tx, Error> {
    let mut tx = writing(db).await?;
    if let Tx::Postgres(tx) = &mut tx {
        // Whoever holds us up, or waits for us while we wait for it, gets the chance to finish before we ask again.
        sqlx::query("set local lock_timeout = '5s'").execute(&mut **tx).await?;
        let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        let lock = format!("lock table {} in share row exclusive mode", names.join(", "));
        sqlx::query(AssertSqlSafe(lock)).execute(&mut **tx).await?;
    }
    Ok(tx)
}

/// Locked, or chosen as the victim of a deadlock: in the words of SQLite and in the codes of PostgreSQL.
fn is_in_the_way(error: &Error) -> bool {
    let Error::Database(error) = error else { return matches!(error, Error::PoolTimedOut) };
    matches!(error.code().as_deref(), Some("40P01" | "55P03" | "5" | "261" | "517"))
}

/// What protects requests from a slow database would cut off a long copy.
async fn without_limits(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("set local statement_timeout = 0").execute(&mut *connection).await?;
    sqlx::query("set local idle_in_transaction_session_timeout = 0").execute(connection).await.map(drop)
}

/// The side that is written to.
pub struct Target<'d> {
    db: &'d Db,
    tx: Option<Tx>,
    in_steps: bool,
    uncommitted: usize,
}

impl<'d> Target<'d> {
    /// Committed every few thousand rows, so that an interruption loses little.
    pub fn in_steps(db: &'d Db) -> Self {
        Self { db, tx: None, in_steps: true, uncommitted: 0 }
    }

    /// Committed as a whole.
    pub fn at_once(db: &'d Db) -> Self {
        Self { in_steps: false, ..Self::in_steps(db) }
    }

    /// To read and write by.
    pub async fn tx(&mut self) -> Result<&mut Tx, Error> {
        match &mut self.tx {
            Some(tx) => Ok(tx),
            none => Ok(none.insert(writing(self.db).await?)),
        }
    }

    /// To be told after rows were written.
    pub async fn wrote(&mut self, rows: usize) -> Result<(), Error> {
        self.uncommitted += rows;
        if self.in_steps && self.uncommitted >= STEP {
            self.commit().await?;
        }
        Ok(())
    }

    /// Makes it durable.
    pub async fn commit(&mut self) -> Result<(), Error> {
        self.uncommitted = 0;
        match self.tx.take() {
            Some(tx) => tx.commit().await,
            None => Ok(()),
        }
    }
}
