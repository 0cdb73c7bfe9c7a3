//! What an error of the database means: an outage that passes, or a mistake of ours.
//!
//! An outage is answered with "not now" and heals by itself; it must never sign anybody out. Everything else is a bug.

use sqlx::{Error, error::DatabaseError, postgres::PgDatabaseError, sqlite::SqliteError};
use std::{future::Future, io, time::Duration};

/// How long one step with the database may take, the wait for a connection included. Shorter than a request's patience, so that
/// a database that neither works nor fails still gets the client an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);

/// How the triggers of a database that was left for another begin their refusal.
pub(crate) const MOVED: &str = "latchkey: ";

/// Gives up on a step that takes too long.
pub(crate) async fn patient<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database takes too long"));
    tokio::time::timeout(PATIENCE, step).await.unwrap_or_else(|_| Err(late()))
}

/// Whether the server, the disk, or the way to them is at fault, and trying later may help.
pub(crate) fn is_outage(error: &Error) -> bool {
    match error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::Protocol(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::BeginFailed => true,
        Error::Database(error) => error.message().starts_with(MOVED) || is_outage_by_code(error.as_ref()),
        _ => false,
    }
}

fn is_outage_by_code(error: &dyn DatabaseError) -> bool {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        // Classes of appendix A of the PostgreSQL manual: connection, authorisation, database missing, deadlock or conflict, resources,
        // lock not available, operator intervention and statement timeout, system error, configuration file, corruption. Of
        // class 25: read-only, and transactions that were given up for idling or lasting too long.
        let code = error.code();
        let class = code.get(..2).unwrap_or_default();
        return matches!(class, "08" | "28" | "3D" | "40" | "53" | "55" | "57" | "58" | "F0" | "XX")
            || matches!(code, "25006" | "25P03" | "25P04");
    }
    let code = error.try_downcast_ref::<SqliteError>().and_then(|error| error.code()?.parse::<u32>().ok());
    // The low byte is the primary code: perm, busy, locked, nomem, readonly, ioerr, corrupt, full, cantopen, notadb.
    code.is_some_and(|code| matches!(code & 0xff, 3 | 5 | 6 | 7 | 8 | 10 | 11 | 13 | 14 | 26))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_disk_is_an_outage_and_a_wrong_statement_is_not() {
        let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        let run = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.map(drop);
        run("create table t (x integer not null) strict").await.unwrap();
        run("pragma max_page_count = 2").await.unwrap();
        let fill = "insert into t with recursive n (x) as (select 1 union all select x + 1 from n where x < 9999) select x from n";
        assert!(is_outage(&run(fill).await.unwrap_err()));
        run("pragma query_only = on").await.unwrap();
        assert!(is_outage(&run("insert into t values (1)").await.unwrap_err()));
        assert!(!is_outage(&run("select nothing").await.unwrap_err()));
        run("pragma query_only = off").await.unwrap();
        assert!(!is_outage(&run("insert into t values (null)").await.unwrap_err()));
        run("create trigger moved before insert on t begin select raise(abort, 'latchkey: moved'); end").await.unwrap();
        assert!(is_outage(&run("insert into t values (1)").await.unwrap_err()));
    }
}
