//! Letters on their way out: workers that die, a database that goes away at the worst moment, letters that harm, and what
//! administrators see and do.

#[path = "support/mail_server.rs"]
mod mail_server;
mod support;

use identity::{
    Latchkey, Refusal,
    admin::{self, Admin, LetterState, LetterView},
    mail::{self, Delivered, Standing, Transport},
    words::Page,
};
use mail_server::MailServer;
use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};
use support::{TestHouse, master_key, settings};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// As long as a first claim holds.
const LEASE: u64 = 5 * 60;

async fn post(home: &TestHouse, to: &str) {
    let letter =
        mail::verification(&home.house.settings, to, "https://id.example.org/verify?token=x", "ABCDE-FGHJK-MNPQR", 24);
    let mut tx = home.db.begin().await.unwrap();
    mail::post(&home.house, &mut tx, None, &letter).await.unwrap();
    tx.commit().await.unwrap();
}

async fn deliver(home: &TestHouse, server: &MailServer) -> Delivered {
    deliver_as(&home.house, server).await
}

async fn deliver_as(house: &Latchkey, server: &MailServer) -> Delivered {
    mail::deliver_due(house, &Transport::smtp(server.url()).unwrap()).await.unwrap()
}

/// The same, while something else happens.
fn delivering(home: &TestHouse, server: &MailServer) -> JoinHandle<Result<Delivered, Refusal>> {
    let (house, transport) = (home.house.clone(), Transport::smtp(server.url()).unwrap());
    tokio::spawn(async move { mail::deliver_due(&house, &transport).await })
}

const fn done(sent: u32, postponed: u32, given_up: u32) -> Delivered {
    Delivered { sent, postponed, given_up }
}

async fn list(home: &TestHouse, state: Option<LetterState>) -> Vec<LetterView> {
    admin::letters(&home.house, &Admin::operator(), state, None, 200).await.unwrap().items
}

/// The value of a header, whose order and folding nobody promises.
fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {message}"))
}

/// Waits for something that happens elsewhere.
async fn until(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_at_any_moment_loses_no_letter_and_sends_none_more_than_twice() {
    let home = TestHouse::start().await;
    let other = home.reopen(settings(), master_key()).await.unwrap();
    let (mut polls, mut twice) = (0, 0);
    loop {
        let server = MailServer::kind().await;
        let transport = Transport::smtp(server.url()).unwrap();
        post(&home, "zoe@example.org").await;
        let survived = run_for(polls, mail::deliver_due(&home.house, &transport)).await;
        home.advance(LEASE);
        deliver_as(&other, &server).await;
        let taken = server.taken();
        assert!(!taken.is_empty(), "lost when killed after {polls} polls");
        assert!(taken.len() == 1 || !survived, "twice without need");
        assert!(taken.len() <= 2, "more than twice when killed after {polls} polls");
        if taken.len() == 2 {
            twice += 1;
            for name in ["Message-ID: ", "Date: "] {
                assert_eq!(header(&taken[0], name), header(&taken[1], name), "recognised as a copy");
            }
        }
        let waiting = mail::standing(&home.house).await.unwrap();
        assert_eq!(waiting, Standing::default(), "nothing is left after {polls} polls");
        if survived {
            break;
        }
        polls += 1;
    }
    assert!(polls > 5, "there were moments to be killed at: {polls}");
    println!("killed at {polls} moments: 0 letters lost, {twice} sent twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_once_a_letter_was_accepted_does_not_get_it_sent_twice() {
    let home = TestHouse::start().await;
    let server = MailServer::hesitant().await;
    post(&home, "zoe@example.org").await;
    let delivery = delivering(&home, &server);
    until("the server has the letter", || server.taken().len() == 1).await;
    home.change("alter table letters rename to letters_away").await;
    server.acknowledge();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!delivery.is_finished(), "what was accepted must be recorded first");
    home.advance(2 * LEASE);
    home.change("alter table letters_away rename to letters").await;
    assert_eq!(delivery.await.unwrap().unwrap(), done(1, 0, 0));
    assert_eq!(deliver(&home, &server).await, done(0, 0, 0));
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn letters_that_fail_by_themselves_do_not_hold_up_those_behind_them() {
    let home = TestHouse::start().await;
    for name in ["broken1", "broken2", "broken3", "gone1", "gone2", "gone3", "full1", "full2", "full3", "alice", "bob"]
    {
        post(&home, &format!("{name}@example.org")).await;
        home.advance(1);
    }
    let another_ones = "(select sealed from letters order by id desc limit 1)";
    let first_three = "(select id from letters order by id limit 3)";
    home.change(&format!("update letters set sealed = {another_ones} where id in {first_three}")).await;
    let server = MailServer::answering(|to| match to {
        to if to.contains("gone") => "550 5.1.1 no such person",
        to if to.contains("full") => "452 4.2.2 mailbox full",
        _ => "250 fine",
    })
    .await;
    assert_eq!(deliver(&home, &server).await, done(2, 3, 6), "in one call");
    assert_eq!(mail::standing(&home.house).await.unwrap(), Standing { waiting: 0, failing: 3, given_up: 6 });
    home.advance(4 * 86_400);
    assert_eq!(deliver(&home, &server).await, done(0, 0, 3), "nor are they tried for ever");
    home.advance(86_400);
    assert_eq!(deliver(&home, &server).await, done(0, 0, 0));
}

#[tokio::test]
async fn letters_that_break_the_connection_hold_up_the_others_for_one_call_only() {
    let home = TestHouse::start().await;
    for name in ["poison1", "poison2", "poison3", "alice", "bob"] {
        post(&home, &format!("{name}@example.org")).await;
        home.advance(1);
    }
    let server = MailServer::answering(|to| if to.contains("poison") { "" } else { "250 fine" }).await;
    assert_eq!(deliver(&home, &server).await, done(0, 3, 0), "it looks as if the server were down");
    assert_eq!(deliver(&home, &server).await, done(2, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_about_to_end_stops_between_two_letters() {
    let home = TestHouse::start().await;
    let server = MailServer::hesitant().await;
    for name in ["alice", "bob"] {
        post(&home, &format!("{name}@example.org")).await;
    }
    let delivery = delivering(&home, &server);
    until("the server has the first letter", || server.taken().len() == 1).await;
    home.house.close_down();
    server.acknowledge();
    assert_eq!(delivery.await.unwrap().unwrap(), done(1, 0, 0));
    let other = home.reopen(settings(), master_key()).await.unwrap();
    assert_eq!(deliver_as(&other, &MailServer::kind().await).await, done(1, 0, 0), "another node sends the other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_is_being_sent_is_not_tried_again_by_an_administrator() {
    let home = TestHouse::start().await;
    let server = MailServer::hesitant().await;
    post(&home, "zoe@example.org").await;
    let delivery = delivering(&home, &server);
    until("the server has the letter", || server.taken().len() == 1).await;
    let being_sent = list(&home, None).await.remove(0);
    assert_eq!((being_sent.state, being_sent.next_at), (LetterState::Waiting, None));
    for id in [None, Some(being_sent.id)] {
        assert_eq!(admin::retry_letters(&home.house, &admin::Proven::operator(), id).await.unwrap(), 0);
    }
    assert_eq!(deliver(&home, &server).await, done(0, 0, 0));
    server.acknowledge();
    assert_eq!(delivery.await.unwrap().unwrap(), done(1, 0, 0));
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn failing_letters_are_due_at_once_when_an_administrator_says_so_and_that_is_recorded() {
    let home = TestHouse::start().await;
    for name in ["alice", "bob", "carol"] {
        post(&home, &format!("{name}@example.org")).await;
        home.advance(1);
    }
    let busy = MailServer::answering(|_| "451 later").await;
    deliver(&home, &busy).await;
    let failing = list(&home, Some(LetterState::Failing)).await;
    assert_eq!(failing.len(), 3);
    assert!(failing.windows(2).all(|pair| pair[0].posted_at > pair[1].posted_at), "newest first");
    let root = admin::Proven::operator();
    assert_eq!(admin::retry_letters(&home.house, &root, Some(failing[2].id)).await.unwrap(), 1);
    let server = MailServer::kind().await;
    assert_eq!(deliver(&home, &server).await, done(1, 0, 0));
    assert!(server.taken()[0].contains("alice@example.org"));
    assert_eq!(admin::retry_letters(&home.house, &root, Some(failing[2].id)).await.unwrap(), 0, "sent already");
    assert_eq!(admin::retry_letters(&home.house, &root, None).await.unwrap(), 2);
    assert_eq!(deliver(&home, &server).await, done(2, 0, 0));
    assert_eq!(admin::retry_letters(&home.house, &root, None).await.unwrap(), 0);
    assert!(matches!(admin::retry_letters(&home.house, &root, Some(Uuid::nil())).await, Err(Refusal::NotFound)));
    let Page { items, .. } = admin::audit(&home.house, &root, None, None, 200).await.unwrap();
    let events: Vec<_> = items.iter().rev().map(|event| (event.kind.as_str(), event.detail.as_str())).collect();
    assert_eq!(events, [("letters_retried", "1"), ("letters_retried", "2")]);
}

#[tokio::test]
async fn letters_are_counted_and_listed_by_how_they_stand() {
    let home = TestHouse::start().await;
    for name in ["sent", "gone", "full"] {
        post(&home, &format!("{name}@example.org")).await;
        home.advance(1);
    }
    let server = MailServer::answering(|to| match to {
        to if to.contains("gone") => "550 <gone@example.org> is nobody",
        to if to.contains("full") => "452 full",
        _ => "250 fine",
    })
    .await;
    assert_eq!(deliver(&home, &server).await, done(1, 1, 1));
    post(&home, "new@example.org").await;
    let counts = admin::letter_counts(&home.house, &Admin::operator()).await.unwrap();
    assert_eq!((counts.standing, counts.sent), (Standing { waiting: 1, failing: 1, given_up: 1 }, 1));
    for state in LetterState::ALL {
        let only = list(&home, Some(*state)).await;
        assert_eq!(only.iter().map(|letter| letter.state).collect::<Vec<_>>(), [*state]);
    }
    let gone = list(&home, Some(LetterState::GivenUp)).await.remove(0);
    assert_eq!(gone.failure.unwrap(), "permanent error (550): (left out) is nobody");
    assert_eq!((gone.attempts, gone.next_at), (1, None));
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = admin::letters(&home.house, &Admin::operator(), None, after, 1).await.unwrap();
        seen.extend(page.items.into_iter().map(|letter| letter.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, list(&home, None).await.into_iter().map(|letter| letter.id).collect::<Vec<_>>());
    home.advance(8 * 86_400);
    let counts = admin::letter_counts(&home.house, &Admin::operator()).await.unwrap();
    assert_eq!((counts.standing.given_up, counts.sent), (0, 0), "no longer news");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_stops_while_letters_are_due_although_others_are_faster_at_some() {
    let home = TestHouse::start().await;
    for n in 0..60 {
        post(&home, &format!("p{n}@example.org")).await;
    }
    let server = MailServer::kind().await;
    let workers: Vec<_> = (0..6)
        .map(|_| {
            let (house, transport) = (home.house.clone(), Transport::smtp(server.url()).unwrap());
            tokio::spawn(async move { mail::deliver_due(&house, &transport).await.unwrap().sent })
        })
        .collect();
    let mut sent = Vec::new();
    for worker in workers {
        sent.push(worker.await.unwrap());
    }
    assert_eq!((sent.iter().sum::<u32>(), server.taken().len()), (60, 60));
    assert!(sent.iter().all(|sent| *sent >= 3), "somebody left the others alone: {sent:?}");
}

#[tokio::test]
async fn one_that_fails_is_seen_however_many_wait_for_a_day_to_come() {
    let home = TestHouse::start().await;
    let letter = mail::verification(&home.house.settings, "a@example.org", "https://id.example.org/", "ABCDE", 24);
    let mut tx = home.db.begin().await.unwrap();
    for _ in 0..10_002 {
        mail::post(&home.house, &mut tx, None, &letter).await.unwrap();
    }
    tx.commit().await.unwrap();
    home.change("update letters set due_at = due_at + 86400000").await;
    post(&home, "zoe@example.org").await;
    assert_eq!(deliver(&home, &MailServer::answering(|_| "451 come later").await).await, done(0, 1, 0));
    let Standing { waiting, failing, given_up } = mail::standing(&home.house).await.unwrap();
    assert_eq!((waiting, failing, given_up), (10_001, 1, 0));
    let health = admin::health(&home.house, &Admin::operator()).await.unwrap().letters.unwrap();
    assert!(health.failure.is_some_and(|failure| failure.contains("come later")));
}
