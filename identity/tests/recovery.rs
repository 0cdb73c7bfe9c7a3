//! Forgotten and changed passwords: what the letters bring and tell, who may spend what and how often, and that asking for a
//! letter is the same for every address.

#[path = "support/mail_server.rs"]
mod mail_server;
mod support;

use identity::{
    Latchkey, Refusal, Settings,
    accounts::{self, Purpose, change_password, request_reset, reset_password, verify_email},
    admin::{self, Admin, Proven},
    mail::{self, Delivered, Transport},
    sessions::{self, PROOF_LIFE},
    tokens::TokenPair,
    words::{Fault, Field, FieldError, Secret, Stay},
};
use mail_server::MailServer;
use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};
use support::{PASSWORD, TestHouse, device, mailbox::Received, master_key, settings};
use uuid::Uuid;

const NEW: &str = "seventeen purple doors";
const OTHER: &str = "a quiet harbour in the rain";
const ALICE: &str = "alice@example.org";

/// As long as a first claim holds.
const LEASE: u64 = 5 * 60;

fn without_limits() -> Settings {
    Settings { limits: false, ..settings() }
}

async fn ask(home: &TestHouse, email: &str) -> Result<(), Refusal> {
    request_reset(&home.house, email, &device()).await
}

/// Asks and reads the letter.
async fn asked(home: &TestHouse, email: &str) -> Received {
    ask(home, email).await.unwrap();
    home.letter().await
}

async fn reset(house: &Latchkey, token: &str, password: &str) -> Result<Uuid, Refusal> {
    reset_password(house, &Secret::new(token), &Secret::new(password), &device()).await
}

async fn enter(home: &TestHouse, email: &str, password: &str) -> Result<TokenPair, Refusal> {
    accounts::sign_in(&home.house, email, &Secret::new(password), Stay::Day, &device()).await
}

async fn change(home: &TestHouse, pair: &TokenPair, current: &str, password: &str) -> Result<(), Refusal> {
    let (current, password) = (Secret::new(current), Secret::new(password));
    change_password(&home.house, &pair.viewer, &device(), &current, &password, false).await.map(drop)
}

/// The faults as `field:fault`; empty when there was none.
fn faults<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> Vec<String> {
    match outcome {
        Ok(_) => Vec::new(),
        Err(Refusal::Invalid(faults)) => {
            faults.into_iter().map(|FieldError { field, fault }| format!("{field}:{fault}")).collect()
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn is_spent<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> bool {
    faults(outcome) == [format!("{}:{}", Field::Token, Fault::Spent)]
}

/// What has happened to an account, oldest first: kind and network address.
async fn events(home: &TestHouse, of: Uuid) -> Vec<(String, String)> {
    let events = admin::audit(&home.house, &Admin::operator(), Some(of), None, 50).await.unwrap().items;
    events.into_iter().rev().map(|event| (event.kind, event.ip)).collect()
}

async fn kinds(home: &TestHouse, of: Uuid) -> Vec<String> {
    events(home, of).await.into_iter().map(|(kind, _)| kind).collect()
}

/// Why the sessions of an account have ended, by the browser's cause.
async fn causes(home: &TestHouse, of: &TokenPair) -> Option<String> {
    let id = of.viewer.session.simple();
    let sql = match home.db.is_shared() {
        true => format!("select end_cause from sessions where id = '{id}'"),
        false => format!("select end_cause from sessions where id = x'{id}'"),
    };
    home.row::<(Option<String>,)>(&sql).await.0
}

async fn count(home: &TestHouse, table: &str) -> i64 {
    home.row::<(i64,)>(&format!("select count(*) from {table}")).await.0
}

async fn deliver(house: &Latchkey, server: &MailServer) -> Delivered {
    mail::deliver_due(house, &Transport::smtp(server.url()).unwrap()).await.unwrap()
}

const fn done(sent: u32, postponed: u32, given_up: u32) -> Delivered {
    Delivered { sent, postponed, given_up }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_letter_and_everybody_else_is_out() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    let (here, there) = (home.sign_in("alice", Stay::Day).await, home.sign_in("alice", Stay::Forever).await);
    let letter = asked(&home, " Alice@Example.ORG ").await;
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), (ALICE, "Set a new password for id.example.org"));
    assert!(letter.text.starts_with("Hello alice,") && letter.text.contains("within 30 minutes"), "{}", letter.text);
    assert!(letter.text.contains("https://id.example.org/reset?token="), "{}", letter.text);
    // Somebody has guessed until the owner would have to wait.
    for _ in 0..5 {
        enter(&home, ALICE, OTHER).await.unwrap_err();
    }
    assert!(matches!(enter(&home, ALICE, PASSWORD).await, Err(Refusal::TooMany { .. })));

    assert_eq!(reset(&home.house, letter.token().expose(), NEW).await.unwrap(), alice);
    assert!(enter(&home, ALICE, NEW).await.is_ok(), "at once");
    assert!(matches!(enter(&home, ALICE, PASSWORD).await, Err(Refusal::Credentials)));
    for session in [&here, &there] {
        assert_eq!(causes(&home, session).await.as_deref(), Some("password_reset"));
        assert!(matches!(home.renew(session).await, sessions::Rotation::Ended(_)));
        let admission = sessions::admit(&home.house, &session.access);
        assert!(matches!(admission, sessions::Admission::Stale), "the access token is refused at once");
    }
    let told = home.letter().await;
    assert_eq!((told.to.as_str(), told.subject.as_str()), (ALICE, "Your password at id.example.org was changed"));
    assert!(told.text.contains("https://id.example.org/secure-account?token="), "{}", told.text);
    assert!(told.text.contains("Firefox"), "{}", told.text);
    let events = events(&home, alice).await;
    for kind in ["reset_requested", "password_recovered"] {
        assert!(events.contains(&(kind.to_owned(), "192.0.2.7".to_owned())), "{kind}: {events:?}");
    }
    assert!(is_spent(reset(&home.house, letter.token().expose(), OTHER).await), "once");
    assert!(is_spent(reset(&home.house, &letter.code(), OTHER).await), "the code goes with it");
}

#[tokio::test]
async fn the_letter_is_good_for_thirty_minutes_to_the_millisecond() {
    let home = TestHouse::with(without_limits()).await;
    home.person("alice").await;
    let half_an_hour = Duration::from_secs(30 * 60);
    let late = asked(&home, ALICE).await;
    home.clock.advance(half_an_hour);
    assert!(is_spent(reset(&home.house, late.token().expose(), NEW).await));
    assert!(is_spent(reset(&home.house, &late.code(), NEW).await));
    let just = asked(&home, ALICE).await;
    home.clock.advance(half_an_hour - Duration::from_millis(1));
    reset(&home.house, &just.code().to_lowercase(), NEW).await.unwrap();
    assert_eq!(Purpose::Reset.life(), half_an_hour);
}

#[tokio::test]
async fn a_password_that_is_refused_leaves_the_letter_good() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let token = asked(&home, ALICE).await.token();
    for (password, fault) in [
        ("", "password:missing"),
        ("too short", "password:too_short"),
        ("alice.alice.alice", "password:personal"),
        ("passwordpassword", "password:common"),
    ] {
        assert_eq!(faults(reset(&home.house, token.expose(), password).await), [fault]);
    }
    assert!(home.letters().await.is_empty() && enter(&home, ALICE, PASSWORD).await.is_ok(), "nothing was changed");
    for blank in ["", " \n"] {
        assert_eq!(faults(reset(&home.house, blank, NEW).await), ["token:missing"]);
    }
    for unknown in ["x", "00000-00000-00000", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(is_spent(reset(&home.house, unknown, NEW).await), "{unknown}");
    }
    let before = home.house.hasher.hashes();
    assert!(is_spent(reset(&home.house, "a guess", NEW).await));
    assert_eq!(home.house.hasher.hashes(), before, "a guess costs us no hash");
    reset(&home.house, token.expose(), NEW).await.unwrap();
}

#[tokio::test]
async fn a_letter_of_one_kind_does_nothing_of_another() {
    let home = TestHouse::with(without_limits()).await;
    accounts::register(&home.house, "Zoe", "zoe@example.org", &Secret::new(PASSWORD), &device()).await.unwrap();
    let confirms = home.letter().await;
    let resets = asked(&home, "zoe@example.org").await;
    for typed in [confirms.token().expose(), &confirms.code()] {
        assert!(is_spent(reset(&home.house, typed, NEW).await));
    }
    for typed in [resets.token().expose(), &resets.code()] {
        assert!(is_spent(verify_email(&home.house, &Secret::new(typed), &device()).await));
    }
    let secures = {
        reset(&home.house, resets.token().expose(), NEW).await.unwrap();
        home.letter().await
    };
    assert!(is_spent(reset(&home.house, secures.token().expose(), OTHER).await));
}

#[tokio::test]
async fn a_letter_sent_to_an_address_the_account_has_no_more_does_nothing() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let letter = asked(&home, ALICE).await;
    home.change("update users set email = 'new@example.org'").await;
    assert!(is_spent(reset(&home.house, letter.token().expose(), NEW).await));
    assert!(enter(&home, "new@example.org", PASSWORD).await.is_ok());
    home.change("update users set email = 'alice@example.org'").await;
    reset(&home.house, letter.token().expose(), NEW).await.expect("nothing was spent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_who_set_a_new_password_at_once_one_does_whichever_letter_and_node_they_use() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let nodes = home.nodes(3).await;
    let (first, second) = (asked(&home, ALICE).await, asked(&home, ALICE).await);
    let typed = [first.token().expose().to_owned(), second.token().expose().to_owned(), first.code(), second.code()];
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let (house, typed) = (nodes[n % nodes.len()].clone(), typed[n % typed.len()].clone());
            tokio::spawn(async move { faults(reset(&house, &typed, &format!("{NEW} {n}")).await) })
        })
        .collect();
    let mut winners = Vec::new();
    for (n, one) in tries.into_iter().enumerate() {
        let faults = one.await.unwrap();
        match faults.is_empty() {
            true => winners.push(n),
            false => assert_eq!(faults, ["token:spent"]),
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert!(enter(&home, ALICE, &format!("{NEW} {}", winners[0])).await.is_ok());
    home.letter().await;
}

#[tokio::test]
async fn letters_stay_good_until_one_is_used_and_then_none_is() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let (first, second) = (asked(&home, ALICE).await, asked(&home, ALICE).await);
    assert_ne!(first.token(), second.token());
    reset(&home.house, first.token().expose(), NEW).await.unwrap();
    assert!(is_spent(reset(&home.house, second.token().expose(), OTHER).await));
    assert!(is_spent(reset(&home.house, &second.code(), OTHER).await));
}

#[tokio::test]
async fn who_never_confirmed_the_address_does_it_so_and_no_stranger_is_confirmed_with_it() {
    let home = TestHouse::start().await;
    let hostile = "Win http money at evil example";
    accounts::register(&home.house, hostile, ALICE, &Secret::new(OTHER), &device()).await.unwrap();
    let registration = home.letter().await;
    let letter = asked(&home, ALICE).await;
    assert!(letter.text.starts_with("Hello,"), "a stranger's words reach nobody: {}", letter.text);
    let id = reset(&home.house, letter.token().expose(), NEW).await.unwrap();
    assert!(enter(&home, ALICE, NEW).await.is_ok(), "confirmed");
    let late = verify_email(&home.house, &registration.token(), &device()).await;
    assert!(is_spent(late), "the registration is void");
    assert!(matches!(enter(&home, ALICE, OTHER).await, Err(Refusal::Credentials)));
    let kinds = kinds(&home, id).await;
    for kind in ["registered", "reset_requested", "verified", "password_recovered"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind}: {kinds:?}");
    }
}

#[tokio::test]
async fn a_disabled_account_gets_its_letter_and_stays_disabled() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    admin::disable(&home.house, &Proven::operator(), alice).await.unwrap();
    let letter = asked(&home, ALICE).await;
    reset(&home.house, letter.token().expose(), NEW).await.unwrap();
    assert!(matches!(enter(&home, ALICE, NEW).await, Err(Refusal::Disabled)));
}

#[tokio::test]
async fn asking_does_the_same_for_every_address_and_only_delivery_knows_better() {
    let home = TestHouse::with(without_limits()).await;
    let alice = home.person("alice").await;
    let (events_before, tokens) = (count(&home, "events").await, count(&home, "mailed_tokens").await);
    for email in [ALICE, "nobody@example.org", "new@192.0.2.1"] {
        let before = count(&home, "letters").await;
        ask(&home, email).await.unwrap();
        accounts::resend_verification(&home.house, email, &device()).await.unwrap();
        assert_eq!(count(&home, "letters").await - before, 2, "{email}");
    }
    let known: (i64,) = home.row("select count(*) from letters where user_id is not null").await;
    assert_eq!(
        (known.0, count(&home, "events").await, count(&home, "mailed_tokens").await),
        (0, events_before, tokens)
    );
    let sizes: Vec<(String, i64)> = home
        .rows("select kind, cast(max(length(sealed)) - min(length(sealed)) as bigint) from letters group by kind")
        .await;
    assert!(sizes.iter().all(|(_, spread)| *spread < 10), "told apart by the address alone: {sizes:?}");

    let server = MailServer::kind().await;
    assert_eq!(deliver(&home.house, &server).await, done(1, 0, 0));
    assert!(server.taken()[0].contains(ALICE));
    assert_eq!(count(&home, "letters").await, 1, "nobody is remembered who is not there");
    let owned: (i64,) = home.row("select count(*) from letters where user_id is not null").await;
    assert_eq!((owned.0, count(&home, "events").await), (1, events_before + 1));
    assert!(kinds(&home, alice).await.contains(&"reset_requested".to_owned()));
}

#[tokio::test]
async fn three_letters_an_hour_are_for_everybody_and_registering_takes_none_of_them() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    for email in [ALICE, "nobody@example.org"] {
        for _ in 0..3 {
            accounts::register(&home.house, "Mallory", email, &Secret::new(OTHER), &device()).await.unwrap();
        }
        for _ in 0..3 {
            ask(&home, email).await.unwrap();
        }
        let Err(Refusal::TooMany { retry_after }) = ask(&home, email).await else { panic!("a fourth for {email}") };
        assert_eq!(retry_after, Duration::from_secs(20 * 60));
    }
    for malformed in ["", "alice", "a@b@c"] {
        assert_eq!(faults(ask(&home, malformed).await).len(), 1);
    }
}

/// Polls a future so many times, then drops it, as the end of a process would. Answers whether it got to its end.
async fn run_for(polls: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if polled.is_ready() {
            return true;
        }
        // A waker that wakes nobody, so give the others time to do their part.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    false
}

/// A message without the marks between its parts, which are made anew for each copy.
fn without_boundary(message: &str) -> String {
    let boundary = message.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("parts");
    message.replace(boundary, "")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_at_any_moment_loses_no_letter_that_was_asked_for_and_copies_are_the_same() {
    let home = TestHouse::with(without_limits()).await;
    let alice = home.person("alice").await;
    let other = home.reopen(without_limits(), master_key()).await.unwrap();
    let (mut polls, mut twice) = (0, 0);
    loop {
        let server = MailServer::kind().await;
        let transport = Transport::smtp(server.url()).unwrap();
        ask(&home, ALICE).await.unwrap();
        let survived = run_for(polls, mail::deliver_due(&home.house, &transport)).await;
        home.advance(LEASE);
        deliver(&other, &server).await;
        let taken: Vec<_> = server.taken().iter().map(|message| without_boundary(message)).collect();
        assert!(!taken.is_empty(), "lost when killed after {polls} polls");
        assert!(taken.len() == 1 || (taken.len() == 2 && !survived), "too often when killed after {polls} polls");
        if let [first, second] = &taken[..] {
            twice += 1;
            assert_eq!(first, second, "the same letter, with the same token");
        }
        let requested = kinds(&home, alice).await.into_iter().filter(|kind| kind == "reset_requested").count();
        home.change("delete from events where kind = 'reset_requested'").await;
        assert_eq!(requested, 1, "once, though killed after {polls} polls");
        let open: (i64,) = home.row("select count(*) from letters where sent_at is null").await;
        assert_eq!(open.0, 0);
        home.change("delete from letters").await;
        home.change("delete from mailed_tokens").await;
        if survived {
            break;
        }
        polls += 1;
    }
    assert!(polls > 8 && twice > 0, "there were moments to be killed at: {polls}, {twice}");
    println!("killed at {polls} moments: 0 letters lost, {twice} sent twice");
}

#[tokio::test]
async fn what_a_letter_brings_is_good_for_half_an_hour_from_the_attempt_that_reached_the_mail_server() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    ask(&home, ALICE).await.unwrap();
    let busy = MailServer::answering(|_| "451 later").await;
    for wait in [60, 120, 3600] {
        assert_eq!(deliver(&home.house, &busy).await, done(0, 1, 0));
        home.advance(wait);
        identity::jobs::tidy(&home.house).await.unwrap();
    }
    home.advance(3600);
    let letter = home.letter().await;
    home.clock.advance(Duration::from_secs(30 * 60) - Duration::from_millis(1));
    reset(&home.house, &letter.code(), NEW).await.unwrap();
    let requested = kinds(&home, alice).await.into_iter().filter(|kind| kind == "reset_requested").count();
    assert_eq!(requested, 1, "however often it was tried");
}

#[tokio::test]
async fn a_letter_on_its_way_brings_nothing_back_that_a_new_password_made_void() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let good = asked(&home, ALICE).await;
    ask(&home, ALICE).await.unwrap();
    let busy = MailServer::answering(|_| "451 later").await;
    assert_eq!(deliver(&home.house, &busy).await, done(0, 1, 0));
    home.advance(60);
    reset(&home.house, good.token().expose(), NEW).await.unwrap();
    let letters = home.letters().await;
    let subjects: Vec<_> = letters.iter().map(|letter| letter.subject.as_str()).collect();
    assert_eq!(subjects, ["Your password at id.example.org was changed"]);
    let open: (i64,) =
        home.row("select count(*) from mailed_tokens where purpose = 'reset' and spent_at is null").await;
    assert_eq!(open.0, 0);
}

#[tokio::test]
async fn a_database_that_is_away_while_a_letter_is_written_costs_time_and_no_letter() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    for email in [ALICE, "nobody@example.org"] {
        ask(&home, email).await.unwrap();
        home.advance(1);
    }
    home.change("alter table users rename to users_away").await;
    let server = MailServer::kind().await;
    assert_eq!(deliver(&home.house, &server).await, done(0, 2, 0));
    let failures: Vec<(String,)> = home.rows("select failure from letters").await;
    assert!(failures.iter().all(|(why,)| why.contains("database") && !why.contains('@')), "{failures:?}");
    home.change("alter table users_away rename to users").await;
    home.advance(60);
    assert_eq!(deliver(&home.house, &server).await, done(1, 0, 0));
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_verification_letter_is_asked_for_in_the_same_way() {
    let home = TestHouse::with(without_limits()).await;
    accounts::register(&home.house, "Zoe", "zoe@example.org", &Secret::new(PASSWORD), &device()).await.unwrap();
    let first = home.letter().await;
    home.advance(24 * 3600);
    identity::jobs::tidy(&home.house).await.unwrap();
    accounts::resend_verification(&home.house, "zoe@example.org", &device()).await.unwrap();
    let busy = MailServer::answering(|_| "451 later").await;
    assert_eq!(deliver(&home.house, &busy).await, done(0, 1, 0));
    home.advance(2 * 3600);
    let second = home.letter().await;
    assert_ne!(first.token(), second.token());
    home.advance(24 * 3600 - 1);
    verify_email(&home.house, &second.token(), &device())
        .await
        .expect("a day from the attempt that reached the mail server");
    accounts::resend_verification(&home.house, "zoe@example.org", &device()).await.unwrap();
    assert!(home.letters().await.is_empty());
    assert_eq!(count(&home, "letters").await, 2, "nothing is left of a letter that nobody needs");
}

#[tokio::test]
async fn a_person_changes_the_password_and_only_this_session_lives_on() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    let (here, there) = (home.sign_in("alice", Stay::Day).await, home.sign_in("alice", Stay::Forever).await);
    let resets = asked(&home, ALICE).await;
    home.clock.advance(PROOF_LIFE);
    assert!(matches!(sessions::prove(&home.house, &here.viewer).await, Err(Refusal::ProofNeeded)));
    change(&home, &here, PASSWORD, NEW).await.unwrap();
    assert!(sessions::prove(&home.house, &here.viewer).await.is_ok(), "the password was given just now");
    assert_eq!(causes(&home, &here).await, None);
    assert_eq!(causes(&home, &there).await.as_deref(), Some("password_changed"));
    assert!(matches!(sessions::admit(&home.house, &there.access), sessions::Admission::Stale));
    assert!(is_spent(reset(&home.house, resets.token().expose(), OTHER).await), "letters from before are void");
    assert!(enter(&home, ALICE, NEW).await.is_ok());
    assert!(matches!(enter(&home, ALICE, PASSWORD).await, Err(Refusal::Credentials)));
    let told = home.letter().await;
    assert_eq!((told.to.as_str(), told.subject.as_str()), (ALICE, "Your password at id.example.org was changed"));
    assert!(told.text.contains("/secure-account?token="), "{}", told.text);
    assert!(kinds(&home, alice).await.contains(&"password_changed".to_owned()));
    let changed: (Option<i64>,) = home.row("select password_changed_at from users").await;
    assert!(changed.0.is_some());
}

#[tokio::test]
async fn a_change_is_refused_with_every_fault_and_a_wrong_password_counts_as_a_guess() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    let here = home.sign_in("alice", Stay::Day).await;
    for (current, password, expected) in [
        ("", "", &["current:missing", "password:missing"][..]),
        ("", NEW, &["current:missing"]),
        (PASSWORD, "short", &["password:too_short"]),
        (PASSWORD, "alice alice alice", &["password:personal"]),
        (PASSWORD, PASSWORD, &["password:same"]),
    ] {
        assert_eq!(faults(change(&home, &here, current, password).await), expected);
    }
    assert!(!kinds(&home, alice).await.contains(&"reauthentication_failed".to_owned()), "nothing was judged");
    let there = home.sign_in("alice", Stay::Day).await;
    for _ in 0..5 {
        assert_eq!(faults(change(&home, &here, OTHER, NEW).await), ["current:wrong"]);
    }
    let failed = kinds(&home, alice).await.into_iter().filter(|kind| kind == "reauthentication_failed").count();
    assert_eq!(failed, 5);
    assert!(matches!(change(&home, &here, PASSWORD, NEW).await, Err(Refusal::TooMany { .. })), "even the right one");
    assert!(enter(&home, ALICE, PASSWORD).await.is_ok(), "the door is counted apart");
    home.advance(30);
    change(&home, &here, PASSWORD, NEW).await.unwrap();
    for _ in 0..4 {
        assert_eq!(
            faults(change(&home, &here, PASSWORD, OTHER).await),
            ["current:wrong"],
            "a success ends the counting"
        );
    }
    let ended = change(&home, &there, NEW, OTHER).await;
    assert!(matches!(ended, Err(Refusal::SignedOut(_))), "a session that has ended changes nothing: {ended:?}");
    assert!(enter(&home, ALICE, NEW).await.is_ok());
}

#[tokio::test]
async fn an_operator_who_sets_a_password_makes_letters_void_that_could_set_another() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    let letter = asked(&home, ALICE).await;
    let operator = Proven::operator();
    admin::reset_password(&home.house, &operator, alice, &Secret::new(OTHER)).await.unwrap();
    assert!(is_spent(reset(&home.house, letter.token().expose(), NEW).await));
    assert!(enter(&home, ALICE, OTHER).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_changes_at_once_one_wins_and_a_session_of_its_own_lives() {
    let home = TestHouse::with(without_limits()).await;
    home.person("alice").await;
    let nodes = home.nodes(2).await;
    let mut pairs = Vec::new();
    for _ in 0..4 {
        pairs.push(home.sign_in("alice", Stay::Day).await);
    }
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let (house, pair) = (nodes[n % 2].clone(), pairs[n % 4].clone());
            tokio::spawn(async move {
                let (current, password) = (Secret::new(PASSWORD), Secret::new(format!("{NEW} {n}")));
                change_password(&house, &pair.viewer, &device(), &current, &password, false).await.map(drop)
            })
        })
        .collect();
    let mut winners = Vec::new();
    for (n, one) in tries.into_iter().enumerate() {
        match one.await.unwrap() {
            Ok(()) => winners.push(n),
            Err(Refusal::SignedOut(_)) => {}
            other => assert_eq!(faults(other), ["current:wrong"]),
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    for (n, pair) in pairs.iter().enumerate() {
        assert_eq!(causes(&home, pair).await.is_none(), n == winners[0] % 4, "{n}");
    }
    assert!(enter(&home, ALICE, &format!("{NEW} {}", winners[0])).await.is_ok());
}
