//! The proof that the password was given lately: how long it is good, whose it is, what giving it does to the tokens of the
//! session, and that nobody loses a session by it.

mod support;

use identity::{
    Refusal, accounts,
    admin::{self, Admin},
    sessions::{self, Admission, PROOF_LIFE, Rotation},
    time::Clock,
    tokens::TokenPair,
    words::{EndCause, Fault, Field, Role, Secret, Stay, Viewer},
};
use std::{collections::HashSet, time::Duration};
use support::{PASSWORD, TestHouse, device, tokens};

const WRONG: &str = "not this one, I am afraid";

async fn given(home: &TestHouse, viewer: &Viewer, password: &str, renew: bool) -> Result<Option<TokenPair>, Refusal> {
    sessions::reauthenticate(&home.house, viewer, &Secret::new(password), &device(), renew).await
}

async fn is_needed(home: &TestHouse, viewer: &Viewer) -> bool {
    match sessions::prove(&home.house, viewer).await {
        Ok(proven) => {
            assert_eq!((proven.user(), proven.session()), (viewer.id, viewer.session));
            false
        }
        Err(Refusal::ProofNeeded) => true,
        Err(other) => panic!("{other:?}"),
    }
}

async fn kinds(home: &TestHouse) -> Vec<String> {
    let events = admin::audit(&home.house, &Admin::operator(), None, None, 50).await.unwrap().items;
    events.into_iter().rev().map(|event| event.kind).collect()
}

#[tokio::test]
async fn a_proof_is_good_for_ten_minutes_to_the_millisecond() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Day).await;
    let moment = Duration::from_millis(1);
    home.clock.advance(PROOF_LIFE - moment);
    assert!(!is_needed(&home, &first.viewer).await, "signing in is a proof");
    home.clock.advance(moment);
    assert!(is_needed(&home, &first.viewer).await);
    // Renewing the tokens is none.
    let second = tokens(home.renew(&first).await);
    assert!(is_needed(&home, &second.viewer).await);
    sessions::confirm(&home.house, &second.viewer).await.unwrap();
    home.advance(20);
    let third = given(&home, &second.viewer, PASSWORD, true).await.unwrap().unwrap();
    assert_eq!(third.viewer.generation, 3);
    assert_eq!(third.viewer.auth_time, home.clock.now().seconds());
    home.clock.advance(PROOF_LIFE - moment);
    assert!(!is_needed(&home, &third.viewer).await);
    home.clock.advance(moment);
    assert!(is_needed(&home, &third.viewer).await);
    assert_eq!(kinds(&home).await.last().unwrap(), "reauthenticated");
}

#[tokio::test]
async fn a_proof_is_the_sessions_own_and_counts_on_every_node() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let desk = home.sign_in("alice", Stay::Day).await;
    let phone = home.sign_in("alice", Stay::Day).await;
    home.advance(3600);
    given(&home, &desk.viewer, PASSWORD, true).await.unwrap();
    assert!(!is_needed(&home, &desk.viewer).await);
    assert!(is_needed(&home, &phone.viewer).await);
    let other = home.nodes(2).await.pop().unwrap();
    assert!(sessions::prove(&other, &desk.viewer).await.is_ok());
    // Nor does it help to mix two people's names.
    home.person("bob").await;
    let bob = home.sign_in("bob", Stay::Day).await;
    let mixed = Viewer { id: bob.viewer.id, ..desk.viewer.clone() };
    assert!(matches!(sessions::prove(&home.house, &mixed).await, Err(Refusal::SignedOut(_))));
    assert!(matches!(given(&home, &mixed, PASSWORD, true).await, Err(Refusal::SignedOut(_))));
}

#[tokio::test]
async fn a_wrong_password_is_recorded_proves_nothing_and_no_stranger_at_the_door_counts_with_it() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let alice = home.sign_in("alice", Stay::Day).await;
    home.advance(3600);
    for typed in ["", WRONG, WRONG, WRONG] {
        let fault = if typed.is_empty() { Fault::Missing } else { Fault::Wrong };
        let refusal = given(&home, &alice.viewer, typed, true).await.unwrap_err();
        let Refusal::Invalid(faults) = refusal else { panic!("{refusal:?}") };
        assert_eq!(faults.iter().map(|f| (f.field, f.fault)).collect::<Vec<_>>(), [(Field::Password, fault)]);
    }
    assert!(is_needed(&home, &alice.viewer).await);
    assert_eq!(kinds(&home).await.iter().filter(|kind| *kind == "reauthentication_failed").count(), 3);
    // Strangers at the door, until it is shut for everybody who comes anew.
    let at_the_door = async || {
        let (email, typed) = ("alice@example.org", Secret::new(WRONG));
        accounts::sign_in(&home.house, email, &typed, Stay::Day, &device()).await.unwrap_err()
    };
    for _ in 0..5 {
        assert!(matches!(at_the_door().await, Refusal::Credentials));
    }
    assert!(matches!(at_the_door().await, Refusal::TooMany { .. }));
    given(&home, &alice.viewer, PASSWORD, true).await.expect("the owner is inside, and counted apart");
    assert!(matches!(at_the_door().await, Refusal::TooMany { .. }), "which opens no door to strangers");
    // Whoever sits at a session left open has five attempts, at either form.
    for _ in 0..5 {
        assert!(matches!(given(&home, &alice.viewer, WRONG, true).await, Err(Refusal::Invalid(_))));
    }
    assert!(matches!(given(&home, &alice.viewer, PASSWORD, true).await, Err(Refusal::TooMany { .. })));
    let (current, new) = (Secret::new(PASSWORD), Secret::new("seventeen purple doors"));
    let change = accounts::change_password(&home.house, &alice.viewer, &device(), &current, &new, false).await;
    assert!(matches!(change, Err(Refusal::TooMany { .. })), "{change:?}");
    home.advance(900);
    given(&home, &alice.viewer, PASSWORD, true).await.unwrap();
    // The right one is the end of the counting.
    for _ in 0..4 {
        assert!(matches!(given(&home, &alice.viewer, WRONG, true).await, Err(Refusal::Invalid(_))));
    }
    given(&home, &alice.viewer, PASSWORD, true).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_was_lost_costs_nothing() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Forever).await;
    let lost = given(&home, &first.viewer, PASSWORD, true).await.unwrap().unwrap();
    assert_eq!(lost.viewer.generation, 2);
    // The browser has the old tokens. It gives the password again, and again: the session goes no further ahead of it.
    assert!(given(&home, &first.viewer, PASSWORD, true).await.unwrap().is_none());
    home.advance(601);
    let Rotation::Raced(again) = home.renew(&first).await else { panic!("not raced") };
    assert_eq!(again.refresh, lost.refresh);
    // Nor right after a renewal whose answer is still on its way, in the request that caused it.
    for _ in 0..3 {
        let same = given(&home, &again.viewer, PASSWORD, true).await.unwrap().unwrap();
        assert_eq!((same.viewer.generation, &same.refresh), (2, &lost.refresh));
    }
    home.advance(24 * 3600);
    assert!(matches!(home.renew(&first).await, Rotation::Raced(_)));
}

#[tokio::test]
async fn what_was_on_its_way_with_the_old_tokens_arrives_and_a_late_copy_does_not() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let old = home.sign_in("alice", Stay::Day).await;
    let new = given(&home, &old.viewer, PASSWORD, true).await.unwrap().unwrap();
    sessions::confirm(&home.house, &new.viewer).await.unwrap();
    home.advance(19);
    assert!(matches!(home.renew(&old).await, Rotation::Raced(_)));
    // Given once more within the window, the session stays where it is: else the request above would now be two behind.
    let same = given(&home, &new.viewer, PASSWORD, true).await.unwrap().unwrap();
    assert_eq!(same.refresh, new.refresh);
    assert!(matches!(home.renew(&old).await, Rotation::Raced(_)));
    home.advance(1);
    let next = given(&home, &new.viewer, PASSWORD, true).await.unwrap().unwrap();
    assert_eq!(next.viewer.generation, 3);
    assert!(matches!(home.renew(&old).await, Rotation::Reused), "a copy from before the proof is a thief's");
    assert_eq!(sessions::admit(&home.house, &next.access), Admission::Stale);
}

#[tokio::test]
async fn the_proof_does_not_count_for_tokens_that_a_thief_may_have_from_before_it() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let old = home.sign_in("alice", Stay::Day).await;
    home.advance(601);
    let old = tokens(home.renew(&old).await);
    sessions::confirm(&home.house, &old.viewer).await.unwrap();
    home.advance(20);
    let new = given(&home, &old.viewer, PASSWORD, true).await.unwrap().unwrap();
    assert_eq!(new.viewer.generation, old.viewer.generation + 1);
    home.advance(60);
    assert!(!is_needed(&home, &old.viewer).await, "the answer may be lost: the old ones are all the browser has");
    sessions::confirm(&home.house, &new.viewer).await.unwrap();
    home.clock.advance(Duration::from_millis(19_999));
    assert!(!is_needed(&home, &old.viewer).await, "what was on its way arrives");
    home.clock.advance(Duration::from_millis(1));
    assert!(is_needed(&home, &old.viewer).await);
    assert!(!is_needed(&home, &new.viewer).await);
    // Two steps behind, it is nobody's who is honest.
    let next = tokens(home.renew(&new).await);
    assert!(is_needed(&home, &old.viewer).await);
    assert!(!is_needed(&home, &new.viewer).await && !is_needed(&home, &next.viewer).await);
    assert_eq!(sessions::admit(&home.house, &next.access), Admission::Admitted(next.viewer.clone()));
}

#[tokio::test]
async fn an_access_token_alone_gets_no_tokens() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let alice = home.sign_in("alice", Stay::Day).await;
    home.advance(3600);
    assert!(given(&home, &alice.viewer, PASSWORD, false).await.unwrap().is_none());
    assert!(!is_needed(&home, &alice.viewer).await, "but the proof counts");
    let Rotation::Renewed(next) = home.renew(&alice).await else { panic!("the session was not moved") };
    assert_eq!(next.viewer.auth_time, home.clock.now().seconds());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_at_once_one_moves_the_session() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let alice = home.sign_in("alice", Stay::Day).await;
    home.advance(3600);
    let asks: Vec<_> = (0..20)
        .map(|_| {
            let (house, viewer) = (home.house.clone(), alice.viewer.clone());
            tokio::spawn(async move {
                sessions::reauthenticate(&house, &viewer, &Secret::new(PASSWORD), &device(), true).await
            })
        })
        .collect();
    let (mut pairs, mut limited) = (HashSet::new(), 0);
    for ask in asks {
        match ask.await.unwrap() {
            Ok(pair) => pairs.extend(pair.map(|pair| pair.refresh)),
            Err(Refusal::TooMany { .. } | Refusal::Busy { .. }) => limited += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(pairs.len(), 1, "{limited} were limited");
    assert!(!is_needed(&home, &alice.viewer).await);
    let Rotation::Raced(pair) = home.renew(&alice).await else { panic!("not raced") };
    assert!(pairs.contains(&pair.refresh));
}

#[tokio::test]
async fn who_was_ended_or_disabled_meanwhile_proves_nothing() {
    let home = TestHouse::start().await;
    home.account("root", Role::Admin).await;
    let id = home.person("alice").await;
    let (ended, living) = (home.sign_in("alice", Stay::Day).await, home.sign_in("alice", Stay::Day).await);
    sessions::end_own(&home.house, &living.viewer, ended.viewer.session, &device()).await.unwrap();
    for renew in [true, false] {
        assert!(matches!(given(&home, &ended.viewer, PASSWORD, renew).await, Err(Refusal::SignedOut(_))));
    }
    assert!(matches!(sessions::prove(&home.house, &ended.viewer).await, Err(Refusal::SignedOut(_))));
    // One that has outlived itself, with an access token of its last second.
    home.advance(24 * 3600);
    assert!(matches!(given(&home, &living.viewer, PASSWORD, true).await, Err(Refusal::SignedOut(_))));
    let last = home.sign_in("alice", Stay::Day).await;
    admin::disable(&home.house, &admin::Proven::operator(), id).await.unwrap();
    let refusal = given(&home, &last.viewer, PASSWORD, true).await.unwrap_err();
    assert!(matches!(refusal, Refusal::SignedOut(Some(EndCause::Disabled))), "{refusal:?}");
}
