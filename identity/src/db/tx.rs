//! A transaction on either database.

use sqlx::{Postgres, Sqlite, Transaction};

/// Several statements that happen together or not at all. Dropped without [`Tx::commit`], nothing happened.
pub enum Tx {
    /// On the one writer connection.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a connection of the pool.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Makes it durable.
    ///
    /// # Errors
    /// When the database could not; then nothing happened.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}
