//! What can happen to a file.

use crate::{
    mounts::{Filler, make_read_only, with_small_disk},
    running::{run, said, soon},
    world::World,
};
use sqlx::{Connection, SqliteConnection};
use std::{thread, time::Duration};

#[test]
fn a_full_disk_under_sqlite() {
    with_small_disk("sqlite::a_full_disk_under_sqlite", 8, |disk| {
        // The log is on that disk too: not being able to write it must not end the server.
        let mut world = World::start(disk, &[]);
        let mut filler = None;
        let ledger = world.signing_in(|| {
            thread::sleep(Duration::from_millis(500));
            filler = Some(Filler::fill(disk));
            // What is in the database's log already is room that can be used again, so a little may still be written.
            soon("a sign-in does not fit", || !world.server.browser().sign_in("alice%40example.org"));
        });
        world.reads();
        world.refuses_writes();
        filler.unwrap().remove();
        world.recovers();
        world.has_all(ledger);
    });
}

#[test]
fn a_read_only_disk_under_sqlite() {
    // Nobody but the kernel itself can take it away from a process that writes to it, and what that process meets then is the
    // same as with a full disk. What an operator meets is a start.
    with_small_disk("sqlite::a_read_only_disk_under_sqlite", 8, |disk| {
        let world = World::start(disk, &[]);
        assert_eq!(world.server.stop(), Some(0));
        make_read_only(disk);
        let refused = run(disk, &[], &["serve", "--listen", "127.0.0.1:0"], "");
        assert_eq!(refused.status.code(), Some(1));
        let line = said(&refused);
        assert!(line.lines().last().unwrap().contains("the file system is read-only"), "{line}");
    });
}

#[tokio::test]
async fn a_file_that_another_program_holds() {
    let home = tempfile::tempdir().unwrap();
    let mut world = World::start(home.path(), &[]);
    let file = format!("sqlite:{}", home.path().join("data/latchkey.db").display());
    let mut other = SqliteConnection::connect(&file).await.unwrap();
    sqlx::query("begin exclusive").execute(&mut other).await.unwrap();
    world.reads();
    world.refuses_writes();
    world.says_once_that_it_is_not_ready();
    world.reads();
    sqlx::query("commit").execute(&mut other).await.unwrap();
    world.recovers();
}
