//! An account's life: registered, confirmed by letter, signed in to; and everything that must not work on the way.

mod support;

use identity::{
    Latchkey, Refusal, Settings,
    accounts::{self, setup, setup_link, sign_in, verify_email},
    admin::{self, Admin},
    db::Db,
    keys::{self, Purpose},
    mail,
    passwords::HashCost,
    policy::Policy,
    sessions,
    tokens::TokenPair,
    words::{EmailAddress, Fault, Field, FieldError, Role, Secret, Stay},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
};
use support::{PASSWORD, TestHouse, device, mailbox::Received, master_key, settings};
use tracing::{Event, Instrument, Subscriber, span::Id};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};
use uuid::Uuid;

const OTHER: &str = "seventeen purple doors";

async fn register(home: &TestHouse, name: &str, email: &str, password: &str) -> Result<(), Refusal> {
    accounts::register(&home.house, name, email, &Secret::new(password), &device()).await
}

/// Registers and reads the letter.
async fn registered(home: &TestHouse, name: &str, email: &str, password: &str) -> Received {
    register(home, name, email, password).await.unwrap();
    home.letter().await
}

async fn verify(house: &Latchkey, token: &str) -> Result<(), Refusal> {
    verify_email(house, &Secret::new(token), &device()).await
}

async fn enter(home: &TestHouse, email: &str, password: &str) -> Result<TokenPair, Refusal> {
    sign_in(&home.house, email, &Secret::new(password), Stay::Day, &device()).await
}

fn token_fault(outcome: Result<(), Refusal>) -> Option<Fault> {
    match outcome {
        Ok(()) => None,
        Err(Refusal::Invalid(faults)) if faults.len() == 1 && faults[0].field == Field::Token => Some(faults[0].fault),
        Err(other) => panic!("{other}"),
    }
}

/// Without counting attempts, where a test needs many.
fn without_limits() -> Settings {
    Settings { limits: false, ..settings() }
}

#[tokio::test]
async fn a_person_registers_follows_the_link_and_signs_in() {
    let home = TestHouse::start().await;
    let letter = registered(&home, " Alice ", " Alice@Example.ORG ", PASSWORD).await;
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("alice@example.org", "Confirm your address for id.example.org")
    );
    assert!(letter.text.contains("https://id.example.org/verify?token="), "{}", letter.text);
    verify(&home.house, letter.token().expose()).await.unwrap();
    let pair = enter(&home, "ALICE@example.org", PASSWORD).await.unwrap();
    assert_eq!((pair.viewer.name.as_str(), pair.viewer.email.as_str()), ("Alice", "alice@example.org"));
    assert_eq!((pair.viewer.role, pair.keep_seconds), (Role::User, Some(24 * 3600)));
}

#[tokio::test]
async fn the_code_may_be_typed_as_people_type() {
    let home = TestHouse::with(without_limits()).await;
    for (n, spell) in [
        (|code: &str| code.to_owned()) as fn(&str) -> String,
        |code| code.to_lowercase(),
        |code| format!("  {}\n", code.replace('-', " ")),
        |code| code.replace('-', "\u{2013}"),
        |code| code.replace('-', "").replace('0', "o").replace('1', "l"),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("p{n}@example.org");
        let code = registered(&home, "Person", &email, PASSWORD).await.code();
        let typed = spell(&code);
        assert_eq!(token_fault(verify(&home.house, &typed).await), None, "{code} typed {typed:?}");
        assert_eq!(token_fault(verify(&home.house, &code).await), Some(Fault::Spent), "once");
        assert!(enter(&home, &email, PASSWORD).await.is_ok());
    }
}

#[tokio::test]
async fn a_letter_is_good_for_one_day_one_time_and_one_purpose() {
    let home = TestHouse::with(without_limits()).await;
    let spent = async |token: &str| token_fault(verify(&home.house, token).await) == Some(Fault::Spent);
    for blank in ["", "  \n"] {
        assert_eq!(token_fault(verify(&home.house, blank).await), Some(Fault::Missing));
    }
    for unknown in ["x", "00000-00000-00000", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(spent(unknown).await, "{unknown}");
    }
    let setup_link = setup_link(&home.house).await.unwrap().unwrap();
    assert!(spent(setup_link.split("token=").nth(1).unwrap()).await, "a token of another kind");

    let late = registered(&home, "Late", "late@example.org", PASSWORD).await;
    home.advance(24 * 3600);
    assert!(spent(late.token().expose()).await && spent(&late.code()).await, "a day later");
    let just = registered(&home, "Just", "just@example.org", PASSWORD).await;
    home.advance(24 * 3600 - 1);
    identity::jobs::tidy(&home.house).await.unwrap();
    verify(&home.house, just.token().expose()).await.unwrap();
    assert!(spent(just.token().expose()).await && spent(&just.code()).await, "neither link nor code twice");

    let other = registered(&home, "Other", "other@example.org", PASSWORD).await;
    let sql = "update mailed_tokens set purpose = 'reset' where address = 'other@example.org'";
    home.change(sql).await;
    assert!(spent(other.token().expose()).await && spent(&other.code()).await, "made for something else");
    assert!(matches!(enter(&home, "other@example.org", PASSWORD).await, Err(Refusal::Credentials)));

    let first = registered(&home, "Two", "two@example.org", PASSWORD).await;
    accounts::resend_verification(&home.house, "TWO@example.org", &device()).await.unwrap();
    let second = home.letter().await;
    assert_ne!(first.token(), second.token());
    verify(&home.house, &second.code()).await.unwrap();
    assert!(spent(first.token().expose()).await, "the others of the account go with it");
    for address in ["two@example.org", "nobody@example.org"] {
        accounts::resend_verification(&home.house, address, &device()).await.unwrap();
        assert!(home.letters().await.is_empty(), "nothing to confirm at {address}");
    }
}

#[tokio::test]
async fn another_letter_never_confirms_a_stranger_who_registered_later() {
    let home = TestHouse::start().await;
    registered(&home, "Alice", "alice@example.org", PASSWORD).await;
    registered(&home, "Mallory", "alice@example.org", "a password of somebody else").await;
    accounts::resend_verification(&home.house, "alice@example.org", &device()).await.unwrap();
    let letter = home.letter().await;
    assert!(letter.subject.starts_with("Set a new password"), "whose registration is meant cannot be known");
    assert_eq!(token_fault(verify(&home.house, letter.token().expose()).await), Some(Fault::Spent));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_who_confirm_at_once_one_does_whichever_node_they_meet() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(3).await;
    let letter = registered(&home, "Alice", "alice@example.org", PASSWORD).await;
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let typed = if n % 2 == 0 { letter.token().expose().to_owned() } else { letter.code() };
            let house = nodes[n % nodes.len()].clone();
            tokio::spawn(async move { token_fault(verify(&house, &typed).await) })
        })
        .collect();
    let mut confirmed = 0;
    for one in tries {
        match one.await.unwrap() {
            None => confirmed += 1,
            fault => assert_eq!(fault, Some(Fault::Spent)),
        }
    }
    assert_eq!(confirmed, 1);
}

#[tokio::test]
async fn a_registration_that_is_settled_while_another_comes_in_sends_that_away_for_a_moment() {
    let home = TestHouse::start().await;
    registered(&home, "Alice", "alice@example.org", PASSWORD).await;
    // As if it had been confirmed between two statements of the second: its password has nothing to replace.
    match &home.db {
        Db::Sqlite { .. } => {
            home.change(
                "create trigger settled before update of password_hash on users begin select raise(ignore); end",
            )
            .await;
        }
        Db::Postgres(_) => {
            let body = "create function settled() returns trigger language plpgsql as $$ begin return null; end $$";
            home.change(body).await;
            let trigger = "create trigger settled before update on users for each row execute function settled()";
            home.change(trigger).await;
        }
    }
    let second = register(&home, "Alice", "alice@example.org", "another long password").await;
    assert!(matches!(second, Err(Refusal::Busy { .. })), "{second:?}");
    assert!(home.letters().await.is_empty());
}

#[tokio::test]
async fn each_letter_confirms_the_registration_it_belongs_to_whoever_else_registers() {
    let home = TestHouse::with(without_limits()).await;
    for (email, stranger_first) in [("alice@example.org", true), ("bob@example.org", false)] {
        let (mut stranger, mut owner) = (None, None);
        for turn in 0..2 {
            if (turn == 0) == stranger_first {
                stranger = Some(registered(&home, "Mallory", email, OTHER).await);
            } else {
                owner = Some(registered(&home, "Owner", email, PASSWORD).await);
            }
        }
        verify(&home.house, owner.unwrap().token().expose()).await.unwrap();
        let pair = enter(&home, email, PASSWORD).await.unwrap();
        assert_eq!(pair.viewer.name, "Owner", "{email}");
        assert!(matches!(enter(&home, email, OTHER).await, Err(Refusal::Credentials)), "{email}");
        let spent = token_fault(verify(&home.house, stranger.unwrap().token().expose()).await);
        assert_eq!(spent, Some(Fault::Spent), "{email}");
    }
}

#[tokio::test]
async fn registering_a_known_address_answers_the_same_at_the_same_cost_and_only_a_letter_tells() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let mut costs = Vec::new();
    for email in ["new@example.org", "new@example.org", "alice@example.org"] {
        let before = home.house.hasher.hashes();
        register(&home, "Mallory", email, OTHER).await.expect("the same answer");
        costs.push(home.house.hasher.hashes() - before);
        let letter = home.letter().await;
        let (told, says) = (letter.subject.starts_with("You already have an account"), letter.text.contains("token="));
        assert_eq!((letter.to.as_str(), told, says), (email, email == "alice@example.org", email == "new@example.org"));
        assert!(!letter.text.contains("Mallory"), "a stranger's words reach nobody");
    }
    assert_eq!(costs, [1, 1, 1]);
    assert_eq!(enter(&home, "alice@example.org", PASSWORD).await.unwrap().viewer.name, "alice", "nothing was changed");
    assert!(matches!(enter(&home, "alice@example.org", OTHER).await, Err(Refusal::Credentials)));
    for refused in [
        register(&home, "", "", "").await,
        register(&home, "", "new@example.org", "short").await,
        register(&home, "", "alice@example.org", "short").await,
    ] {
        assert!(
            matches!(&refused, Err(Refusal::Invalid(faults)) if faults.len() >= 2),
            "every fault at once: {refused:?}"
        );
    }
    assert!(home.letters().await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_only_to_the_right_password() {
    let home = TestHouse::with(without_limits()).await;
    registered(&home, "New", "new@example.org", PASSWORD).await;
    let gone = home.person("gone").await;
    admin::disable(&home.house, &admin::Proven::operator(), gone).await.unwrap();
    assert!(matches!(enter(&home, "new@example.org", PASSWORD).await, Err(Refusal::Credentials)));
    assert!(matches!(enter(&home, "gone@example.org", PASSWORD).await, Err(Refusal::Disabled)));
    for email in ["new@example.org", "gone@example.org"] {
        assert!(matches!(enter(&home, email, OTHER).await, Err(Refusal::Credentials)), "{email}");
    }
    let (begun,): (i64,) = home.row("select count(*) from sessions").await;
    assert_eq!(begun, 0);
}

/// Counts the commands that a database is given. SQLite's reach a thread of its own, and sqlx takes our span along with each;
/// PostgreSQL's are sent from our thread, and sqlx mentions each in the log.
struct Commands {
    home: ThreadId,
    seen: Arc<AtomicUsize>,
}

impl<S: Subscriber> Layer<S> for Commands {
    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        if thread::current().id() != self.home {
            self.seen.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            self.seen.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// What a future asked of the database, in commands.
async fn commands<T>(future: impl Future<Output = T>) -> (T, usize) {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Commands { home: thread::current().id(), seen: seen.clone() };
    let _guard = tracing::subscriber::set_default(Registry::default().with(counter));
    let answer = future.instrument(tracing::info_span!("counted")).await;
    (answer, seen.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer_for_the_same_work() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    registered(&home, "New", "new@example.org", PASSWORD).await;
    let gone = home.person("gone").await;
    admin::disable(&home.house, &admin::Proven::operator(), gone).await.unwrap();
    let mut seen = Vec::new();
    for (email, password) in [
        ("warm-up@example.org", OTHER),
        ("alice@example.org", OTHER),
        ("nobody@example.org", OTHER),
        ("new@example.org", OTHER),
        ("gone@example.org", OTHER),
        ("alice@example.org", "\0"),
        ("nobody@example.org", "\0"),
        ("alice@example.org", &"long ".repeat(1000)),
        ("nobody@example.org", &"long ".repeat(1000)),
    ] {
        let before = home.house.hasher.hashes();
        let (answer, commands) = commands(enter(&home, email, password)).await;
        let hashes = home.house.hasher.hashes() - before;
        assert!(commands >= 4, "the counter counts");
        seen.push((answer.unwrap_err().to_string(), hashes, commands));
    }
    assert_eq!(seen[1].0, "wrong credentials");
    assert!(seen[1..].iter().all(|one| *one == seen[1] && one.1 == 1), "{seen:?}");
    let page = admin::audit(&home.house, &Admin::operator(), None, None, 100).await.unwrap();
    let recorded = page.items.iter().filter(|event| event.kind == "sign_in_failed").count();
    assert_eq!(recorded, 9, "each is recorded, also those of nobody");
}

#[tokio::test]
async fn a_stay_that_is_not_offered_is_refused_and_an_administrators_is_capped() {
    let home = TestHouse::with(Settings {
        policy: Policy { stays: vec![Stay::Visit, Stay::Forever], ..Policy::default() },
        ..settings()
    })
    .await;
    home.person("alice").await;
    home.account("root", Role::Admin).await;
    let secret = Secret::new(PASSWORD);
    let before = home.house.hasher.hashes();
    for stay in [Stay::Day, Stay::Month] {
        let outcome = sign_in(&home.house, "alice@example.org", &secret, stay, &device()).await;
        let Err(Refusal::Invalid(faults)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(faults, [FieldError::new(Field::Stay, Fault::NotAllowed)]);
    }
    assert_eq!(home.house.hasher.hashes(), before, "no work for it");
    let alice = home.sign_in("alice", Stay::Forever).await;
    let root = home.sign_in("root", Stay::Forever).await;
    assert_eq!((alice.keep_seconds, root.keep_seconds), (Some(400 * 24 * 3600), Some(12 * 3600)));
    let ends = async |pair: &TokenPair| {
        sessions::one(&home.house, pair.viewer.id, pair.viewer.session).await.unwrap().expires_at
    };
    assert_eq!(ends(&alice).await, None);
    assert_eq!(ends(&root).await, Some(support::START.0 + 12 * 3_600_000));
    let visit = home.sign_in("alice", Stay::Visit).await;
    assert_eq!(visit.keep_seconds, None, "gone when the browser closes");
}

#[tokio::test]
async fn a_password_is_hashed_anew_when_the_cost_has_risen() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let stored = async || home.row::<(String,)>("select password_hash from users").await.0;
    let dear = HashCost { iterations: 3, ..HashCost::default() };
    let restarted = home.reopen(Settings { hash_cost: dear, ..settings() }, master_key()).await.unwrap();
    let enter = async |password: &str| {
        sign_in(&restarted, "alice@example.org", &Secret::new(password), Stay::Day, &device()).await
    };
    let cheap = stored().await;
    assert!(cheap.contains("m=19456,t=2,p=1"), "{cheap}");
    assert!(enter(OTHER).await.is_err());
    assert_eq!(stored().await, cheap, "a wrong password changes nothing");
    enter(PASSWORD).await.unwrap();
    let anew = stored().await;
    assert!(anew.contains("m=19456,t=3,p=1"), "{anew}");
    enter(PASSWORD).await.unwrap();
    assert_eq!(stored().await, anew, "once is enough");
}

#[tokio::test]
async fn an_address_has_one_account() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    for spelling in ["alice@example.org", " ALICE@EXAMPLE.ORG "] {
        let again = accounts::create_verified(&home.house, "Other", spelling, &Secret::new(OTHER), Role::Admin).await;
        assert!(matches!(again, Err(Refusal::AlreadyDone)), "{again:?}");
    }
    assert_eq!(enter(&home, "alice@example.org", PASSWORD).await.unwrap().viewer.role, Role::User);
    assert!(setup_link(&home.house).await.unwrap().is_some(), "what failed has not closed the setup page");
}

/// The token of a fresh setup link.
async fn setup_token(home: &TestHouse) -> Option<Secret> {
    let link = setup_link(&home.house).await.unwrap()?;
    Some(Secret::new(link.strip_prefix("https://id.example.org/setup?token=").unwrap()))
}

async fn set_up(home: &TestHouse, token: &Secret, name: &str, password: &str) -> Option<Fault> {
    token_fault(setup(&home.house, token, name, &format!("{name}@example.org"), &Secret::new(password)).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_setup_link_makes_one_administrator_however_many_use_it_at_once() {
    let home = TestHouse::start().await;
    let stale = setup_token(&home).await.unwrap();
    let token = setup_token(&home).await.unwrap();
    assert_eq!(set_up(&home, &stale, "root", PASSWORD).await, Some(Fault::Spent), "an older link");
    assert_eq!(set_up(&home, &Secret::new(""), "root", PASSWORD).await, Some(Fault::Spent));
    let bad = setup(&home.house, &token, "", "", &Secret::new("short")).await;
    assert!(matches!(bad, Err(Refusal::Invalid(faults)) if faults.len() == 3), "a refused form spends nothing");
    home.person("alice").await;
    let taken = setup(&home.house, &token, "Alice", "alice@example.org", &Secret::new(PASSWORD)).await;
    assert!(matches!(taken, Err(Refusal::AlreadyDone)), "nor does an address that is taken");
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let (house, token) = (home.house.clone(), token.clone());
            let email = format!("root{n}@example.org");
            tokio::spawn(
                async move { token_fault(setup(&house, &token, "Root", &email, &Secret::new(PASSWORD)).await) },
            )
        })
        .collect();
    let mut made = 0;
    for one in tries {
        match one.await.unwrap() {
            None => made += 1,
            fault => assert_eq!(fault, Some(Fault::Spent)),
        }
    }
    let counts = admin::counts(&home.house, &Admin::operator()).await.unwrap();
    assert_eq!((made, counts.admins, counts.users), (1, 1, 2));
    assert_eq!(setup_token(&home).await, None, "and the page is closed");
}

#[tokio::test]
async fn the_first_administrator_closes_the_setup_page_for_ever_however_they_became_one() {
    for promoted in [false, true] {
        let home = TestHouse::start().await;
        let alice = home.person("alice").await;
        let token = setup_token(&home).await.unwrap();
        if promoted {
            admin::set_role(&home.house, &admin::Proven::operator(), alice, Role::Admin).await.unwrap();
        } else {
            home.account("root", Role::Admin).await;
        }
        assert_eq!(set_up(&home, &token, "second", PASSWORD).await, Some(Fault::Spent), "promoted: {promoted}");
        assert_eq!(setup_token(&home).await, None, "promoted: {promoted}");
        // Not even an installation that has lost its administrators opens it again.
        assert_eq!(home.change("update users set role = 'user' where role = 'admin'").await, 1);
        assert_eq!(setup_token(&home).await, None);
        assert_eq!(set_up(&home, &token, "second", PASSWORD).await, Some(Fault::Spent));
    }
}

fn found(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn no_secret_is_readable_in_the_database_the_letters_that_wait_or_the_events() {
    let home = TestHouse::start().await;
    register(&home, "Alice", "alice@example.org", PASSWORD).await.unwrap();
    let (waiting,): (Vec<u8>,) = home.row("select sealed from letters where sealed is not null").await;
    let while_waiting = home.database().bytes().await;
    let letter = home.letter().await;
    let (token, code) = (letter.token(), letter.code());
    verify(&home.house, token.expose()).await.unwrap();
    assert!(enter(&home, "alice@example.org", OTHER).await.is_err());
    let pair = enter(&home, "alice@example.org", PASSWORD).await.unwrap();
    let setup = setup_token(&home).await.unwrap();
    let (hash,): (String,) = home.row("select password_hash from users").await;
    let whole = home.database().bytes().await;
    assert!(found(&whole, "alice@example.org") && found(&whole, &hash), "the right files are looked at");
    let bare = code.replace('-', "");
    let pepper = String::from_utf8_lossy(&master_key().derive(Purpose::Pepper)).into_owned();
    let key = master_key().to_base64().to_string();
    for secret in
        [PASSWORD, OTHER, token.expose(), &code, &bare, &pair.access, &pair.refresh, setup.expose(), &pepper, &key]
    {
        for (place, bytes) in [("file", &whole), ("file while the letter waited", &while_waiting)] {
            assert!(!found(bytes, secret), "{secret} is in the {place}");
        }
    }
    for told in ["alice", "verify", "token", &hash, "Confirm"] {
        assert!(!found(&waiting, told), "{told} is in the waiting letter");
    }
    let events: Vec<(String, String, String, Uuid)> = home.rows("select kind, ip, detail, id from events").await;
    let events = format!("{events:?}");
    for secret in [PASSWORD, OTHER, token.expose(), &bare, &hash, "argon2", "alice", "lk1.", "eyJ"] {
        assert!(!events.contains(secret), "{secret} in {events}");
    }
}

#[tokio::test]
async fn nothing_that_can_be_printed_prints_a_secret() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let secret = Secret::new(PASSWORD);
    let email = EmailAddress::parse("alice@example.org").unwrap();
    let pair = enter(&home, "alice@example.org", PASSWORD).await.unwrap();
    let rotation = home.renew(&pair).await;
    let settings = &home.house.settings;
    let link = settings.link("/verify", &[("token", "a-mailed-token")]);
    let letter = mail::verification(settings, "alice@example.org", &link, "ABCDE-FGHJK-MNPQR", 24);
    let invalid = register(&home, "\0", "no address", "short!!").await.unwrap_err();
    let credentials = enter(&home, "alice@example.org", OTHER).await.unwrap_err();
    let list = keys::list(&home.house).await.unwrap();
    let filter = admin::Filter::default();
    let users = admin::users(&home.house, &Admin::operator(), &filter).await.unwrap();
    let shown = [
        format!("{secret:?} {email:?} {pair:?} {rotation:?} {settings:?} {letter:?} {:?}", device()),
        format!("{invalid:?} {invalid} {credentials:?} {credentials} {filter:?} {users:?}"),
        format!(
            "{:?} {:?}",
            sessions::admit(&home.house, &pair.access),
            sessions::list(&home.house, pair.viewer.id).await
        ),
        format!("{:?}", list.iter().map(|key| (&key.kid, &key.alg, key.retired_at)).collect::<Vec<_>>()),
    ]
    .concat();
    let renewed = support::tokens(rotation);
    let (hash,): (String,) = home.row("select password_hash from users").await;
    let never =
        [PASSWORD, OTHER, "short!!", "no address", &pair.access, &pair.refresh, &renewed.access, &renewed.refresh];
    for secret in never.into_iter().chain([hash.as_str(), "argon2", "a-mailed-token", "ABCDE", "lk1.", "eyJ"]) {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("alice@example.org") && shown.contains(&Uuid::to_string(&pair.viewer.session)));
}
