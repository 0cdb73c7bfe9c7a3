//! Rotation on a real database: every outcome, many at once, and what a crash leaves behind.

mod support;

use identity::{
    admin,
    sessions::{self, Admission, Rotation},
    words::{EndCause, Role, Stay},
};
use std::collections::HashSet;
use support::{TestHouse, device, tokens};

#[tokio::test]
async fn the_current_token_is_renewed_and_the_session_moves_by_one() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Day).await;
    assert_eq!(first.viewer.generation, 1);
    home.advance(600);
    assert_eq!(sessions::admit(&home.house, &first.access), Admission::Stale);
    let Rotation::Renewed(second) = home.renew(&first).await else { panic!("not renewed") };
    assert_eq!(second.viewer.generation, 2);
    assert_ne!(second.refresh, first.refresh);
    assert!(matches!(sessions::admit(&home.house, &second.access), Admission::Admitted(_)));
}

#[tokio::test]
async fn a_lost_answer_never_costs_the_session() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Forever).await;
    let lost = tokens(home.renew(&first).await);
    // A day later the browser, which never saw the answer, still has the first token. It gets the very same successor.
    home.advance(24 * 3600);
    let Rotation::Raced(again) = home.renew(&first).await else { panic!("not raced") };
    assert_eq!(again.refresh, lost.refresh);
    assert_eq!(again.viewer.generation, 2);
}

#[tokio::test]
async fn the_window_begins_with_the_receipt_and_lasts_twenty_seconds() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Day).await;
    let second = tokens(home.renew(&first).await);
    home.advance(300);
    sessions::confirm(&home.house, &second.viewer).await.unwrap();
    home.advance(19);
    assert!(matches!(home.renew(&first).await, Rotation::Raced(_)));
    // The use of the old token has not moved the window.
    sessions::confirm(&home.house, &second.viewer).await.unwrap();
    home.advance(1);
    assert!(matches!(home.renew(&first).await, Rotation::Reused));
    assert!(matches!(home.renew(&second).await, Rotation::Ended(Some(EndCause::ReuseDetected))));
    assert_eq!(
        sessions::admit(&home.house, &second.access),
        Admission::Stale,
        "the copy's access token is worth nothing"
    );
}

#[tokio::test]
async fn an_access_token_of_an_older_generation_is_no_receipt() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Day).await;
    let second = tokens(home.renew(&first).await);
    let third = tokens(home.renew(&second).await);
    sessions::confirm(&home.house, &second.viewer).await.unwrap();
    home.advance(60);
    assert_eq!(tokens(home.renew(&second).await).refresh, third.refresh);
}

#[tokio::test]
async fn fifty_at_once_get_one_successor_whichever_node_they_meet() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(3).await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Day).await;
    let racers: Vec<_> = (0..50)
        .map(|n| {
            let (house, refresh) = (nodes[n % nodes.len()].clone(), first.refresh.clone());
            tokio::spawn(async move { sessions::renew(&house, &refresh, &device()).await.unwrap() })
        })
        .collect();
    let (mut renewed, mut values) = (0, HashSet::new());
    for racer in racers {
        match racer.await.unwrap() {
            Rotation::Renewed(pair) => {
                renewed += 1;
                values.insert(pair.refresh);
            }
            Rotation::Raced(pair) => drop(values.insert(pair.refresh)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((renewed, values.len()), (1, 1));
    let seen = sessions::one(&home.house, first.viewer.id, first.viewer.session).await.unwrap();
    assert_eq!(seen.generation, 2);
}

#[tokio::test]
async fn a_database_that_lost_its_last_write_catches_up() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let first = home.sign_in("alice", Stay::Day).await;
    let second = tokens(home.renew(&first).await);
    let third = tokens(home.renew(&second).await);
    home.change("update sessions set generation = 1, confirmed_at = null").await;
    let Rotation::Renewed(fourth) = home.renew(&third).await else { panic!("not renewed") };
    assert_eq!(fourth.viewer.generation, 4);
}

#[tokio::test]
async fn what_is_not_ours_is_refused_and_ends_nothing() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    home.person("bob").await;
    let (alice, bob) = (home.sign_in("alice", Stay::Day).await, home.sign_in("bob", Stay::Day).await);
    let [version, id, _, mac] = alice.refresh.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let other_mac = bob.refresh.rsplit('.').next().unwrap();
    for forged in [
        format!("{version}.{id}.2.{mac}"),
        format!("{version}.{id}.1.{other_mac}"),
        "lk1.AAAAAAAAAAAAAAAAAAAAAA.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        alice.access.clone(),
        String::new(),
    ] {
        let outcome = sessions::renew(&home.house, &forged, &device()).await.unwrap();
        assert!(matches!(outcome, Rotation::Ended(None)), "{forged}: {outcome:?}");
    }
    assert!(matches!(home.renew(&alice).await, Rotation::Renewed(_)));
}

#[tokio::test]
async fn every_end_has_its_cause() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    sessions::sign_out(&home.house, &pair.viewer, &device()).await.unwrap();
    assert!(matches!(home.renew(&pair).await, Rotation::Ended(Some(EndCause::SignedOut))));
    assert_eq!(sessions::admit(&home.house, &pair.access), Admission::Stale, "revoked at once");
    sessions::sign_out(&home.house, &pair.viewer, &device()).await.expect("signing out twice succeeds");

    let pair = home.sign_in("alice", Stay::Month).await;
    home.advance(30 * 24 * 3600);
    assert!(matches!(home.renew(&pair).await, Rotation::Ended(Some(EndCause::Expired))));

    let pair = home.sign_in("alice", Stay::Day).await;
    sessions::end_all(&home.house, alice, EndCause::EndedByAdmin).await.unwrap();
    assert!(matches!(home.renew(&pair).await, Rotation::Ended(Some(EndCause::EndedByAdmin))));
}

#[tokio::test]
async fn rotation_moves_no_session_beyond_its_end() {
    let home = TestHouse::start().await;
    home.account("root", Role::Admin).await;
    let mut pair = home.sign_in("root", Stay::Forever).await;
    for _ in 0..71 {
        home.advance(600);
        pair = tokens(home.renew(&pair).await);
    }
    assert_eq!(pair.keep_seconds, Some(600));
    home.advance(590);
    pair = tokens(home.renew(&pair).await);
    assert_eq!(pair.viewer.expires_at - pair.viewer.issued_at, 10, "the access token ends with the session");
    home.advance(10);
    assert!(matches!(home.renew(&pair).await, Rotation::Ended(Some(EndCause::Expired))));
}

#[tokio::test]
async fn revocations_of_another_process_are_followed_and_forgotten_in_time() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let sql = format!("update sessions set ended_at = {}, end_cause = 'ended_by_admin'", support::START.0);
    home.change(&sql).await;
    assert!(matches!(sessions::admit(&home.house, &pair.access), Admission::Admitted(_)));
    home.house.follow().await.unwrap();
    assert_eq!(sessions::admit(&home.house, &pair.access), Admission::Stale);
    home.advance(3600);
    home.house.follow().await.unwrap();
    assert!(home.house.revocations.is_empty());
    assert!(sessions::list(&home.house, alice).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_change_of_role_costs_one_renewal_even_within_its_own_second() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    home.account("root", Role::Admin).await;
    let first = home.sign_in("alice", Stay::Day).await;
    for role in [Role::Admin, Role::User, Role::Admin] {
        admin::set_role(&home.house, &admin::Proven::operator(), alice, role).await.unwrap();
        assert_eq!(sessions::admit(&home.house, &first.access), Admission::Stale);
    }
    let second = tokens(home.renew(&first).await);
    let Admission::Admitted(viewer) = sessions::admit(&home.house, &second.access) else { panic!("stale at once") };
    assert_eq!((viewer.role, viewer.generation), (Role::Admin, 2));
    admin::set_role(&home.house, &admin::Proven::operator(), alice, Role::User).await.unwrap();
    assert_eq!(sessions::admit(&home.house, &second.access), Admission::Stale, "and the next change counts as well");
}
