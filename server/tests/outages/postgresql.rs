//! What can happen to a server.

use crate::{
    mounts::{Filler, with_small_disk},
    postgres::{Cluster, Kind, Mode, SUPERUSER},
    running::soon,
    slow::Way,
    world::World,
};
use sqlx::{Connection, PgConnection};
use std::{path::Path, thread, time::Duration};

fn world(home: &Path, cluster: &Cluster) -> World {
    World::start(home, &[("LATCHKEY_DATABASE_URL", &cluster.url()), ("LATCHKEY_DATABASE_CONNECTIONS", "4")])
}

async fn run(cluster: &Cluster, sql: &'static str) {
    try_to(cluster, sql).await.unwrap();
}

async fn try_to(cluster: &Cluster, sql: &'static str) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(&cluster.url()).await?;
    sqlx::query(sql).execute(&mut connection).await.map(drop)
}

#[test]
fn a_server_that_is_stopped_and_one_that_crashes() {
    let (home, cluster) = (tempfile::tempdir().unwrap(), Cluster::start_durable());
    let mut world = world(home.path(), &cluster);
    let ledger = world.signing_in(|| {
        thread::sleep(Duration::from_millis(500));
        cluster.stop(Mode::Fast);
    });
    world.shows_what_it_can();
    world.refuses_the_rest();
    cluster.start_again();
    world.recovers();
    world.has_all(ledger);
    let ledger = world.signing_in(|| {
        thread::sleep(Duration::from_millis(500));
        cluster.restart_immediate();
    });
    world.recovers();
    world.has_all(ledger);
}

#[test]
fn a_server_that_is_silent() {
    let (home, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let mut world = world(home.path(), &cluster);
    cluster.freeze();
    world.shows_what_it_can();
    world.refuses_the_rest();
    world.shows_what_it_can();
    cluster.thaw();
    world.recovers();
}

#[test]
fn a_server_that_is_merely_slow() {
    let (home, cluster) = (tempfile::tempdir().unwrap(), Kind::quick().tcp().start());
    let way = Way::to(cluster.port());
    let url = format!("postgres://{SUPERUSER}@{}/postgres", way.address);
    let mut world = World::start(home.path(), &[("LATCHKEY_DATABASE_URL", &url)]);
    for each_way in [Duration::from_millis(300), Duration::from_secs(2)] {
        let round_trip = each_way * 2;
        way.takes(each_way);
        world.delays_nobody_without_need(round_trip);
        let ledger = world.works_or_says_not_now();
        if round_trip < Duration::from_secs(1) {
            soon("somebody can sign in", || world.server.browser().sign_in("alice%40example.org"));
        }
        world.delays_nobody_without_need(round_trip);
        way.takes(Duration::ZERO);
        world.recovers();
        world.has_all(ledger);
        world.is_quick(round_trip);
    }
}

#[tokio::test]
async fn a_server_without_room() {
    let home = tempfile::tempdir().unwrap();
    let cluster = Kind::quick().option("max_connections=8").start();
    let mut world = world(home.path(), &cluster);
    let mut others = Vec::new();
    let mut greedy = PgConnection::connect(&cluster.url()).await.unwrap();
    let throw_out = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'latchkey'";
    // Whoever has room is thrown out, until others have it all.
    while others.len() < 7 {
        sqlx::query(throw_out).execute(&mut greedy).await.unwrap();
        if let Ok(other) = PgConnection::connect(&cluster.url()).await {
            others.push(other);
        }
    }
    world.shows_what_it_can();
    world.refuses_the_rest();
    others.clear();
    world.recovers();
}

#[tokio::test]
async fn a_server_that_takes_no_writes() {
    let (home, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let mut world = world(home.path(), &cluster);
    run(&cluster, "alter system set default_transaction_read_only = on").await;
    run(&cluster, "select pg_reload_conf()").await;
    soon("everybody has heard", || world.server.get("/readyz").status == 503);
    assert_eq!(world.server.get("/readyz").body, "the database is read-only\n");
    soon("every connection has heard", || !world.server.browser().sign_in("alice%40example.org"));
    world.reads();
    world.refuses_writes();
    run(&cluster, "alter system reset default_transaction_read_only").await;
    run(&cluster, "select pg_reload_conf()").await;
    world.recovers();
}

#[test]
fn a_full_disk_under_postgresql() {
    with_small_disk("postgresql::a_full_disk_under_postgresql", 120, |disk| {
        let home = tempfile::tempdir().unwrap();
        let small = ["max_wal_size=32MB", "min_wal_size=32MB", "shared_buffers=1MB"];
        let cluster = small.into_iter().fold(Kind::durable().within(disk), Kind::option).start();
        let mut world = world(home.path(), &cluster);
        let mut filler = None;
        let ledger = world.signing_in(|| {
            thread::sleep(Duration::from_millis(500));
            filler = Some(Filler::fill(disk));
            // Its log goes to a new file until there is no room for one. Then it gives up.
            soon("PostgreSQL has met the full disk", || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime
                    .block_on(try_to(&cluster, "select pg_switch_wal(), pg_logical_emit_message(true, '', '')"))
                    .is_err()
            });
        });
        assert!(cluster.log().contains("PANIC"), "{}", cluster.log());
        world.shows_what_it_can();
        world.refuses_the_rest();
        filler.unwrap().remove();
        // Whoever looks after it starts it again, if it has not come back by itself.
        cluster.restart_immediate();
        world.recovers();
        world.has_all(ledger);
    });
}
