//! Opening a database from its URL.

use super::{Db, Group};
use sqlx::{
    Connection, Executor, SqliteConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::Path,
    str::FromStr,
    time::{Duration, Instant},
};

/// How long a request waits for a connection before it is told "busy".
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// SQLite's code for a file that another process holds.
const BUSY: &str = "5";

/// How long an idle connection may take to show that it lives.
const PING: Duration = Duration::from_secs(1);

/// How long a server may work on what nobody waits for any more: a little longer than it lets a statement take.
const WORKING: Duration = Duration::from_secs(9);

/// How many connections to a PostgreSQL server a node keeps at most, unless the operator says otherwise.
pub const CONNECTIONS: u32 = 16;

/// What the server itself ends: statements that take longer than anybody waits, queues for a lock, and transactions that a
/// node began and never finished, whose locks would hold up the others. And no statement is compiled first: that takes a fifth of a second
/// where the server guesses that there is much to do, and none of ours runs as long.
const PG_LIMITS: &str = "set statement_timeout = '8s'; set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '15s'; set jit = off";

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is of no kind we know.
    #[error("the database URL must begin with sqlite: or postgres:")]
    UnknownKind,
    /// The driver refused, with its reason.
    #[error("cannot open the database: {0}")]
    Driver(#[from] sqlx::Error),
}

/// Whether the driver and SQLite agree that no transaction is open. On a full disk SQLite rolls back by itself; the driver's own
/// rollback then fails, it believes for ever in a transaction that is gone, and begins no other. Such a connection is closed.
async fn is_in_step(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What was queued before, such as a rollback, is done when this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Whether what is asked of a server is answered in time.
async fn in_time(within: Duration, asked: impl Future<Output = Result<(), sqlx::Error>>) -> Result<bool, sqlx::Error> {
    let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(within, asked).await.unwrap_or_else(|error| Err(late(error))).map(|()| true)
}

impl Db {
    /// Opens `sqlite:…` or `postgres://…`.
    ///
    /// # Errors
    /// [`OpenError`], which names the reason but never the URL: it may contain a password.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(url, CONNECTIONS).await
    }

    /// The same with at most so many connections to a PostgreSQL server.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn open_with(url: &str, connections: u32) -> Result<Self, OpenError> {
        if url.starts_with("sqlite:") {
            Self::sqlite(SqliteConnectOptions::from_str(url)?).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::postgres(PgConnectOptions::from_str(url)?, connections).await
        } else {
            Err(OpenError::UnknownKind)
        }
    }

    /// Opens, or creates, the SQLite file at `path`.
    ///
    /// # Errors
    /// When the file cannot be opened or created.
    pub async fn open_file(path: &Path) -> Result<Self, OpenError> {
        Self::sqlite(SqliteConnectOptions::new().filename(path)).await
    }

    async fn sqlite(options: SqliteConnectOptions) -> Result<Self, OpenError> {
        // FULL: an acknowledged commit survives a power cut. What it costs is measured, not guessed.
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(ACQUIRE_TIMEOUT)
            .pragma("temp_store", "memory");
        // Nothing is asked of a connection before it is handed out: there is no other end that could have gone, and the answer would
        // come from the connection's own thread, which takes longer than most statements.
        let writer = SqlitePoolOptions::new()
            .test_before_acquire(false)
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_release(|connection, _| Box::pin(is_in_step(connection)));
        let began = Instant::now();
        // And nothing is counted when it is closed (`pragma optimize`): with the counts of a young installation SQLite would read whole
        // tables years later, until it is closed again. Without any it takes each table for large, which ours become.
        let write = loop {
            match writer.clone().connect_with(options.clone()).await {
                // Of several processes that find no file, one switches it to WAL, and SQLite lets the others not even wait.
                Err(sqlx::Error::Database(error))
                    if error.code().as_deref() == Some(BUSY) && began.elapsed() < ACQUIRE_TIMEOUT =>
                {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                other => break other?,
            }
        };
        // Twice as many as can work: half of them are on their way to or from their threads.
        let readers = std::thread::available_parallelism().map_or(2, |n| n.get() as u32).max(2) * 2;
        // `query_only` and not a read-only open: a reader must be able to create the shared-memory file of the log.
        let read = SqlitePoolOptions::new()
            .test_before_acquire(false)
            .max_connections(readers)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        let group = Group::on(write.clone());
        Ok(Self::Sqlite { read, write, group })
    }

    async fn postgres(options: PgConnectOptions, connections: u32) -> Result<Self, OpenError> {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // Not as options of the connection: poolers in front of the server refuse what they do not know.
            .after_connect(|connection, _| Box::pin(async { connection.execute(PG_LIMITS).await.map(drop) }))
            // As the driver does by itself, but not as long as the caller waits: when the server's machine has vanished, each
            // idle connection is given up in its turn, and a new one is made while there is time.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(in_time(PING, connection.ping())))
            // And a connection on which somebody has given up waiting keeps its place no longer than the server may work. Nothing is
            // asked anew, as a ping would: the driver does that next.
            .after_release(|connection, _| Box::pin(in_time(WORKING, connection.flush())))
            .connect_with(options.application_name("latchkey"))
            .await?;
        Ok(Self::Postgres(pool))
    }
}
