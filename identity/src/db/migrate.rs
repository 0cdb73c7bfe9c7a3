//! Bringing a database to the schema this binary knows, and refusing what it does not know.
//!
//! Several processes may begin at the same moment. Whoever gets the lock does all the work in one transaction, so the others
//! find it done, and a migration that fails leaves the database as it was. Nodes of the version before go on meanwhile: a table
//! that somebody reads for long is waited for in short turns. A database that needs nothing is only read.

use super::{Db, on};
use crate::Refusal;
use sqlx::{
    Error, PgPool,
    migrate::{MigrateError, Migrator},
};
use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Of the advisory lock on PostgreSQL: any number that nobody else takes.
const LOCK: i64 = 0x6c61_7463_686b_6579;

/// For how long to ask again for a table that somebody else is at.
const PERSISTENCE: Duration = Duration::from_secs(5 * 60);

/// Between two times, so that everybody who has waited behind us gets through.
const PAUSE: Duration = Duration::from_secs(1);

/// What the database says about one migration: version, whether it succeeded, checksum.
type Applied = (i64, bool, Vec<u8>);

const APPLIED: &str = "select version, success, checksum from _sqlx_migrations order by version";

impl Db {
    /// Applies the migrations that are missing.
    ///
    /// # Errors
    /// When a migration fails, was edited after it ran, or the database is newer than this binary.
    pub async fn migrate(&self) -> Result<(), Refusal> {
        if missing(&self.applied().await?, self.migrator())? == 0 {
            return Ok(());
        }
        // The lock is ours and not sqlx's, which would let go before the transaction ends.
        let unlocked =
            Migrator { migrations: Cow::Borrowed(&self.migrator().migrations), locking: false, ..Migrator::DEFAULT };
        match self {
            Self::Sqlite { write, .. } => {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                unlocked.run_direct(None, &mut *tx, false).await.map_err(refusal)?;
                tx.commit().await?;
            }
            Self::Postgres(pool) => {
                let began = Instant::now();
                while let Err(error) = at_once(pool, &unlocked).await {
                    if !is_in_the_way(&error) || began.elapsed() >= PERSISTENCE {
                        return Err(refusal(error));
                    }
                    tracing::warn!(
                        %error,
                        "the schema is brought up to date as soon as a long transaction in the database has ended, such as a backup's"
                    );
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Ok(())
    }

    /// Whether the database has exactly the schema that this binary knows. Changes nothing.
    ///
    /// # Errors
    /// When it has not: one line that says what to do.
    pub async fn is_current(&self) -> Result<(), Refusal> {
        let applied = self.applied().await?;
        match missing(&applied, self.migrator())? {
            0 => Ok(()),
            _ if applied.is_empty() => Err(Refusal::Broken("there is no Latchkey in this database".into())),
            _ => Err(Refusal::Broken(format!(
                "the database has schema version {}, this Latchkey works with {}: run `latchkey migrate` first",
                applied.last().map_or(0, |last| last.0),
                schema_version()
            ))),
        }
    }

    /// The version of the schema the database has; `None` for one that was never migrated. Changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn version(&self) -> Result<Option<i64>, Refusal> {
        Ok(self.applied().await?.last().map(|last| last.0))
    }

    fn migrator(&self) -> &'static Migrator {
        match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        }
    }

    /// The migrations the database has had, oldest first.
    async fn applied(&self) -> Result<Vec<Applied>, Refusal> {
        match on!(self, read, |p| sqlx::query_as(APPLIED).fetch_all(p).await) {
            Ok(applied) => Ok(applied),
            Err(error) if is_no_such_table(&error) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Everything that is missing, or nothing. Changing a table waits for everybody who is at it, and everybody who comes later waits
/// for that: not for long, therefore.
async fn at_once(pool: &PgPool, migrator: &Migrator) -> Result<(), MigrateError> {
    let mut tx = pool.begin().await?;
    // What protects requests would cut off whoever waits here for another's work.
    sqlx::query("set local statement_timeout = 0").execute(&mut *tx).await?;
    sqlx::query("set local lock_timeout = 0").execute(&mut *tx).await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
    sqlx::query("set local lock_timeout = '3s'").execute(&mut *tx).await?;
    migrator.run_direct(None, &mut *tx, false).await?;
    Ok(tx.commit().await?)
}

/// Somebody else is at a table, or was, and we were chosen as the victim of a deadlock.
fn is_in_the_way(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else { return false };
    let Error::Database(error) = error else { return false };
    matches!(error.code().as_deref(), Some("55P03" | "40P01"))
}

/// SQLite has no code of its own for it.
fn is_no_such_table(error: &Error) -> bool {
    let Error::Database(error) = error else { return false };
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

/// How many migrations the database has not had.
fn missing(applied: &[Applied], ours: &Migrator) -> Result<usize, Refusal> {
    for (version, success, checksum) in applied {
        match ours.iter().find(|migration| migration.version == *version) {
            None => return Err(refusal(MigrateError::VersionMissing(*version))),
            Some(_) if !success => return Err(refusal(MigrateError::Dirty(*version))),
            Some(migration) if *migration.checksum != **checksum => {
                return Err(refusal(MigrateError::VersionMismatch(*version)));
            }
            Some(_) => {}
        }
    }
    Ok(ours.iter().count() - applied.len())
}

/// In words that say what to do.
fn refusal(error: MigrateError) -> Refusal {
    let ours = schema_version();
    Refusal::Broken(match error {
        MigrateError::VersionMissing(theirs) if theirs > ours => format!(
            "the database has schema version {theirs}, and this Latchkey knows only up to {ours}: start the newer Latchkey \
             that brought it there, or restore a backup made before that upgrade"
        ),
        MigrateError::VersionMissing(theirs) => format!(
            "the database has had migration {theirs}, which this Latchkey does not know: it belongs to another build"
        ),
        MigrateError::VersionMismatch(version) => format!(
            "migration {version} of this Latchkey is not the one the database has had: it was edited afterwards; start an \
             unchanged release"
        ),
        MigrateError::Dirty(version) => {
            format!("migration {version} was interrupted half-way, by something other than Latchkey: restore a backup")
        }
        error if is_in_the_way(&error) => format!(
            "the schema could not be brought up to date, because something in the database holds a table for minutes, such as a \
             backup or a session in a transaction: try again when it has ended ({error})"
        ),
        MigrateError::ExecuteMigration(error, version) => {
            format!("migration {version} failed, and nothing was changed: {error}")
        }
        other => return other.into(),
    })
}

/// The version of the schema this binary brings a database to.
pub fn schema_version() -> i64 {
    SQLITE.iter().map(|m| m.version).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_databases_have_the_same_set_of_versions() {
        let versions = |m: &sqlx::migrate::Migrator| m.iter().map(|m| m.version).collect::<Vec<_>>();
        assert_eq!(versions(&super::SQLITE), versions(&super::POSTGRES));
    }
}
