//! `latchkey migrate --to`: live, complete, resumable, and back again.

use crate::{
    support::{PASSWORD, device, tokens},
    world::{BOTH, On, World, on},
};
use identity::{
    accounts,
    admin::{self, Admin},
    db::Db,
    sessions::{self, Rotation},
    transfer::{self, Progress},
    words::{EmailAddress, Role, Secret, Stay},
};
use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};
use tokio::sync::Notify;

#[tokio::test]
async fn everything_is_there_after_a_move_and_after_the_way_back() {
    let world = World::start();
    let mut url = world.fresh(On::Sqlite).await;
    let mut people = world.filled(&url).await;
    for next in [On::Postgres, On::Sqlite, On::Sqlite, On::Postgres, On::Postgres] {
        let target = world.fresh(next).await;
        let before = world.dump(&url).await;
        let sums = world.relocate(&url, &target).await.unwrap();
        assert_eq!(
            sums.iter().map(|sum| sum.rows).sum::<u64>(),
            before.iter().map(|(_, rows)| rows.len() as u64).sum::<u64>()
        );
        assert!(before == world.dump(&target).await, "every value of every column");
        assert!(before == world.dump(&url).await, "and the source is as it was");

        let told = world.refused(&url).await;
        assert!(told.contains("has moved to another database") && told.contains("--reopen"), "{told}");
        world.people_are_as_before(&target, &mut people).await;
        url = target;
    }
}

/// People sign in, accounts are made and disabled while everything is copied: what was acknowledged is in the new home, and
/// nothing is acknowledged by the old one any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_acknowledged_during_a_move_is_in_the_new_home() {
    let world = World::start();
    for from in BOTH {
        let source = world.fresh(from).await;
        let target = world.fresh(if from == On::Sqlite { On::Postgres } else { On::Sqlite }).await;
        let people = world.filled(&source).await;
        let house = world.open(&source).await.unwrap();
        let root = EmailAddress::parse("root@example.org").unwrap();
        let root = admin::find_by_email(&house, &Admin::operator(), &root).await.unwrap().id;
        let over = AtomicBool::new(false);
        let running = || !over.load(Ordering::SeqCst);

        let renewing = async {
            let (mut pair, mut times) = (people.alice.clone(), 0);
            while running() {
                world.clock.advance(Duration::from_secs(700));
                if let Ok(done) = sessions::renew(&house, &pair.refresh, &device()).await {
                    (pair, times) = (tokens(done), times + 1);
                }
            }
            (pair, times)
        };
        let registering = async {
            let mut made = Vec::new();
            for number in 0.. {
                if !running() {
                    break;
                }
                let email = format!("during{number}@example.org");
                let password = Secret::new(PASSWORD);
                if accounts::create_verified(&house, "During", &email, &password, Role::User).await.is_ok() {
                    made.push(email);
                }
            }
            made
        };
        // Writes to two tables at once, one early and one late in the order.
        let promoting = async {
            let mut acknowledged = 0;
            while running() {
                let bob = EmailAddress::parse("bob@example.org").unwrap();
                let bob = admin::find_by_email(&house, &Admin::operator(), &bob).await.unwrap().id;
                for role in [Role::Admin, Role::User] {
                    acknowledged +=
                        i64::from(admin::set_role(&house, &admin::Proven::operator(), bob, role).await.is_ok());
                }
            }
            acknowledged
        };
        let before = world.number(&source, "select count(*) from events where kind = 'role_changed'").await;
        let moving = async {
            // Slow enough that others get something done.
            let slowly = |_| std::thread::sleep(Duration::from_millis(20));
            let sums = world.relocate_with(&source, &target, &slowly).await;
            assert!(
                accounts::sign_in(&house, "alice@example.org", &Secret::new(PASSWORD), Stay::Day, &device())
                    .await
                    .is_err()
            );
            over.store(true, Ordering::SeqCst);
            sums
        };
        let ((pair, renewals), made, promoted, sums) = tokio::join!(renewing, registering, promoting, moving);
        sums.unwrap();
        assert!(renewals > 3 && made.len() > 2 && promoted > 3, "{from:?}: {renewals} {} {promoted}", made.len());

        for write in [
            "delete from users",
            "update installation set setup_closed_at = 1",
            "insert into events select * from events",
        ] {
            let told = world.try_run(&source, write).await.unwrap_err().to_string();
            assert!(told.contains("latchkey: this installation has moved"), "{told}");
        }
        let home = world.open(&target).await.unwrap();
        for email in &made {
            let email = EmailAddress::parse(email).unwrap();
            admin::find_by_email(&home, &Admin::operator(), &email).await.unwrap();
        }
        let after = world.number(&target, "select count(*) from events where kind = 'role_changed'").await;
        assert_eq!(after - before, promoted);
        admin::one(&home, &Admin::operator(), root).await.unwrap();
        world.clock.advance(Duration::from_secs(700));
        let renewed = sessions::renew(&home, &pair.refresh, &device()).await.unwrap();
        assert!(matches!(renewed, Rotation::Renewed(_)), "{renewed:?}");
        assert!(world.dump(&source).await.len() == world.dump(&target).await.len());
        house.close().await;
        home.close().await;
    }
}

/// Cut off at the n-th sign of progress, for every n, with changes in between that stand in each other's way.
#[tokio::test(flavor = "multi_thread")]
async fn cut_off_anywhere_it_goes_on_when_it_is_run_again() {
    let world = World::start();
    for from in BOTH {
        let source = world.fresh(from).await;
        let target = world.fresh(if from == On::Sqlite { On::Postgres } else { On::Sqlite }).await;
        let mut people = world.filled(&source).await;
        let (mut cuts, mut left) = (0, false);
        loop {
            let (seen, enough) = (AtomicUsize::new(0), Notify::new());
            let has_left = AtomicBool::new(left);
            let report = |progress| {
                has_left.fetch_or(progress == Progress::Left, Ordering::SeqCst);
                if seen.fetch_add(1, Ordering::SeqCst) == cuts {
                    enough.notify_one();
                }
            };
            let done = tokio::select! {
                biased;
                () = enough.notified() => None,
                done = world.relocate_with(&source, &target, &report) => Some(done.unwrap()),
            };
            left = has_left.load(Ordering::SeqCst);
            if done.is_some() {
                break;
            }
            cuts += 1;
            let told = world.refused(&target).await;
            assert!(told.contains("an unfinished move or restore lies in this database"), "{told}");
            if left {
                assert!(world.refused(&source).await.contains("has moved"));
            } else {
                // The address goes from one account to another, and a parent goes with its children.
                world.run(&source, "delete from users where created_at = 7 and email = 'crowd7@example.org'").await;
                world
                    .run(
                        &source,
                        &format!(
                            "update users set email = 'away{cuts}' where email = 'crowd{}@example.org'",
                            cuts + 20
                        ),
                    )
                    .await;
                world
                    .run(
                        &source,
                        &format!(
                            "update users set email = 'crowd{}@example.org' where email = 'crowd{}@example.org'",
                            cuts + 20,
                            cuts + 400
                        ),
                    )
                    .await;
                world.run(&source, &format!("delete from users where email = 'crowd{}@example.org'", cuts + 800)).await;
            }
        }
        assert!(cuts > 12, "{from:?}: cut off {cuts} times");
        assert!(world.dump(&source).await == world.dump(&target).await, "{from:?}");
        world.people_are_as_before(&target, &mut people).await;
    }
}

#[tokio::test]
async fn a_target_that_is_not_empty_is_refused() {
    let world = World::start();
    let source = world.fresh(On::Sqlite).await;
    world.filled(&source).await;
    let told = async |target: &str| world.relocate(&source, target).await.unwrap_err().to_string();
    for on in BOTH {
        let other = world.fresh(on).await;
        world.open(&other).await.unwrap().close().await;
        let told = told(&other).await;
        assert!(told.contains("the target is not empty (rows: installation 1, signing_keys 1)"), "{told}");
    }
    let told_same = told(&source).await;
    assert!(told_same.contains("the target holds this very installation"), "{told_same}");

    // Somebody else's unfinished move.
    let (other, target) = (world.fresh(On::Sqlite).await, world.fresh(On::Postgres).await);
    world.open(&other).await.unwrap().close().await;
    let db = Db::open(&target).await.unwrap();
    db.migrate().await.unwrap();
    world
        .run(
            &target,
            "insert into arrival values (1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, null)",
        )
        .await;
    let told = told(&target).await;
    assert!(told.contains("of another installation"), "{told}");
    // Nothing of this has closed the source.
    world.open(&source).await.unwrap().close().await;
}

#[tokio::test]
async fn a_source_without_an_installation_is_refused() {
    let world = World::start();
    let (source, target) = (world.fresh(On::Sqlite).await, world.fresh(On::Postgres).await);
    let told = world.relocate(&source, &target).await.unwrap_err().to_string();
    assert!(told.contains("there is no Latchkey in this database"), "{told}");
    Db::open(&source).await.unwrap().migrate().await.unwrap();
    let told = world.relocate(&source, &target).await.unwrap_err().to_string();
    assert!(told.contains("nothing to move"), "{told}");
}

#[tokio::test]
async fn a_move_that_is_given_up_is_taken_back() {
    let world = World::start();
    for from in BOTH {
        let (source, target, third) =
            (world.fresh(from).await, world.fresh(On::Sqlite).await, world.fresh(On::Sqlite).await);
        let mut people = world.filled(&source).await;
        let db = Db::open(&source).await.unwrap();
        assert!(transfer::reopen(&db).await.unwrap_err().to_string().contains("nothing to reopen"));
        world.relocate(&source, &target).await.unwrap();
        // Once is enough: neither there again nor elsewhere.
        for target in [&target, &third] {
            let told = world.relocate(&source, target).await.unwrap_err().to_string();
            assert!(told.contains("has moved to another database"), "{told}");
        }
        transfer::reopen(&db).await.unwrap();
        db.close().await;
        world.people_are_as_before(&source, &mut people).await;
        world.relocate(&source, &third).await.unwrap();
        assert_eq!(on(&third), On::Sqlite);
    }
}
