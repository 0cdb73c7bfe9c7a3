//! How nodes tell each other that something happened: LISTEN and NOTIFY of PostgreSQL.
//!
//! A bell only says "look now" and is rung in the transaction that gives the reason, so it rings if and when that is true. It
//! may be lost (a broken connection, a pooler between us and the server), therefore everybody also looks by themselves, and no
//! rule may depend on hearing it. SQLite has no bells: what the command line does there is seen at the next look.

use super::{Db, Tx, patient};
use sqlx::postgres::{PgListener, PgPoolOptions};
use std::future::pending;

const CHANNEL: &str = "latchkey";

// Only PostgreSQL has it, therefore it is not in the register of statements.
const RING: &str = "select pg_notify($1, $2)";

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Sessions ended, or access tokens became stale.
    Revoked,
    /// A letter waits.
    Letter,
    /// The signing keys changed.
    Keys,
    /// A setting was changed at run time.
    Settings,
}

impl Topic {
    const ALL: [Self; 4] = [Self::Revoked, Self::Letter, Self::Keys, Self::Settings];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Letter => "letter",
            Self::Keys => "keys",
            Self::Settings => "settings",
        }
    }
}

impl Tx {
    /// Rings at every node once this transaction is committed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn ring(&mut self, topic: Topic) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(tx) => {
                let ring = sqlx::query(RING).bind(CHANNEL).bind(topic.as_str());
                patient(async { ring.execute(&mut **tx).await }).await.map(drop)
            }
        }
    }
}

/// An ear at the bells, on a connection of its own.
pub enum Bells {
    /// There are none.
    Silent,
    /// Those of a PostgreSQL server.
    Postgres(Box<PgListener>),
}

impl Db {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn bells(&self) -> Result<Bells, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { .. } => Bells::Silent,
            Self::Postgres(pool) => {
                // Beside the pool: it is kept for as long as the process lives, and must take nobody's place.
                let own = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
                let own = own.connect_lazy_with((*pool.connect_options()).clone());
                let listener = patient(async {
                    let mut listener = PgListener::connect_with(&own).await?;
                    listener.listen(CHANNEL).await?;
                    Ok(listener)
                });
                Bells::Postgres(Box::new(listener.await?))
            }
        })
    }
}

impl Bells {
    /// Waits for the next bell; `None` says that the connection was lost for a while, so that anything may have happened.
    ///
    /// # Errors
    /// When the database does not answer; listen anew, later.
    pub async fn next(&mut self) -> Result<Option<Topic>, sqlx::Error> {
        match self {
            Self::Silent => pending().await,
            Self::Postgres(listener) => {
                let heard = listener.try_recv().await?;
                // A newer version may ring bells we do not know.
                Ok(heard.and_then(|heard| Topic::ALL.into_iter().find(|topic| topic.as_str() == heard.payload())))
            }
        }
    }
}
