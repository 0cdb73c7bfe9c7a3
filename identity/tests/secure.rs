//! "This was not me": whoever reads the mailbox takes the account back, whatever a thief has done to it.

mod support;

use identity::{
    Refusal,
    accounts::{self, Purpose, sign_in},
    admin::{self, Admin},
    passwords::Verdict,
    sessions::{self, Admission, Device, Rotation},
    tokens::TokenPair,
    words::{EndCause, Fault, Field, Role, Secret, Stay},
};
use support::{PASSWORD, TestHouse, device, mailbox::Received};
use uuid::Uuid;

const THIEFS: &str = "thief@example.net";

async fn secure(home: &TestHouse, token: &Secret) -> Result<Option<Secret>, Fault> {
    match accounts::secure_account(&home.house, token, &device()).await {
        Ok(reset) => Ok(reset),
        Err(Refusal::Invalid(faults)) if faults.len() == 1 && faults[0].field == Field::Token => Err(faults[0].fault),
        Err(other) => panic!("{other}"),
    }
}

/// A letter with the link: an administrator has changed the role.
async fn warned(home: &TestHouse, id: Uuid) -> Received {
    admin::set_role(&home.house, &admin::Proven::operator(), id, Role::Admin).await.unwrap();
    home.letter().await
}

/// The thief moves the account from one mailbox to another. Answers the letter to the first.
async fn moved(home: &TestHouse, thief: &TokenPair, from: &str, to: &str) -> Received {
    let proven = sessions::prove(&home.house, &thief.viewer).await.unwrap();
    accounts::change_address(&home.house, &proven, to, &device()).await.unwrap();
    let letters = home.letters().await;
    let confirmation = letters.iter().find(|letter| letter.to == to).unwrap();
    accounts::confirm_address(&home.house, &confirmation.token(), &device()).await.unwrap();
    home.letters().await.into_iter().find(|letter| letter.to == from).unwrap()
}

/// The thief moves the account to a mailbox of his own. Answers the owner's letter.
async fn stolen(home: &TestHouse, thief: &TokenPair) -> Received {
    moved(home, thief, "alice@example.org", THIEFS).await
}

async fn address(home: &TestHouse, id: Uuid) -> String {
    accounts::profile(&home.house, id).await.unwrap().1
}

async fn events(home: &TestHouse, id: Uuid) -> Vec<String> {
    let page = admin::audit(&home.house, &Admin::operator(), Some(id), None, 50).await.unwrap();
    page.items.into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn everybody_is_out_at_once_and_the_password_is_worthless() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let (own, thief) = (home.sign_in("alice", Stay::Day).await, home.sign_in("alice", Stay::Forever).await);
    let letter = warned(&home, id).await;
    assert!(letter.to == "alice@example.org" && letter.text.contains("/secure-account?token="));
    let reset = secure(&home, &letter.token()).await.unwrap().unwrap();
    assert!(!reset.expose().is_empty());
    for pair in [&own, &thief] {
        assert_eq!(sessions::admit(&home.house, &pair.access), Admission::Stale);
        let renewed = sessions::renew(&home.house, &pair.refresh, &device()).await.unwrap();
        assert!(matches!(renewed, Rotation::Ended(Some(EndCause::Secured))), "{renewed:?}");
    }
    let refused = sign_in(&home.house, "alice@example.org", &Secret::new(PASSWORD), Stay::Day, &device()).await;
    assert!(matches!(refused, Err(Refusal::Credentials)), "like any wrong password");
    let (stored,): (String,) = home.row("select password_hash from users").await;
    for guess in ["", PASSWORD, &stored] {
        assert_eq!(home.house.hasher.verify(&Secret::new(guess), Some(&stored)).await.unwrap(), Verdict::Wrong);
    }
    assert!(events(&home, id).await.contains(&"account_secured".to_owned()));
    let (purpose, to): (String, String) =
        home.row("select purpose, address from mailed_tokens where spent_at is null").await;
    assert_eq!((purpose.as_str(), to.as_str()), ("reset", "alice@example.org"), "nothing else is good any more");
}

#[tokio::test]
async fn the_owner_of_the_former_address_gets_the_account_back() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let thief = home.sign_in("alice", Stay::Forever).await;
    let letter = stolen(&home, &thief).await;
    assert_eq!(address(&home, id).await, THIEFS);
    secure(&home, &letter.token()).await.unwrap();
    assert_eq!(address(&home, id).await, "alice@example.org");
    assert_eq!(home.letter().await.to, THIEFS, "the other address is told");
    assert!(events(&home, id).await.contains(&"address_restored".to_owned()));
    assert_eq!(secure(&home, &letter.token()).await.unwrap_err(), Fault::Spent);
}

#[tokio::test]
async fn a_thief_cannot_void_the_owners_link_with_one_of_his_own() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let thief = home.sign_in("alice", Stay::Forever).await;
    let owners = stolen(&home, &thief).await;
    let thiefs = warned(&home, id).await;
    assert_eq!(thiefs.to, THIEFS);
    secure(&home, &thiefs.token()).await.unwrap();
    assert_eq!(address(&home, id).await, THIEFS);
    secure(&home, &owners.token()).await.unwrap();
    assert_eq!(address(&home, id).await, "alice@example.org");
    let (count,): (i64,) =
        home.row("select count(*) from mailed_tokens where spent_at is null and address = 'thief@example.net'").await;
    assert_eq!(count, 0, "and then nothing of the thief's is left, the link to a new password included");
}

#[tokio::test]
async fn a_thief_who_moves_on_cannot_void_the_owners_link_with_the_one_he_gets_by_it() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let thief = home.sign_in("alice", Stay::Forever).await;
    let owners = stolen(&home, &thief).await;
    // By a node whose clock is slow: what counts is what came first.
    home.clock.set(home.house.now().minus(std::time::Duration::from_secs(4)));
    let first = moved(&home, &thief, THIEFS, "thief@example.com").await;
    let again = warned(&home, id).await;
    secure(&home, &first.token()).await.unwrap();
    assert_eq!(address(&home, id).await, THIEFS, "it takes back what was moved after it");
    assert_eq!(
        secure(&home, &again.token()).await.unwrap_err(),
        Fault::Spent,
        "and is followed by none of a later day"
    );
    secure(&home, &owners.token()).await.unwrap();
    assert_eq!(address(&home, id).await, "alice@example.org");
    let left: Vec<(String,)> =
        home.rows("select address from mailed_tokens where spent_at is null and address <> 'alice@example.org'").await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn what_a_thief_has_asked_for_is_called_off() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let thief = home.sign_in("alice", Stay::Forever).await;
    let proven = sessions::prove(&home.house, &thief.viewer).await.unwrap();
    let browser = device().with_cookie("AAAAAAAAAAAAAAAAAAAAAA");
    sign_in(&home.house, "alice@example.org", &Secret::new(PASSWORD), Stay::Day, &browser).await.unwrap();
    home.letters().await;
    accounts::change_address(&home.house, &proven, THIEFS, &device()).await.unwrap();
    let letters = home.letters().await;
    let of = |to: &str| letters.iter().find(|letter| letter.to == to).unwrap().token();
    home.change("update users set delete_at = 1795000600000").await;
    let (devices,): (i64,) = home.row("select count(*) from devices").await;
    assert_eq!(devices, 1);
    secure(&home, &of("alice@example.org")).await.unwrap();
    let confirmed = accounts::confirm_address(&home.house, &of(THIEFS), &device()).await;
    assert!(matches!(confirmed, Err(Refusal::Invalid(_))), "the pending change");
    let (deletions, devices): (i64, i64) = home
        .row("select (select count(*) from users where delete_at is not null), (select count(*) from devices)")
        .await;
    assert_eq!((deletions, devices), (0, 0));
    assert!(events(&home, id).await.contains(&"deletion_cancelled".to_owned()));
}

#[tokio::test]
async fn an_address_that_has_another_account_by_now_stays_where_it_is() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let thief = home.sign_in("alice", Stay::Forever).await;
    let letter = stolen(&home, &thief).await;
    let other = home.person_at("other", "alice@example.org").await;
    let proven = sessions::prove(&home.house, &thief.viewer).await.unwrap();
    accounts::change_address(&home.house, &proven, "thief@example.com", &device()).await.unwrap();
    home.letters().await;
    assert!(secure(&home, &letter.token()).await.unwrap().is_none(), "no way to a new password");
    assert_eq!(
        (address(&home, id).await.as_str(), address(&home, other).await.as_str()),
        (THIEFS, "alice@example.org")
    );
    assert_eq!(sessions::admit(&home.house, &thief.access), Admission::Stale, "but the sessions end");
    let enter = async |email| sign_in(&home.house, email, &Secret::new(PASSWORD), Stay::Day, &device()).await;
    assert!(matches!(enter(THIEFS).await, Err(Refusal::Credentials)), "and the password is worthless");
    let left: Vec<(String, String)> =
        home.rows("select distinct purpose, address from mailed_tokens where spent_at is null").await;
    assert_eq!(left, [("secure".to_owned(), "alice@example.org".to_owned())]);

    // Whoever reads the mailbox makes room, and uses the link again.
    let pair = enter("alice@example.org").await.unwrap();
    assert_eq!(moved(&home, &pair, "alice@example.org", "alice.two@example.org").await.to, "alice@example.org");
    assert!(secure(&home, &letter.token()).await.unwrap().is_some());
    assert_eq!(address(&home, id).await, "alice@example.org");
    assert_eq!(secure(&home, &letter.token()).await.unwrap_err(), Fault::Spent);
}

#[tokio::test]
async fn an_account_whose_time_is_over_does_not_come_back() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let letter = warned(&home, id).await;
    home.advance(60);
    let before = |at: i64| format!("update users set delete_at = {at}");
    home.change(&before(home.house.now().0)).await;
    assert_eq!(secure(&home, &letter.token()).await.unwrap_err(), Fault::Spent);
    let (waiting,): (i64,) = home.row("select count(*) from users where delete_at is not null").await;
    assert_eq!(waiting, 1);
    home.change(&before(home.house.now().0 + 1)).await;
    secure(&home, &letter.token()).await.unwrap();
}

#[tokio::test]
async fn a_registration_that_nobody_has_confirmed_makes_way() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let letter = stolen(&home, &home.sign_in("alice", Stay::Forever).await).await;
    let squatters = Secret::new("a squatter's long pass");
    accounts::register(&home.house, "Squatter", "alice@example.org", &squatters, &device()).await.unwrap();
    secure(&home, &letter.token()).await.unwrap();
    assert_eq!(address(&home, id).await, "alice@example.org");
    let (users,): (i64,) = home.row("select count(*) from users").await;
    assert_eq!(users, 1);
}

#[tokio::test]
async fn of_twenty_at_once_one_counts_and_a_week_is_the_end() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let token = warned(&home, id).await.token();
    let tries = (0..20).map(|_| {
        let (house, token) = (home.house.clone(), token.clone());
        tokio::spawn(async move { accounts::secure_account(&house, &token, &device()).await.is_ok() })
    });
    let mut counted = 0;
    for one in tries.collect::<Vec<_>>() {
        counted += usize::from(one.await.unwrap());
    }
    assert_eq!(counted, 1);
    home.account("root", Role::Admin).await;
    admin::set_role(&home.house, &admin::Proven::operator(), id, Role::User).await.unwrap();
    let late = home.letter().await.token();
    home.advance(Purpose::Secure.life().as_secs());
    assert_eq!(secure(&home, &late).await.unwrap_err(), Fault::Spent);
    assert_eq!(secure(&home, &Secret::new(" ")).await.unwrap_err(), Fault::Missing);
}

#[tokio::test]
async fn a_disabled_account_is_secured_and_stays_disabled() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let token = warned(&home, id).await.token();
    home.account("root", Role::Admin).await;
    admin::set_role(&home.house, &admin::Proven::operator(), id, Role::User).await.unwrap();
    admin::disable(&home.house, &admin::Proven::operator(), id).await.unwrap();
    secure(&home, &token).await.unwrap();
    assert!(admin::one(&home.house, &Admin::operator(), id).await.unwrap().disabled_at.is_some());
}

#[tokio::test]
async fn a_role_is_told_where_it_has_changed_and_somebody_has_confirmed_the_address() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    assert!(warned(&home, id).await.text.contains("made you an administrator"));
    admin::set_role(&home.house, &admin::Proven::operator(), id, Role::Admin).await.unwrap();
    assert!(home.letters().await.is_empty(), "nothing has changed");
    let password = Secret::new("a stranger's long pass");
    accounts::register(&home.house, "Visit evil.example", "victim@example.org", &password, &device()).await.unwrap();
    home.letters().await;
    let (victim,): (Uuid,) = home.row("select id from users where verified_at is null").await;
    home.change("update users set role = 'admin' where verified_at is null").await;
    admin::set_role(&home.house, &admin::Proven::operator(), victim, Role::User).await.unwrap();
    assert!(home.letters().await.is_empty(), "a stranger's words go to nobody");
}

#[tokio::test]
async fn a_copied_session_is_told_with_the_way_back_and_the_browser_in_words() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let stolen = home.sign_in("alice", Stay::Day).await;
    let renew = async |refresh: &str, agent: &str| {
        sessions::renew(&home.house, refresh, &Device::new("203.0.113.9", agent)).await.unwrap()
    };
    let second = support::tokens(renew(&stolen.refresh, "").await);
    support::tokens(renew(&second.refresh, "").await);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0 evil.example";
    assert!(matches!(renew(&stolen.refresh, agent).await, Rotation::Reused));
    let letter = home.letter().await;
    assert!(letter.text.contains("Firefox on Linux") && letter.text.contains("203.0.113.9"), "{}", letter.text);
    assert!(!letter.text.contains("evil.example"), "never what the browser sent");
    secure(&home, &letter.token()).await.unwrap();
}
