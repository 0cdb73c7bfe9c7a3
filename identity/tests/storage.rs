//! Both databases: the same statements, the same schema, the same stories.

mod support;

use identity::{
    db::{Db, all_statements},
    sessions::{self, Rotation},
    words::{EndCause, Stay},
};
use sqlx::{Executor, SqlSafeStr};
use std::collections::HashMap;
use support::{TestHouse, postgres::Cluster, temp_dir, tokens};

/// Our compile-time check: a statement that one of the two does not understand never reaches a user.
#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    let statements = all_statements();
    assert!(statements.len() > 40, "the register is filled");
    let dir = temp_dir();
    let db = Db::open_file(&dir.path().join("latchkey.db")).await.unwrap();
    db.migrate().await.unwrap();
    let Db::Sqlite { write: sqlite, .. } = &db else { panic!("not SQLite") };
    for (name, sql) in &statements {
        sqlite.prepare(sql.into_sql_str()).await.unwrap_or_else(|error| panic!("SQLite, {name}: {error}"));
    }
    let cluster = Cluster::start();
    let db = Db::open(&cluster.url()).await.unwrap();
    db.migrate().await.unwrap();
    let Db::Postgres(pool) = &db else { panic!("not PostgreSQL") };
    for (name, sql) in &statements {
        pool.prepare(sql.into_sql_str()).await.unwrap_or_else(|error| panic!("PostgreSQL, {name}: {error}"));
    }
}

/// SQLite binds NULL for arguments that were forgotten, so their number is counted here.
#[test]
fn the_register_has_no_name_twice_with_different_text() {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (_, sql) in all_statements() {
        *seen.entry(sql).or_default() += 1;
    }
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
}

/// A user's afternoon, from sign-in to a stolen token, whichever database the suite runs on.
#[tokio::test]
async fn a_session_lives_and_ends_on_postgresql() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    let alice = home.person("alice").await;
    let first = home.sign_in("alice", Stay::Forever).await;
    home.advance(601);
    let second = tokens(home.renew(&first).await);
    assert_eq!(tokens(home.renew(&first).await).refresh, second.refresh);
    sessions::confirm(&home.house, &second.viewer).await.unwrap();
    home.advance(21);
    assert!(matches!(home.renew(&first).await, Rotation::Reused));
    assert!(matches!(home.renew(&second).await, Rotation::Ended(Some(EndCause::ReuseDetected))));
    let third = home.sign_in("alice", Stay::Day).await;
    let fourth = home.sign_in("alice", Stay::Visit).await;
    assert_eq!(sessions::list(&home.house, alice).await.unwrap().len(), 2);
    assert_eq!(sessions::end_others(&home.house, &fourth.viewer, &support::device()).await.unwrap(), 1);
    assert!(matches!(home.renew(&third).await, Rotation::Ended(Some(EndCause::SignedOutElsewhere))));
    home.advance(12 * 3600);
    assert!(matches!(home.renew(&fourth).await, Rotation::Ended(Some(EndCause::Expired))));
}
