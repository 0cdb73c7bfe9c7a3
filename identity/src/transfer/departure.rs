//! The mark on a database that was left for another, and what keeps it as it was.
//!
//! A server that still runs on it can go on reading. Triggers refuse whatever it wants to write to a table that was carried over:
//! it would be acknowledged here and missing there.

use super::{hold::alone, rows::through, tables::guarded};
use crate::{
    Refusal,
    db::{Db, Tx, statements},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Error};
use uuid::Uuid;

statements! {
    LEFT = "select moved_at, moved_to from installation where one = 1";
    MARK = "update installation set moved_at = $1, moved_to = $2 where one = 1";
    UNMARK = "update installation set moved_at = null, moved_to = null where one = 1";
}

/// What a refused statement is told. `db::fault` knows how it begins.
const TOLD: &str = "latchkey: this installation has moved to another database";

/// The function that PostgreSQL's triggers call.
const FUNCTION: &str = "latchkey_moved";

/// That a database was left.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// When.
    pub at: Timestamp,
    /// For which arrival. Only that one may go on; whatever else was begun elsewhere is of another time.
    pub to: Option<Uuid>,
}

/// Whether this database was left.
pub async fn departure(tx: &mut Tx) -> Result<Option<Departure>, Error> {
    let found: Option<(Option<Timestamp>, Option<Uuid>)> =
        through!(tx, |c| sqlx::query_as(LEFT).fetch_optional(c).await)?;
    Ok(found.and_then(|(at, to)| at.map(|at| Departure { at, to })))
}

/// Marks it, within the transaction that holds its write lock.
pub async fn mark(tx: &mut Tx, to: Uuid, now: Timestamp) -> Result<(), Error> {
    through!(tx, |c| sqlx::query(MARK).bind(now).bind(to).execute(c).await.map(drop))?;
    if matches!(tx, Tx::Postgres(_)) {
        let raise = format!("begin raise exception '{TOLD}'; end");
        run(tx, format!("create function {FUNCTION}() returns trigger language plpgsql as $${raise}$$")).await?;
    }
    for table in guarded() {
        for statement in guards(tx, table) {
            run(tx, statement).await?;
        }
    }
    Ok(())
}

/// Removes the mark: this database is in use again.
///
/// # Errors
/// When it was not marked, or the database does not answer.
pub async fn reopen(db: &Db) -> Result<Timestamp, Refusal> {
    let mut tx = alone(db).await?;
    let Some(Departure { at, .. }) = departure(&mut tx).await? else {
        return Err(Refusal::Broken("this database has not been left: there is nothing to reopen".into()));
    };
    for table in guarded() {
        match tx {
            Tx::Sqlite(_) => {
                for act in ACTS {
                    run(&mut tx, format!("drop trigger if exists moved_{table}_{act}")).await?;
                }
            }
            Tx::Postgres(_) => run(&mut tx, format!("drop trigger if exists moved on {table}")).await?,
        }
    }
    if matches!(tx, Tx::Postgres(_)) {
        run(&mut tx, format!("drop function if exists {FUNCTION}()")).await?;
    }
    through!(&mut tx, |c| sqlx::query(UNMARK).execute(c).await.map(drop))?;
    tx.commit().await?;
    Ok(at)
}

const ACTS: [&str; 3] = ["insert", "update", "delete"];

/// The triggers of one table.
fn guards(tx: &Tx, name: &str) -> Vec<String> {
    match tx {
        Tx::Sqlite(_) => ACTS
            .map(|act| {
                format!(
                    "create trigger moved_{name}_{act} before {act} on {name} begin select raise(abort, '{TOLD}'); end"
                )
            })
            .to_vec(),
        Tx::Postgres(_) => vec![format!(
            "create trigger moved before insert or update or delete or truncate on {name} \
             for each statement execute function {FUNCTION}()"
        )],
    }
}

/// Statements of this module are made of its own constants.
async fn run(tx: &mut Tx, statement: String) -> Result<(), Error> {
    through!(tx, |c| sqlx::raw_sql(AssertSqlSafe(statement)).execute(c).await.map(drop))
}
