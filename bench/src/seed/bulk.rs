//! A connection for writing much at once: quick because nothing of it need outlive a crash. Whoever is interrupted begins anew.

use super::shape::Dialect;
use anyhow::Result;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// The connection.
pub enum Bulk {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs the same expression on either.
macro_rules! each {
    ($bulk:expr, |$connection:ident| $body:expr) => {
        match $bulk {
            Bulk::Sqlite($connection) => $body,
            Bulk::Postgres($connection) => $body,
        }
    };
}

impl Bulk {
    /// Connects.
    ///
    /// # Errors
    /// The driver's reason.
    pub async fn open(url: &str) -> Result<Self> {
        let (mut bulk, settings) = if url.starts_with("sqlite:") {
            let settings = "pragma journal_mode = memory; pragma synchronous = off; pragma foreign_keys = off;
                            pragma locking_mode = exclusive; pragma cache_size = -262144; pragma threads = 2";
            (Self::Sqlite(SqliteConnection::connect(url).await?), settings)
        } else {
            // Foreign keys hold by the way the rows are made; a superuser need not have them looked up ten million times.
            let settings = "set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '256MB';
                            set max_parallel_maintenance_workers = 2; set jit = off; set session_replication_role = replica";
            (Self::Postgres(PgConnection::connect(url).await?), settings)
        };
        for setting in settings.split(';') {
            bulk.run(setting).await?;
        }
        Ok(bulk)
    }

    /// Connects to an installation that is open elsewhere too: nothing is risked.
    ///
    /// # Errors
    /// The driver's reason.
    pub async fn beside(url: &str) -> Result<Self> {
        Ok(if url.starts_with("sqlite:") {
            Self::Sqlite(SqliteConnection::connect(url).await?)
        } else {
            Self::Postgres(PgConnection::connect(url).await?)
        })
    }

    /// For which database texts have to be.
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and answers how many rows it has changed.
    ///
    /// # Errors
    /// The database's reason.
    pub async fn run(&mut self, sql: &str) -> Result<u64> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(each!(self, |c| sqlx::raw_sql(sql).execute(c).await.map(|done| done.rows_affected()))?)
    }

    /// The first number of an answer.
    ///
    /// # Errors
    /// As [`Self::run`], and when there is none.
    pub async fn number(&mut self, sql: &str) -> Result<i64> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(each!(self, |c| sqlx::query_scalar(sql).fetch_one(c).await)?)
    }

    /// The indexes of a table that are no constraint's: their names, and the statements that make them.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn indexes(&mut self, table: &str) -> Result<Vec<(String, String)>> {
        Ok(match self {
            Self::Sqlite(c) => {
                let sql =
                    "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name = $1";
                sqlx::query_as(sql).bind(table).fetch_all(c).await?
            }
            Self::Postgres(c) => {
                let sql =
                    "select indexname::text, indexdef from pg_indexes where schemaname = 'public' and tablename = $1
                              and not exists (select 1 from pg_constraint where conname = indexname)";
                sqlx::query_as(sql).bind(table).fetch_all(c).await?
            }
        })
    }

    /// Leaves the database as one that has been in use: its log as Latchkey has it. Of PostgreSQL, its statistics fresh.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn close(mut self) -> Result<()> {
        match &self {
            Self::Sqlite(_) => {
                self.run("pragma locking_mode = normal").await?;
                self.run("pragma journal_mode = wal").await?;
            }
            Self::Postgres(_) => {
                self.run("vacuum (analyze)").await?;
                self.run("checkpoint").await?;
            }
        }
        each!(self, |c| c.close().await)?;
        Ok(())
    }
}
