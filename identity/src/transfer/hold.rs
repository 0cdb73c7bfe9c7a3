//! The transactions a transfer works in: a view of the source that does not change, its write lock, and steps on the target.

use super::{
    arrival::{Arrival, taken_over},
    tables::{TABLES, guarded},
};
use crate::{
    Refusal,
    db::{Db, Tx},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Error, PgConnection};
use std::{future::Future, io, time::Duration};

/// Rows written between two commits.
const STEP: usize = 5000;

/// How often a lock is asked for before giving up; each time takes some seconds.
const TRIES: u32 = 12;

/// How long one statement may take.
const STATEMENT: Duration = Duration::from_secs(60);

/// How long PostgreSQL waits for the next statement of a transaction that holds locks. Longer than a statement on the other side
/// may take, and than [`TRIES`] last.
const IDLE_AT_MOST: &str = "set local idle_in_transaction_session_timeout = '2min'";

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

/// A transaction that writes and may take long, as long as it is never idle for long: when we vanish, its locks must go with us.
pub async fn writing(db: &Db) -> Result<Tx, Error> {
    let mut tx = db.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        without_limits(tx).await?;
        sqlx::query(IDLE_AT_MOST).execute(&mut **tx).await?;
    }
    Ok(tx)
}

/// As [`writing`], and nobody else writes to a table of [`TABLES`] until it ends. Others go on reading.
pub async fn locked(db: &Db) -> Result<Tx, Refusal> {
    lock(db, TABLES.iter().map(|table| table.name).collect(), "share row exclusive").await
}

/// As [`writing`], and nobody else on PostgreSQL so much as reads a table that is guarded when an installation leaves.
pub async fn alone(db: &Db) -> Result<Tx, Refusal> {
    lock(db, guarded().collect(), "access exclusive").await
}

async fn lock(db: &Db, tables: Vec<&str>, mode: &str) -> Result<Tx, Refusal> {
    let statement = format!("lock table {} in {mode} mode", tables.join(", "));
    persistently(async || {
        let mut tx = writing(db).await?;
        if let Tx::Postgres(tx) = &mut tx {
            // Whoever holds us up, or waits for us while we wait for it, gets the chance to finish before we ask again.
            sqlx::query("set local lock_timeout = '5s'").execute(&mut **tx).await?;
            sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut **tx).await?;
        }
        Ok(tx)
    })
    .await
}

/// Asks again for what somebody else holds.
///
/// # Errors
/// When it is held for a minute, or something else is wrong.
pub async fn persistently<T>(ask: impl AsyncFn() -> Result<T, Error>) -> Result<T, Refusal> {
    let mut tries = 0;
    loop {
        match ask().await {
            Err(error) if !is_in_the_way(&error) => return Err(error.into()),
            Err(error) if tries == TRIES => {
                return Err(Refusal::Broken(format!(
                    "somebody is at work in the database and lets nobody in between ({error}): try again later"
                )));
            }
            Err(_) => tries += 1,
            Ok(done) => return Ok(done),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Locked, or chosen as the victim of a deadlock: in the words of SQLite and in the codes of PostgreSQL.
fn is_in_the_way(error: &Error) -> bool {
    let Error::Database(error) = error else { return matches!(error, Error::PoolTimedOut) };
    matches!(error.code().as_deref(), Some("40P01" | "55P03" | "5" | "261" | "517"))
}

/// Gives up on a statement: one that reads or writes some rows, and never takes this long unless the database is away.
pub async fn bounded<T>(statement: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database takes too long"));
    tokio::time::timeout(STATEMENT, statement).await.unwrap_or_else(|_| Err(late()))
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
    arrival: Option<Arrival>,
    in_steps: bool,
    uncommitted: usize,
}

impl<'d> Target<'d> {
    /// Committed every few thousand rows, so that an interruption loses little.
    pub fn in_steps(db: &'d Db, arrival: Arrival) -> Self {
        Self { in_steps: true, ..Self::at_once(db, arrival) }
    }

    /// Committed as a whole.
    pub fn at_once(db: &'d Db, arrival: Arrival) -> Self {
        Self { arrival: Some(arrival), ..Self::our_own(db) }
    }

    /// Committed as a whole, where nobody else can be.
    pub fn our_own(db: &'d Db) -> Self {
        Self { db, tx: None, arrival: None, in_steps: false, uncommitted: 0 }
    }

    /// To read and write by.
    ///
    /// # Errors
    /// When another run has taken over, or the database does not answer.
    pub async fn tx(&mut self) -> Result<&mut Tx, Refusal> {
        match &mut self.tx {
            Some(tx) => Ok(tx),
            none => {
                let arrival = self.arrival;
                let begun = persistently(async || {
                    let mut tx = writing(self.db).await?;
                    let goes_on = match arrival {
                        Some(arrival) => arrival.goes_on(&mut tx).await?,
                        None => true,
                    };
                    Ok(goes_on.then_some(tx))
                });
                Ok(none.insert(begun.await?.ok_or_else(taken_over)?))
            }
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

    /// Says that everything has arrived, and makes that and everything before durable.
    ///
    /// # Errors
    /// When another run has taken over, or the database does not answer.
    pub async fn end(&mut self, now: Timestamp) -> Result<(), Refusal> {
        if let Some(arrival) = self.arrival {
            arrival.end(self.tx().await?, now).await?;
        }
        Ok(self.commit().await?)
    }
}
