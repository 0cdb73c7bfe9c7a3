//! The session somebody is in: one's own and as it is now, however many ask at the same moment.

mod support;

use identity::{
    Refusal,
    accounts::leaving,
    sessions::{self, here},
    words::{EndCause, Stay, Viewer},
};
use std::sync::Arc;
use support::{TestHouse, device};
use tokio::task::JoinSet;
use uuid::Uuid;

#[tokio::test]
async fn each_is_shown_the_own_session_however_many_ask_at_once() {
    let home = TestHouse::start().await;
    let mut people = Vec::new();
    for name in ["alice", "bob", "carol"] {
        home.person(name).await;
        people.extend([home.sign_in(name, Stay::Day).await.viewer, home.sign_in(name, Stay::Forever).await.viewer]);
    }
    // Of alice's own, so that not everybody is told the same.
    let proven = sessions::prove(&home.house, &people[0]).await.unwrap();
    leaving::request(&home.house, &proven, &device()).await.unwrap();

    let mut crowd = JoinSet::new();
    for n in 0..600 {
        let mut viewer: Viewer = people[n % people.len()].clone();
        let known = match n % 5 {
            // Somebody else's, and nobody's.
            1 => {
                viewer.session = people[(n + 2) % people.len()].session;
                false
            }
            2 => {
                viewer.session = Uuid::from_u128(n as u128);
                false
            }
            _ => true,
        };
        let (house, alice) = (home.house.clone(), people[0].id);
        crowd.spawn(async move {
            match here(&house, &viewer).await {
                Ok(found) => {
                    assert!(known, "{n}");
                    assert_eq!(found.session.id, viewer.session, "{n}");
                    assert_eq!(found.delete_at.is_some(), viewer.id == alice, "{n}");
                }
                Err(refusal) => assert!(!known && matches!(refusal, Refusal::NotFound), "{n}: {refusal:?}"),
            }
        });
    }
    assert_eq!(crowd.join_all().await.len(), 600);
}

#[tokio::test]
async fn what_has_ended_is_seen_by_who_asks_next_and_an_outage_is_none_of_it() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    for _ in 0..20 {
        let alice = home.sign_in("alice", Stay::Day).await.viewer;
        // Asked for by others too, without pause, so that there is always an answer on its way.
        let mut company = JoinSet::new();
        for _ in 0..4 {
            let (house, alice) = (Arc::clone(&home.house), alice.clone());
            company.spawn(async move {
                loop {
                    here(&house, &alice).await.unwrap();
                }
            });
        }
        assert_eq!(here(&home.house, &alice).await.unwrap().session.ended_at, None);
        sessions::sign_out(&home.house, &alice, &device()).await.unwrap();
        assert_eq!(here(&home.house, &alice).await.unwrap().session.end_cause, Some(EndCause::SignedOut));
        company.abort_all();
        while let Some(ended) = company.join_next().await {
            assert!(ended.unwrap_err().is_cancelled());
        }
    }

    let alice = home.sign_in("alice", Stay::Day).await.viewer;
    home.db.close().await;
    assert!(matches!(here(&home.house, &alice).await, Err(Refusal::Unavailable(_))));
    assert!(home.house.unless_away(here(&home.house, &alice)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_nobody_elses_fault() {
    let home = TestHouse::start().await;
    let mut people = Vec::new();
    for name in ["alice", "bob"] {
        home.person(name).await;
        people.push(home.sign_in(name, Stay::Day).await.viewer);
    }
    // As a later version might write it while this one still runs beside.
    let later = "update sessions set stay = 'fortnight' where user_id = (select id from users where name = 'alice')";
    assert_eq!(home.change(later).await, 1);
    let mut crowd = JoinSet::new();
    for n in 0..100 {
        let (house, viewer) = (Arc::clone(&home.house), people[n % 2].clone());
        crowd.spawn(async move { (n % 2, here(&house, &viewer).await.map(|here| here.session.id)) });
    }
    for (n, answer) in crowd.join_all().await {
        match answer {
            Ok(id) => assert!(n == 1 && id == people[1].session),
            Err(refusal) => assert!(n == 0 && matches!(refusal, Refusal::Broken(_)), "{refusal:?}"),
        }
    }
}
