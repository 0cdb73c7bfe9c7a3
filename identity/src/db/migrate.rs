//! Bringing a database to the schema this binary knows.

use super::{Db, on};
use crate::Refusal;
use sqlx::migrate::Migrator;

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

impl Db {
    /// Applies the migrations that are missing. On PostgreSQL an advisory lock lets one node do it while the others wait.
    ///
    /// # Errors
    /// When a migration fails, was edited after it ran, or the database is newer than this binary.
    pub async fn migrate(&self) -> Result<(), Refusal> {
        match self {
            Self::Sqlite { write, .. } => SQLITE.run(write).await?,
            Self::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        Ok(())
    }

    /// The version of the schema the database has; `None` for one that was never migrated. Changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn version(&self) -> Result<Option<i64>, Refusal> {
        const LATEST: &str = "select max(version) from _sqlx_migrations where success";
        match on!(self, read, |p| sqlx::query_scalar(LATEST).fetch_one(p).await) {
            Ok(version) => Ok(version),
            // It answers, and says that there is no such table.
            Err(sqlx::Error::Database(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
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
