//! Another address for an account: the new mailbox confirms, both are told, nobody learns who else has an account, and of twenty
//! confirmations at once one counts.

mod support;

use identity::{
    Refusal,
    accounts::{self, Purpose, sign_in},
    admin::{self, Admin},
    sessions::{self, Proven},
    tokens::TokenPair,
    words::{EmailAddress, Fault, Field, FieldError, Role, Secret, Stay},
};
use std::collections::BTreeSet;
use support::{PASSWORD, TestHouse, device, mailbox::Received};
use uuid::Uuid;

const NEW: &str = "alice@example.net";

/// Alice, signed in a moment ago.
struct Alice {
    home: TestHouse,
    pair: TokenPair,
}

impl Alice {
    async fn arrive() -> Self {
        let home = TestHouse::start().await;
        home.person("alice").await;
        let pair = home.sign_in("alice", Stay::Day).await;
        Self { home, pair }
    }

    async fn proven(&self) -> Proven {
        sessions::prove(&self.home.house, &self.pair.viewer).await.unwrap()
    }

    async fn ask(&self, email: &str) -> Result<(), Refusal> {
        accounts::change_address(&self.home.house, &self.proven().await, email, &device()).await
    }

    /// Asks, and answers what the new mailbox and the present one got.
    async fn asked(&self, email: &str) -> (Received, Received) {
        self.ask(email).await.unwrap();
        both(self.home.letters().await, &email.trim().to_lowercase())
    }

    async fn confirm(&self, token: &str) -> Option<Fault> {
        fault(accounts::confirm_address(&self.home.house, &Secret::new(token), &device()).await)
    }

    async fn pending(&self) -> Option<String> {
        let pending = accounts::pending_address(&self.home.house, self.pair.viewer.id).await.unwrap();
        pending.map(|pending| pending.address)
    }

    async fn address(&self) -> String {
        accounts::profile(&self.home.house, self.pair.viewer.id).await.unwrap().1
    }

    async fn enter(&self, email: &str) -> Result<TokenPair, Refusal> {
        sign_in(&self.home.house, email, &Secret::new(PASSWORD), Stay::Day, &device()).await
    }

    async fn events(&self) -> Vec<String> {
        let page =
            admin::audit(&self.home.house, &Admin::operator(), Some(self.pair.viewer.id), None, 50).await.unwrap();
        page.items.into_iter().map(|event| event.kind).collect()
    }
}

/// The letter to `email`, and the other one.
fn both(mut letters: Vec<Received>, email: &str) -> (Received, Received) {
    assert_eq!(letters.len(), 2, "two letters");
    letters.sort_by_key(|letter| letter.to != email);
    let other = letters.pop().unwrap();
    (letters.pop().unwrap(), other)
}

fn fault(outcome: Result<(), Refusal>) -> Option<Fault> {
    match outcome {
        Ok(()) => None,
        Err(Refusal::Invalid(faults)) if faults.len() == 1 && faults[0].field == Field::Token => Some(faults[0].fault),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_new_mailbox_confirms_and_both_are_told() {
    let alice = Alice::arrive().await;
    let (new, present) = alice.asked(" Alice@Example.NET ").await;
    assert!(
        !new.text.contains("alice") && !new.text.contains("secure-account"),
        "nothing typed, no way in: {}",
        new.text
    );
    assert!(
        present.to == "alice@example.org" && present.text.contains(NEW) && present.text.contains("/secure-account")
    );
    assert_eq!((alice.pending().await.as_deref(), alice.address().await.as_str()), (Some(NEW), "alice@example.org"));
    assert!(alice.enter(NEW).await.is_err() && alice.enter("alice@example.org").await.is_ok());

    assert_eq!(alice.confirm(&new.code()).await, None);
    assert_eq!((alice.pending().await, alice.address().await.as_str()), (None, NEW));
    assert!(alice.enter(NEW).await.is_ok() && alice.enter("alice@example.org").await.is_err());
    let (told, former) = both(alice.home.letters().await, NEW);
    assert!(!told.text.contains("secure-account"), "who had only the new one takes nothing: {}", told.text);
    assert!(former.to == "alice@example.org" && former.text.contains("/secure-account"));
    let events = alice.events().await;
    assert!(
        events.iter().any(|kind| kind == "address_changed")
            && events.iter().any(|kind| kind == "address_change_requested")
    );
    assert_eq!(alice.confirm(&new.code()).await, Some(Fault::Spent), "once");
    assert_eq!(alice.confirm(new.token().expose()).await, Some(Fault::Spent));
}

#[tokio::test]
async fn a_token_of_before_says_the_old_address_and_is_stale() {
    let alice = Alice::arrive().await;
    let (new, _) = alice.asked(NEW).await;
    let admit = |pair: &TokenPair| sessions::admit(&alice.home.house, &pair.access);
    assert!(matches!(admit(&alice.pair), sessions::Admission::Admitted(_)));
    alice.confirm(new.token().expose()).await;
    assert_eq!(admit(&alice.pair), sessions::Admission::Stale);
    let renewed = support::tokens(sessions::renew(&alice.home.house, &alice.pair.refresh, &device()).await.unwrap());
    assert_eq!(renewed.viewer.email, NEW);
    assert!(matches!(admit(&renewed), sessions::Admission::Admitted(_)));
}

#[tokio::test]
async fn a_new_name_shows_here_at_once_elsewhere_with_the_next_tokens_and_moves_no_session_on() {
    let Alice { home, pair: here } = Alice::arrive().await;
    let there = home.sign_in("alice", Stay::Day).await;
    let rename = async |viewer, name| accounts::change_name(&home.house, viewer, name, &device(), true).await.unwrap();
    for name in ["Alice Again", "Alice Once More"] {
        home.advance(1);
        let new = rename(&here.viewer, name).await.expect("tokens that say it");
        assert_eq!(new.viewer.name, name);
        assert_eq!(
            (new.viewer.generation, &new.refresh),
            (here.viewer.generation, &here.refresh),
            "no tab is left behind"
        );
        for pair in [&new, &here, &there] {
            assert!(matches!(sessions::admit(&home.house, &pair.access), sessions::Admission::Admitted(_)), "{name}");
        }
    }
    let renewed = support::tokens(home.renew(&there).await);
    assert_eq!(renewed.viewer.name, "Alice Once More");
    assert!(rename(&here.viewer, "Alice Once More").await.is_none(), "nothing has changed");
    let program = accounts::change_name(&home.house, &there.viewer, "Alice", &device(), false).await.unwrap();
    assert!(program.is_none(), "a program renews by itself");
    assert!(rename(&there.viewer, "Alicia").await.is_none(), "that session has moved on");
    let (named,): (i64,) = home.row("select count(*) from events where kind = 'name_changed'").await;
    assert_eq!(named, 4);
}

#[tokio::test]
async fn names_are_changed_ten_times_an_hour() {
    let Alice { home, pair } = Alice::arrive().await;
    let rename = async |n: u32| {
        accounts::change_name(&home.house, &pair.viewer, &format!("Alice {n}"), &device(), false).await.map(drop)
    };
    for n in 0..10 {
        rename(n).await.unwrap();
    }
    assert!(matches!(rename(10).await, Err(Refusal::TooMany { .. })));
    home.advance(3600);
    rename(11).await.unwrap();
}

#[tokio::test]
async fn of_twenty_confirmations_at_once_one_counts() {
    let alice = Alice::arrive().await;
    let (new, _) = alice.asked(NEW).await;
    let tries = (0..20).map(|_| {
        let (house, token) = (alice.home.house.clone(), new.token());
        tokio::spawn(async move { fault(accounts::confirm_address(&house, &token, &device()).await) })
    });
    let mut counted = 0;
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            None => counted += 1,
            Some(fault) => assert_eq!(fault, Fault::Spent),
        }
    }
    assert_eq!(counted, 1);
    assert_eq!(alice.home.letters().await.len(), 2, "and both mailboxes are told once");
}

#[tokio::test]
async fn an_address_that_has_an_account_is_answered_alike_and_its_owner_is_told() {
    let alice = Alice::arrive().await;
    alice.home.person("bob").await;
    let hashes = alice.home.house.hasher.hashes();
    let (bobs, present) = alice.asked("bob@example.org").await;
    assert!(bobs.subject.contains("already have an account") && !bobs.text.contains("?token="), "{}", bobs.text);
    assert!(present.text.contains("bob@example.org"));
    assert_eq!(alice.pending().await.as_deref(), Some("bob@example.org"), "looks like any other");
    assert_eq!(alice.home.house.hasher.hashes(), hashes);
    accounts::resend_address_change(&alice.home.house, &alice.pair.viewer).await.unwrap();
    assert!(alice.home.letter().await.subject.contains("already have an account"));
    let rows: (i64,) = alice.home.row("select count(*) from mailed_tokens where purpose = 'change_address'").await;
    assert_eq!(rows.0, 2, "the same is written down as for an address without one");
}

#[tokio::test]
async fn an_address_that_somebody_got_first_is_not_taken_and_one_nobody_confirmed_is() {
    let mut alice = Alice::arrive().await;
    let (new, _) = alice.asked(NEW).await;
    let squat = "Squatter";
    accounts::register(&alice.home.house, squat, NEW, &Secret::new("a squatter's long pass"), &device()).await.unwrap();
    alice.home.letters().await;
    let (squatter,): (Uuid,) = alice.home.row("select id from users where email = 'alice@example.net'").await;
    let bob = alice.home.person_at("bob", "bob@example.net").await;
    let (other, _) = alice.asked("bob@example.net").await;
    assert!(other.subject.contains("already have an account"));
    assert_eq!(alice.confirm(new.token().expose()).await, Some(Fault::Spent), "replaced by the later request");
    let (new, _) = alice.asked(NEW).await;
    assert_eq!(alice.confirm(new.token().expose()).await, None, "a registration that waits is no obstacle");
    let names: Vec<(String,)> = alice.home.rows("select name from users where email = 'alice@example.net'").await;
    assert_eq!(names, [("alice".to_owned(),)]);
    let about: Vec<(String, String, Option<Uuid>)> = alice
        .home
        .rows("select kind, ip, subject_id from events e where subject_id is not null and not exists (select 1 from users where id = e.subject_id)")
        .await;
    let kinds: BTreeSet<_> = about.iter().map(|(kind, ..)| kind.as_str()).collect();
    let ids: BTreeSet<_> = about.iter().map(|(.., id)| *id).collect();
    assert_eq!(kinds, BTreeSet::from(["registered", "account_deleted"]));
    assert!(about.iter().all(|(_, ip, _)| ip.is_empty()), "nobody is left to whom they could belong: {about:?}");
    assert!(ids.len() == 1 && !ids.contains(&Some(squatter)), "one id that leads nowhere");

    // Confirmed between the request and the confirmation.
    alice.home.letters().await;
    alice.home.advance(3600);
    let secret = Secret::new(PASSWORD);
    alice.pair = sign_in(&alice.home.house, NEW, &secret, Stay::Day, &device()).await.unwrap();
    let (late, _) = alice.asked("carol@example.net").await;
    alice.home.person_at("carol", "carol@example.net").await;
    assert_eq!(alice.confirm(late.token().expose()).await, Some(Fault::Spent));
    assert_eq!(alice.address().await, NEW);
    assert_eq!(accounts::profile(&alice.home.house, bob).await.unwrap().1, "bob@example.net");
}

#[tokio::test]
async fn a_token_is_good_for_one_day_one_purpose_and_the_last_address_asked_for() {
    let alice = Alice::arrive().await;
    let (first, _) = alice.asked("first@example.net").await;
    let (second, present) = alice.asked(NEW).await;
    assert_eq!(alice.confirm(first.token().expose()).await, Some(Fault::Spent), "another address was asked for since");
    let verified = accounts::verify_email(&alice.home.house, &second.token(), &device()).await;
    assert_eq!(fault(verified), Some(Fault::Spent), "confirms no registration");
    assert_eq!(
        alice.confirm(present.token().expose()).await,
        Some(Fault::Spent),
        "and the way back confirms no address"
    );
    let secured = accounts::secure_account(&alice.home.house, &second.token(), &device()).await;
    assert_eq!(fault(secured.map(drop)), Some(Fault::Spent));
    alice.home.advance(Purpose::ChangeAddress.life().as_secs());
    assert_eq!(alice.pending().await, None);
    assert_eq!(alice.confirm(second.token().expose()).await, Some(Fault::Spent), "a day is over");
    assert_eq!(alice.confirm("  ").await, Some(Fault::Missing));
}

#[tokio::test]
async fn a_change_can_be_given_up_and_its_letter_sent_again_within_limits() {
    let alice = Alice::arrive().await;
    let viewer = &alice.pair.viewer;
    assert!(matches!(accounts::resend_address_change(&alice.home.house, viewer).await, Err(Refusal::NotFound)));
    let (first, _) = alice.asked(NEW).await;
    accounts::resend_address_change(&alice.home.house, viewer).await.unwrap();
    let again = alice.home.letter().await;
    assert!(again.to == NEW && again.token() != first.token());
    accounts::resend_address_change(&alice.home.house, viewer).await.unwrap();
    let refused = accounts::resend_address_change(&alice.home.house, viewer).await;
    assert!(matches!(refused, Err(Refusal::TooMany { .. })), "three letters an hour to one address");
    accounts::cancel_address_change(&alice.home.house, viewer).await.unwrap();
    assert_eq!(alice.pending().await, None);
    for letter in [first, again] {
        assert_eq!(alice.confirm(letter.token().expose()).await, Some(Fault::Spent));
    }
    assert_eq!(alice.address().await, "alice@example.org");
}

#[tokio::test]
async fn one_account_asks_three_times_an_hour_and_not_for_what_it_has() {
    let alice = Alice::arrive().await;
    let own = FieldError::new(Field::Email, Fault::NotAllowed);
    assert!(matches!(alice.ask("ALICE@example.org").await, Err(Refusal::Invalid(faults)) if faults == [own]));
    let bad = alice.ask("no address").await;
    assert!(matches!(bad, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Malformed));
    for n in 0..3 {
        alice.ask(&format!("a{n}@example.net")).await.unwrap();
    }
    assert!(
        matches!(alice.ask("a3@example.net").await, Err(Refusal::TooMany { .. })),
        "a stranger's mailbox is no target"
    );
    assert_eq!(alice.home.letters().await.len(), 6);
}

#[tokio::test]
async fn a_disabled_account_confirms_nothing() {
    let alice = Alice::arrive().await;
    let (new, _) = alice.asked(NEW).await;
    admin::disable(&alice.home.house, &admin::Proven::operator(), alice.pair.viewer.id).await.unwrap();
    assert_eq!(alice.confirm(new.token().expose()).await, Some(Fault::Spent));
    assert_eq!(alice.address().await, "alice@example.org");
}

#[tokio::test]
async fn an_account_whose_time_is_over_confirms_nothing() {
    let alice = Alice::arrive().await;
    let (new, _) = alice.asked(NEW).await;
    alice.home.change(&format!("update users set delete_at = {}", alice.home.house.now().0)).await;
    assert_eq!(alice.confirm(new.token().expose()).await, Some(Fault::Spent));
    assert_eq!(alice.address().await, "alice@example.org");
    alice.home.change(&format!("update users set delete_at = {}", alice.home.house.now().0 + 1)).await;
    assert_eq!(alice.confirm(new.token().expose()).await, None);
}

#[tokio::test]
async fn another_letter_gives_no_more_time() {
    let alice = Alice::arrive().await;
    alice.asked(NEW).await;
    let pending = async || accounts::pending_address(&alice.home.house, alice.pair.viewer.id).await.unwrap();
    let until = pending().await.unwrap().expires_at;
    alice.home.advance(22 * 3600 + 1800);
    accounts::resend_address_change(&alice.home.house, &alice.pair.viewer).await.unwrap();
    let again = alice.home.letter().await;
    assert!(again.text.contains("1 hour"), "{}", again.text);
    assert_eq!(pending().await.unwrap().expires_at, until);
    alice.home.advance(5400);
    assert_eq!(pending().await, None);
    assert_eq!(alice.confirm(again.token().expose()).await, Some(Fault::Spent));
}

#[tokio::test]
async fn what_was_mailed_to_the_former_address_is_worth_nothing_but_the_way_back() {
    let alice = Alice::arrive().await;
    let (new, before) = alice.asked(NEW).await;
    alice.confirm(new.token().expose()).await;
    let left: Vec<(String, String)> =
        alice.home.rows("select purpose, address from mailed_tokens where spent_at is null order by id").await;
    let secure = ("secure".to_owned(), "alice@example.org".to_owned());
    assert_eq!(left, [secure.clone(), secure]);
    let found = admin::find_by_email(&alice.home.house, &Admin::operator(), &EmailAddress::parse(NEW).unwrap()).await;
    assert_eq!(found.unwrap().role, Role::User);
    accounts::secure_account(&alice.home.house, &before.token(), &device()).await.unwrap();
    assert_eq!(alice.address().await, "alice@example.org", "also by the letter of the request");
}
