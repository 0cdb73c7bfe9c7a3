//! The two databases Latchkey lives on, behind one text of SQL.
//!
//! SQLite has one writer connection and a pool of readers: one writer queues fairly where many would meet "database is
//! locked". PostgreSQL has one pool. Statements use `$1`, `returning` and `on conflict`, which both understand; [`on!`] picks
//! the pool. No module outside this crate may see a pool.

mod bells;
mod connect;
mod fault;
mod gather;
mod group;
mod migrate;
mod statements;
mod surroundings;
mod tx;
mod words;

pub use bells::{Bells, Topic};
pub use connect::{CONNECTIONS, OpenError};
pub(crate) use fault::{is_outage, patient};
pub(crate) use gather::Gather;
pub use group::Group;
pub use migrate::schema_version;
pub(crate) use statements::{Picked, afresh, picked, statements};
pub use statements::{Statement, all_statements, statements_on_postgres, statements_on_sqlite};
pub use surroundings::is_exposed;
pub(crate) use tx::STATEMENTS;
pub use tx::Tx;

use sqlx::{PgPool, SqlitePool};

/// An open database.
#[derive(Clone)]
pub enum Db {
    /// Embedded, in one file.
    Sqlite {
        /// Many connections that cannot write.
        read: SqlitePool,
        /// One connection that can.
        write: SqlitePool,
        /// The same for single statements that can wait for each other.
        group: Group,
    },
    /// A server for several nodes.
    Postgres(PgPool),
}

/// Runs the same expression against whichever pool there is, within [`fault::PATIENCE`]: `on!(db, read, |p| sqlx::query(SQL).fetch_all(p).await)`.
macro_rules! on {
    ($db:expr, $mode:ident, |$pool:ident| $body:expr) => {
        match &$db {
            $crate::db::Db::Sqlite { $mode: $pool, .. } => $crate::db::patient(async { $body }).await,
            $crate::db::Db::Postgres($pool) => $crate::db::patient(async { $body }).await,
        }
    };
}
pub(crate) use on;

/// Runs one statement that changes rows, on SQLite in one commit with those of others, and answers how many rows: `together!(db, SQL, first,
/// second)`. See [`Group`] for which statements it is good.
macro_rules! together {
    ($db:expr, $sql:expr $(, $value:expr)+) => {
        match &$db {
            $crate::db::Db::Sqlite { group, .. } => {
                $crate::db::patient(group.execute(sqlx::query($sql)$(.bind($value))+)).await
            }
            $crate::db::Db::Postgres(pool) => {
                let query = sqlx::query($sql)$(.bind($value))+;
                $crate::db::patient(async { query.execute(pool).await.map(|done| done.rows_affected()) }).await
            }
        }
    };
}
pub(crate) use together;

/// The same within a transaction: `within!(tx, |c| sqlx::query(SQL).execute(c).await)`.
macro_rules! within {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match &mut $tx {
            $crate::db::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $crate::db::patient(async { $body }).await
            }
            $crate::db::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $crate::db::patient(async { $body }).await
            }
        }
    };
}
pub(crate) use within;

impl Db {
    /// Begins a transaction that will write. On SQLite it takes the write lock at once: a transaction that reads first and
    /// writes later is refused by SQLite when somebody else wrote in between, and no waiting helps.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        patient(async {
            Ok(match self {
                Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
                Self::Postgres(pool) => {
                    let pool = pool.clone();
                    // By a task that nobody can cut short: a `begin` that is dropped before its answer came would go back to
                    // the pool as an open transaction, and swallow what others write on that connection next.
                    let begun = tokio::spawn(async move { pool.begin().await });
                    Tx::Postgres(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
                }
            })
        })
        .await
    }

    /// Begins a transaction that only reads, in which every statement sees the same moment. Nobody waits for it and it waits for
    /// nobody, but what is removed meanwhile keeps its place on the disk: not to be held while somebody else is waited for.
    pub(crate) async fn snapshot(&self) -> Result<Tx, sqlx::Error> {
        patient(async {
            Ok(match self {
                // The moment is that of the first statement.
                Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
                Self::Postgres(pool) => {
                    let pool = pool.clone();
                    // By a task of its own for the reason above.
                    let begun = tokio::spawn(async move {
                        pool.begin_with("begin isolation level repeatable read, read only").await
                    });
                    Tx::Postgres(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
                }
            })
        })
        .await
    }

    /// Folds SQLite's log into its file, as far as nobody reads what is older: else every thousand pages whoever commits does so, and
    /// everybody who writes waits for the disk meanwhile. Done by a connection that only reads, so that it keeps nobody from writing.
    ///
    /// Needs SQLite 3.51.3: before, folding beside a commit that begins the log anew could tear the file.
    ///
    /// # Errors
    /// When the database does not do it; then it is left to whoever commits. What somebody else is folding already is no error.
    pub(crate) async fn fold(&self) -> Result<(), sqlx::Error> {
        let Self::Sqlite { read, .. } = self else { return Ok(()) };
        patient(async { sqlx::raw_sql("pragma wal_checkpoint(passive)").execute(read).await.map(drop) }).await
    }

    /// Whether several nodes may work on it. A file is one machine's.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        on!(*self, read, |p| sqlx::query("select 1").execute(p).await.map(drop))
    }

    /// Whether the server has been told to take no writes, or is a copy that follows another. SQLite tells only when written to.
    pub(crate) async fn is_read_only(&self) -> Result<bool, sqlx::Error> {
        match self {
            Self::Sqlite { .. } => Ok(false),
            // Only PostgreSQL has it, therefore it is not in the register of statements.
            Self::Postgres(pool) => {
                let sql = "select current_setting('transaction_read_only') = 'on'";
                patient(async { sqlx::query_scalar(sql).fetch_one(pool).await }).await
            }
        }
    }

    /// Closes every connection, after letting SQLite fold its log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
