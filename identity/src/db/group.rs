//! Writes of one statement each, committed together where several wait, on SQLite.
//!
//! SQLite waits for the disk at every commit, and one connection writes. While one commit waits, others gather here, and the next one is
//! for all of them: so a busy installation writes as many sessions a second as it can, and not as many as the disk can be waited
//! for. Nobody hears that something was written before it is on the disk.
//!
//! Only for statements that fail for everybody or for nobody, because the disk is full or the file was left for another: what one asks for
//! must never undo what others do. A statement that can be refused for its values belongs into a transaction of its own.

use super::is_outage;
use sqlx::{
    Connection, Error, Execute, SqlStr, Sqlite, SqlitePool,
    pool::PoolConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnection},
};
use std::{io, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// Statements of one commit at most, so that whoever needs the connection for something else gets it within milliseconds.
const MOST: usize = 128;

/// The way to the task that carries them out. It ends with the last copy.
#[derive(Clone)]
pub struct Group(mpsc::Sender<Wish>);

/// A statement, and who waits for the number of rows it has changed.
struct Wish {
    sql: SqlStr,
    values: SqliteArguments,
    answer: oneshot::Sender<Result<u64, Arc<Error>>>,
}

impl Group {
    /// Carries them out on the connection of this pool.
    pub fn on(write: SqlitePool) -> Self {
        let (wishes, waiting) = mpsc::channel(MOST);
        tokio::spawn(carry_out(write, waiting));
        Self(wishes)
    }

    /// Runs a statement soon and answers how many rows it has changed, once that is on the disk.
    ///
    /// # Errors
    /// When it could not be done. Given up before its group was begun, it is never done.
    pub async fn execute(&self, mut query: Query<'_, Sqlite, SqliteArguments>) -> Result<u64, Error> {
        let values = query.take_arguments().map_err(Error::Encode)?.unwrap_or_default();
        let (answer, answered) = oneshot::channel();
        let wish = Wish { sql: query.sql(), values, answer };
        self.0.send(wish).await.map_err(|_| Error::WorkerCrashed)?;
        answered.await.map_err(|_| Error::WorkerCrashed)?.map_err(of_all)
    }
}

/// An error that several share, still of the kind it was.
fn of_all(error: Arc<Error>) -> Error {
    if is_outage(&error) { Error::Io(io::Error::other(error)) } else { Error::AnyDriverError(Box::new(error)) }
}

async fn carry_out(write: SqlitePool, mut waiting: mpsc::Receiver<Wish>) {
    let mut group = Vec::with_capacity(MOST);
    while waiting.recv_many(&mut group, MOST).await > 0 {
        let connection = write.acquire().await;
        // Whoever came while the connection was waited for comes along, and nothing is done for those who have gone.
        while group.len() < MOST
            && let Ok(wish) = waiting.try_recv()
        {
            group.push(wish);
        }
        group.retain(|wish| !wish.answer.is_closed());
        let (statements, answers): (Vec<_>, Vec<_>) =
            group.drain(..).map(|wish| ((wish.sql, wish.values), wish.answer)).unzip();
        let done = match connection {
            // By a task of its own: should it panic, this group hears so, and the next one is served.
            Ok(connection) => tokio::spawn(commit(connection, statements)).await.unwrap_or(Err(Error::WorkerCrashed)),
            Err(error) => Err(error),
        };
        match done.map_err(Arc::new) {
            // Who has gone meanwhile does not hear it.
            Ok(changed) => answers.into_iter().zip(changed).for_each(|(answer, rows)| drop(answer.send(Ok(rows)))),
            Err(error) => answers.into_iter().for_each(|answer| drop(answer.send(Err(error.clone())))),
        }
    }
}

/// All of them or none.
async fn commit(
    mut connection: PoolConnection<Sqlite>,
    statements: Vec<(SqlStr, SqliteArguments)>,
) -> Result<Vec<u64>, Error> {
    let mut changed = Vec::with_capacity(statements.len());
    // One alone is a transaction by itself.
    if statements.len() <= 1 {
        for (sql, values) in statements {
            changed.push(run(&mut connection, sql, values).await?);
        }
        return Ok(changed);
    }
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    for (sql, values) in statements {
        changed.push(run(&mut tx, sql, values).await?);
    }
    tx.commit().await?;
    Ok(changed)
}

async fn run(connection: &mut SqliteConnection, sql: SqlStr, values: SqliteArguments) -> Result<u64, Error> {
    Ok(sqlx::query_with(sql, values).execute(connection).await?.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::SqlitePoolOptions;

    const ADD: &str = "update t set n = n + 1 where id = $1";

    async fn pool() -> SqlitePool {
        let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(
            "create table t (id integer primary key, n integer not null) strict; insert into t values (1, 0)",
        )
        .execute(&pool)
        .await
        .unwrap();
        pool
    }

    async fn number(pool: &SqlitePool) -> i64 {
        sqlx::query_scalar("select n from t where id = 1").fetch_one(pool).await.unwrap()
    }

    #[tokio::test]
    async fn everybody_hears_what_the_own_statement_did() {
        let pool = pool().await;
        let group = Group::on(pool.clone());
        // Nobody can write yet, so that all of them gather.
        let held = pool.acquire().await.unwrap();
        let asked: Vec<_> = (0..300i64)
            .map(|n| {
                let group = group.clone();
                tokio::spawn(async move { group.execute(sqlx::query(ADD).bind(n % 3)).await })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(held);
        for (n, asked) in asked.into_iter().enumerate() {
            assert_eq!(asked.await.unwrap().unwrap(), u64::from(n % 3 == 1), "{n}");
        }
        assert_eq!(number(&pool).await, 100);
    }

    #[tokio::test]
    async fn an_outage_is_everybodys_and_nothing_of_the_group_stays() {
        let pool = pool().await;
        sqlx::raw_sql(
            "create trigger moved before update on t when new.n = 2 begin select raise(abort, 'latchkey: moved'); end",
        )
        .execute(&pool)
        .await
        .unwrap();
        let values = || sqlx::query::<Sqlite>(ADD).bind(1i64).take_arguments().unwrap().unwrap();
        let statements = (0..3).map(|_| (SqlStr::from_static(ADD), values())).collect();
        let error = commit(pool.acquire().await.unwrap(), statements).await.unwrap_err();
        assert!(is_outage(&error) && is_outage(&of_all(Arc::new(error))));
        assert_eq!(number(&pool).await, 0);
        assert!(!is_outage(&of_all(Arc::new(Error::RowNotFound))));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        let pool = pool().await;
        let group = Group::on(pool.clone());
        let held = pool.acquire().await.unwrap();
        let first = tokio::spawn({
            let group = group.clone();
            async move { group.execute(sqlx::query(ADD).bind(1i64)).await }
        });
        tokio::task::yield_now().await;
        let second = tokio::time::timeout(std::time::Duration::ZERO, group.execute(sqlx::query(ADD).bind(1i64))).await;
        assert!(second.is_err());
        drop(held);
        assert_eq!(first.await.unwrap().unwrap(), 1);
        assert_eq!(group.execute(sqlx::query(ADD).bind(1i64)).await.unwrap(), 1);
        assert_eq!(number(&pool).await, 2);
    }
}
