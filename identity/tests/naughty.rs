//! Whatever is typed into a field is accepted or answered with a fault of that field. Nothing panics, nothing reaches the database
//! as anything but a value, nothing makes the server doubt itself.

mod support;

use identity::{
    Refusal, Settings,
    accounts::{self, PersonName},
    admin::{self, Admin, Filter},
    words::{EmailAddress, Fault, Field, FieldError, Role, Secret, Stay},
};
use support::{PASSWORD, TestHouse, device, look, settings};

/// The big list of naughty strings, and what it lacks.
fn naughty() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/blns/blns.json");
    let mut all: Vec<String> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(all.len() > 400);
    let more = [
        "\0",
        "a\0b",
        "\u{202e}gro.elpmaxe@ecila",
        "\u{2066}a\u{2069}",
        "👩\u{200d}🚀🏳\u{fe0f}\u{200d}🌈",
        "\u{d7ff}\u{e000}\u{fffd}\u{ffff}\u{10ffff}",
        "İ",
        "ẞß",
        "ΟΔΥΣΣΕΥΣ",
        "\u{212a}",
        "e\u{301}",
        "ﷺﷺﷺ",
        "a\r\nBcc: x@evil.example",
        "%00%0a%25",
        "'; drop table users; --",
        "\" or \"\"=\"",
        "{{7*7}}${7*7}<%= 7*7 %>",
        "../../../../etc/passwd",
        "!!!%%%___\\\\\\",
    ];
    all.extend(more.map(String::from));
    all.extend(["🔑".repeat(129), "e\u{301}".repeat(600), "a".repeat(255), " ".repeat(5000), "x".repeat(10_000_000)]);
    all
}

fn brief(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The faults of a refusal that has to be about typed values.
fn faults(outcome: Result<(), Refusal>, typed: &str) -> Vec<FieldError> {
    match outcome {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(faults)) => faults,
        Err(other) => panic!("{:?}: {other}", brief(typed)),
    }
}

/// Registers one strange value beside good ones and one that is refused for sure, so that no hash is computed. Answers the faults
/// of the strange one.
async fn tried(home: &TestHouse, field: Field, typed: &str) -> Vec<Fault> {
    let good = "Good Name";
    let (name, email, password) = match field {
        Field::Name => (typed, "good@example.org", ""),
        Field::Email => (good, typed, ""),
        _ => ("", "good@example.org", typed),
    };
    let outcome = accounts::register(&home.house, name, email, &Secret::new(password), &device()).await;
    let all = faults(outcome, typed);
    let decoy = if field == Field::Password { Field::Name } else { Field::Password };
    assert!(all.iter().all(|fault| fault.field == field || fault.field == decoy), "{:?}: {all:?}", brief(typed));
    all.into_iter().filter(|fault| fault.field == field).map(|fault| fault.fault).collect()
}

fn without_limits() -> Settings {
    Settings { limits: false, ..settings() }
}

#[tokio::test]
async fn whatever_is_typed_at_registration_is_accepted_or_a_fault_of_its_field() {
    let home = TestHouse::with(without_limits()).await;
    let (mut accepted, mut refused) = (0, 0);
    let before = home.house.hasher.hashes();
    for typed in naughty() {
        let address = format!("{}@example.org", &typed);
        let at_host = format!("good@{}", &typed);
        for (field, typed) in [
            (Field::Name, &typed),
            (Field::Password, &typed),
            (Field::Email, &typed),
            (Field::Email, &address),
            (Field::Email, &at_host),
        ] {
            let faults = tried(&home, field, typed).await;
            assert!(faults.len() <= 1, "one fault says it: {:?} {faults:?}", brief(typed));
            *(if faults.is_empty() { &mut accepted } else { &mut refused }) += 1;
            assert!(typed.chars().count() < 1000 || !faults.is_empty(), "{:?}", brief(typed));
        }
    }
    assert!(accepted > 400 && refused > 400, "{accepted} accepted, {refused} refused");
    assert_eq!(home.house.hasher.hashes(), before, "what is refused costs no hash");
}

#[test]
fn what_was_accepted_once_is_accepted_again_as_it_was_kept() {
    let mut addresses = 0;
    for typed in naughty() {
        if let Ok(name) = PersonName::parse(&typed) {
            let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!name.as_str().chars().any(|c| c.is_control() || turns(c)), "{name:?}");
            assert_eq!(PersonName::parse(name.as_str()), Ok(name));
        }
        for typed in [format!("{typed}@example.org"), format!("good@{typed}"), typed] {
            if let Ok(address) = EmailAddress::parse(&typed) {
                assert!(!address.as_str().contains(|c: char| c.is_control() || c.is_whitespace() || c == ','));
                assert_eq!(EmailAddress::parse(address.as_str()), Ok(address), "{:?}", brief(&typed));
                addresses += 1;
            }
        }
    }
    assert!(addresses > 100, "{addresses}");
}

/// Strings put together until they are `chars` long, to need fewer accounts.
fn bundles(strings: impl Iterator<Item = String>, chars: usize) -> Vec<String> {
    let mut bundles: Vec<String> = Vec::new();
    for string in strings {
        match bundles.last_mut() {
            Some(last) if last.chars().count() + string.chars().count() < chars => {
                last.push(' ');
                last.push_str(&string);
            }
            _ => bundles.push(string),
        }
    }
    bundles
}

#[tokio::test]
async fn what_was_accepted_is_stored_found_and_signed_in_with_as_it_was_typed() {
    let home = TestHouse::with(without_limits()).await;
    let good = naughty().into_iter().filter_map(|typed| PersonName::parse(&typed).ok());
    let names = bundles(good.map(|name| name.as_str().to_owned()), 90);
    let printable =
        naughty().into_iter().filter(|typed| typed.chars().count() < 100 && !typed.chars().any(char::is_control));
    let passwords: Vec<String> =
        bundles(printable, 110).into_iter().map(|typed| format!("{typed} and a lemon tree")).collect();
    assert!(names.len() > 100 && passwords.len() > 100);
    // Each round costs two hashes, so only every fifth of them.
    for (n, (name, password)) in names.iter().zip(passwords).enumerate().step_by(5) {
        let password = Secret::new(password);
        let email = format!("p{n}@example.org");
        accounts::create_verified(&home.house, name, &email, &password, Role::User).await.unwrap();
        let pair = accounts::sign_in(&home.house, &email, &password, Stay::Day, &device()).await.unwrap();
        assert_eq!(pair.viewer.name, PersonName::parse(name).unwrap().as_str());
        let filter = Filter { begins: name.clone(), limit: 200, ..Filter::default() };
        let page = admin::users(&home.house, &Admin::operator(), &filter).await.unwrap();
        assert!(page.items.iter().any(|user| user.email == email), "{name:?} is not found by its own name");
    }
}

#[tokio::test]
async fn a_letter_can_be_written_to_every_address_that_is_accepted() {
    let home = TestHouse::with(without_limits()).await;
    // Unconfirmed accounts made by hand: a registration would cost a hash for each.
    let waiting = "insert into users (id, email, name, name_key, role, password_hash, created_at, tokens_void_before)
                   values ($1, $2, 'x', 'x', 'user', '', 0, 0) on conflict do nothing";
    let mut written = 0;
    for typed in naughty() {
        for typed in [format!("{typed}@example.org"), format!("good@{typed}"), typed] {
            if let Ok(address) = EmailAddress::parse(&typed)
                && tried(&home, Field::Email, &typed).await.is_empty()
            {
                let id = home.house.new_id();
                look!(home, |p| sqlx::query(waiting).bind(id).bind(address.as_str()).execute(p).await.map(drop))
                    .unwrap();
                accounts::resend_verification(&home.house, &typed, &device()).await.unwrap();
                written += 1;
            }
        }
    }
    assert!(written > 100, "{written}");
    assert_eq!(home.letters().await.len(), written);
}

#[tokio::test]
async fn whatever_is_typed_at_sign_in_verification_and_search_is_answered() {
    let home = TestHouse::with(without_limits()).await;
    home.person("alice").await;
    let (root, all) = (Admin::operator(), naughty());
    for typed in &all {
        let token = accounts::verify_email(&home.house, &Secret::new(typed), &device()).await;
        let faults = faults(token, typed);
        assert!(faults.len() == 1 && faults[0].field == Field::Token, "{:?} {faults:?}", brief(typed));
        for begins in [typed.clone(), format!("%{typed}"), format!("alice{typed}")] {
            let filter = Filter { begins, limit: 10, ..Filter::default() };
            let page = admin::users(&home.house, &root, &filter).await;
            assert!(page.is_ok_and(|page| page.items.len() <= 1), "{:?}", brief(typed));
        }
        let resent = accounts::resend_verification(&home.house, typed, &device()).await;
        assert!(matches!(resent, Ok(()) | Err(Refusal::Invalid(_))), "{:?}", brief(typed));
    }
    // Each of these costs a hash, so only some strings go alone.
    let alone = all.iter().filter(|typed| typed.len() > 1000 || typed.contains(['\0', '\'', '\u{202e}'])).cloned();
    for typed in bundles(all.iter().filter(|typed| typed.len() < 100).cloned(), 1000).into_iter().chain(alone) {
        let secret = Secret::new(&typed);
        let outcome = accounts::sign_in(&home.house, "alice@example.org", &secret, Stay::Day, &device()).await;
        assert!(matches!(outcome, Err(Refusal::Credentials | Refusal::Invalid(_))), "{:?} {outcome:?}", brief(&typed));
    }
    for typed in &all {
        let outcome = accounts::sign_in(&home.house, typed, &Secret::new(""), Stay::Day, &device()).await;
        assert!(matches!(outcome, Err(Refusal::Invalid(_))), "{:?} {outcome:?}", brief(typed));
    }
    let alice = accounts::sign_in(&home.house, "alice@example.org", &Secret::new(PASSWORD), Stay::Day, &device()).await;
    assert!(alice.is_ok(), "and everybody is still there");
}
