//! What an administrator decides about signing keys: rotating, planning when one stops, and distrusting one that leaked.

mod support;

use identity::{
    Refusal,
    admin::{self, Admin, KeyState, KeyView, Proven},
    jobs, keys,
    sessions::{self, Admission},
    words::{Fault, Stay},
};
use support::{TestHouse, master_key, settings, tokens};

async fn list(home: &TestHouse) -> Vec<KeyView> {
    admin::keys(&home.house, &Admin::operator()).await.unwrap()
}

async fn events(home: &TestHouse) -> Vec<(String, String)> {
    home.rows("select kind, detail from events where kind like 'key%' order by id").await
}

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn a_rotation_is_an_event_and_the_old_key_verifies_on() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let old = home.sign_in("alice", Stay::Day).await;
    let kid = admin::rotate_keys(&home.house, &Proven::operator(), keys::ANNOUNCED).await.unwrap();
    assert_eq!(events(&home).await, [("keys_rotated".into(), kid.clone())]);
    let views = list(&home).await;
    assert_eq!(views.iter().map(|key| key.state).collect::<Vec<_>>(), [KeyState::Coming, KeyState::Signing]);
    assert!(views[0].kid == kid && views[0].jwk.as_ref().is_some_and(|jwk| jwk.contains("\"crv\"")));
    assert!(views.iter().all(|key| key.jwk.as_ref().is_none_or(|jwk| !jwk.contains("\"d\""))), "nothing private");
    assert_eq!(views[1].verifies_until, views[1].retired_at.map(|at| at + 20 * MINUTE));
    home.advance(599);
    assert!(matches!(sessions::admit(&home.house, &old.access), Admission::Admitted(_)));
    home.advance(1);
    assert_eq!(
        list(&home).await.iter().map(|key| key.state).collect::<Vec<_>>(),
        [KeyState::Signing, KeyState::Retired]
    );
}

#[tokio::test]
async fn a_planned_key_stops_at_its_moment_and_its_successor_is_published_before() {
    let home = TestHouse::start().await;
    let (operator, now) = (Proven::operator(), home.house.now().0);
    let first = list(&home).await[0].kid.clone();
    for wrong in [now, now + 9 * MINUTE, now + 400 * 24 * 60 * MINUTE] {
        let refused = admin::plan_key_retirement(&home.house, &operator, wrong).await;
        assert!(matches!(refused, Err(Refusal::Invalid(ref faults)) if faults[0].fault == Fault::NotAllowed));
    }
    let at = now + 60 * MINUTE;
    admin::plan_key_retirement(&home.house, &operator, at).await.unwrap();
    jobs::run_due(&home.house).await.unwrap();
    let views = list(&home).await;
    assert_eq!((views.len(), views[0].planned_at), (1, Some(at)));

    home.advance(46 * 60);
    let other = home.reopen(settings(), master_key()).await.unwrap();
    jobs::run_due(&home.house).await.unwrap();
    jobs::run_due(&home.house).await.unwrap();
    other.follow().await.unwrap();
    assert!(other.keyring().jwks().matches("kid").count() == 2 && other.keyring().signer_kid(other.now()) == first);
    let views = list(&home).await;
    assert_eq!((views.len(), views[0].signs_from, views[1].retired_at), (2, at, Some(at)));
    assert!(matches!(admin::cancel_key_retirement(&home.house, &operator).await, Err(Refusal::AlreadyDone)));
    assert!(matches!(admin::plan_key_retirement(&home.house, &operator, at).await, Err(Refusal::AlreadyDone)));
    home.advance(14 * 60);
    assert_ne!(other.keyring().signer_kid(other.now()), first);
    let told: Vec<String> = events(&home).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["key_retirement_planned", "keys_rotated"]);
}

#[tokio::test]
async fn a_plan_can_be_taken_back_and_one_for_soon_is_carried_out_at_once() {
    let home = TestHouse::start().await;
    let (operator, now) = (Proven::operator(), home.house.now().0);
    admin::plan_key_retirement(&home.house, &operator, now + 60 * MINUTE).await.unwrap();
    for _ in 0..2 {
        admin::cancel_key_retirement(&home.house, &operator).await.unwrap();
    }
    home.advance(60 * 60);
    jobs::run_due(&home.house).await.unwrap();
    assert_eq!(list(&home).await.len(), 1);
    assert_eq!(events(&home).await.len(), 2, "the second time there was nothing to take back");
    let at = home.house.now().0 + 11 * MINUTE;
    admin::plan_key_retirement(&home.house, &operator, at).await.unwrap();
    assert_eq!(list(&home).await[0].signs_from, at);
}

#[tokio::test]
async fn what_a_distrusted_key_signed_is_refused_on_every_node_and_browsers_go_on() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let other = home.reopen(settings(), master_key()).await.unwrap();
    let pair = home.sign_in("alice", Stay::Day).await;
    let leaked = home.house.keyring().signer_kid(home.house.now()).to_owned();
    let next = admin::distrust_key(&home.house, &Proven::operator(), &leaked).await.unwrap().unwrap();
    assert_eq!(sessions::admit(&home.house, &pair.access), Admission::Refused);
    assert!(matches!(sessions::admit(&other, &pair.access), Admission::Admitted(_)), "it has not looked yet");
    other.follow().await.unwrap();
    for node in [&home.house, &other] {
        assert_eq!(sessions::admit(node, &pair.access), Admission::Refused);
        assert!(!node.keyring().jwks().contains(&leaked) && node.keyring().jwks().contains(&next));
    }
    let fresh = tokens(home.renew(&pair).await);
    assert!(matches!(sessions::admit(&other, &fresh.access), Admission::Admitted(_)));
    assert_eq!(events(&home).await, [("key_distrusted".into(), leaked.clone())]);
    let again = admin::distrust_key(&home.house, &Proven::operator(), &leaked).await;
    assert!(matches!(again, Err(Refusal::NotFound)));
}

#[tokio::test]
async fn whichever_key_is_distrusted_one_signs_and_one_stays_in_force() {
    for position in 0..3 {
        let home = TestHouse::start().await;
        let operator = Proven::operator();
        admin::rotate_keys(&home.house, &operator, keys::AT_ONCE).await.unwrap();
        home.advance(2);
        admin::rotate_keys(&home.house, &operator, keys::ANNOUNCED).await.unwrap();
        let before = list(&home).await;
        let states: Vec<_> = before.iter().map(|key| key.state).collect();
        assert_eq!(states, [KeyState::Coming, KeyState::Signing, KeyState::Retired]);
        admin::distrust_key(&home.house, &operator, &before[position].kid).await.unwrap();
        let after = list(&home).await;
        assert!(after.iter().all(|key| key.kid != before[position].kid), "{position}");
        assert_eq!(after.iter().filter(|key| key.state == KeyState::Signing).count(), 1, "{position}");
        assert_eq!(after.iter().filter(|key| key.retired_at.is_none()).count(), 1, "{position}");
        assert_eq!(after.len(), if position == 0 { 3 } else { 2 }, "{position}");
        // That which was published before is the next, and nobody waits for it.
        let signer = after.iter().find(|key| key.state == KeyState::Signing).unwrap();
        assert_eq!(signer.kid, before[usize::from(position != 1)].kid, "{position}");
        home.advance(15 * 60);
        let later = list(&home).await;
        assert!(later.iter().any(|key| key.state == KeyState::Signing && key.retired_at.is_none()), "{position}");
    }
}

#[tokio::test]
async fn only_who_may_sees_and_decides() {
    let home = TestHouse::start().await;
    home.person("paul").await;
    home.change("insert into roles (name, permissions, created_at, changed_at) values ('reader', 'keys:read', 1, 1)")
        .await;
    home.change("update users set role_name = 'reader'").await;
    let pair = home.sign_in("paul", Stay::Day).await;
    let admin = || Admin::of(&pair.viewer, &support::device()).unwrap();
    assert!(admin::keys(&home.house, &admin()).await.is_ok());
    let proven = admin().proven(&sessions::prove(&home.house, &pair.viewer).await.unwrap()).unwrap();
    let now = home.house.now().0;
    let refused = [
        admin::rotate_keys(&home.house, &proven, keys::AT_ONCE).await.map(drop),
        admin::plan_key_retirement(&home.house, &proven, now + 60 * MINUTE).await,
        admin::cancel_key_retirement(&home.house, &proven).await,
        admin::distrust_key(&home.house, &proven, "any").await.map(drop),
    ];
    assert!(refused.iter().all(|refused| matches!(refused, Err(Refusal::Forbidden))), "{refused:?}");
}

#[test]
fn moments_are_read_as_forms_and_operators_write_them() {
    for text in ["2026-12-01T09:30", "2026-12-01T09:30:00Z", " 2026-12-01 09:30 "] {
        assert_eq!(admin::moment(text).unwrap(), 1_796_117_400_000, "{text}");
    }
    for text in ["", "tomorrow", "2026-13-01T09:30", "09:30"] {
        assert!(matches!(admin::moment(text), Err(Refusal::Invalid(_))), "{text}");
    }
}
