//! Writes of one statement each, committed together where several wait, on SQLite.
//!
//! SQLite waits for the disk at every commit, and one connection writes. While one commit waits, others gather, and the next one is
//! for all of them: so a busy installation writes as many sessions a second as it can, and not as many as the disk can be waited
//! for. Nobody hears that something was written before it is on the disk.
//!
//! Only for statements that fail for everybody or for nobody, because the disk is full or the file was left for another. A statement
//! that can be refused for its values belongs into a transaction of its own.

use super::Gather;
use sqlx::{
    Connection, Error, Execute, SqlStr, Sqlite, SqlitePool,
    pool::PoolConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnection},
};

/// Statements that wait for each other, each with the number of rows it has changed.
#[derive(Clone)]
pub struct Group(Gather<(SqlStr, SqliteArguments), u64>);

impl Group {
    /// Carries them out on the connection of this pool.
    pub fn on(write: SqlitePool) -> Self {
        Self(Gather::on(write, commit))
    }

    /// Runs a statement soon and answers how many rows it has changed, once that is on the disk.
    ///
    /// # Errors
    /// When it could not be done. Given up before its group was begun, it is never done.
    pub async fn execute(&self, mut query: Query<'_, Sqlite, SqliteArguments>) -> Result<u64, Error> {
        let values = query.take_arguments().map_err(Error::Encode)?.unwrap_or_default();
        self.0.ask((query.sql(), values)).await
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
    use super::{
        super::{gather::of_all, is_outage},
        *,
    };
    use sqlx::sqlite::SqlitePoolOptions;
    use std::sync::Arc;

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
