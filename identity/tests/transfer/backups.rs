//! `latchkey backup` and `latchkey restore`: consistent while others write, checked, and from either database into either.

use crate::{
    support::{device, master_key, other_master_key},
    world::{BOTH, On, World},
};
use identity::{
    db::Db,
    keys::MasterKey,
    sessions::{self, Rotation},
    transfer::{self, Choices},
    words::EndCause,
};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// Nothing is changed by a restore with this choice.
const AS_IT_WAS: Choices = Choices { end_sessions: false, send_letters: true };

#[tokio::test]
async fn a_restored_installation_is_what_was_backed_up() {
    let world = World::start();
    for from in BOTH {
        let source = world.fresh(from).await;
        let mut people = world.filled(&source).await;
        let file = format!("{from:?}.backup");
        let sums = world.backup(&source, &file).await.unwrap();
        let before = world.dump(&source).await;
        for to in BOTH {
            let target = world.fresh(to).await;
            assert_eq!(world.restore(&file, &target, AS_IT_WAS).await.unwrap(), sums);
            assert!(world.dump(&target).await == before, "{from:?} to {to:?}");
            let mut people = people.clone();
            world.people_are_as_before(&target, &mut people).await;
        }
        // Its original goes on; only a move ends it.
        world.people_are_as_before(&source, &mut people).await;
    }
}

#[tokio::test]
async fn a_backup_is_one_private_file_that_is_no_installation_itself() {
    let world = World::start();
    let source = world.fresh(On::Sqlite).await;
    world.filled(&source).await;
    std::fs::create_dir(world.path("safe")).unwrap();
    world.backup(&source, "safe/monday").await.unwrap();
    let left: Vec<_> = std::fs::read_dir(world.path("safe")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["monday"]);
    #[cfg(unix)]
    {
        let about = std::fs::metadata(world.path("safe/monday")).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777, 0o600);
    }
    let before = std::fs::read(world.path("safe/monday")).unwrap();
    let told = world.backup(&source, "safe/monday").await.unwrap_err().to_string();
    assert!(told.contains("exists already"), "{told}");
    assert!(before == std::fs::read(world.path("safe/monday")).unwrap());
    let told = world.backup(&source, "nowhere/monday").await.unwrap_err().to_string();
    assert!(told.contains("cannot write") && told.contains("nowhere/monday"), "{told}");

    std::fs::copy(world.path("safe/monday"), world.path("tuesday")).unwrap();
    let told = world.refused(&format!("sqlite:{}", world.path("tuesday").display())).await;
    assert!(told.contains("this file is a backup: `latchkey restore`"), "{told}");
}

/// Somebody counts in two tables at once, one that is read first and one that is read last. A torn copy would show two numbers.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_is_of_one_moment_while_others_write() {
    let world = World::start();
    for from in BOTH {
        let source = world.fresh(from).await;
        world.filled(&source).await;
        world.run(&source, "delete from events; update installation set setup_closed_at = 0").await;
        let (over, count) = (AtomicBool::new(false), AtomicI64::new(0));
        let db = Db::open(&source).await.unwrap();
        let counting = async {
            while !over.load(Ordering::SeqCst) {
                let n = count.fetch_add(1, Ordering::SeqCst) + 1;
                let id = uuid::Uuid::from_u128(n as u128);
                macro_rules! both {
                    ($pool:expr, $begin:expr) => {{
                        let mut tx = $pool.begin_with($begin).await.unwrap();
                        let up = "update installation set setup_closed_at = $1";
                        sqlx::query(up).bind(n).execute(&mut *tx).await.unwrap();
                        let event = "insert into events (id, at, kind, ip, detail) values ($1, $2, 'counted', '', '')";
                        sqlx::query(event).bind(id).bind(n).execute(&mut *tx).await.unwrap();
                        tx.commit().await.unwrap();
                    }};
                }
                match &db {
                    Db::Sqlite { write, .. } => both!(write, "BEGIN IMMEDIATE"),
                    Db::Postgres(pool) => both!(pool, "BEGIN"),
                }
            }
        };
        let backing_up = async {
            let mut pairs = Vec::new();
            for number in 0..4 {
                let reader = Db::open(&source).await.unwrap();
                let name = format!("{from:?}-{number}");
                let slowly = |_| std::thread::sleep(std::time::Duration::from_millis(5));
                transfer::backup(&reader, &world.path(&name), &*world.clock, &slowly).await.unwrap();
                reader.close().await;
                let file = format!("sqlite:{}?mode=ro&immutable=true", world.path(&name).display());
                pairs.push((file, count.load(Ordering::SeqCst)));
            }
            over.store(true, Ordering::SeqCst);
            pairs
        };
        let ((), files) = tokio::join!(counting, backing_up);
        let mut earlier = -1;
        for (file, until) in files {
            let file = sqlx::SqlitePool::connect(&file).await.unwrap();
            let (first, last): (i64, i64) =
                sqlx::query_as("select setup_closed_at, (select count(*) from events) from installation")
                    .fetch_one(&file)
                    .await
                    .unwrap();
            assert_eq!(first, last, "{from:?}");
            assert!(first > earlier && first <= until, "{from:?}: the writer goes on: {earlier} {first} {until}");
            earlier = first;
            file.close().await;
        }
        assert!(earlier > 10, "{from:?}: {earlier}");
        db.close().await;
    }
}

#[tokio::test]
async fn what_has_happened_since_is_the_operators_to_decide() {
    let world = World::start();
    let source = world.fresh(On::Postgres).await;
    let people = world.filled(&source).await;
    world.backup(&source, "monday").await.unwrap();
    let waiting = "select count(*) from letters where sealed is not null";
    let given_up = "select count(*) from letters where sealed is null and failure = 'restored from a backup'";
    let letters = world.number(&source, waiting).await;
    assert!(letters > 0);

    for to in BOTH {
        let target = world.fresh(to).await;
        world.restore("monday", &target, Choices::default()).await.unwrap();
        assert_eq!((world.number(&target, waiting).await, world.number(&target, given_up).await), (0, letters));
        assert_eq!(world.number(&target, "select count(*) from sessions where ended_at is null").await, 2401);

        let target = world.fresh(to).await;
        world.restore("monday", &target, Choices { end_sessions: true, send_letters: true }).await.unwrap();
        assert_eq!((world.number(&target, waiting).await, world.number(&target, given_up).await), (letters, 0));
        assert_eq!(world.number(&target, "select count(*) from sessions where ended_at is null").await, 0);
        let house = world.open(&target).await.unwrap();
        let ended = sessions::renew(&house, &people.alice.refresh, &device()).await.unwrap();
        assert!(matches!(ended, Rotation::Ended(Some(EndCause::EndedByAdmin))), "{ended:?}");
        house.close().await;
    }
}

/// Wherever a byte is changed: it is noticed, or it makes no difference.
#[tokio::test]
async fn a_damaged_backup_is_refused() {
    let world = World::start();
    let source = world.fresh(On::Sqlite).await;
    world.filled(&source).await;
    world.backup(&source, "good").await.unwrap();
    let (good, before) = (std::fs::read(world.path("good")).unwrap(), world.dump(&source).await);
    // A page that was split keeps old copies of what it held, which nobody reads: every copy is changed.
    let places = |what: &[u8]| -> Vec<usize> {
        let found = good.windows(what.len()).enumerate().filter(|(_, window)| *window == what);
        found.map(|(at, _)| at).collect()
    };
    // In a value and its index, in the list of contents, in a checksum, in the schema, in the header.
    let known = [
        places(b"alice@example.org"),
        places(b"user_id id, secret bytes"),
        places(b"installation"),
        places(b"CREATE TABLE sessions").iter().map(|at| at + 15).collect(),
        vec![3],
        vec![17],
    ];
    for at in known {
        assert!(!at.is_empty() && survives(&world, &good, &at).await.is_none(), "changed at {at:?}");
    }
    let scattered = (1..25).map(|part| part * (good.len() / 26) + part * 7);
    let mut unnoticed = 0;
    for at in scattered {
        if let Some(restored) = survives(&world, &good, &[at]).await {
            assert!(world.dump(&restored).await == before, "changed at {at}");
            unnoticed += 1;
        }
    }
    assert!(unnoticed < 12, "{unnoticed} of 24 were in unused places");
    // Cut off, as by a full disk.
    std::fs::write(world.path("half"), &good[..good.len() / 2]).unwrap();
    let target = world.fresh(On::Sqlite).await;
    let told = world.restore("half", &target, AS_IT_WAS).await.unwrap_err().to_string();
    assert!(told.contains("is damaged"), "{told}");
}

/// Changes a backup the way another program would, without leaving a log beside it.
async fn change(world: &World, file: &str, statement: &'static str) {
    use sqlx::{Connection, SqliteConnection};
    let mut file = SqliteConnection::connect(&format!("sqlite:{}", world.path(file).display())).await.unwrap();
    sqlx::query(statement).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}

/// The restored database, if one changed byte was not noticed.
async fn survives(world: &World, good: &[u8], at: &[usize]) -> Option<String> {
    let mut bad = good.to_vec();
    at.iter().for_each(|at| bad[*at] ^= 0x15);
    std::fs::write(world.path("bad"), bad).unwrap();
    let target = world.fresh(On::Sqlite).await;
    match world.restore("bad", &target, AS_IT_WAS).await {
        Ok(_) => Some(target),
        Err(refusal) => {
            let told = refusal.to_string();
            assert!(
                told.contains("damaged") || told.contains("no backup made by") || told.contains("schema version"),
                "{at:?}: {told}"
            );
            assert!(Db::open(&target).await.unwrap().version().await.unwrap().is_none(), "nothing was written");
            None
        }
    }
}

#[tokio::test]
async fn what_cannot_be_restored_is_refused_before_anything_is_written() {
    let world = World::start();
    let source = world.fresh(On::Sqlite).await;
    world.filled(&source).await;
    world.backup(&source, "monday").await.unwrap();
    for to in BOTH {
        let target = world.fresh(to).await;
        let told = async |file: &str, master: MasterKey| {
            let db = Db::open(&target).await.unwrap();
            let done = transfer::restore(&world.path(file), &db, &master, AS_IT_WAS, &*world.clock, &|_| {}).await;
            assert_eq!(db.version().await.unwrap(), None, "nothing was written");
            db.close().await;
            done.unwrap_err().to_string()
        };
        let wrong_key = told("monday", other_master_key()).await;
        assert!(wrong_key.contains("the master key does not fit this backup"), "{wrong_key}");

        std::fs::copy(world.path("monday"), world.path("newer")).unwrap();
        let later =
            "insert into _sqlx_migrations select 9001, 'later', installed_on, 1, checksum, 0 from _sqlx_migrations
                      where version = 1";
        change(&world, "newer", later).await;
        let newer = told("newer", master_key()).await;
        assert!(newer.contains("has schema version 9001, and this Latchkey knows only up to"), "{newer}");

        std::fs::write(world.path("text"), "my notes").unwrap();
        let text = told("text", master_key()).await;
        assert!(text.contains("is no backup made by"), "{text}");
        let raw = source.trim_start_matches("sqlite:").rsplit('/').next().unwrap();
        let raw = told(raw, master_key()).await;
        assert!(raw.contains("is no backup made by"), "{raw}");
        let missing = told("missing", master_key()).await;
        assert!(missing.contains("cannot read"), "{missing}");

        world.open(&target).await.unwrap().close().await;
        let occupied = world.restore("monday", &target, AS_IT_WAS).await.unwrap_err().to_string();
        assert!(occupied.contains("the target is not empty"), "{occupied}");
    }
}

#[tokio::test]
async fn an_interrupted_restore_is_run_again() {
    let world = World::start();
    let source = world.fresh(On::Sqlite).await;
    let people = world.filled(&source).await;
    let before = world.dump(&source).await;
    world.backup(&source, "monday").await.unwrap();
    for to in BOTH {
        let target = world.fresh(to).await;
        let db = Db::open(&target).await.unwrap();
        let (file, master) = (world.path("monday"), master_key());
        for cut in [0, 2, 7, 9] {
            let (seen, enough) = (AtomicI64::new(0), tokio::sync::Notify::new());
            let report = |_| {
                if seen.fetch_add(1, Ordering::SeqCst) == cut {
                    enough.notify_one();
                }
            };
            tokio::select! {
                biased;
                () = enough.notified() => {}
                _ = transfer::restore(&file, &db, &master, AS_IT_WAS, &*world.clock, &report) => panic!("too quick"),
            }
            assert!(world.refused(&target).await.contains("an unfinished move or restore"));
        }
        db.close().await;
        world.restore("monday", &target, AS_IT_WAS).await.unwrap();
        assert!(world.dump(&target).await == before);
        let mut people = people.clone();
        world.people_are_as_before(&target, &mut people).await;
    }
}

/// Writes the list of contents once more, for the columns that are left.
async fn sign_again(world: &World, file: &str) {
    use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
    let mut file = SqliteConnection::connect(&format!("sqlite:{}", world.path(file).display())).await.unwrap();
    let listed: Vec<(String, String)> =
        sqlx::query_as("select name, columns from backup_contents").fetch_all(&mut file).await.unwrap();
    for (table, columns) in listed {
        let there: Vec<String> = sqlx::query_scalar("select name from pragma_table_info($1)")
            .bind(&table)
            .fetch_all(&mut file)
            .await
            .unwrap();
        let left = |column: &&str| there.iter().any(|name| column.starts_with(&format!("{name} ")));
        let columns: Vec<&str> = columns.split(", ").filter(left).collect();
        let (names, kinds): (Vec<_>, Vec<_>) = columns.iter().map(|column| column.split_once(' ').unwrap()).unzip();
        let read = format!("select {} from {table} order by {}", names.join(", "), names[0]);
        let rows = sqlx::query(AssertSqlSafe(read)).fetch_all(&mut file).await.unwrap();
        let mut text = Vec::new();
        for row in &rows {
            text.extend((kinds.len() as u64).to_be_bytes());
            for (at, kind) in kinds.iter().enumerate() {
                let value = match *kind {
                    "int" => row.get::<Option<i64>, _>(at).map(|value| value.to_be_bytes().to_vec()),
                    "text" => row.get::<Option<String>, _>(at).map(String::into_bytes),
                    _ => row.get::<Option<Vec<u8>>, _>(at),
                };
                let tag = match *kind {
                    _ if value.is_none() => b'-',
                    "int" => b'i',
                    "text" => b't',
                    "bytes" => b'b',
                    _ => b'u',
                };
                let value = value.unwrap_or_default();
                text.push(tag);
                text.extend((value.len() as u64).to_be_bytes());
                text.extend(value);
            }
        }
        let checksum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text);
        sqlx::query("update backup_contents set columns = $1, rows = $2, checksum = $3 where name = $4")
            .bind(columns.join(", "))
            .bind(rows.len() as i64)
            .bind(checksum.as_ref())
            .bind(&table)
            .execute(&mut file)
            .await
            .unwrap();
    }
    file.close().await.unwrap();
}

/// Gives a backup the tables of the first release, with what they can hold of what is there.
async fn as_the_first_release_made_it(file: &std::path::Path) {
    use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
    let first = include_str!("../../../migrations/sqlite/0001_first.sql");
    let mut file = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let names = async |file: &mut SqliteConnection, sql: String| -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(file).await.unwrap()
    };
    let run = async |file: &mut SqliteConnection, sql: String| {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(file).await.unwrap();
    };
    run(&mut file, "pragma foreign_keys = off; pragma legacy_alter_table = on; delete from signing_keys".into()).await;
    let kept = "name not like 'sqlite%' and name not like '!_sqlx%' escape '!' and name not like 'backup%'";
    let mine = format!("select name from sqlite_master where sql is not null and {kept} and type = ");
    for index in names(&mut file, format!("{mine} 'index'")).await {
        run(&mut file, format!("drop index {index}")).await;
    }
    let now = names(&mut file, format!("{mine} 'table'")).await;
    for table in &now {
        run(&mut file, format!("alter table {table} rename to {table}_now")).await;
    }
    run(&mut file, first.into()).await;
    for table in &now {
        let columns = names(&mut file, format!("select name from pragma_table_info('{table}')")).await.join(", ");
        if columns.is_empty() {
            let gone =
                format!("delete from backup_contents where name = '{table}'; update backup set tables = tables - 1");
            run(&mut file, format!("{gone} where exists (select 1 from backup_contents) and changes() = 1")).await;
        } else {
            run(&mut file, format!("insert into {table} ({columns}) select {columns} from {table}_now")).await;
        }
        run(&mut file, format!("drop table {table}_now")).await;
    }
    run(&mut file, "delete from _sqlx_migrations where version > 1".into()).await;
    file.close().await.unwrap();
}

/// Made by the first release: some migrations less, some columns and tables less.
#[tokio::test]
async fn a_backup_of_an_older_version_is_brought_to_ours() {
    let world = World::start();
    let source = world.fresh(On::Sqlite).await;
    let mut people = world.filled(&source).await;
    world.backup(&source, "old").await.unwrap();
    as_the_first_release_made_it(&world.path("old")).await;
    sign_again(&world, "old").await;
    let as_made = std::fs::read(world.path("old")).unwrap();
    for to in BOTH {
        let target = world.fresh(to).await;
        world.restore("old", &target, AS_IT_WAS).await.unwrap();
        assert_eq!(
            world.number(&target, "select max(version) from _sqlx_migrations").await,
            identity::db::schema_version()
        );
        let mut people = people.clone();
        world.people_are_as_before(&target, &mut people).await;
    }
    assert!(as_made == std::fs::read(world.path("old")).unwrap(), "the file is left alone");
    // Nor does a server upgrade it that is pointed at it by mistake.
    std::fs::copy(world.path("old"), world.path("pointed-at")).unwrap();
    let mistake = format!("sqlite:{}", world.path("pointed-at").display());
    assert!(world.refused(&mistake).await.contains("this file is a backup"));
    assert!(world.relocate(&source, &mistake).await.unwrap_err().to_string().contains("this file is a backup"));
    assert_eq!(world.number(&mistake, "select max(version) from _sqlx_migrations").await, 1);
    world.people_are_as_before(&source, &mut people).await;
}
