//! Browsers an account has been used from: a new one is told by letter, and strangers' guesses do not slow a known one down.

mod support;

use identity::{
    Refusal, Settings,
    accounts::{self, KNOWN_FOR, sign_in},
    admin::{self, Admin},
    jobs,
    sessions::{self, Device},
    tokens::TokenPair,
    words::{EmailAddress, Role, Secret, Stay},
};
use support::{PASSWORD, START, TestHouse, look};

const WRONG: &str = "seventeen purple doors";

/// A browser with a cookie of its own.
fn browser(n: u8) -> Device {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    Device::new("203.0.113.9", agent).with_cookie(format!("{n:022}"))
}

async fn enter(home: &TestHouse, email: &str, password: &str, from: &Device) -> Result<TokenPair, Refusal> {
    sign_in(&home.house, email, &Secret::new(password), Stay::Day, from).await
}

async fn alice(home: &TestHouse, from: &Device) -> Result<TokenPair, Refusal> {
    enter(home, "alice@example.org", PASSWORD, from).await
}

/// Guesses until somebody has to wait.
async fn hammer(home: &TestHouse, email: &str, from: &Device) {
    for _ in 0..5 {
        assert!(matches!(enter(home, email, WRONG, from).await, Err(Refusal::Credentials)));
    }
    assert!(matches!(enter(home, email, WRONG, from).await, Err(Refusal::TooMany { .. })));
}

#[tokio::test]
async fn a_new_browser_is_told_and_a_known_one_is_not() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    alice(&home, &browser(1)).await.unwrap();
    assert!(home.letters().await.is_empty(), "at the very first sign-in every browser is new");
    alice(&home, &browser(1)).await.unwrap();
    assert!(home.letters().await.is_empty());
    let pair = alice(&home, &browser(2)).await.unwrap();
    let letter = home.letter().await;
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), ("alice@example.org", "New sign-in at id.example.org"));
    for told in ["Firefox on Linux", "203.0.113.9", "UTC", "/secure-account?token="] {
        assert!(letter.text.contains(told), "{told}: {}", letter.text);
    }
    let (session,): (uuid::Uuid,) = home.row("select session_id from events where kind = 'new_device'").await;
    assert_eq!(session, pair.viewer.session);
    alice(&home, &browser(2)).await.unwrap();
    assert!(home.letters().await.is_empty());
    alice(&home, &support::device()).await.unwrap();
    assert!(home.letters().await.is_empty(), "a program is no browser");
}

#[tokio::test]
async fn a_browser_is_known_to_one_account_and_the_table_names_nobody() {
    let home = TestHouse::start().await;
    for name in ["alice", "bob"] {
        home.person(name).await;
        let email = format!("{name}@example.org");
        enter(&home, &email, PASSWORD, &browser(1)).await.unwrap();
    }
    enter(&home, "bob@example.org", PASSWORD, &browser(2)).await.unwrap();
    assert_eq!(home.letter().await.to, "bob@example.org");
    alice(&home, &browser(2)).await.unwrap();
    assert_eq!(home.letter().await.to, "alice@example.org", "what is known to bob is not to her");
    let keys: Vec<(Vec<u8>,)> = home.rows("select key from devices").await;
    assert_eq!(keys.len(), 4);
    assert!(keys.iter().all(|(key,)| key.len() == 32 && !key.windows(5).any(|part| part == b"00000")));
}

#[tokio::test]
async fn a_stranger_who_hammers_does_not_slow_the_owner_down() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    alice(&home, &browser(1)).await.unwrap();
    let stranger = browser(9);
    hammer(&home, "alice@example.org", &stranger).await;
    alice(&home, &browser(1)).await.unwrap();
    let refused = enter(&home, "alice@example.org", PASSWORD, &stranger).await;
    assert!(matches!(refused, Err(Refusal::TooMany { .. })), "her success forgives him nothing");
    assert!(matches!(alice(&home, &browser(2)).await, Err(Refusal::TooMany { .. })), "nor any browser not seen before");
}

#[tokio::test]
async fn a_known_browser_has_a_count_of_its_own_and_an_operator_can_clear_it() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    for n in [1, 2] {
        alice(&home, &browser(n)).await.unwrap();
    }
    hammer(&home, "alice@example.org", &browser(1)).await;
    assert!(
        matches!(alice(&home, &browser(1)).await, Err(Refusal::TooMany { .. })),
        "a thief of the cookie guesses no faster"
    );
    alice(&home, &browser(2)).await.unwrap();
    alice(&home, &browser(3)).await.unwrap();
    accounts::unlock(&home.house, &EmailAddress::parse("alice@example.org").unwrap()).await.unwrap();
    alice(&home, &browser(1)).await.unwrap();
    let nobody = EmailAddress::parse("nobody@example.org").unwrap();
    assert!(matches!(accounts::unlock(&home.house, &nobody).await, Err(Refusal::NotFound)));
}

#[tokio::test]
async fn an_unknown_address_is_answered_like_a_known_one_from_any_browser() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    alice(&home, &browser(1)).await.unwrap();
    for from in [browser(9), support::device()] {
        home.advance(3600);
        let mut answers = Vec::new();
        for email in ["alice@example.org", "nobody@example.org"] {
            let mut told = Vec::new();
            for _ in 0..7 {
                let before = home.house.hasher.hashes();
                let refused = enter(&home, email, WRONG, &from).await.unwrap_err();
                told.push((refused.to_string(), home.house.hasher.hashes() - before));
            }
            answers.push(told);
        }
        assert_eq!(answers[0], answers[1]);
    }
    let (devices,): (i64,) = home.row("select count(*) from devices").await;
    assert_eq!(devices, 1, "who fails is not known");
}

#[tokio::test]
async fn who_signs_in_from_ever_new_browsers_buries_no_letter() {
    // An operator who lets limits go has not asked for the owners' mailboxes to be filled.
    for limits in [true, false] {
        let home = TestHouse::with(Settings { limits, ..support::settings() }).await;
        home.person("alice").await;
        for n in 0..10 {
            alice(&home, &browser(n)).await.unwrap();
        }
        assert_eq!(home.letters().await.len(), 3);
        let (told,): (i64,) = home.row("select count(*) from events where kind = 'new_device'").await;
        assert_eq!(told, 9, "the history tells them all");
        home.advance(3600);
        alice(&home, &browser(10)).await.unwrap();
        assert_eq!(home.letters().await.len(), 1);
    }
}

#[tokio::test]
async fn the_latest_hundred_browsers_of_an_account_are_known() {
    let home = TestHouse::start().await;
    let alice_id = home.person("alice").await;
    let bob = home.person("bob").await;
    for n in 0..100_u8 {
        let sql = "insert into devices (key, user_id, created_at, seen_at) values ($1, $2, 1, $3)";
        let user = if n < 10 { bob } else { alice_id };
        look!(home, |p| sqlx::query(sql)
            .bind(vec![n; 32])
            .bind(user)
            .bind(i64::from(n))
            .execute(p)
            .await
            .map(drop)
            .unwrap());
    }
    for n in 1..=20 {
        home.advance(1);
        alice(&home, &browser(n)).await.unwrap();
    }
    let sql = "select count(*), min(seen_at) from devices group by user_id order by 1";
    let left: Vec<(i64, i64)> = home.rows(sql).await;
    assert_eq!(left, [(10, 0), (100, 20)], "bob keeps his, and of hers the oldest ten are gone");
    home.letters().await;
    alice(&home, &browser(20)).await.unwrap();
    assert!(home.letters().await.is_empty());
}

#[tokio::test]
async fn a_new_password_forgets_the_browsers_of_the_old_one() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    home.account("root", Role::Admin).await;
    let root = home.sign_in("root", Stay::Day).await;
    let known = async || home.row::<(i64,)>("select count(*) from devices").await.0;
    let here = alice(&home, &browser(1)).await.unwrap();
    alice(&home, &browser(2)).await.unwrap();
    let (old, new) = (Secret::new(PASSWORD), Secret::new("violet umbrella seventeen"));
    accounts::change_password(&home.house, &here.viewer, &browser(1), &old, &new, true).await.unwrap();
    assert_eq!(known().await, 1);
    home.letters().await;
    enter(&home, "alice@example.org", new.expose(), &browser(1)).await.unwrap();
    assert!(home.letters().await.is_empty(), "the one it was changed in is known");

    accounts::request_reset(&home.house, "alice@example.org", &browser(9)).await.unwrap();
    let token = home.letter().await.token();
    accounts::reset_password(&home.house, &token, &old, &browser(1)).await.unwrap();
    assert_eq!(known().await, 0, "whoever sets it by letter may not be where it was used");

    alice(&home, &browser(1)).await.unwrap();
    let boss = Admin::of(&root.viewer, &support::device()).unwrap();
    let boss = boss.proven(&sessions::prove(&home.house, &root.viewer).await.unwrap()).unwrap();
    admin::reset_password(&home.house, &boss, id, &new).await.unwrap();
    assert_eq!(known().await, 0);
}

#[tokio::test]
async fn a_browser_is_forgotten_four_hundred_days_after_its_last_sign_in() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    alice(&home, &browser(1)).await.unwrap();
    home.advance(KNOWN_FOR.as_secs() - 1);
    alice(&home, &browser(1)).await.unwrap();
    home.advance(KNOWN_FOR.as_secs() - 1);
    jobs::tidy(&home.house).await.unwrap();
    let (seen,): (i64,) = home.row("select seen_at from devices").await;
    assert_eq!(seen, START.plus(KNOWN_FOR).0 - 1000);
    home.advance(1);
    jobs::tidy(&home.house).await.unwrap();
    assert_eq!(home.rows::<(i64,)>("select seen_at from devices").await.len(), 0);
    alice(&home, &browser(1)).await.unwrap();
    assert!(home.letters().await.iter().any(|letter| letter.subject.contains("New sign-in")));
}
