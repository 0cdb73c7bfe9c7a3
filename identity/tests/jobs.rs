//! Background jobs: that each has its turn whatever becomes of the others, and that none takes long.

mod support;

use identity::{db::Db, jobs, keys};
use std::time::Duration;
use support::{START, TestHouse, postgres::Cluster};

/// So many counts of wrong passwords, from the beginning, written past the rules.
async fn old_throttles(home: &TestHouse, count: i64) {
    let (series, key) = if home.db.is_shared() {
        (format!("select i from generate_series(1::bigint, {count}) i"), "decode(lpad(to_hex(i), 64, '0'), 'hex')")
    } else {
        let series = "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) select i from n";
        (series.replace("$1", &count.to_string()), "unhex(printf('%064x', i))")
    };
    let columns = "key, count, started_at, blocked_until";
    home.change(&format!("insert into throttles ({columns}) select {key}, 1, {}, 0 from ({series}) s", START.0)).await;
}

async fn count(home: &TestHouse, sql: &str) -> i64 {
    home.row::<(i64,)>(sql).await.0
}

#[tokio::test]
async fn a_job_that_fails_keeps_no_other_from_its_turn() {
    let home = TestHouse::start().await;
    home.advance(90 * 86_400);
    old_throttles(&home, 3).await;
    home.change("alter table devices rename to elsewhere").await;
    assert!(jobs::run_due(&home.house).await.is_err(), "browsers cannot be forgotten");
    assert_eq!(keys::list(&home.house).await.unwrap().len(), 2, "keys were rotated");
    assert_eq!(count(&home, "select count(*) from throttles").await, 0, "and the rest of the same job done");
    assert_eq!(count(&home, "select count(*) from jobs").await, 5, "and every other");
    home.change("alter table elsewhere rename to devices").await;
    home.advance(3600);
    assert!(!jobs::run_due(&home.house).await.unwrap());
}

#[tokio::test]
async fn a_large_clean_up_has_turns_and_is_due_again_at_once() {
    let home = TestHouse::start().await;
    old_throttles(&home, 10_300).await;
    home.advance(90 * 86_400);
    let due = "select due_at from jobs where name = 'tidy'";
    assert!(jobs::run_due(&home.house).await.unwrap(), "there is more");
    assert_eq!(count(&home, "select count(*) from throttles").await, 300);
    assert_eq!(count(&home, due).await, home.house.now().0);
    assert!(!jobs::run_due(&home.house).await.unwrap(), "that was all");
    assert_eq!(count(&home, "select count(*) from throttles").await, 0);
    assert_eq!(count(&home, due).await, home.house.now().0 + 300_000);
}

/// Else whoever commits next would have to.
#[tokio::test]
async fn clean_up_leaves_its_pages_to_nobody_else_on_sqlite() {
    let home = TestHouse::start().await;
    let Db::Sqlite { read, .. } = &home.db else { return };
    old_throttles(&home, 1000).await;
    home.advance(90 * 86_400);
    // How many pages stand in the log, and how many of them in the file too.
    let log = async || -> (i64, i64) {
        let state: (i64, i64, i64) =
            sqlx::query_as("pragma wal_checkpoint(noop)").fetch_one(read).await.expect("the state of the log");
        (state.1, state.2)
    };
    let (version,): (String,) = home.row("select sqlite_version()").await;
    let version: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(version >= vec![3, 51, 3], "{version:?}: those before can tear the file when two fold");
    let (pages, folded) = log().await;
    assert!(folded < pages, "{folded} of {pages}: nothing has folded them yet");
    assert!(!jobs::tidy(&home.house).await.unwrap());
    let (pages, folded) = log().await;
    assert!(pages - folded < 40, "{folded} of {pages}: what the last batches have written");
}

#[tokio::test]
async fn clean_up_waits_for_nobody() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    old_throttles(&home, 300).await;
    home.advance(90 * 86_400);
    let Db::Postgres(pool) = &home.db else { panic!("not PostgreSQL") };
    let mut other = pool.begin().await.unwrap();
    sqlx::query("select 1 from throttles order by key limit 1 for update").execute(&mut *other).await.unwrap();
    let done = tokio::time::timeout(Duration::from_secs(60), jobs::tidy(&home.house)).await;
    assert!(!done.expect("it waits for nobody").unwrap());
    assert_eq!(count(&home, "select count(*) from throttles").await, 1);
    other.rollback().await.unwrap();
    jobs::tidy(&home.house).await.unwrap();
    assert_eq!(count(&home, "select count(*) from throttles").await, 0);
}
