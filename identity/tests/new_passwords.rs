//! A new password, through whichever door it comes: what it calls off, who is told, and whose it is while nobody has confirmed
//! the address.

mod support;

use identity::{
    Refusal, Settings,
    accounts::{
        self, change_address, change_password, confirm_address, pending_address, request_reset, reset_password,
    },
    admin::{self, Admin, Proven},
    sessions,
    tokens::TokenPair,
    words::{Fault, Field, FieldError, Secret, Stay},
};
use support::{PASSWORD, TestHouse, device, mailbox::Received, settings};
use uuid::Uuid;

const NEW: &str = "seventeen purple doors";
const STRANGERS: &str = "a quiet harbour in the rain";
const ALICE: &str = "alice@example.org";
const THIEFS: &str = "thief@example.net";
const DAY: u64 = 24 * 3600;
const CHANGED: &str = "Your password at id.example.org was changed";
const SET: &str = "Set a new password for id.example.org";

fn without_limits() -> Settings {
    Settings { limits: false, ..settings() }
}

async fn asked(home: &TestHouse, email: &str) -> Received {
    request_reset(&home.house, email, &device()).await.unwrap();
    home.letter().await
}

async fn reset(home: &TestHouse, token: &Secret, password: &str) -> Result<Uuid, Refusal> {
    reset_password(&home.house, token, &Secret::new(password), &device()).await
}

async fn change(home: &TestHouse, pair: &TokenPair, current: &str, password: &str) -> Result<(), Refusal> {
    let (current, password) = (Secret::new(current), Secret::new(password));
    change_password(&home.house, &pair.viewer, &device(), &current, &password, false).await.map(drop)
}

async fn enter(home: &TestHouse, email: &str, password: &str) -> Result<TokenPair, Refusal> {
    accounts::sign_in(&home.house, email, &Secret::new(password), Stay::Day, &device()).await
}

async fn register(home: &TestHouse, name: &str, password: &str) -> Received {
    accounts::register(&home.house, name, ALICE, &Secret::new(password), &device()).await.unwrap();
    home.letter().await
}

/// Asks for the verification letter once more, and reads what comes.
async fn again(home: &TestHouse) -> Received {
    accounts::resend_verification(&home.house, ALICE, &device()).await.unwrap();
    home.letter().await
}

fn is_spent<T: std::fmt::Debug>(outcome: &Result<T, Refusal>) -> bool {
    matches!(outcome, Err(Refusal::Invalid(faults)) if *faults == [FieldError::new(Field::Token, Fault::Spent)])
}

/// The doors through which a new password comes.
#[derive(Clone, Copy, Debug)]
enum Door {
    Letter,
    Own,
    Operator,
}

impl Door {
    const ALL: [Self; 3] = [Self::Letter, Self::Own, Self::Operator];

    async fn set(self, home: &TestHouse, owner: &TokenPair) {
        match self {
            Self::Letter => reset(home, &asked(home, ALICE).await.token(), NEW).await.map(drop),
            Self::Own => change(home, owner, PASSWORD, NEW).await,
            Self::Operator => {
                admin::reset_password(&home.house, &Proven::operator(), owner.viewer.id, &Secret::new(NEW)).await
            }
        }
        .unwrap_or_else(|refusal| panic!("{self:?}: {refusal:?}"));
    }
}

#[tokio::test]
async fn whichever_way_it_is_set_another_address_that_was_asked_for_before_is_not_to_be_had_any_more() {
    for door in Door::ALL {
        let home = TestHouse::start().await;
        let alice = home.person("alice").await;
        let (owner, thief) = (home.sign_in("alice", Stay::Day).await, home.sign_in("alice", Stay::Forever).await);
        let proven = sessions::prove(&home.house, &thief.viewer).await.unwrap();
        change_address(&home.house, &proven, THIEFS, &device()).await.unwrap();
        let letter = home.letters().await.into_iter().find(|letter| letter.to == THIEFS).unwrap();
        door.set(&home, &owner).await;
        let confirmed = confirm_address(&home.house, &letter.token(), &device()).await;
        assert!(is_spent(&confirmed), "{door:?}: {confirmed:?}");
        assert_eq!(accounts::profile(&home.house, alice).await.unwrap().1, ALICE, "{door:?}");
        assert_eq!(pending_address(&home.house, alice).await.unwrap(), None, "{door:?}");
    }
}

#[tokio::test]
async fn whichever_way_it_is_set_the_owner_is_told_and_can_take_the_account_back() {
    for door in Door::ALL {
        let home = TestHouse::start().await;
        home.person("alice").await;
        let owner = home.sign_in("alice", Stay::Day).await;
        door.set(&home, &owner).await;
        let told = home.letter().await;
        assert_eq!((told.to.as_str(), told.subject.as_str()), (ALICE, CHANGED), "{door:?}");
        let by_us = told.text.contains("an administrator") && !told.text.contains("Browser:");
        assert_eq!(by_us, matches!(door, Door::Operator), "{door:?}: {}", told.text);
        accounts::secure_account(&home.house, &told.token(), &device()).await.unwrap();
    }
    // Where nobody has confirmed the address, a stranger may read it, or a stranger's words be in it.
    let home = TestHouse::start().await;
    register(&home, "Mallory", STRANGERS).await;
    let (id,): (Uuid,) = home.row("select id from users").await;
    admin::reset_password(&home.house, &Proven::operator(), id, &Secret::new(NEW)).await.unwrap();
    assert!(home.letters().await.is_empty());
}

#[tokio::test]
async fn what_was_done_is_not_called_a_failure_because_attempts_could_not_be_forgotten() {
    let home = TestHouse::with(without_limits()).await;
    home.person("alice").await;
    let letter = asked(&home, ALICE).await;
    home.change("alter table throttles rename to throttles_away").await;
    reset(&home, &letter.token(), STRANGERS).await.expect("set by letter");
    let here = enter(&home, ALICE, STRANGERS).await.expect("signed in");
    change(&home, &here, STRANGERS, NEW).await.expect("changed");
    let given = sessions::reauthenticate(&home.house, &here.viewer, &Secret::new(NEW), &device(), false).await;
    given.expect("given again");
    home.change("alter table throttles_away rename to throttles").await;
}

#[tokio::test]
async fn asking_again_puts_no_strangers_password_in_force_once_two_have_registered() {
    for (stranger_first, later) in [(true, 0), (false, 0), (true, DAY), (false, DAY)] {
        let home = TestHouse::with(without_limits()).await;
        let case = format!("stranger first: {stranger_first}, {later} seconds later");
        let both = [("Alice", PASSWORD), ("Mallory", STRANGERS)];
        for turn in 0..2 {
            let (name, password) = both[usize::from((turn == 0) == stranger_first)];
            register(&home, name, password).await;
        }
        home.advance(later);
        identity::jobs::tidy(&home.house).await.unwrap();
        let letter = again(&home).await;
        assert_eq!((letter.to.as_str(), letter.subject.as_str()), (ALICE, SET), "{case}");
        assert!(letter.text.starts_with("Hello,"), "{case}: {}", letter.text);
        let confirmed = accounts::verify_email(&home.house, &letter.token(), &device()).await;
        assert!(is_spent(&confirmed), "{case}: it confirms no registration");
        reset(&home, &letter.token(), NEW).await.unwrap();
        assert!(enter(&home, ALICE, NEW).await.is_ok(), "{case}");
        assert!(matches!(enter(&home, ALICE, STRANGERS).await, Err(Refusal::Credentials)), "{case}");
    }
}

#[tokio::test]
async fn a_stranger_who_registers_meanwhile_keeps_no_letter_from_the_owner() {
    let home = TestHouse::with(without_limits()).await;
    register(&home, "Alice", PASSWORD).await;
    request_reset(&home.house, ALICE, &device()).await.unwrap();
    home.advance(1);
    accounts::register(&home.house, "Mallory", ALICE, &Secret::new(STRANGERS), &device()).await.unwrap();
    let letters = home.letters().await;
    let letter = letters.iter().find(|letter| letter.subject == SET).expect("the letter that was asked for before");
    reset(&home, &letter.token(), NEW).await.unwrap();
}

#[tokio::test]
async fn whose_registration_was_confirmed_is_not_contested_any_more() {
    let home = TestHouse::with(without_limits()).await;
    let letter = register(&home, "Alice", PASSWORD).await;
    request_reset(&home.house, ALICE, &device()).await.unwrap();
    home.advance(1);
    accounts::register(&home.house, "Mallory", ALICE, &Secret::new(STRANGERS), &device()).await.unwrap();
    accounts::verify_email(&home.house, &letter.token(), &device()).await.unwrap();
    let changed: (Option<i64>,) = home.row("select password_changed_at from users").await;
    assert_eq!(changed.0, None, "it is the one of the registration");
    assert!(home.letters().await.iter().any(|letter| letter.subject == SET), "asked for before, and still wanted");
}

#[tokio::test]
async fn a_name_that_a_stranger_chose_is_gone_when_the_owner_sets_the_password() {
    let home = TestHouse::start().await;
    register(&home, "Win http money at evil example", STRANGERS).await;
    let id = reset(&home, &asked(&home, ALICE).await.token(), NEW).await.unwrap();
    let told = home.letter().await;
    assert!(told.subject == CHANGED && told.text.starts_with("Hello,"), "{}", told.text);
    assert_eq!(accounts::profile(&home.house, id).await.unwrap().0, "alice");
    assert_eq!(enter(&home, ALICE, NEW).await.unwrap().viewer.name, "alice");
    let filter = admin::Filter { begins: "alice".into(), limit: 10, ..admin::Filter::default() };
    assert_eq!(admin::users(&home.house, &Admin::operator(), &filter).await.unwrap().items.len(), 1);
    let key: (String,) = home.row("select name_key from users").await;
    assert_eq!(key.0, "alice");
    // The next letter is to somebody we know.
    let told = {
        reset(&home, &asked(&home, ALICE).await.token(), STRANGERS).await.unwrap();
        home.letter().await
    };
    assert!(told.text.starts_with("Hello alice,"), "{}", told.text);
}

#[tokio::test]
async fn an_account_whose_time_has_come_gets_no_letter_and_no_password_and_a_reset_calls_no_deletion_off() {
    let home = TestHouse::with(without_limits()).await;
    let alice = home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let proven = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    accounts::leaving::request(&home.house, &proven, &device()).await.unwrap();
    home.letter().await;
    home.advance(accounts::leaving::UNDO.as_secs() - 2);
    reset(&home, &asked(&home, ALICE).await.token(), NEW).await.unwrap();
    home.letter().await;
    assert!(accounts::leaving::due(&home.house, alice).await.unwrap().is_some(), "whoever wants to stay says so");
    let late = asked(&home, ALICE).await;
    home.advance(2);
    let set = reset(&home, &late.token(), STRANGERS).await;
    assert!(is_spent(&set), "{set:?}");
    request_reset(&home.house, ALICE, &device()).await.unwrap();
    assert!(home.letters().await.is_empty(), "as if it never was");
}
