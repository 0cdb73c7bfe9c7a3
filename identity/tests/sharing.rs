//! Several nodes on one database: what they tell each other, what they count together, and what only one of them does.

mod support;

use identity::{
    Latchkey, Refusal, accounts, address_counts, admin,
    db::{Bells, Db, Topic},
    jobs, keys,
    random::SeededSource,
    sessions::{self, Admission, Rotation},
    tokens::TokenPair,
    words::{EndCause, Role, Secret, Stay},
};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use support::{
    PASSWORD, TestHouse, device, master_key,
    postgres::{Cluster, Mode},
    settings,
};
use tokio::time::timeout;

/// A bell rings at once; this is for a machine that is busy.
const SOON: Duration = Duration::from_secs(10);

async fn another(cluster: &Cluster, home: &TestHouse) -> Arc<Latchkey> {
    let db = Db::open(&cluster.url()).await.unwrap();
    Latchkey::open(db, settings(), master_key(), home.clock.clone(), Arc::new(SeededSource::new(8))).await.unwrap()
}

async fn heard(bells: &mut Bells) -> Option<Topic> {
    timeout(SOON, bells.next()).await.expect("a bell rings").unwrap()
}

#[tokio::test]
async fn a_bell_rings_for_what_others_must_know_at_once() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    let other = another(&cluster, &home).await;
    let mut bells = other.bells().await.unwrap();
    let alice = home.person("alice").await;

    // Each way in which access tokens become worthless. The other node does nothing but listen.
    let pair = home.sign_in("alice", Stay::Day).await;
    let kept = home.sign_in("alice", Stay::Day).await;
    sessions::sign_out(&home.house, &pair.viewer, &device()).await.unwrap();
    assert!(matches!(sessions::admit(&other, &pair.access), Admission::Admitted(_)), "it cannot know yet");
    let bell = heard(&mut bells).await;
    assert_eq!(bell, Some(Topic::Revoked));
    other.heard(bell).await.unwrap();
    assert_eq!(sessions::admit(&other, &pair.access), Admission::Stale);
    sessions::end_own(&home.house, &kept.viewer, kept.viewer.session, &device()).await.unwrap();
    assert_eq!(heard(&mut bells).await, Some(Topic::Revoked));
    home.sign_in("alice", Stay::Day).await;
    sessions::end_all(&home.house, alice, EndCause::SignedOutElsewhere).await.unwrap();
    assert_eq!(heard(&mut bells).await, Some(Topic::Revoked));
    admin::set_role(&home.house, &admin::Proven::operator(), alice, Role::Admin).await.unwrap();
    assert_eq!(heard(&mut bells).await, Some(Topic::Revoked));
    assert_eq!(heard(&mut bells).await, Some(Topic::Letter), "and she is told");

    keys::rotate(&home.house, keys::ANNOUNCED).await.unwrap();
    assert_eq!(heard(&mut bells).await, Some(Topic::Keys));
    let newcomer = Secret::new(PASSWORD);
    accounts::register(&home.house, "Bob", "bob@example.org", &newcomer, &device()).await.unwrap();
    assert_eq!(heard(&mut bells).await, Some(Topic::Letter));
    // What did not happen rings no bell: the next one heard is another.
    let nobody = sessions::end_all(&home.house, alice, EndCause::SignedOutElsewhere).await.unwrap();
    assert_eq!(nobody, 0);
    keys::rotate(&home.house, keys::ANNOUNCED).await.unwrap();
    assert_eq!(heard(&mut bells).await, Some(Topic::Keys));
}

#[tokio::test]
async fn a_broken_line_is_noticed_and_mended() {
    let cluster = Cluster::start_durable();
    let home = TestHouse::at(&cluster.url()).await;
    let mut bells = home.house.bells().await.unwrap();
    cluster.restart_immediate();
    // Either the loss is told, or an error tells to listen anew.
    if timeout(SOON, bells.next()).await.expect("it is noticed").is_err() {
        bells = home.house.bells().await.unwrap();
    }
    keys::rotate(&home.house, keys::ANNOUNCED).await.unwrap();
    while heard(&mut bells).await != Some(Topic::Keys) {}
}

#[tokio::test]
async fn whoever_signs_out_in_an_outage_is_signed_out_when_it_is_over() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    home.person("alice").await;
    let (known, unknown) = (home.sign_in("alice", Stay::Day).await, home.sign_in("alice", Stay::Day).await);
    let stays = home.sign_in("alice", Stay::Day).await;
    cluster.stop(Mode::Fast);
    sessions::sign_out(&home.house, &known.viewer, &device()).await.unwrap();
    assert_eq!(sessions::admit(&home.house, &known.access), Admission::Stale, "at once, here");
    // An access token that has run out says nothing: only the database knows whether this one is genuine.
    sessions::sign_out_later(&home.house, &unknown.refresh, &device());
    let half = |pair: &TokenPair| pair.refresh.rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let forged = format!("{}.{}", half(&stays).0, half(&known).1);
    sessions::sign_out_later(&home.house, &forged, &device());
    sessions::sign_out_later(&home.house, "nonsense", &device());
    assert!(home.house.follow().await.is_err());
    assert_eq!(home.house.owed.len(), 3);
    cluster.start_again();
    home.house.follow().await.unwrap();
    assert!(home.house.owed.is_empty());
    for gone in [&known, &unknown] {
        assert!(matches!(home.renew(gone).await, Rotation::Ended(Some(EndCause::SignedOut))));
    }
    home.advance(601);
    assert!(matches!(home.renew(&stays).await, Rotation::Renewed(_)), "a forgery ends nothing");
}

#[tokio::test]
async fn a_job_is_done_by_one_node_and_comes_round_again() {
    let home = TestHouse::start().await;
    let [one, other] = &home.nodes(2).await[..] else { panic!("two nodes") };
    home.advance(90 * 86_400);
    // Both at the same moment, and then again: one new key, not two.
    let both = tokio::join!(jobs::run_due(one), jobs::run_due(other));
    both.0.unwrap();
    both.1.unwrap();
    jobs::run_due(other).await.unwrap();
    assert_eq!(keys::list(one).await.unwrap().len(), 2);
    let due: Vec<(String, i64)> = home.rows("select name, due_at from jobs order by name").await;
    let due: Vec<_> = due.iter().map(|(name, at)| (name.as_str(), (at - home.house.now().0) / 1000)).collect();
    assert_eq!(
        due,
        [("erase accounts", 300), ("remove old events", 3600), ("rotate keys", 3600), ("tally", 300), ("tidy", 300)]
    );

    // One that is a little ahead of the other, as is allowed, does nothing twice.
    home.change("update jobs set due_at = due_at + 4000").await;
    jobs::run_due(other).await.unwrap();
    let (due,): (i64,) = home.row("select max(due_at) from jobs").await;
    assert_eq!((due - home.house.now().0) / 1000, 3604);

    // A clock that was a day ahead does not keep the others from working.
    home.change("update jobs set due_at = due_at + 86400000").await;
    jobs::run_due(other).await.unwrap();
    let (due,): (i64,) = home.row("select max(due_at) from jobs").await;
    assert_eq!((due - home.house.now().0) / 1000, 3600);
}

#[tokio::test]
async fn a_new_key_is_known_before_it_signs_and_an_old_one_is_replaced_by_itself() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let signer = |house: &Latchkey| house.keyring().signer_kid(house.now()).to_owned();
    let first = signer(&home.house);
    home.advance(90 * 86_400 - 1);
    jobs::run_due(&home.house).await.unwrap();
    assert_eq!(keys::list(&home.house).await.unwrap().len(), 1, "not a second too early");
    home.advance(3600);
    jobs::run_due(&home.house).await.unwrap();
    let second = keys::list(&home.house).await.unwrap()[0].kid.clone();
    assert!(home.house.keyring().jwks().contains(&second), "published at once");
    home.advance(599);
    assert_eq!(signer(&home.house), first);
    let last = home.sign_in("alice", Stay::Day).await;
    home.advance(1);
    assert_eq!(signer(&home.house), second);
    home.advance(598);
    assert!(matches!(sessions::admit(&home.house, &last.access), Admission::Admitted(_)), "signed by the first");
    // Set back by a day, the clock finds nobody in office: somebody signs all the same.
    home.clock.set(home.house.now().minus(Duration::from_secs(100 * 86_400)));
    assert_eq!(signer(&home.house), first);
}

#[tokio::test]
async fn a_key_made_in_haste_overtakes_one_that_was_announced() {
    let home = TestHouse::start().await;
    let signer = || home.house.keyring().signer_kid(home.house.now()).to_owned();
    let first = signer();
    let announced = keys::rotate(&home.house, keys::ANNOUNCED).await.unwrap();
    let hasty = keys::rotate(&home.house, keys::AT_ONCE).await.unwrap();
    assert_eq!(signer(), first);
    home.advance(1);
    assert_eq!(signer(), hasty);
    home.advance(601);
    assert_eq!(signer(), hasty, "{announced} retired before it began");
}

#[tokio::test]
async fn a_network_address_is_counted_by_all_nodes_of_postgresql_together() {
    let cluster = Cluster::start();
    let home = TestHouse::at(&cluster.url()).await;
    let other = another(&cluster, &home).await;
    let ten = NonZeroU32::new(10).unwrap();
    let take = async |house: &Latchkey, network: &[u8]| address_counts::take(house, "sign_in", network, ten).await;
    for n in 0..10 {
        take(if n % 2 == 0 { &home.house } else { &other }, b"a").await.unwrap();
    }
    let Err(Refusal::TooMany { retry_after }) = take(&other, b"a").await else { panic!("the eleventh passes") };
    assert_eq!(retry_after, Duration::from_secs(6));
    take(&other, b"b").await.unwrap();
    address_counts::take(&other, "account", b"a", ten).await.unwrap();
    home.advance(6);
    take(&home.house, b"a").await.unwrap();
    assert!(take(&other, b"a").await.is_err());

    // Fifty at once are fifty.
    let mut crowd = tokio::task::JoinSet::new();
    for n in 0..50 {
        let house = if n % 2 == 0 { home.house.clone() } else { other.clone() };
        crowd.spawn(async move { address_counts::take(&house, "sign_in", b"c", ten).await.is_ok() });
    }
    assert_eq!(crowd.join_all().await.into_iter().filter(|passed| *passed).count(), 10);

    // A clock that was wrong for a moment locks nobody out.
    let now = home.house.now();
    home.advance(86_400);
    take(&home.house, b"d").await.unwrap();
    home.clock.set(now);
    for _ in 0..10 {
        take(&other, b"d").await.unwrap();
    }
    assert!(take(&other, b"d").await.is_err());

    home.advance(61);
    jobs::tidy(&home.house).await.unwrap();
    for network in [b"a", b"b", b"c"] {
        take(&other, network).await.unwrap();
    }
}
