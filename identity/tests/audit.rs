//! The audit log: that every event has one place, whoever writes and whoever seals; and that whatever was changed is found.

mod support;

use identity::{
    Latchkey,
    admin::{self, Proven},
    audit,
};
use std::{collections::BTreeMap, sync::Arc};
use support::TestHouse;
use uuid::Uuid;

/// Records two events.
async fn two_events(house: &Latchkey, user: Uuid) {
    admin::disable(house, &Proven::operator(), user).await.unwrap();
    admin::enable(house, &Proven::operator(), user).await.unwrap();
}

async fn count(home: &TestHouse, sql: &str) -> i64 {
    home.row::<(i64,)>(sql).await.0
}

async fn unsealed(home: &TestHouse) -> i64 {
    count(home, "select count(*) from events where seq is null").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_event_has_one_place_however_many_write_and_seal_at_once() {
    let home = TestHouse::start().await;
    let nodes = if home.database().is_postgres() { home.nodes(3).await } else { vec![home.house.clone(); 3] };
    let mut people = Vec::new();
    for name in 0..20 {
        people.push(home.person(&format!("person{name}")).await);
    }
    let mut writers = tokio::task::JoinSet::new();
    for (index, person) in people.into_iter().enumerate() {
        let house: Arc<Latchkey> = nodes[index % nodes.len()].clone();
        writers.spawn(async move {
            for _ in 0..5 {
                two_events(&house, person).await;
            }
        });
    }
    let mut sealers = tokio::task::JoinSet::new();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    for house in nodes.iter().take(2).cloned() {
        let done = done.clone();
        sealers.spawn(async move {
            let mut sealed = 0;
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                sealed += audit::seal(&house).await.unwrap();
                tokio::task::yield_now().await;
            }
            sealed
        });
    }
    writers.join_all().await;
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    let by_sealers: u64 = sealers.join_all().await.into_iter().sum();
    let rest = audit::seal(&home.house).await.unwrap();
    let events = count(&home, "select count(*) from events").await;
    assert_eq!(events, 20 + 200, "made, disabled and enabled");
    assert_eq!((by_sealers + rest) as i64, events, "none twice");
    assert_eq!(unsealed(&home).await, 0, "none lost");
    let places: Vec<(i64,)> = home.rows("select seq from events order by seq").await;
    assert!(places.iter().map(|(seq,)| *seq).eq(1..=events), "{places:?}");
    assert_eq!(count(&home, "select seq from audit_chain").await, events);
}

#[tokio::test]
async fn figures_are_exact_and_tell_hours_and_kinds_apart() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    for hours in [0, 1, 1, 30] {
        home.advance(hours * 3600);
        two_events(&home.house, alice).await;
        audit::seal(&home.house).await.unwrap();
        audit::seal(&home.house).await.unwrap();
    }
    let counted: Vec<(i64, String, i64)> =
        home.rows("select at / 3600000, kind, count(*) from events group by 1, 2 order by 1, 2").await;
    assert!(counted.len() > 4, "{counted:?}");
    let all = audit::figures(&home.house, 0, i64::MAX).await.unwrap();
    let all: BTreeMap<(i64, String), i64> = all.into_iter().map(|f| ((f.hour, f.kind), f.count)).collect();
    assert_eq!(all, counted.iter().map(|(hour, kind, count)| ((*hour, kind.clone()), *count)).collect());
    let hour = counted[0].0;
    let first = audit::figures(&home.house, hour, hour + 1).await.unwrap();
    assert!(!first.is_empty() && first.iter().all(|figure| figure.hour == hour), "{first:?}");
    assert!(audit::figures(&home.house, hour + 3, hour + 30).await.unwrap().is_empty());
}
