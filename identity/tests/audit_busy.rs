//! The audit log while old events go, others wait for their place, and somebody reads it: nobody is told that something is missing.

mod support;

use identity::{
    Latchkey,
    accounts::leaving,
    admin::Proven,
    audit::{self, Chosen, Export, Fault, Format, Verdict, Verifier, verify_export},
    events::Kind,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use support::{START, TestHouse, postgres::Cluster};
use uuid::Uuid;

const DAY: i64 = 86_400_000;

/// Events of these kinds in turn, so many on each of so many days from the start on, written past the rules.
async fn past(home: &TestHouse, kinds: [&str; 2], days: i64, a_day: i64) {
    let step = DAY / a_day;
    let (start, [one, other]) = (START.0, kinds);
    let (series, id) = if home.db.is_shared() {
        let id = "(lpad(to_hex($start + i * $step), 12, '0') || '70008000' || lpad(to_hex(i), 12, '0'))::uuid";
        (format!("select i from generate_series(0::bigint, {}) i", days * a_day - 1), id)
    } else {
        let id = "unhex(printf('%012x70008000%012x', $start + i * $step, i))";
        let series = "with recursive n (i) as (select 0 union all select i + 1 from n where i < $last) select i from n";
        (series.replace("$last", &(days * a_day - 1).to_string()), id)
    };
    let id = id.replace("$start", &start.to_string()).replace("$step", &step.to_string());
    home.change(&format!(
        "insert into events (id, at, kind, ip, detail)
         select {id}, {start} + i * {step}, case when i % 2 = 0 then '{one}' else '{other}' end, '192.0.2.7', ''
           from ({series}) s"
    ))
    .await;
}

async fn sealed(house: &Latchkey) {
    while audit::seal(house).await.unwrap() > 0 {}
}

async fn verified(house: &Latchkey) -> Result<Verdict, Fault> {
    audit::verify(house, Verifier::new(false, None)).await.unwrap()
}

async fn export(house: &Arc<Latchkey>, chosen: &Chosen) -> Export {
    Export::begin(house.clone(), &Proven::operator(), chosen.clone(), Format::Jsonl).await.unwrap()
}

async fn rest(mut export: Export, mut file: String) -> Result<Verdict, Fault> {
    while let Some(lines) = export.next().await.unwrap() {
        file += &lines;
    }
    verify_export(file.as_bytes(), Verifier::new(false, None)).unwrap()
}

#[tokio::test]
async fn what_was_removed_is_accounted_for_at_once_whatever_waits() {
    let home = TestHouse::start().await;
    past(&home, ["signed_in", "registered"], 10, 100).await;
    sealed(&home.house).await;
    home.advance(405 * 86_400);
    // It waits, and nobody seals it.
    home.person("late").await;
    let removed = audit::remove_old(&home.house).await.unwrap().events;
    assert!(removed > 200, "{removed}");
    assert_eq!(verified(&home.house).await.unwrap().removed, removed as i64);
    let (told, waiting): (i64, i64) = home
        .row(
            "select count(case when kind = 'events_removed' then 1 end), count(case when seq is null then 1 end) from events
              where seq is null or kind = 'events_removed'",
        )
        .await;
    let entries = removed.div_ceil(100)..=removed.div_ceil(25);
    assert!(entries.contains(&(told as u64)) && waiting == 1, "{told} entries for {removed}, {waiting} wait");
    home.advance(3600);
    assert_eq!(
        audit::remove_old(&home.house).await.unwrap().events,
        0,
        "one removal a day, for it is an entry that stays"
    );
}

#[tokio::test]
async fn a_slow_reader_gets_what_can_be_verified_though_old_events_go_meanwhile() {
    let home = TestHouse::start().await;
    past(&home, ["signed_in", "registered"], 20, 100).await;
    sealed(&home.house).await;
    let mut export = export(&home.house, &Chosen::default()).await;
    let mut file = String::new();
    for _ in 0..3 {
        file += &export.next().await.unwrap().unwrap();
    }
    home.advance(411 * 86_400);
    assert!(audit::remove_old(&home.house).await.unwrap().events > 500);
    let verdict = rest(export, file).await.unwrap();
    assert!(verdict.removed > 0, "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_seems_to_be_missing_while_old_events_go() {
    const DAYS: i64 = 150;
    let home = TestHouse::start().await;
    past(&home, ["signed_in", "registered"], DAYS, 40).await;
    sealed(&home.house).await;
    home.advance(400 * 86_400);
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = tokio::task::JoinSet::new();
    for chosen in [None, Some(Chosen::default()), Some(Chosen { kind: Some(Kind::SignedIn), ..Chosen::default() })] {
        let (house, done) = (home.house.clone(), done.clone());
        readers.spawn(async move {
            let mut times = 0;
            while !done.load(Ordering::SeqCst) || times == 0 {
                match &chosen {
                    None => drop(verified(&house).await.unwrap()),
                    Some(chosen) => {
                        let (mut export, mut file) = (export(&house, chosen).await, String::new());
                        while let Some(lines) = export.next().await.unwrap() {
                            file += &lines;
                        }
                        let verifier = Verifier::new(!chosen.is_all(), None);
                        verify_export(file.as_bytes(), verifier).unwrap().unwrap();
                    }
                }
                times += 1;
            }
            times
        });
    }
    let mut removed = 0;
    for _ in 0..DAYS {
        home.advance(86_400);
        removed += audit::remove_old(&home.house).await.unwrap().events;
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::SeqCst);
    let times = readers.join_all().await;
    assert!(removed as i64 > DAYS * 19, "{removed}");
    assert!(times.iter().sum::<i32>() >= 3, "{times:?}");
    assert_eq!(verified(&home.house).await.unwrap().removed as u64, removed);
}

#[tokio::test]
async fn an_export_does_not_wait_until_a_whole_backlog_is_sealed_and_says_how_far_it_reaches() {
    let home = TestHouse::start().await;
    past(&home, ["signed_in", "registered"], 50, 100).await;
    let export = export(&home.house, &Chosen::default()).await;
    let standing = export.standing().clone();
    assert_eq!(
        (standing.seq, standing.waiting),
        (audit::SEALED_FIRST, 5001 - audit::SEALED_FIRST),
        "and that it was taken away"
    );
    let verdict = rest(export, String::new()).await.unwrap();
    assert_eq!((verdict.last, audit::hex(&verdict.end)), (standing.seq, standing.digest));
    sealed(&home.house).await;
    assert_eq!(verified(&home.house).await.unwrap().last, 5001);
}

#[tokio::test]
async fn a_turn_of_sealing_is_bounded() {
    let home = TestHouse::start().await;
    past(&home, ["signed_in", "registered"], audit::TURN / 100 + 10, 100).await;
    assert_eq!(audit::seal(&home.house).await.unwrap(), audit::TURN);
    assert_eq!(audit::seal(&home.house).await.unwrap(), 1000);
}

/// Whoever forgets goes by the person, whoever removes by the kind: in another order, over the same rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forgetting_removing_and_sealing_never_wait_for_each_other_in_a_circle() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    let nodes = home.nodes(3).await;
    for round in 0..2 {
        let (alice, bob) = (home.person(&format!("a{round}")).await, home.person(&format!("b{round}")).await);
        home.change("delete from events where seq is null").await;
        past(&home, ["signed_in", "signed_out"], 10, 160).await;
        // Each is in every event, now as the one who acts and now as the other.
        home.change(&format!(
            "update events set actor_id = case when at % 3 = 0 then '{alice}'::uuid else '{bob}' end,
                               subject_id = case when at % 3 = 0 then '{bob}'::uuid else '{alice}' end
              where seq is null"
        ))
        .await;
        sealed(&home.house).await;
        home.advance(420 * 86_400);
        home.change(&format!("update users set delete_at = {}", home.house.now().0 - DAY)).await;
        home.change(&format!(
            "insert into events (id, at, kind, actor_id, subject_id, ip, detail)
             select (lpad(to_hex({now}), 12, '0') || '70008000' || substr(md5(id::text), 1, 12))::uuid, {now}, 'reauthenticated',
                    actor_id, subject_id, ip, detail from events where seq is not null",
            now = home.house.now().0
        ))
        .await;
        let (removing, forgetting, sealing) =
            tokio::join!(audit::remove_old(&nodes[0]), leaving::erase_due(&nodes[1]), async {
                tokio::time::timeout(std::time::Duration::from_secs(60), audit::seal(&nodes[2])).await.unwrap()
            });
        forgetting.unwrap();
        assert!(sealing.unwrap() > 0, "it had something to do meanwhile");
        removing.unwrap();
        while audit::remove_old(&home.house).await.unwrap().events > 0 {}
        assert_eq!(home.row::<(i64,)>("select count(*) from users").await.0, 0, "{round}");
        let named = format!("select count(*) from events where '{alice}' in (actor_id, subject_id)");
        assert_eq!(home.row::<(i64,)>(&named).await.0, 0, "{round}");
        sealed(&home.house).await;
        verified(&home.house).await.unwrap();
        // The ids of the next round's events are those of this one's.
        home.change("delete from events").await;
        home.change("delete from audit_gaps").await;
        home.change("delete from audit_chain").await;
    }
}

#[tokio::test]
async fn removing_passes_over_what_somebody_else_is_at() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    past(&home, ["signed_in", "registered"], 2, 100).await;
    sealed(&home.house).await;
    home.advance(410 * 86_400);
    let identity::db::Db::Postgres(pool) = &home.db else { panic!("not PostgreSQL") };
    let mut other = pool.begin().await.unwrap();
    let held: Uuid =
        sqlx::query_scalar("select id from events where kind = 'signed_in' order by id limit 1 for update")
            .fetch_one(&mut *other)
            .await
            .unwrap();
    let removing = tokio::time::timeout(std::time::Duration::from_secs(60), audit::remove_old(&home.house)).await;
    assert_eq!(removing.expect("it waits for nobody").unwrap().events, 99);
    other.rollback().await.unwrap();
    let left: Vec<(Uuid,)> = home.rows("select id from events where kind = 'signed_in'").await;
    assert_eq!(left, [(held,)]);
    assert_eq!(audit::remove_old(&home.house).await.unwrap().events, 1);
    assert_eq!(verified(&home.house).await.unwrap().removed, 100);
}

#[tokio::test]
async fn a_turn_of_removing_is_bounded() {
    let home = TestHouse::start().await;
    past(&home, ["signed_in", "signed_out"], 51, 200).await;
    sealed(&home.house).await;
    home.advance(460 * 86_400);
    let first = audit::remove_old(&home.house).await.unwrap();
    assert_eq!((first.events, first.more), (10_000, true));
    let second = audit::remove_old(&home.house).await.unwrap();
    assert_eq!((second.events, second.more), (200, false));
    assert_eq!(verified(&home.house).await.unwrap().removed, 10_200);
}

/// Were it not in order, two that forget could each hold what the other waits for.
#[tokio::test]
async fn forgetting_locks_events_in_the_order_of_their_ids() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    let alice = home.person("alice").await;
    home.change("delete from events").await;
    past(&home, ["disabled", "enabled"], 1, 3).await;
    // She acts in the first and the last, and the second is about her.
    home.change(&format!("update events set actor_id = '{alice}' where kind = 'disabled'")).await;
    home.change(&format!("update events set subject_id = '{alice}' where kind = 'enabled'")).await;
    home.change(&format!("update users set delete_at = {}", home.house.now().0 - DAY)).await;
    let identity::db::Db::Postgres(pool) = &home.db else { panic!("not PostgreSQL") };
    let mut other = pool.begin().await.unwrap();
    // By its id: rows that an offset passes over would be locked too.
    let lock =
        "select id from events where id = (select id from events order by id offset $1 limit 1) for update nowait";
    let lock_one = async |connection: &mut sqlx::PgConnection, place: i64| {
        sqlx::query_scalar::<_, Uuid>(lock).bind(place).fetch_one(connection).await
    };
    lock_one(&mut other, 1).await.unwrap();
    let house = home.house.clone();
    let forgetting = tokio::spawn(async move { leaving::erase_due(&house).await });
    let waiting = "select count(*) from pg_locks where not granted";
    while home.row::<(i64,)>(waiting).await.0 == 0 {
        assert!(!forgetting.is_finished(), "it never waited for the second");
        tokio::task::yield_now().await;
    }
    let mut third = pool.begin().await.unwrap();
    assert!(lock_one(&mut third, 0).await.is_err(), "the first is locked already");
    third.rollback().await.unwrap();
    lock_one(&mut other, 2).await.expect("the last is not locked yet");
    other.rollback().await.unwrap();
    forgetting.await.unwrap().unwrap();
    let named = format!("select count(*) from events where '{alice}' in (actor_id, subject_id)");
    assert_eq!(home.row::<(i64,)>(&named).await.0, 0);
}
