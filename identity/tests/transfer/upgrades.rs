//! Bringing a schema up to date: many at once, nothing half-way, and a clear word when it cannot be.

use crate::world::{BOTH, On, World};
use identity::db::{Db, schema_version};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn many_may_begin_at_once() {
    let world = World::start();
    for on in BOTH {
        for _ in 0..5 {
            let url = world.fresh(on).await;
            let mut nodes = JoinSet::new();
            for _ in 0..12 {
                let url = url.clone();
                nodes.spawn(async move {
                    let db = Db::open(&url).await.unwrap();
                    let done = db.migrate().await.map_err(|error| error.to_string());
                    db.close().await;
                    done
                });
            }
            for done in nodes.join_all().await {
                assert_eq!(done, Ok(()), "{on:?}");
            }
            let had = world.number(&url, "select count(*) from _sqlx_migrations").await;
            assert_eq!(had, world.number(&url, "select max(version) from _sqlx_migrations").await);
        }
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_both_versions_are_named() {
    let world = World::start();
    for on in BOTH {
        let url = world.fresh(on).await;
        world.filled(&url).await;
        let before = world.dump(&url).await;
        let later = "insert into _sqlx_migrations select 9001, 'later', installed_on, success, checksum, 0 from _sqlx_migrations where version = 1";
        world.run(&url, later).await;
        let told = world.refused(&url).await;
        let ours = format!("has schema version 9001, and this Latchkey knows only up to {}", schema_version());
        assert!(told.contains(&ours) && told.contains("start the newer Latchkey"), "{told}");
        for told in [
            world.backup(&url, "never").await.unwrap_err().to_string(),
            world.relocate(&url, &world.fresh(On::Sqlite).await).await.unwrap_err().to_string(),
        ] {
            assert!(told.contains(&ours), "{told}");
        }
        assert!(before == world.dump(&url).await);
    }
}

#[tokio::test]
async fn an_edited_migration_is_noticed() {
    let world = World::start();
    for on in BOTH {
        let url = world.fresh(on).await;
        world.open(&url).await.unwrap().close().await;
        world.run(&url, "update _sqlx_migrations set checksum = (select checksum from _sqlx_migrations where version = 2) where version = 1").await;
        let told = world.refused(&url).await;
        assert!(told.contains("migration 1 of this Latchkey is not the one the database has had"), "{told}");
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let world = World::start();
    for on in BOTH {
        let url = world.fresh(on).await;
        // In the way of the second migration.
        world.run(&url, "create table address_counts (mine text)").await;
        let told = world.refused(&url).await;
        assert!(
            told.contains("migration 2 failed, and nothing was changed") && told.contains("address_counts"),
            "{told}"
        );
        let there: Vec<String> = world.columns(&url).await.into_iter().map(|(table, _)| table).collect();
        assert_eq!(there, ["address_counts"], "{on:?}");
    }
}

#[tokio::test]
async fn a_database_that_is_up_to_date_is_only_read() {
    let world = World::start();
    let url = world.fresh(On::Sqlite).await;
    world.open(&url).await.unwrap().close().await;
    let other = Db::open(&url).await.unwrap();
    let Db::Sqlite { write, .. } = &other else { panic!("not SQLite") };
    let _held = write.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let began = std::time::Instant::now();
    Db::open(&url).await.unwrap().migrate().await.unwrap();
    assert!(began.elapsed().as_secs() < 4, "it did not wait for the write lock");
}

/// The database as the release before left it.
async fn version_one(url: &str) -> Db {
    let db = Db::open(url).await.unwrap();
    match &db {
        Db::Sqlite { write, .. } => sqlx::migrate!("../migrations/sqlite").run_to(1, write).await.unwrap(),
        Db::Postgres(pool) => sqlx::migrate!("../migrations/postgres").run_to(1, pool).await.unwrap(),
    }
    assert_eq!(db.version().await.unwrap(), Some(1));
    db
}

/// A backup reads for a long time. What comes after the migration's wish for a table must not queue behind it all that time.
#[tokio::test]
async fn a_migration_that_waits_for_a_long_reader_holds_nobody_up() {
    let world = World::start();
    let url = world.fresh(On::Postgres).await;
    let Db::Postgres(reader) = version_one(&url).await else { panic!("not PostgreSQL") };
    let mut reading = reader.begin().await.unwrap();
    sqlx::query("lock table installation in access share mode").execute(&mut *reading).await.unwrap();
    let node = Db::open(&url).await.unwrap();
    let migrating = tokio::spawn(async move { node.migrate().await.map_err(|error| error.to_string()) });
    let (other, began, mut answers) = (Db::open(&url).await.unwrap(), Instant::now(), 0);
    let Db::Postgres(other) = other else { panic!("not PostgreSQL") };
    while began.elapsed() < Duration::from_secs(9) {
        let asked = Instant::now();
        sqlx::query("select count(*) from installation").execute(&other).await.expect("others go on");
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
        answers += 1;
        // As a long transaction that is at work, and not one that was forgotten.
        sqlx::query("select 1").execute(&mut *reading).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(answers > 20 && !migrating.is_finished(), "{answers}");
    reading.rollback().await.unwrap();
    assert_eq!(migrating.await.unwrap(), Ok(()));
    world.open(&url).await.unwrap().close().await;
}

#[tokio::test]
async fn a_signing_key_of_the_first_release_signs_from_its_creation() {
    let world = World::start();
    for on in BOTH {
        let url = world.fresh(on).await;
        version_one(&url).await.close().await;
        let some = if on == On::Sqlite { "x'00'" } else { "'\\x00'" };
        let key =
            format!("insert into signing_keys (kid, alg, sealed, jwk, created_at) values ('k', 'a', {some}, '', 77)");
        world.run(&url, &key).await;
        Db::open(&url).await.unwrap().migrate().await.unwrap();
        assert_eq!(world.number(&url, "select signs_from from signing_keys").await, 77);
    }
}

/// As the release before the admin panel left it.
async fn version_three(url: &str) {
    let Db::Postgres(pool) = Db::open(url).await.unwrap() else { panic!("not PostgreSQL") };
    sqlx::migrate!("../migrations/postgres").run_to(3, &pool).await.unwrap();
    pool.close().await;
}

/// What the manual has an operator run before a large upgrade.
fn by_hand() -> impl Iterator<Item = &'static str> {
    let manual = include_str!("../../../docs/operations.md");
    let blocks = manual.split("```sql\n").skip(1).filter_map(|block| block.split("```").next());
    blocks.flat_map(str::lines).filter(|line| line.contains(" if not exists "))
}

#[tokio::test]
async fn what_was_built_by_hand_beforehand_is_not_built_again() {
    let world = World::start();
    let url = world.fresh(On::Postgres).await;
    version_three(&url).await;
    let mut built = 0;
    for statement in by_hand() {
        world.run(&url, statement).await;
        built += u32::from(statement.contains("index concurrently"));
    }
    let files = "select cast(sum(relfilenode::bigint * relfilenode::bigint) as bigint) from pg_class
                  where relname in ('events_by_seq', 'events_unsealed', 'events_by_kind', 'events_by_actor', 'sessions_living')";
    let before = world.number(&url, files).await;
    world.open(&url).await.unwrap().close().await;
    assert_eq!((built, world.number(&url, files).await), (5, before));
    // And it is the same as what the migration makes by itself.
    let plain = world.fresh(On::Postgres).await;
    world.open(&plain).await.unwrap().close().await;
    let defined =
        "select cast(sum(hashtextextended(indexdef, 0) / 1000) as bigint) from pg_indexes where schemaname = 'public'";
    assert_eq!(world.number(&url, defined).await, world.number(&plain, defined).await);
    assert_eq!(world.columns(&url).await, world.columns(&plain).await);
}

#[tokio::test]
async fn an_index_whose_building_was_interrupted_is_named() {
    let world = World::start();
    let url = world.fresh(On::Postgres).await;
    version_three(&url).await;
    world.run(&url, "create index events_by_kind on events (kind, id)").await;
    world.run(&url, "update pg_index set indisvalid = false where indexrelid = 'events_by_kind'::regclass").await;
    let told = world.refused(&url).await;
    assert!(told.contains("nothing was changed") && told.contains("events_by_kind"), "{told}");
    world.run(&url, "drop index events_by_kind").await;
    world.open(&url).await.unwrap().close().await;
}
