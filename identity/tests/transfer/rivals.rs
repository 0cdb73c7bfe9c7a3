//! What comes between during a move: other runs, into the same target and into different ones; letters on their way; readers. At
//! no time may two databases be open, and nothing that a home has acknowledged may be undone by a run that comes late.

use crate::world::{BOTH, On, World};
use identity::{
    Refusal,
    db::Db,
    time::Clock,
    transfer::{self, Choices, Progress, Sum},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::task::{LocalSet, spawn_local};

const AS_IT_WAS: Choices = Choices { end_sessions: false, send_letters: true };

/// A run that stands still.
struct Paused {
    on: Sender<()>,
    run: JoinHandle<Result<Vec<Sum>, Refusal>>,
}

impl Paused {
    /// It goes on to its end.
    fn goes_on(self) -> Result<Vec<Sum>, Refusal> {
        self.on.send(()).unwrap();
        self.run.join().unwrap()
    }
}

/// What happens in a thread of its own, up to a sign of progress.
fn run_until<F>(at: Progress, run: F) -> Paused
where
    F: AsyncFnOnce(&(dyn Fn(Progress) + Sync)) -> Result<Vec<Sum>, Refusal> + Send + 'static,
{
    let (there, arrives) = channel();
    let (on, wait): (_, Receiver<()>) = channel();
    let run = std::thread::spawn(move || {
        let (wait, stopped) = (std::sync::Mutex::new(wait), AtomicBool::new(false));
        let report = move |progress| {
            if progress == at && !stopped.swap(true, Ordering::SeqCst) {
                there.send(()).unwrap();
                wait.lock().unwrap().recv().unwrap();
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&report))
    });
    arrives.recv_timeout(Duration::from_secs(30)).expect("it gets there");
    Paused { on, run }
}

fn move_until(world: &Arc<World>, at: Progress, from: &str, to: &str) -> Paused {
    let (world, from, to) = (world.clone(), from.to_owned(), to.to_owned());
    run_until(at, async move |report| world.relocate_with(&from, &to, report).await)
}

fn restore_until(world: &Arc<World>, at: Progress, file: &str, to: &str) -> Paused {
    let (world, file, to) = (world.clone(), file.to_owned(), to.to_owned());
    run_until(at, async move |report| world.restore_with(&file, &to, AS_IT_WAS, report).await)
}

const LATE: &str = "insert into events (id, at, kind, ip, detail) values";

/// What a server in the new home has acknowledged.
async fn acknowledge(world: &World, home: &str) {
    world.open(home).await.unwrap().close().await;
    let id = if home.starts_with("sqlite:") { "randomblob(16)" } else { "gen_random_uuid()" };
    world.run(home, &format!("{LATE} ({id}, 1, 'late', '', '')")).await;
    world.run(home, "update users set name = 'Renamed' where email = 'crowd9@example.org'").await;
}

async fn still_there(world: &World, home: &str) {
    assert_eq!(world.number(home, "select count(*) from events where kind = 'late'").await, 1);
    assert_eq!(world.number(home, "select count(*) from users where name = 'Renamed'").await, 1);
    world.open(home).await.unwrap().close().await;
}

/// The first run lives on after its terminal is gone, and is run again as the manual says.
#[tokio::test]
async fn of_two_runs_into_one_target_the_late_one_undoes_nothing() {
    let world = Arc::new(World::start());
    for (from, to) in [(On::Sqlite, On::Postgres), (On::Postgres, On::Sqlite), (On::Postgres, On::Postgres)] {
        for at in [Progress::Began, Progress::Locking] {
            let (source, target) = (world.fresh(from).await, world.fresh(to).await);
            world.filled(&source).await;
            let first = move_until(&world, at, &source, &target);
            world.run(&source, "delete from throttles").await;
            world.relocate(&source, &target).await.unwrap();
            acknowledge(&world, &target).await;
            let told = first.goes_on().unwrap_err().to_string();
            assert!(told.contains("another run into the same target has taken over"), "{told}");
            still_there(&world, &target).await;
        }
    }
}

/// Before the first run has left, and after: whoever began last brings it to its end.
#[tokio::test]
async fn a_run_that_was_taken_over_neither_writes_nor_ends_anything() {
    let world = Arc::new(World::start());
    for (from, to) in [(On::Sqlite, On::Postgres), (On::Postgres, On::Sqlite)] {
        for at in [Progress::Locking, Progress::Leaving, Progress::Left] {
            let (source, target) = (world.fresh(from).await, world.fresh(to).await);
            world.filled(&source).await;
            let first = move_until(&world, at, &source, &target);
            let second = move_until(&world, Progress::Began, &source, &target);
            let told = first.goes_on().unwrap_err().to_string();
            assert!(told.contains("has taken over"), "{at:?}: {told}");
            assert!(world.refused(&target).await.contains("an unfinished move"), "{at:?}");
            second.goes_on().unwrap();
            assert!(world.dump(&source).await == world.dump(&target).await);
            assert!(world.refused(&source).await.contains("has moved"));
            acknowledge(&world, &target).await;
        }
    }
}

#[tokio::test]
async fn of_two_restores_into_one_target_the_late_one_undoes_nothing() {
    let world = Arc::new(World::start());
    let source = world.fresh(On::Sqlite).await;
    world.filled(&source).await;
    world.backup(&source, "monday").await.unwrap();
    for to in BOTH {
        let target = world.fresh(to).await;
        let first = restore_until(&world, Progress::Began, "monday", &target);
        world.restore("monday", &target, AS_IT_WAS).await.unwrap();
        acknowledge(&world, &target).await;
        let told = first.goes_on().unwrap_err().to_string();
        assert!(told.contains("has taken over"), "{told}");
        still_there(&world, &target).await;
    }
}

/// Two terminals, two targets: one of them is the new home.
#[tokio::test]
async fn of_two_moves_to_different_targets_one_ends() {
    let world = Arc::new(World::start());
    for from in BOTH {
        let source = world.fresh(from).await;
        world.filled(&source).await;
        let (a, b) = (world.fresh(On::Sqlite).await, world.fresh(On::Postgres).await);
        let to_b = move_until(&world, Progress::Locking, &source, &b);
        world.relocate(&source, &a).await.unwrap();
        let told = to_b.goes_on().unwrap_err().to_string();
        assert!(told.contains("has moved to another database"), "{told}");
        assert!(world.refused(&b).await.contains("an unfinished move"));
        world.open(&a).await.unwrap().close().await;
    }
}

/// An attempt was given up half-way, and another way was taken. The old file must not become a second home.
#[tokio::test]
async fn an_old_attempt_is_not_finished_once_the_move_has_ended_elsewhere() {
    let world = Arc::new(World::start());
    for from in BOTH {
        let source = world.fresh(from).await;
        let mut people = world.filled(&source).await;
        let (a, b) = (world.fresh(On::Postgres).await, world.fresh(On::Sqlite).await);
        // Killed in the report itself: whoever is only told may find that the mark was made in the same breath.
        let (moving, from, to) = (world.clone(), source.clone(), b.clone());
        let here = LocalSet::new();
        let killed = here.run_until(async move {
            let run = spawn_local(async move {
                let report = |progress| {
                    if progress == Progress::Leaving {
                        std::panic::resume_unwind(Box::new("killed"));
                    }
                };
                moving.relocate_with(&from, &to, &report).await.map(drop)
            });
            run.await
        });
        assert!(killed.await.unwrap_err().is_panic());
        world.relocate(&source, &a).await.unwrap();
        world.people_are_as_before(&a, &mut people).await;
        let told = world.relocate(&source, &b).await.unwrap_err().to_string();
        assert!(told.contains("has moved to another database"), "{told}");
        assert!(world.refused(&b).await.contains("an unfinished move"));

        // Given up for good, it is a source as any other, also for what was begun before.
        let db = Db::open(&source).await.unwrap();
        transfer::reopen(&db).await.unwrap();
        db.close().await;
        world.relocate(&source, &b).await.unwrap();
        assert!(world.dump(&source).await == world.dump(&b).await);
    }
}

/// The lock is gone before the mark is made: by PostgreSQL itself, for example, when it has not heard from us for too long.
#[tokio::test]
async fn a_lock_that_is_lost_loses_nothing() {
    let world = Arc::new(World::start());
    for at in [Progress::Checking { table: "installation" }, Progress::Leaving] {
        let (source, target) = (world.fresh(On::Postgres).await, world.fresh(On::Sqlite).await);
        world.filled(&source).await;
        let moving = move_until(&world, at, &source, &target);
        let gone = "select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and state = 'idle in transaction'";
        world.run(&source, gone).await;
        acknowledge(&world, &source).await;
        moving.goes_on().unwrap_err();
        assert!(world.refused(&target).await.contains("an unfinished move"));
        still_there(&world, &source).await;
        world.relocate(&source, &target).await.unwrap();
        still_there(&world, &target).await;
    }
}

/// A node has handed a letter over, and the mail server takes its time.
#[tokio::test]
async fn a_letter_on_its_way_is_waited_for() {
    let world = Arc::new(World::start());
    for (from, to) in [(On::Sqlite, On::Postgres), (On::Postgres, On::Sqlite)] {
        let (source, target) = (world.fresh(from).await, world.fresh(to).await);
        world.filled(&source).await;
        // As `mail::delivery` claims it, for five minutes.
        let until = world.clock.now().plus(Duration::from_secs(300)).0;
        world.run(&source, &format!("update letters set attempts = 1, due_at = {until}")).await;
        let moving = move_until(&world, Progress::Waiting, &source, &target);
        world.run(&source, "update letters set sent_at = 1, sealed = null").await;
        moving.goes_on().unwrap();
        assert_eq!(world.number(&target, "select count(*) from letters where sent_at is null").await, 0);
        assert!(world.number(&target, "select count(*) from letters").await > 0);
    }
}

/// Whoever claimed it is dead: the new home sends it when the claim has run out.
#[tokio::test]
async fn a_letter_that_was_abandoned_is_not_waited_for() {
    let world = Arc::new(World::start());
    let (source, target) = (world.fresh(On::Sqlite).await, world.fresh(On::Sqlite).await);
    world.filled(&source).await;
    let until = world.clock.now().plus(Duration::from_secs(300)).0;
    world.run(&source, &format!("update letters set attempts = 1, due_at = {until}")).await;
    world.clock.advance(Duration::from_secs(101));
    let waited = AtomicBool::new(false);
    let report = |progress| {
        waited.fetch_or(progress == Progress::Waiting, Ordering::SeqCst);
    };
    world.relocate_with(&source, &target, &report).await.unwrap();
    assert!(!waited.into_inner());
}

/// Triggers go only when nobody so much as reads.
#[tokio::test]
async fn a_database_that_is_read_is_reopened_as_soon_as_it_is_not() {
    let world = World::start();
    let (source, target) = (world.fresh(On::Postgres).await, world.fresh(On::Sqlite).await);
    world.filled(&source).await;
    world.relocate(&source, &target).await.unwrap();
    let (Db::Postgres(reader), db) = (Db::open(&source).await.unwrap(), Db::open(&source).await.unwrap()) else {
        panic!("not PostgreSQL")
    };
    let mut reading = reader.begin().await.unwrap();
    sqlx::query("select count(*) from users").execute(&mut *reading).await.unwrap();
    let (reopened, ()) = tokio::join!(transfer::reopen(&db), async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        reading.rollback().await.unwrap();
    });
    reopened.unwrap();
    world.open(&source).await.unwrap().close().await;
}
