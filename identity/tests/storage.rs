//! Both databases: the same statements, the same schema, the same stories.

mod support;

use identity::{
    db::{Db, OpenError, all_statements, statements_on_postgres, statements_on_sqlite},
    sessions::{self, Rotation},
    words::{EndCause, Stay},
};
use sqlx::{Executor, SqlSafeStr};
use std::{collections::HashMap, io::ErrorKind, time::Duration};
use support::{
    TestHouse,
    authority::Authority,
    postgres::{Cluster, Kind, Mode},
    temp_dir, tokens,
};

/// Our compile-time check: a statement that one of the two does not understand never reaches a user.
#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    assert!(all_statements().len() > 40, "the register is filled");
    let dir = temp_dir();
    let db = Db::open_file(&dir.path().join("latchkey.db")).await.unwrap();
    db.migrate().await.unwrap();
    let Db::Sqlite { write: sqlite, .. } = &db else { panic!("not SQLite") };
    for (name, sql) in statements_on_sqlite() {
        sqlite.prepare(sql.into_sql_str()).await.unwrap_or_else(|error| panic!("SQLite, {name}: {error}"));
    }
    let cluster = Cluster::start();
    let db = Db::open(&cluster.url()).await.unwrap();
    db.migrate().await.unwrap();
    let Db::Postgres(pool) = &db else { panic!("not PostgreSQL") };
    for (name, sql) in statements_on_postgres() {
        pool.prepare(sql.into_sql_str()).await.unwrap_or_else(|error| panic!("PostgreSQL, {name}: {error}"));
    }
}

/// A table's name, a column's, and whether it may be empty; then the names of the indexes.
type Schema = (Vec<(String, String, bool)>, Vec<(String,)>);

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let dir = temp_dir();
    let file = Db::open_file(&dir.path().join("latchkey.db")).await.unwrap();
    file.migrate().await.unwrap();
    let Db::Sqlite { write: sqlite, .. } = &file else { panic!("not SQLite") };
    let columns =
        "select t.name, c.name, c.\"notnull\" = 0 and c.pk = 0 from sqlite_master t, pragma_table_info(t.name) c
                    where t.type = 'table' and t.name not like '\\_%' escape '\\'";
    let indexes = "select name from sqlite_master where type = 'index' and sql is not null";
    let mut on_sqlite: Schema = (
        sqlx::query_as(columns).fetch_all(sqlite).await.unwrap(),
        sqlx::query_as(indexes).fetch_all(sqlite).await.unwrap(),
    );

    let cluster = Cluster::start();
    let server = Db::open(&cluster.url()).await.unwrap();
    server.migrate().await.unwrap();
    let Db::Postgres(postgres) = &server else { panic!("not PostgreSQL") };
    // What belongs to a constraint has a name of PostgreSQL's making.
    let columns = "select table_name::text, column_name::text, is_nullable = 'YES' from information_schema.columns
                    where table_schema = 'public' and table_name not like '\\_%'";
    let indexes = "select indexname::text from pg_indexes where schemaname = 'public' and tablename not like '\\_%'
                      and not exists (select 1 from pg_constraint where conname = indexname)";
    let mut on_postgres: Schema = (
        sqlx::query_as(columns).fetch_all(postgres).await.unwrap(),
        sqlx::query_as(indexes).fetch_all(postgres).await.unwrap(),
    );
    for (columns, indexes) in [&mut on_sqlite, &mut on_postgres] {
        columns.sort();
        indexes.sort();
    }
    assert!(on_sqlite.0.len() > 50 && on_sqlite.1.len() > 5, "{on_sqlite:?}");
    assert_eq!(on_sqlite, on_postgres);
}

/// SQLite binds NULL for arguments that were forgotten, so their number is counted here.
#[test]
fn the_register_has_no_name_twice_with_different_text() {
    for statements in [statements_on_sqlite(), statements_on_postgres()] {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (_, sql) in statements {
            *seen.entry(sql).or_default() += 1;
        }
        seen.retain(|_, count| *count > 1);
        assert!(seen.is_empty(), "{seen:?}");
    }
}

/// A user's afternoon, from sign-in to a stolen token: also where nobody asks for the whole suite on PostgreSQL.
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

/// Opens a database over TCP and says whether the connection is encrypted.
async fn encrypted(cluster: &Cluster, host: &str, parameters: &str) -> Result<bool, OpenError> {
    let url = format!("{}?{parameters}", cluster.tcp_url().replace("127.0.0.1", host));
    let db = Db::open(&url).await?;
    let Db::Postgres(pool) = &db else { panic!("not PostgreSQL") };
    let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    Ok(sqlx::query_scalar(sql).fetch_one(pool).await.unwrap())
}

#[tokio::test]
async fn the_way_to_the_database_is_encrypted_and_its_other_end_is_checked() {
    let dir = temp_dir();
    let (ours, stranger) = (Authority::new(dir.path(), "ours"), Authority::new(dir.path(), "stranger"));
    let cluster = Kind::quick().tcp().make();
    ours.certify("IP:127.0.0.1", &cluster.data().join("server.crt"), &cluster.data().join("server.key"));
    cluster.hand_over(&cluster.data().join("server.crt"));
    cluster.hand_over(&cluster.data().join("server.key"));
    cluster.configure("ssl = on");
    cluster.start_again();
    let verified = |by: &Authority| format!("sslmode=verify-full&sslrootcert={}", by.certificate().display());
    let refused = |outcome| match outcome {
        // Ours to refuse, or rustls's.
        Err(OpenError::Driver(sqlx::Error::Tls(why))) => why.to_string(),
        Err(OpenError::Driver(sqlx::Error::Io(why))) if why.kind() == ErrorKind::InvalidData => why.to_string(),
        other => panic!("not refused for its encryption: {other:?}"),
    };

    assert!(encrypted(&cluster, "127.0.0.1", &verified(&ours)).await.unwrap());
    assert!(encrypted(&cluster, "127.0.0.1", "sslmode=require").await.unwrap());
    assert!(!encrypted(&cluster, "127.0.0.1", "sslmode=disable").await.unwrap(), "the server would also talk openly");
    let why = refused(encrypted(&cluster, "127.0.0.1", &verified(&stranger)).await);
    assert!(why.contains("UnknownIssuer"), "{why}");
    let why = refused(encrypted(&cluster, "localhost", &verified(&ours)).await);
    assert!(why.contains("not valid for name"), "{why}");
    refused(encrypted(&cluster, "127.0.0.1", "sslmode=verify-full").await);

    cluster.stop(Mode::Fast);
    cluster.configure("ssl = off");
    cluster.start_again();
    refused(encrypted(&cluster, "127.0.0.1", "sslmode=require").await);
    refused(encrypted(&cluster, "127.0.0.1", &verified(&ours)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_crash_and_a_server_that_stands_still_is_waited_for() {
    let cluster = Cluster::start_durable();
    let home = TestHouse::at(&cluster.url()).await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Day).await;
    let second = tokens(home.renew(&first).await);
    cluster.restart_immediate();
    let third = tokens(home.renew(&second).await);
    assert_eq!(third.viewer.generation, 3, "the same process goes on, on new connections");

    cluster.freeze();
    let waits = tokio::time::timeout(Duration::from_millis(300), home.renew(&third)).await;
    assert!(waits.is_err(), "nobody answers");
    cluster.thaw();
    assert!(tokens(home.renew(&third).await).viewer.generation == 4);
    cluster.stop(Mode::Fast);
    assert!(home.house.ping().await.is_err());
    cluster.start_again();
    home.house.ping().await.unwrap();
}
