//! Leaving: asking, changing one's mind, and being forgotten, by whoever and however often it is tried.

mod support;

use identity::{
    Latchkey, Refusal,
    accounts::{self, leaving},
    admin::{self, Admin},
    db::Db,
    events::Kind,
    history::{self, By},
    sessions::{self, Admission, Device, Proven, Rotation},
    tokens::TokenPair,
    transfer::TABLES,
    words::{EndCause, Fault, Field, FieldError, Role, Secret, Stay},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use support::{PASSWORD, TestHouse, device, look, master_key, settings};
use uuid::Uuid;

const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;

/// Longer than any access token can live, on whichever node.
const TOKENS_GONE: u64 = 12 * 60;

async fn proven(home: &TestHouse, pair: &TokenPair) -> Proven {
    sessions::prove(&home.house, &pair.viewer).await.unwrap()
}

/// An administrator who has signed in and may change things.
async fn boss(home: &TestHouse, pair: &TokenPair, device: &Device) -> admin::Proven {
    Admin::of(&pair.viewer, device).unwrap().proven(&proven(home, pair).await).unwrap()
}

/// Signs in and asks to be forgotten.
async fn asks(home: &TestHouse, name: &str) -> TokenPair {
    let pair = home.sign_in(name, Stay::Forever).await;
    leaving::request(&home.house, &proven(home, &pair).await, &device()).await.unwrap();
    pair
}

/// What the job does while its time passes: closing, and when no token lives any more, erasing.
async fn erased(home: &TestHouse) {
    leaving::erase_due(&home.house).await.unwrap();
    home.advance(TOKENS_GONE);
    leaving::erase_due(&home.house).await.unwrap();
}

async fn due(home: &TestHouse, user: Uuid) -> Option<i64> {
    leaving::due(&home.house, user).await.unwrap().map(|at| at.0)
}

async fn count(home: &TestHouse, sql: &str) -> i64 {
    home.row::<(i64,)>(sql).await.0
}

async fn kinds(home: &TestHouse, kind: Kind) -> i64 {
    count(home, &format!("select count(*) from events where kind = '{kind}'")).await
}

/// The token behind "keep my account" in the letter that was sent last.
async fn keep_token(home: &TestHouse) -> Secret {
    let letters = home.letters().await;
    let letter = letters.iter().find(|letter| letter.text.contains("/keep-account?")).expect("a letter to keep by");
    letter.token()
}

fn spent() -> Vec<FieldError> {
    vec![FieldError::new(Field::Token, Fault::Spent)]
}

#[track_caller]
fn is_spent(outcome: Result<(), Refusal>) {
    assert!(matches!(&outcome, Err(Refusal::Invalid(faults)) if *faults == spent()), "{outcome:?}");
}

#[tokio::test]
async fn asking_ends_the_other_sessions_says_so_by_letter_and_changes_nothing_the_second_time() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let other = home.sign_in("alice", Stay::Day).await;
    let alice = asks(&home, "alice").await;
    let at = support::START.0 + 7 * 86_400_000;
    assert_eq!(due(&home, id).await, Some(at));
    assert!(matches!(sessions::admit(&home.house, &alice.access), Admission::Admitted(_)), "this one goes on");
    assert!(!matches!(sessions::admit(&home.house, &other.access), Admission::Admitted(_)));
    assert!(matches!(home.renew(&other).await, Rotation::Ended(Some(EndCause::DeletionRequested))));
    let letter = home.letter().await;
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("alice@example.org", "Your account at id.example.org will be deleted")
    );
    assert!(letter.text.contains("/keep-account?token=") && letter.text.contains("/secure-account?token="));
    assert!(letter.text.contains("25 November 2026"), "{}", letter.text);

    home.advance(60);
    let third = home.sign_in("alice", Stay::Day).await;
    leaving::request(&home.house, &proven(&home, &third).await, &device()).await.unwrap();
    assert_eq!(due(&home, id).await, Some(at), "the time is what it was");
    assert!(matches!(sessions::admit(&home.house, &alice.access), Admission::Admitted(_)), "and so are the sessions");
    assert!(home.letters().await.is_empty());
    assert_eq!(kinds(&home, Kind::DeletionRequested).await, 1);
}

#[tokio::test]
async fn one_changes_ones_mind_by_session_until_the_last_moment_and_not_after_it() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    let alice = asks(&home, "alice").await;
    let token = keep_token(&home).await;
    home.clock.set(identity::time::Timestamp(due(&home, id).await.unwrap() - 1));
    leaving::erase_due(&home.house).await.unwrap();
    leaving::keep(&home.house, &alice.viewer, &device()).await.unwrap();
    assert_eq!(due(&home, id).await, None);
    leaving::keep(&home.house, &alice.viewer, &device()).await.unwrap();
    assert_eq!(kinds(&home, Kind::DeletionCancelled).await, 1, "there was nothing to cancel the second time");
    is_spent(leaving::keep_by_letter(&home.house, &token, &device()).await);
    home.advance(WEEK);
    erased(&home).await;
    home.sign_in("alice", Stay::Day).await;

    let alice = asks(&home, "alice").await;
    home.advance(WEEK);
    let late = leaving::keep(&home.house, &alice.viewer, &device()).await;
    assert!(matches!(late, Err(Refusal::NotFound)), "{late:?}");
    assert_eq!(kinds(&home, Kind::DeletionCancelled).await, 1);
}

#[tokio::test]
async fn one_changes_ones_mind_by_letter_until_the_last_moment_and_not_after_it() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    asks(&home, "alice").await;
    let token = keep_token(&home).await;
    home.clock.set(identity::time::Timestamp(due(&home, id).await.unwrap() - 1));
    leaving::keep_by_letter(&home.house, &token, &device()).await.unwrap();
    assert_eq!((due(&home, id).await, kinds(&home, Kind::DeletionCancelled).await), (None, 1));

    asks(&home, "alice").await;
    is_spent(leaving::keep_by_letter(&home.house, &token, &device()).await);
    let token = keep_token(&home).await;
    home.advance(WEEK);
    is_spent(leaving::keep_by_letter(&home.house, &token, &device()).await);
    assert!(due(&home, id).await.is_some());
    let empty = leaving::keep_by_letter(&home.house, &Secret::new(" "), &device()).await;
    assert!(matches!(empty, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Missing));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_at_once_one_asks_and_one_keeps() {
    let home = Arc::new(TestHouse::start().await);
    let id = home.person("alice").await;
    let nodes = home.nodes(4).await;
    let alice = home.sign_in("alice", Stay::Forever).await;
    let proof = proven(&home, &alice).await;
    let asking = (0..20).map(|n| {
        let (house, proof) = (nodes[n % 4].clone(), proof.clone());
        tokio::spawn(async move { leaving::request(&house, &proof, &device()).await })
    });
    for asked in asking.collect::<Vec<_>>() {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(kinds(&home, Kind::DeletionRequested).await, 1);
    let token = keep_token(&home).await;
    let keeping = (0..20).map(|n| {
        let (house, token) = (nodes[n % 4].clone(), token.clone());
        tokio::spawn(async move { leaving::keep_by_letter(&house, &token, &device()).await })
    });
    let mut kept = 0;
    for outcome in keeping.collect::<Vec<_>>() {
        match outcome.await.unwrap() {
            Ok(()) => kept += 1,
            refused => is_spent(refused),
        }
    }
    assert_eq!((kept, due(&home, id).await, kinds(&home, Kind::DeletionCancelled).await), (1, None, 1));
}

#[tokio::test]
async fn the_last_administrator_stays_and_one_who_leaves_does_not_count() {
    let home = TestHouse::start().await;
    let root = home.account("root", Role::Admin).await;
    home.person("alice").await;
    let pair = home.sign_in("root", Stay::Day).await;
    let asked = leaving::request(&home.house, &proven(&home, &pair).await, &device()).await;
    assert!(matches!(asked, Err(Refusal::LastAdmin)), "{asked:?}");
    assert_eq!(kinds(&home, Kind::DeletionRequested).await, 0);

    let second = home.account("second", Role::Admin).await;
    asks(&home, "root").await;
    let pair = home.sign_in("second", Stay::Day).await;
    let asked = leaving::request(&home.house, &proven(&home, &pair).await, &device()).await;
    assert!(matches!(asked, Err(Refusal::LastAdmin)), "{asked:?}");
    let operator = admin::Proven::operator();
    let demoted = admin::set_role(&home.house, &operator, second, Role::User).await;
    assert!(matches!(demoted, Err(Refusal::LastAdmin)), "{demoted:?}");
    let disabled = admin::disable(&home.house, &operator, second).await;
    assert!(matches!(disabled, Err(Refusal::LastAdmin)), "{disabled:?}");
    admin::set_role(&home.house, &operator, root, Role::User).await.unwrap();
    home.advance(WEEK);
    erased(&home).await;
    assert_eq!(count(&home, "select count(*) from users").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_who_leave_at_once_do_not_leave_nobody() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    for round in 0..8 {
        home.change("update users set delete_at = null, role = 'user'").await;
        let mut proofs = Vec::new();
        for name in ["one", "two"] {
            home.account(&format!("{name}{round}"), Role::Admin).await;
            proofs.push(proven(&home, &home.sign_in(&format!("{name}{round}"), Stay::Day).await).await);
        }
        let leaving = proofs.into_iter().zip(&nodes).map(|(proof, house)| {
            let house = house.clone();
            tokio::spawn(async move { leaving::request(&house, &proof, &device()).await })
        });
        let mut refused = 0;
        for outcome in leaving.collect::<Vec<_>>() {
            match outcome.await.unwrap() {
                Err(Refusal::LastAdmin) => refused += 1,
                outcome => outcome.unwrap(),
            }
        }
        assert_eq!(refused, 1, "in round {round}");
    }
}

#[tokio::test]
async fn who_has_become_the_last_administrator_is_not_deleted_but_looked_at_again_tomorrow() {
    let home = TestHouse::start().await;
    let root = home.account("root", Role::Admin).await;
    home.account("second", Role::Admin).await;
    asks(&home, "root").await;
    // No rule does that; an operator at the database might.
    home.change("update users set role = 'user' where email = 'second@example.org'").await;
    home.advance(WEEK);
    erased(&home).await;
    let at = due(&home, root).await.expect("still about to be deleted");
    assert_eq!(at, support::START.0 + 8 * 86_400_000);
    home.sign_in("root", Stay::Day).await;
    home.change("update users set role = 'admin' where email = 'second@example.org'").await;
    home.advance(DAY);
    erased(&home).await;
    assert_eq!(count(&home, "select count(*) from users where role = 'admin'").await, 1);
}

/// Everything a database holds, as text: bytes in hex, ids with and without dashes.
async fn dump(home: &TestHouse) -> String {
    let sqlite = matches!(home.db, Db::Sqlite { .. });
    let tables = if sqlite {
        "select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'"
    } else {
        "select c.table_name::text, c.column_name::text from information_schema.columns c where c.table_schema = 'public'"
    };
    let mut text = String::new();
    let columns = home.rows::<(String, String)>(tables).await;
    assert!(columns.len() > 60, "every column of every table: {columns:?}");
    for (table, column) in columns {
        let value = if sqlite { format!("quote(\"{column}\")") } else { format!("\"{column}\"::text") };
        let values = format!("select {value} from \"{table}\" where \"{column}\" is not null");
        for (value,) in home.rows::<(String,)>(&values).await {
            text.push_str(&format!("{table}.{column} {value} {}\n", value.replace('-', "")));
        }
    }
    text.to_lowercase()
}

/// Where one of these is found, whole or as bytes.
fn found(dump: &str, needles: &[String]) -> Vec<String> {
    let hex = |needle: &str| needle.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let lower = needles.iter().map(|needle| needle.to_lowercase());
    let all: BTreeSet<String> = lower.flat_map(|needle| [hex(&needle), needle.replace('-', ""), needle]).collect();
    let mut found = Vec::new();
    for needle in all {
        found.extend(dump.lines().filter(|line| line.contains(&needle)).map(|line| format!("{needle}: {line}")));
    }
    found
}

/// A life with everything in it that leaves a trace, up to the wish to be forgotten. Answers who it was and what leads to them.
async fn a_rich_life(home: &TestHouse) -> (Uuid, Vec<String>) {
    let (name, email) = ("Zacharias Übelacker", "zacharias.uebelacker@example.org");
    let ip = |n: u8| format!("198.51.100.{}", 200 + n);
    let here = |n: u8| Device::new(ip(n), &format!("Mozilla/5.0 (X11; Linux x86_64) ZachariasBrowser/{n}"));
    let secret = Secret::new(PASSWORD);
    let house = &home.house;
    let root = home.account("root", Role::Admin).await;
    home.person("bystander").await;
    let root_pair = home.sign_in("root", Stay::Day).await;
    let boss = boss(home, &root_pair, &device()).await;

    accounts::register(house, name, email, &secret, &here(0)).await.unwrap();
    let code = home.letter().await.code();
    accounts::verify_email(house, &Secret::new(code), &here(0)).await.unwrap();
    let (id,): (Uuid,) = home.row(&format!("select id from users where email = '{email}'")).await;
    let sign_in = async |n: u8| accounts::sign_in(house, email, &secret, Stay::Month, &here(n)).await.unwrap();
    let mut sessions = vec![sign_in(1).await, sign_in(2).await, sign_in(3).await];
    sessions::sign_out(house, &sessions[0].viewer, &here(1)).await.unwrap();
    sessions::end_own(house, &sessions[1].viewer, sessions[2].viewer.session, &here(2)).await.unwrap();
    for _ in 0..2 {
        let wrong = accounts::sign_in(house, email, &Secret::new("wrong wrong wrong wrong"), Stay::Day, &here(4)).await;
        assert!(matches!(wrong, Err(Refusal::Credentials)));
    }
    admin::set_role(house, &boss, id, Role::Admin).await.unwrap();
    home.advance(3600);
    let acting = sign_in(5).await;
    let me = self::boss(home, &acting, &here(5)).await;
    let bystander = home.row::<(Uuid,)>("select id from users where email = 'bystander@example.org'").await.0;
    admin::disable(house, &me, bystander).await.unwrap();
    admin::enable(house, &me, bystander).await.unwrap();
    admin::set_role(house, &me, root, Role::Admin).await.unwrap();
    admin::disable(house, &boss, id).await.unwrap();
    admin::enable(house, &boss, id).await.unwrap();
    admin::end_sessions(house, &boss, id).await.unwrap();
    // A copy of an old token comes back.
    let stolen = sign_in(6).await;
    let mut pair = stolen.clone();
    for _ in 0..2 {
        home.advance(600);
        pair = support::tokens(sessions::renew(house, &pair.refresh, &here(6)).await.unwrap());
        sessions::confirm(house, &pair.viewer).await.unwrap();
    }
    home.advance(60);
    assert!(matches!(sessions::renew(house, &stolen.refresh, &here(7)).await.unwrap(), Rotation::Reused));
    // Somebody registers the address again: a letter waits. And browsers that were known.
    accounts::register(house, "Stranger", email, &secret, &here(0)).await.unwrap();
    let key = b"zacharias.uebelacker as bytes".to_vec();
    look!(home, |p| sqlx::query("insert into devices (key, user_id, created_at, seen_at) values ($1, $2, 1, 2)")
        .bind(&key)
        .bind(id)
        .execute(p)
        .await
        .map(drop))
    .unwrap();
    sessions.extend([acting, stolen]);
    let last = sign_in(9).await;
    leaving::request(house, &proven(home, &last).await, &here(9)).await.unwrap();
    leaving::keep(house, &last.viewer, &here(9)).await.unwrap();
    leaving::request(house, &proven(home, &last).await, &here(9)).await.unwrap();
    sessions.push(last);

    let mut needles: Vec<String> = [name, email, "zacharias", "übelacker", "uebelacker"].map(str::to_owned).to_vec();
    needles.push(id.to_string());
    needles.extend(sessions.iter().map(|pair| pair.viewer.session.to_string()));
    needles.extend([0, 1, 2, 4, 5, 6, 7, 9].map(ip));
    (id, needles)
}

#[tokio::test]
async fn nothing_that_leads_to_a_person_is_left_in_any_column_of_any_table() {
    let home = TestHouse::start().await;
    let (id, needles) = a_rich_life(&home).await;
    let before = dump(&home).await;
    for needle in &needles {
        assert!(!found(&before, std::slice::from_ref(needle)).is_empty(), "{needle} was nowhere to begin with");
    }
    let events = count(&home, "select count(*) from events").await;
    home.advance(WEEK);
    erased(&home).await;
    let left = found(&dump(&home).await, &needles);
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(count(&home, "select count(*) from events").await, events + 1, "what happened is still told");
    let sql = "select count(*) from (select subject_id from events where kind = 'account_deleted'
                union select subject_id from events where kind = 'deletion_requested') as ids";
    assert_eq!(count(&home, sql).await, 1, "about one id");
    assert!(
        home.rows::<(Uuid,)>("select subject_id from events where subject_id is not null")
            .await
            .iter()
            .all(|it| it.0 != id)
    );

    // Sealed until it is sent, and then emptied.
    let goodbye = home.letters().await.into_iter().find(|letter| letter.subject.contains("is deleted")).unwrap();
    assert_eq!(goodbye.to, "zacharias.uebelacker@example.org");
    let left = found(&dump(&home).await, &needles);
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(count(&home, "select count(*) from letters where sealed is not null").await, 0);
    assert_eq!(
        count(&home, "select count(*) from letters where user_id is null and kind = 'account_deleted'").await,
        1
    );
}

#[tokio::test]
async fn the_address_of_somebody_who_left_is_nobodys_and_can_be_registered_anew() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    asks(&home, "alice").await;
    home.advance(WEEK);
    let secret = Secret::new(PASSWORD);
    let refused = async |when: &str| {
        let again = accounts::sign_in(&home.house, "alice@example.org", &secret, Stay::Day, &device()).await;
        assert!(matches!(again, Err(Refusal::Credentials)), "{when}: {again:?}");
    };
    refused("before the job has come round").await;
    erased(&home).await;
    refused("afterwards").await;
    home.letters().await;
    accounts::register(&home.house, "Alice", "alice@example.org", &secret, &device()).await.unwrap();
    let letter = home.letter().await;
    assert!(letter.subject.starts_with("Confirm"), "a stranger like any other: {}", letter.subject);
    accounts::verify_email(&home.house, &Secret::new(letter.code()), &device()).await.unwrap();
    let alice = home.sign_in("alice", Stay::Day).await;
    let told = history::history(&home.house, alice.viewer.id, None, 50).await.unwrap();
    assert_eq!(told.items.len(), 3, "a new life: {told:?}");
}

#[tokio::test]
async fn tokens_die_with_the_time_also_on_a_node_that_hears_of_it_late() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let alice = asks(&home, "alice").await;
    home.advance(WEEK - 60);
    let last = support::tokens(home.renew(&alice).await);
    let late = home.reopen(settings(), master_key()).await.unwrap();
    home.advance(60);
    leaving::erase_due(&home.house).await.unwrap();
    assert!(!matches!(sessions::admit(&home.house, &last.access), Admission::Admitted(_)));
    // The other node was cut off, and hears of it only when the token would soon have run out by itself.
    home.advance(8 * 60);
    leaving::erase_due(&home.house).await.unwrap();
    assert!(matches!(sessions::admit(&late, &last.access), Admission::Admitted(_)), "it has not heard");
    late.follow().await.unwrap();
    assert!(
        !matches!(sessions::admit(&late, &last.access), Admission::Admitted(_)),
        "the rows were still there to tell"
    );
    assert!(matches!(sessions::renew(&late, &last.refresh, &device()).await.unwrap(), Rotation::Ended(_)));
    home.advance(TOKENS_GONE);
    leaving::erase_due(&home.house).await.unwrap();
    assert_eq!(count(&home, "select count(*) from users").await, 0);
    assert!(matches!(sessions::renew(&late, &last.refresh, &device()).await.unwrap(), Rotation::Ended(None)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_killed_at_any_moment_is_finished_by_another_and_nothing_is_done_twice() {
    let home = TestHouse::start().await;
    let other = home.reopen(settings(), master_key()).await.unwrap();
    let mut kills = 0;
    loop {
        let name = format!("p{kills}");
        let id = home.person(&name).await;
        home.sign_in(&name, Stay::Forever).await;
        home.change(&format!("update users set delete_at = {}", home.house.now().0)).await;
        let (house, clock) = (home.house.clone(), home.clock.clone());
        let job = tokio::spawn(async move {
            leaving::erase_due(&house).await.unwrap();
            clock.advance(Duration::from_secs(TOKENS_GONE));
            leaving::erase_due(&house).await.unwrap();
        });
        // Dropped at whichever await it has come to.
        std::thread::sleep(Duration::from_micros(400 * kills));
        job.abort();
        let survived = job.await.is_ok();
        leaving::erase_due(&other).await.unwrap();
        home.advance(TOKENS_GONE);
        leaving::erase_due(&other).await.unwrap();
        assert_eq!(count(&home, "select count(*) from users").await, 0, "killed the time {kills}");
        let left = found(&dump(&home).await, &[id.to_string(), format!("{name}@example.org"), "192.0.2.7".into()]);
        assert!(left.is_empty(), "killed the time {kills}: {left:#?}");
        let done = kills as i64 + 1;
        let goodbyes = count(&home, "select count(*) from letters where kind = 'account_deleted'").await;
        assert_eq!((kinds(&home, Kind::AccountDeleted).await, goodbyes), (done, done), "after {kills} kills");
        if survived {
            break;
        }
        kills += 1;
    }
    assert!(kills > 3, "there were moments to be killed at: {kills}");
    println!("killed at {kills} moments");
}

#[tokio::test]
async fn a_step_that_fails_takes_the_whole_last_step_back_and_holds_up_nobody_else() {
    let home = TestHouse::start().await;
    for (n, table) in ["sessions", "events", "throttles", "letters"].into_iter().enumerate() {
        let name = format!("p{n}");
        home.person(&name).await;
        home.change(&format!("update users set delete_at = {}", home.house.now().0)).await;
        home.advance(TOKENS_GONE);
        home.change(&format!("alter table {table} rename to away")).await;
        // Without sessions nobody can be told who is ready; the others are looked at whatever becomes of one.
        assert_eq!(leaving::erase_due(&home.house).await.is_err(), table == "sessions", "without {table}");
        home.change(&format!("alter table away rename to {table}")).await;
        assert_eq!(count(&home, "select count(*) from users").await, 1, "without {table}");
        assert_eq!(kinds(&home, Kind::AccountDeleted).await, n as i64, "without {table}");
        leaving::erase_due(&home.house).await.unwrap();
        assert_eq!(count(&home, "select count(*) from users").await, 0, "with {table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_at_once_erase_everybody_once_however_much_there_is_to_forget() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    for n in 0..12 {
        home.person(&format!("p{n}")).await;
    }
    let (zealous,): (Uuid,) = home.row("select id from users where email = 'p0@example.org'").await;
    let insert = "insert into events (id, at, kind, actor_id, subject_id, session_id, ip, detail)
                  values ($1, 1, 'signed_in', $2, $2, $2, '192.0.2.9', '')";
    for n in 0..2300_u128 {
        look!(home, |p| sqlx::query(insert).bind(Uuid::from_u128(n + 1)).bind(zealous).execute(p).await.map(drop))
            .unwrap();
    }
    home.change(&format!("update users set delete_at = {}", home.house.now().0)).await;
    home.advance(TOKENS_GONE);
    let jobs: Vec<_> =
        nodes.into_iter().map(|house| tokio::spawn(async move { leaving::erase_due(&house).await })).collect();
    for job in jobs {
        job.await.unwrap().unwrap();
    }
    assert_eq!(count(&home, "select count(*) from users").await, 0);
    assert_eq!(kinds(&home, Kind::AccountDeleted).await, 12);
    assert_eq!(count(&home, "select count(*) from letters where kind = 'account_deleted'").await, 12);
    let left = found(&dump(&home).await, &[zealous.to_string(), "192.0.2.9".into()]);
    assert!(left.is_empty(), "{} lines", left.len());
}

#[tokio::test]
async fn a_turn_of_forgetting_is_bounded_and_goes_on_where_it_stopped() {
    const PEOPLE: u128 = 140;
    let home = TestHouse::start().await;
    home.person("bob").await;
    let insert = "insert into users (id, email, name, name_key, role, password_hash, created_at, tokens_void_before)
                  select $1, $2, name, name_key, role, password_hash, created_at, tokens_void_before from users
                   where email = 'bob@example.org'";
    for n in 1..PEOPLE {
        let email = format!("bob{n}@example.org");
        look!(home, |p| sqlx::query(insert).bind(Uuid::from_u128(n)).bind(&email).execute(p).await.map(drop)).unwrap();
    }
    home.change(&format!("update users set delete_at = {}", home.house.now().0)).await;
    home.advance(TOKENS_GONE);
    assert!(leaving::erase_due(&home.house).await.unwrap(), "there is more to do");
    let left = count(&home, "select count(*) from users").await;
    assert!((1..PEOPLE as i64).contains(&left), "{left}");
    assert!(!leaving::erase_due(&home.house).await.unwrap());
    assert_eq!(count(&home, "select count(*) from users").await, 0);
    assert_eq!(kinds(&home, Kind::AccountDeleted).await, PEOPLE as i64);
}

#[tokio::test]
async fn the_job_comes_round_by_itself() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    asks(&home, "alice").await;
    for _ in 0..3 {
        identity::jobs::run_due(&home.house).await.unwrap();
        home.advance(WEEK);
    }
    assert_eq!(count(&home, "select count(*) from users").await, 0);
}

/// The whole document.
async fn exported(house: &Arc<Latchkey>, proof: &Proven) -> (String, usize) {
    let mut export = leaving::export(house, proof, &device()).await.unwrap();
    let (mut text, mut largest) = (String::new(), 0);
    while let Some(piece) = export.next().await.unwrap() {
        largest = largest.max(piece.len());
        text.push_str(&piece);
    }
    assert!(export.next().await.unwrap().is_none(), "the end is the end");
    (text, largest)
}

#[tokio::test]
async fn every_column_about_a_person_is_exported_or_stays_for_a_reason() {
    let home = TestHouse::start().await;
    let (_, _) = a_rich_life(&home).await;
    let (email, secret) = ("zacharias.uebelacker@example.org", Secret::new(PASSWORD));
    let pair = accounts::sign_in(&home.house, email, &secret, Stay::Day, &device()).await.unwrap();
    home.advance(1);
    let (text, _) = exported(&home.house, &proven(&home, &pair).await).await;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((document["format"].as_u64(), document["service"].as_str()), (Some(1), Some("https://id.example.org")));

    let listed: BTreeSet<_> = leaving::HELD.iter().map(|held| held.table).collect();
    let not: BTreeSet<_> = leaving::NOT_HELD.iter().map(|(table, _)| *table).collect();
    let tables: BTreeSet<_> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(listed.union(&not).copied().collect::<BTreeSet<_>>(), tables, "every table is thought of");
    assert!(listed.is_disjoint(&not));
    for held in leaving::HELD {
        let table = TABLES.iter().find(|table| table.name == held.table).unwrap();
        let columns: BTreeSet<_> = table.columns.iter().map(|(name, _)| *name).collect();
        assert_eq!(held.columns.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), columns, "{}", held.table);
        for part in held.parts {
            let row = match &document[*part] {
                serde_json::Value::Array(rows) => rows.first().unwrap_or_else(|| panic!("{part} is empty")),
                row => row,
            };
            let keys: BTreeSet<_> = row.as_object().expect(part).keys().map(String::as_str).collect();
            let leaves = held.columns.iter().filter_map(|(name, fate)| match fate {
                leaving::Fate::Leaves => Some(*name),
                // Who acted is the reader, in what they did themselves.
                leaving::Fate::As(_) if *part == "events_as_actor" => None,
                leaving::Fate::As(other) => Some(*other),
                leaving::Fate::Stays(why) => {
                    assert!(why.len() > 10, "{name} stays for a reason");
                    None
                }
            });
            assert_eq!(keys, leaves.collect::<BTreeSet<_>>(), "{part}");
        }
    }
    // Neither a secret nor anybody else.
    let secrets =
        "select password_hash from users union select password_hash from mailed_tokens where password_hash is not null";
    for (secret,) in home.rows::<(String,)>(secrets).await {
        assert!(!text.contains(&secret));
    }
    for other in ["root@example.org", "bystander", "192.0.2.7\"", "argon2"] {
        let told = text.matches(other).count();
        // The last sign-in came from the very device administrators sit at in these tests.
        assert!(told == 0 || (other.starts_with("192") && told <= 2 + 1), "{other} {told} times");
    }
    for (id,) in home.rows::<(Uuid,)>("select id from users where email not like 'zach%'").await {
        assert!(!text.contains(&id.to_string()));
    }
    let at = document["account"]["created_at"].as_str().unwrap();
    assert!(at.starts_with("2026-11-18T") && at.ends_with('Z'), "{at}");
    assert_eq!(document["events"].as_array().unwrap().last().unwrap()["kind"], "data_exported");
}

#[tokio::test]
async fn an_export_does_not_tell_whether_an_address_has_an_account() {
    let home = TestHouse::start().await;
    home.person("bob").await;
    let mut told = Vec::new();
    for (name, wanted) in [("alice", "bob@example.org"), ("carol", "free@example.org")] {
        home.person(name).await;
        let proof = proven(&home, &home.sign_in(name, Stay::Day).await).await;
        accounts::change_address(&home.house, &proof, wanted, &device()).await.unwrap();
        home.letters().await;
        let document: serde_json::Value = serde_json::from_str(&exported(&home.house, &proof).await.0).unwrap();
        let words = |part: &str, key: &str| -> Vec<String> {
            let rows = document[part].as_array().unwrap().iter();
            let mut words: Vec<_> = rows.map(|row| row[key].as_str().unwrap().to_owned()).collect();
            words.sort();
            words
        };
        told.push([words("letters", "kind"), words("mailed_tokens", "purpose"), words("events", "kind")]);
    }
    assert_eq!(told[0][0], ["address_change_requested"]);
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn who_is_kept_at_the_last_moment_stays_signed_in() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    asks(&home, "alice").await;
    home.advance(1);
    home.person("bob").await;
    let bob = asks(&home, "bob").await;
    // Between the question who is due and the closing of his account, Bob's deletion is called off.
    let keep = "update users set delete_at = null where email = 'bob@example.org'";
    match &home.db {
        Db::Sqlite { .. } => {
            home.change(&format!("create trigger keep after update on sessions begin {keep}; end")).await;
        }
        Db::Postgres(_) => {
            let body = format!("begin {keep}; return null; end");
            home.change(&format!("create function keep() returns trigger language plpgsql as $$ {body} $$")).await;
            home.change("create trigger keep after update on sessions for each statement execute function keep()")
                .await;
        }
    }
    home.advance(WEEK);
    leaving::erase_due(&home.house).await.unwrap();
    assert!(matches!(home.renew(&bob).await, Rotation::Renewed(_)), "he is not signed out");
    assert_eq!(count(&home, "select count(*) from sessions where ended_at is null").await, 1);
}

#[tokio::test]
async fn a_long_life_is_exported_whole_and_piece_by_piece() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    for (actor, subject, first) in [(id, id, 1), (id, Uuid::max(), 10_000)] {
        let insert = "insert into events (id, at, kind, actor_id, subject_id, session_id, ip, detail)
                      values ($1, 1, 'signed_in', $2, $3, null, '192.0.2.9', '')";
        // Full pages, and one that is exactly full.
        for n in 0..1000_u128 {
            let event = Uuid::from_u128(first + n);
            look!(home, |p| sqlx::query(insert).bind(event).bind(actor).bind(subject).execute(p).await.map(drop))
                .unwrap();
        }
    }
    let pair = home.sign_in("alice", Stay::Day).await;
    let (text, largest) = exported(&home.house, &proven(&home, &pair).await).await;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids = |part: &str| -> BTreeSet<String> {
        let rows = document[part].as_array().unwrap();
        let ids: BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), rows.len(), "nothing twice");
        ids
    };
    assert_eq!((ids("events").len(), ids("events_as_actor").len()), (1003, 1000));
    assert!(largest < 150 * 1024, "pieces are bounded: {largest}");
}

#[tokio::test]
async fn an_export_that_fails_in_the_middle_has_no_end() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let mut export = leaving::export(&home.house, &proven(&home, &pair).await, &device()).await.unwrap();
    let mut text = export.next().await.unwrap().unwrap();
    home.change("alter table letters rename to letters_away").await;
    let failed = loop {
        match export.next().await {
            Ok(piece) => text.push_str(&piece.expect("no end")),
            Err(refusal) => break refusal,
        }
    };
    assert!(matches!(failed, Refusal::Broken(_)), "{failed:?}");
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
}

#[tokio::test]
async fn the_history_tells_what_happened_and_names_nobody_else() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    home.account("root", Role::Admin).await;
    home.account("second", Role::Admin).await;
    let boss = boss(&home, &home.sign_in("root", Stay::Day).await, &Device::new("203.0.113.99", "Boss")).await;
    home.advance(1);
    admin::set_role(&home.house, &boss, id, Role::Admin).await.unwrap();
    home.advance(1);
    admin::set_role(&home.house, &admin::Proven::operator(), id, Role::User).await.unwrap();
    home.advance(1);
    home.sign_in("alice", Stay::Day).await;
    let lines = async || {
        let page = history::history(&home.house, id, None, 50).await.unwrap();
        let text = format!("{page:?}");
        assert!(!text.contains("root") && !text.contains("203.0.113.99") && !text.contains("Boss"), "{text}");
        page.items
    };
    let told = lines().await;
    let who: Vec<_> = told.iter().map(|line| (line.kind.as_str(), line.by)).collect();
    assert_eq!(
        who,
        [
            ("signed_in", By::You),
            ("role_changed", By::Operator),
            ("role_changed", By::Administrator),
            ("created", By::Operator),
        ]
    );
    assert_eq!(told[0].ip, "192.0.2.7");
    assert!(told[0].user_agent.contains("Firefox"));
    assert_eq!((told[2].ip.as_str(), told[1].ip.as_str()), ("", ""));

    asks(&home, "root").await;
    home.advance(WEEK);
    erased(&home).await;
    assert_eq!(lines().await[2].by, By::Deleted);
    let audit = admin::audit(&home.house, &Admin::operator(), Some(id), None, 50).await.unwrap();
    let gone = audit.items.iter().filter(|event| event.actor.is_none() && event.actor_id.is_some()).count();
    assert_eq!(gone, 1, "known to have been somebody");
}

#[tokio::test]
async fn a_thousand_failures_are_one_line_and_push_nothing_out_of_sight() {
    let home = TestHouse::start().await;
    let id = home.person("alice").await;
    home.clock.set(identity::time::Timestamp(support::START.0 + 500));
    home.sign_in("alice", Stay::Day).await;
    let insert = "insert into events (id, at, kind, actor_id, subject_id, session_id, ip, detail)
                  values ($1, $2, 'sign_in_failed', null, $3, null, $4, '')";
    let start = support::START.0 + 1000;
    for n in 0..1000_i64 {
        let at = start + n;
        let event = uuid::Builder::from_unix_timestamp_millis(at as u64, &[0; 10]).into_uuid();
        let ip = if n < 500 { "192.0.2.1" } else { "192.0.2.2" };
        look!(home, |p| sqlx::query(insert).bind(event).bind(at).bind(id).bind(ip).execute(p).await.map(drop)).unwrap();
    }
    home.advance(60);
    home.sign_in("alice", Stay::Day).await;
    let page = history::history(&home.house, id, None, 50).await.unwrap();
    let kinds: Vec<_> = page.items.iter().map(|line| (line.kind.as_str(), line.count)).collect();
    assert_eq!(kinds, [("signed_in", 1), ("sign_in_failed", 1000), ("signed_in", 1), ("created", 1)]);
    let failures = &page.items[1];
    assert_eq!((failures.since, failures.at, failures.ip.as_str()), (start, start + 999, ""));
    assert_eq!(page.next, None);

    // Cut anywhere, nothing is missing and nothing is there twice.
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = history::history(&home.house, id, after, 1).await.unwrap();
        assert_eq!(page.items.len(), 1);
        seen.extend(page.items.into_iter().map(|line| line.count));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 1000, 1, 1]);
    // What others did to others is none of alice's business.
    let bob = home.person("bob").await;
    assert_eq!(history::history(&home.house, bob, None, 50).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn what_is_done_again_and_again_does_not_push_the_rest_of_the_history_out_of_sight() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    home.advance(1);
    let alice = home.sign_in("alice", Stay::Day).await;
    home.advance(1);
    home.sign_in("alice", Stay::Month).await;
    for n in 0..4 {
        home.advance(60);
        accounts::change_name(&home.house, &alice.viewer, &format!("Alice {n}"), &device(), false).await.unwrap();
    }
    for ended in [1, 0, 0] {
        home.advance(1);
        assert_eq!(sessions::end_others(&home.house, &alice.viewer, &device()).await.unwrap(), ended);
    }
    let told = history::history(&home.house, alice.viewer.id, None, 50).await.unwrap().items;
    let lines: Vec<_> = told.iter().map(|line| (line.kind.as_str(), line.count)).collect();
    assert_eq!(lines[..3], [("other_sessions_ended", 1), ("name_changed", 4), ("signed_in", 2)], "{told:?}");
    assert_eq!((told[1].at - told[1].since, told[1].by), (180_000, By::You));
    assert_eq!((told[1].ip.as_str(), told[2].detail.as_str()), (device().ip.as_str(), ""), "what differs is not told");
}

#[tokio::test]
async fn no_count_is_left_of_an_account_that_is_gone() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let alice = home.sign_in("alice", Stay::Day).await;
    accounts::change_name(&home.house, &alice.viewer, "Alicia", &device(), false).await.unwrap();
    assert_eq!(count(&home, "select count(*) from throttles").await, 1);
    leaving::request(&home.house, &proven(&home, &alice).await, &device()).await.unwrap();
    home.advance(WEEK);
    erased(&home).await;
    assert_eq!(count(&home, "select count(*) from throttles").await, 0);
}

#[tokio::test]
async fn a_copy_of_everything_is_made_ten_times_an_hour() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let alice = home.sign_in("alice", Stay::Day).await;
    let proven = proven(&home, &alice).await;
    for _ in 0..10 {
        leaving::export(&home.house, &proven, &device()).await.unwrap();
    }
    assert!(matches!(leaving::export(&home.house, &proven, &device()).await, Err(Refusal::TooMany { .. })));
    assert_eq!(kinds(&home, Kind::DataExported).await, 10);
}

#[tokio::test]
async fn sessions_go_before_the_account_and_not_with_it_in_one_piece() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    for _ in 0..3 {
        home.sign_in("alice", Stay::Forever).await;
    }
    asks(&home, "alice").await;
    home.advance(WEEK + 1);
    // The account itself cannot be deleted yet: something of somebody else's hangs on it.
    home.change("create table holds (id uuid references users (id))").await;
    home.change("insert into holds select id from users").await;
    leaving::erase_due(&home.house).await.ok();
    assert_eq!(count(&home, "select count(*) from sessions").await, 4, "for as long as a token could live");
    home.advance(TOKENS_GONE);
    leaving::erase_due(&home.house).await.ok();
    assert_eq!(count(&home, "select count(*) from users").await, 1);
    assert_eq!(count(&home, "select count(*) from sessions").await, 0);
    home.change("drop table holds").await;
    leaving::erase_due(&home.house).await.unwrap();
    assert_eq!(due(&home, alice).await, None);
    assert_eq!(count(&home, "select count(*) from users").await, 0);
}
