//! Guessing is slow, for known and unknown addresses alike, and nobody can be locked out for good.

mod support;

use identity::{
    Refusal, accounts,
    throttle::{self, Throttle},
    tokens::TokenPair,
    words::{EmailAddress, Secret, Stay},
};
use support::{PASSWORD, TestHouse, device, master_key, settings};

const WRONG: &str = "seventeen purple doors";

async fn sign_in(home: &TestHouse, email: &str, password: &str) -> Result<TokenPair, Refusal> {
    accounts::sign_in(&home.house, email, &Secret::new(password), Stay::Day, &device()).await
}

/// Counts an attempt and says how many seconds it has to wait, 0 if it need not.
async fn attempt(home: &TestHouse, what: Throttle, email: &str) -> u64 {
    match throttle::take(&home.house, what, &EmailAddress::parse(email).unwrap()).await {
        Ok(()) => 0,
        Err(Refusal::TooMany { retry_after }) => retry_after.as_secs(),
        Err(other) => panic!("{other}"),
    }
}

/// What each of `attempts` has to wait after the one before, when nobody waits longer than told.
async fn waits(home: &TestHouse, email: &str, attempts: usize) -> Vec<u64> {
    let mut waits = Vec::new();
    for _ in 0..attempts {
        let wait = attempt(home, Throttle::SignIn, email).await;
        if wait > 0 {
            home.advance(wait);
            assert_eq!(attempt(home, Throttle::SignIn, email).await, 0, "after the wait there is none");
        }
        waits.push(wait);
    }
    waits
}

#[tokio::test]
async fn five_attempts_are_free_and_then_each_waits_half_a_minute_longer_up_to_a_quarter_of_an_hour() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let seen = waits(&home, "alice@example.org", 40).await;
    let told: Vec<u64> = (0..40_u64).map(|n| if n < 5 { 0 } else { ((n - 4) * 30).min(900) }).collect();
    assert_eq!(seen, told);
    assert_eq!(
        attempt(&home, Throttle::SignIn, " ALICE@example.org ").await,
        900,
        "other spellings are the same address"
    );
    assert_eq!(waits(&home, "nobody@example.org", 40).await, told, "an unknown address waits as long");
    assert_eq!(attempt(&home, Throttle::SignIn, "bob@example.org").await, 0, "others do not wait");
}

#[tokio::test]
async fn fifty_guesses_at_once_are_five_guesses_whichever_node_they_meet() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(3).await;
    home.person("alice").await;
    let hashes = || nodes.iter().map(|house| house.hasher.hashes()).sum::<u64>();
    let before = hashes();
    let guesses: Vec<_> = (0..50)
        .map(|n| {
            let house = nodes[n % nodes.len()].clone();
            let guess = Secret::new(format!("{WRONG} {n}"));
            tokio::spawn(
                async move { accounts::sign_in(&house, "alice@example.org", &guess, Stay::Day, &device()).await },
            )
        })
        .collect();
    let (mut judged, mut told_to_wait) = (0, 0);
    for guess in guesses {
        match guess.await.unwrap().unwrap_err() {
            Refusal::Credentials => judged += 1,
            Refusal::TooMany { retry_after } if retry_after.as_secs() == 30 => told_to_wait += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((judged, told_to_wait), (5, 45));
    assert_eq!(hashes() - before, 5, "whoever has to wait costs no hash");
    assert!(matches!(sign_in(&home, "alice@example.org", PASSWORD).await, Err(Refusal::TooMany { .. })));
}

#[tokio::test]
async fn a_stranger_who_never_stops_guessing_delays_the_owner_by_a_quarter_of_an_hour_at_most() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    waits(&home, "alice@example.org", 200).await;
    for _ in 0..100 {
        assert!(
            attempt(&home, Throttle::SignIn, "alice@example.org").await <= 900,
            "asking while waiting adds nothing"
        );
    }
    home.advance(900);
    assert!(sign_in(&home, "alice@example.org", PASSWORD).await.is_ok());
    assert_eq!(waits(&home, "alice@example.org", 5).await, [0; 5], "a success forgets the failures");
}

#[tokio::test]
async fn failures_are_forgotten_with_time_and_by_nothing_else() {
    let home = TestHouse::start().await;
    waits(&home, "few@example.org", 4).await;
    waits(&home, "many@example.org", 6).await;
    home.advance(240);
    assert_eq!(attempt(&home, Throttle::SignIn, "few@example.org").await, 0, "the fifth within five minutes");
    assert_eq!(attempt(&home, Throttle::SignIn, "few@example.org").await, 30);
    identity::jobs::tidy(&home.house).await.unwrap();
    let restarted = home.reopen(settings(), master_key()).await.unwrap();
    let few = EmailAddress::parse("few@example.org").unwrap();
    let told = throttle::take(&restarted, Throttle::SignIn, &few).await;
    assert!(matches!(told, Err(Refusal::TooMany { .. })), "a restart forgives nothing");
    home.advance(30 * 60);
    assert_eq!(waits(&home, "many@example.org", 2).await, [0, 90], "blocked once, remembered for an hour");
    home.advance(3600);
    assert_eq!(waits(&home, "many@example.org", 5).await, [0; 5]);
    home.advance(3600);
    identity::jobs::tidy(&home.house).await.unwrap();
    let (rows,): (i64,) = home.row("select count(*) from throttles").await;
    assert_eq!(rows, 0, "what is forgotten takes no room");
}

#[tokio::test]
async fn an_address_gets_three_letters_an_hour() {
    let home = TestHouse::start().await;
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(attempt(&home, Throttle::Letters, "alice@example.org").await);
    }
    assert_eq!(told, [0, 0, 0, 1200]);
    assert_eq!(attempt(&home, Throttle::SignIn, "alice@example.org").await, 0, "letters and sign-in are counted apart");
    let again = accounts::resend_verification(&home.house, "alice@example.org", &device()).await;
    assert!(matches!(again, Err(Refusal::TooMany { .. })), "known or not");
}

#[tokio::test]
async fn the_table_of_throttles_names_nobody() {
    let home = TestHouse::start().await;
    attempt(&home, Throttle::SignIn, "alice@example.org").await;
    attempt(&home, Throttle::Letters, "alice@example.org").await;
    let elsewhere = TestHouse::with_master(support::other_master_key()).await;
    attempt(&elsewhere, Throttle::SignIn, "alice@example.org").await;
    let keys = |home: TestHouse| async move {
        let rows: Vec<(Vec<u8>,)> = home.rows("select key from throttles order by key").await;
        rows.into_iter().map(|(key,)| key).collect::<Vec<_>>()
    };
    let (here, there) = (keys(home).await, keys(elsewhere).await);
    assert_eq!((here.len(), there.len()), (2, 1), "a key for each purpose");
    assert!(here.iter().chain(&there).all(|key| key.len() == 32));
    assert!(!here.contains(&there[0]), "without the master key nobody can look up an address");
}
