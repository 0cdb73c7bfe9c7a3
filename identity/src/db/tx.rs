//! A transaction on either database.

use super::{patient, statements, within};
use sqlx::{Postgres, Sqlite, Transaction};

statements! {
    /// Changes nothing and locks one row until the end of the transaction.
    IN_TURN = "update installation set one = 1 where one = 1";
}

/// Several statements that happen together or not at all. Dropped without [`Tx::commit`], nothing happened.
pub enum Tx {
    /// On the one writer connection, or on one that only reads.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a connection of the pool.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Waits for the others that have asked for their turn, so that what is decided next is decided by one at a time. On SQLite
    /// there is one writer anyway.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn in_turn(&mut self) -> Result<(), sqlx::Error> {
        within!(*self, |c| sqlx::query(IN_TURN).execute(c).await.map(drop))
    }

    /// Makes it durable.
    ///
    /// # Errors
    /// When the database could not; then nothing happened, unless only its answer was lost.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        patient(async {
            match self {
                Self::Sqlite(tx) => tx.commit().await,
                Self::Postgres(tx) => tx.commit().await,
            }
        })
        .await
    }
}
