//! Accounts made for others: who gets them, who does not, and what is left of one that nobody wanted.

mod support;

use identity::{
    Refusal, accounts,
    admin::{self, Admin, Proven},
    events::Kind,
    sessions,
    words::{Fault, Field, Role, Secret, Stay},
};
use std::time::Duration;
use support::{PASSWORD, TestHouse, device};
use uuid::Uuid;

const MINE: &str = "a quite different long password";

async fn invited(home: &TestHouse, name: &str, role: Role) -> Uuid {
    let email = format!("{name}@example.org");
    admin::invite(&home.house, &Proven::operator(), name, &email, role).await.unwrap()
}

async fn accepts(home: &TestHouse, token: &Secret) -> Result<Uuid, Refusal> {
    accounts::accept_invitation(&home.house, token, &Secret::new(MINE), &device()).await
}

async fn enters(home: &TestHouse, name: &str, password: &str) -> bool {
    let email = format!("{name}@example.org");
    accounts::sign_in(&home.house, &email, &Secret::new(password), Stay::Day, &device()).await.is_ok()
}

async fn count(home: &TestHouse, sql: &str) -> i64 {
    home.row::<(i64,)>(sql).await.0
}

async fn kinds(home: &TestHouse, kind: Kind) -> i64 {
    count(home, &format!("select count(*) from events where kind = '{kind}'")).await
}

#[track_caller]
fn is_fault<T: std::fmt::Debug>(outcome: Result<T, Refusal>, field: Field, fault: Fault) {
    let fits = matches!(&outcome, Err(Refusal::Invalid(faults)) if faults.iter().any(|it| it.field == field && it.fault == fault));
    assert!(fits, "{outcome:?}");
}

#[tokio::test]
async fn who_is_invited_chooses_a_password_and_has_the_account_and_its_role() {
    let home = TestHouse::start().await;
    let id = invited(&home, "alice", Role::Admin).await;
    let state = admin::account(&home.house, &Proven::operator(), id).await.unwrap();
    assert!(state.is_invited && !state.is_last_admin, "nobody can sign in there yet");
    let letter = home.letter().await;
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("alice@example.org", "You are invited to id.example.org")
    );
    home.advance(7 * 86_400 - 1);
    let weak = accounts::accept_invitation(&home.house, &letter.token(), &Secret::new("short"), &device()).await;
    is_fault(weak, Field::Password, Fault::TooShort);
    assert_eq!(accepts(&home, &letter.token()).await.unwrap(), id, "a refused password leaves the letter good");
    is_fault(accepts(&home, &letter.token()).await, Field::Token, Fault::Spent);
    let pair =
        accounts::sign_in(&home.house, "alice@example.org", &Secret::new(MINE), Stay::Day, &device()).await.unwrap();
    assert_eq!((pair.viewer.role, pair.viewer.name.as_str()), (Role::Admin, "alice"));
    assert_eq!((kinds(&home, Kind::Invited).await, kinds(&home, Kind::Verified).await), (1, 1));
    assert!(!admin::account(&home.house, &Proven::operator(), id).await.unwrap().is_invited);
}

#[tokio::test]
async fn an_invitation_runs_out_after_seven_days_and_another_one_can_be_sent() {
    let home = TestHouse::start().await;
    let id = invited(&home, "alice", Role::User).await;
    let first = home.letter().await.token();
    home.advance(7 * 86_400);
    is_fault(accepts(&home, &first).await, Field::Token, Fault::Spent);
    admin::resend_invitation(&home.house, &Proven::operator(), id).await.unwrap();
    let second = home.letter().await.token();
    accepts(&home, &second).await.unwrap();
    let late = admin::resend_invitation(&home.house, &Proven::operator(), id).await;
    assert!(matches!(late, Err(Refusal::NotFound)), "{late:?}");
    assert!(enters(&home, "alice", MINE).await);
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_leaves_nothing() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = invited(&home, "alice", Role::User).await;
    let token = home.letter().await.token();
    admin::revoke_invitation(&home.house, &root, id).await.unwrap();
    is_fault(accepts(&home, &token).await, Field::Token, Fault::Spent);
    for table in ["users", "mailed_tokens", "letters"] {
        assert_eq!(count(&home, &format!("select count(*) from {table}")).await, 0, "{table}");
    }
    let gone = admin::revoke_invitation(&home.house, &root, id).await;
    assert!(matches!(gone, Err(Refusal::NotFound)), "{gone:?}");

    let id = invited(&home, "alice", Role::User).await;
    accepts(&home, &home.letter().await.token()).await.unwrap();
    let late = admin::revoke_invitation(&home.house, &root, id).await;
    assert!(matches!(late, Err(Refusal::NotFound)), "what somebody has is not taken back: {late:?}");
    let person = home.person("bob").await;
    let never = admin::revoke_invitation(&home.house, &root, person).await;
    assert!(matches!(never, Err(Refusal::NotFound)), "{never:?}");
    assert_eq!(count(&home, "select count(*) from users").await, 2);
}

#[tokio::test]
async fn an_administrator_hears_clearly_what_is_wrong() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    home.person("alice").await;
    let invite = async |name: &str, email: &str, role: &str| {
        admin::invite(&home.house, &root, name, email, Role::from_word(role).unwrap()).await
    };
    is_fault(invite("Alice", " ALICE@example.org", "user").await, Field::Email, Fault::Taken);
    is_fault(invite("", "nonsense", "user").await, Field::Name, Fault::Missing);
    is_fault(invite("", "nonsense", "user").await, Field::Email, Fault::Malformed);
    is_fault(invite("Bob", "bob@example.org", "no-such-role").await, Field::Role, Fault::Wrong);
    invite("Bob", "bob@example.org", "user").await.unwrap();
    is_fault(invite("Bob", "bob@example.org", "user").await, Field::Email, Fault::Taken);
    let create = |password: &'static str| {
        let (house, root) = (&home.house, &root);
        async move { admin::create(house, root, "Carol", "carol@example.org", &Secret::new(password), Role::User).await }
    };
    is_fault(create("short").await, Field::Password, Fault::TooShort);
    create(PASSWORD).await.unwrap();
    is_fault(create(PASSWORD).await, Field::Email, Fault::Taken);
    assert!(enters(&home, "carol", PASSWORD).await);
    assert_eq!(count(&home, "select count(*) from users").await, 3);
}

#[tokio::test]
async fn a_stranger_who_registers_the_address_gets_nothing_of_it() {
    let home = TestHouse::start().await;
    invited(&home, "alice", Role::Admin).await;
    let invitation = home.letter().await.token();
    let stranger = "the password of a stranger";
    accounts::register(&home.house, "Mallory", "alice@example.org", &Secret::new(stranger), &device()).await.unwrap();
    // The owner takes the stranger's letter for the invitation.
    let letter = home.letter().await;
    let confirmed = accounts::verify_email(&home.house, &letter.token(), &device()).await;
    is_fault(confirmed, Field::Token, Fault::Spent);
    assert!(!enters(&home, "alice", stranger).await);
    accounts::resend_verification(&home.house, "alice@example.org", &device()).await.unwrap();
    let other = home.letter().await;
    is_fault(accounts::verify_email(&home.house, &other.token(), &device()).await, Field::Token, Fault::Spent);

    accounts::reset_password(&home.house, &letter.token(), &Secret::new(MINE), &device()).await.unwrap();
    assert!(!enters(&home, "alice", stranger).await && enters(&home, "alice", MINE).await);
    is_fault(accepts(&home, &invitation).await, Field::Token, Fault::Spent);
    let (name,): (String,) = home.row("select name from users").await;
    assert_eq!(name, "alice", "as the administrator called them");
}

#[tokio::test]
async fn vouching_for_who_was_invited_still_asks_them_for_a_password() {
    let home = TestHouse::start().await;
    let id = invited(&home, "alice", Role::User).await;
    let invitation = home.letter().await.token();
    admin::verify(&home.house, &Proven::operator(), id).await.unwrap();
    is_fault(accepts(&home, &invitation).await, Field::Token, Fault::Spent);
    let letter = home.letter().await;
    accounts::reset_password(&home.house, &letter.token(), &Secret::new(MINE), &device()).await.unwrap();
    assert!(enters(&home, "alice", MINE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_who_accept_at_once_one_does_and_the_letters_of_the_others_are_spent() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(4).await;
    let id = invited(&home, "alice", Role::User).await;
    admin::resend_invitation(&home.house, &Proven::operator(), id).await.unwrap();
    let tokens: Vec<Secret> = home.letters().await.iter().map(|letter| letter.token()).collect();
    let attempts: Vec<_> = (0..20)
        .map(|n| {
            let (house, token) = (nodes[n % 4].clone(), tokens[n % 2].clone());
            let password = format!("{MINE} {n}");
            tokio::spawn(async move {
                let accepted = accounts::accept_invitation(&house, &token, &Secret::new(&*password), &device()).await;
                (accepted, password)
            })
        })
        .collect();
    let mut winners = Vec::new();
    for attempt in attempts {
        match attempt.await.unwrap() {
            (Ok(_), password) => winners.push(password),
            (Err(Refusal::Busy { .. }), _) => {}
            (refused, _) => is_fault(refused, Field::Token, Fault::Spent),
        }
    }
    assert_eq!((winners.len(), kinds(&home, Kind::Verified).await), (1, 1));
    assert!(enters(&home, "alice", &winners[0]).await);
}

/// An administrator in a browser.
async fn sits(home: &TestHouse, name: &str) -> Proven {
    home.account(name, Role::Admin).await;
    let pair = home.sign_in(name, Stay::Day).await;
    let proof = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    Admin::of(&pair.viewer, &device()).unwrap().proven(&proof).unwrap()
}

#[tokio::test]
async fn a_hundred_letters_to_strangers_in_an_hour_whoever_sends_them() {
    let home = TestHouse::start().await;
    let admins = [sits(&home, "root").await, sits(&home, "made-by-the-thief").await];
    let mut number = 0;
    let mut ask = async |admin: &Proven| {
        number += 1;
        admin::invite(&home.house, admin, "Stranger", &format!("s{number}@example.org"), Role::User).await
    };
    for turn in 0..100 {
        ask(&admins[turn % 2]).await.unwrap_or_else(|refusal| panic!("{turn}: {refusal:?}"));
    }
    for admin in &admins {
        let refused = ask(admin).await;
        let wait = Duration::from_secs(600);
        assert!(matches!(&refused, Err(Refusal::TooMany { retry_after }) if *retry_after == wait), "{refused:?}");
    }
    let (waits,): (Uuid,) = home.row("select id from users where email = 's1@example.org'").await;
    let again = admin::resend_invitation(&home.house, &admins[0], waits).await;
    assert!(matches!(again, Err(Refusal::TooMany { .. })), "sending it again is a letter too: {again:?}");
    assert_eq!(count(&home, "select count(*) from letters where kind = 'invitation'").await, 100);
    ask(&Proven::operator()).await.expect("whoever has the machine");
    home.advance(600);
    ask(&admins[0]).await.expect("as it was said");
}

#[tokio::test]
async fn nobody_is_buried_under_invitations_that_are_taken_back() {
    let home = TestHouse::start().await;
    let root = sits(&home, "root").await;
    let mut sent = 0;
    let refused = loop {
        match admin::invite(&home.house, &root, "Alice", "alice@example.org", Role::User).await {
            Ok(id) => admin::revoke_invitation(&home.house, &root, id).await.unwrap(),
            Err(refusal) => break refusal,
        }
        sent += 1;
    };
    assert_eq!(sent, 3);
    assert!(matches!(refused, Refusal::TooMany { .. }), "{refused:?}");
}

#[tokio::test]
async fn what_is_refused_uses_up_nothing_of_the_hundred() {
    let home = TestHouse::start().await;
    let root = sits(&home, "root").await;
    home.person("taken").await;
    let refused = async |email: &str, role: &str| {
        let role = Role::from_word(role).unwrap();
        admin::invite(&home.house, &root, "Stranger", email, role).await.unwrap_err()
    };
    for turn in 0..120 {
        assert!(matches!(refused("taken@example.org", "user").await, Refusal::Invalid(_)), "{turn}");
        assert!(matches!(refused("free@example.org", "no-such-role").await, Refusal::Invalid(_)), "{turn}");
        let nobody = admin::resend_invitation(&home.house, &root, Uuid::max()).await;
        assert!(matches!(nobody, Err(Refusal::NotFound)), "{turn}: {nobody:?}");
    }
    let invite = async |email: &str| admin::invite(&home.house, &root, "Stranger", email, Role::User).await;
    let waits = invite("alice@example.org").await.unwrap();
    // Of these, two leave; the others are too many to one address.
    for _ in 0..120 {
        let _ = admin::resend_invitation(&home.house, &root, waits).await;
    }
    assert_eq!(count(&home, "select count(*) from letters where kind = 'invitation'").await, 3);
    for number in 3..100 {
        invite(&format!("s{number}@example.org")).await.unwrap_or_else(|refusal| panic!("{number}: {refusal:?}"));
    }
    let over = invite("s100@example.org").await;
    assert!(matches!(over, Err(Refusal::TooMany { .. })), "{over:?}");
}

#[tokio::test]
async fn other_letters_to_strangers_are_counted_with_invitations_and_those_to_people_are_not() {
    let home = TestHouse::start().await;
    let root = sits(&home, "root").await;
    let secret = Secret::new(PASSWORD);
    let create = async |name: &str| {
        let email = format!("{name}@example.org");
        admin::create(&home.house, &root, "Read this", &email, &secret, Role::User).await.unwrap()
    };
    let (stranger, alice) = (create("stranger").await, create("alice").await);
    home.sign_in("alice", Stay::Day).await;
    let acts = async |id: Uuid| {
        admin::force_reset(&home.house, &root, id).await?;
        admin::reset_password(&home.house, &root, id, &Secret::new(MINE)).await?;
        admin::order_deletion(&home.house, &root, id).await?;
        admin::revoke_deletion(&home.house, &root, id).await
    };
    for turn in 0..25 {
        acts(stranger).await.unwrap_or_else(|refusal| panic!("{turn}: {refusal:?}"));
    }
    let sent = count(&home, "select count(*) from letters").await;
    let over = [
        admin::force_reset(&home.house, &root, stranger).await,
        admin::reset_password(&home.house, &root, stranger, &Secret::new(MINE)).await,
        admin::set_role(&home.house, &root, stranger, Role::Admin).await,
        admin::invite(&home.house, &root, "Bob", "bob@example.org", Role::User).await.map(drop),
    ];
    for (turn, refused) in over.iter().enumerate() {
        assert!(matches!(refused, Err(Refusal::TooMany { .. })), "{turn}: {refused:?}");
    }
    assert_eq!(count(&home, "select count(*) from letters").await, sent);
    admin::order_deletion(&home.house, &root, stranger).await.expect("clearing up waits for nothing");
    admin::revoke_deletion(&home.house, &root, stranger).await.unwrap();
    assert_eq!(count(&home, "select count(*) from letters").await, sent, "and writes nothing");
    acts(alice).await.expect("she has been here");
    assert_eq!(count(&home, "select count(*) from letters").await, sent + 4);
    admin::force_reset(&home.house, &Proven::operator(), stranger).await.expect("whoever has the machine");
}
