//! The audit log: that every event has one place, whoever writes and whoever seals; and that whatever was changed is found.

mod support;

use identity::{
    Latchkey, Refusal,
    accounts::leaving,
    admin::{self, Admin, Proven},
    audit::{self, Asked, Chosen, Cursor, Export, Fault, Format, Retention, Verdict, Verifier, verify_export},
    events::Kind,
    sessions,
    time::Timestamp,
    words::{Role, Stay},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use support::{TestHouse, device, settings};
use uuid::Uuid;

/// Records two events.
async fn two_events(house: &Latchkey, user: Uuid) {
    admin::disable(house, &Proven::operator(), user).await.unwrap();
    admin::enable(house, &Proven::operator(), user).await.unwrap();
}

async fn count(home: &TestHouse, sql: &str) -> i64 {
    home.row::<(i64,)>(sql).await.0
}

async fn unsealed(home: &TestHouse) -> i64 {
    count(home, "select count(*) from events where seq is null").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_event_has_one_place_however_many_write_and_seal_at_once() {
    let home = TestHouse::start().await;
    let nodes = if home.database().is_postgres() { home.nodes(3).await } else { vec![home.house.clone(); 3] };
    let mut people = Vec::new();
    for name in 0..20 {
        people.push(home.person(&format!("person{name}")).await);
    }
    let mut writers = tokio::task::JoinSet::new();
    for (index, person) in people.into_iter().enumerate() {
        let house: Arc<Latchkey> = nodes[index % nodes.len()].clone();
        writers.spawn(async move {
            for _ in 0..5 {
                two_events(&house, person).await;
            }
        });
    }
    let mut sealers = tokio::task::JoinSet::new();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    for house in nodes.iter().take(2) {
        let house = house.clone();
        let done = done.clone();
        sealers.spawn(async move {
            let mut sealed = 0;
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                sealed += audit::seal(&house).await.unwrap();
                tokio::task::yield_now().await;
            }
            sealed
        });
    }
    writers.join_all().await;
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    let by_sealers: i64 = sealers.join_all().await.into_iter().sum();
    let rest = audit::seal(&home.house).await.unwrap();
    let events = count(&home, "select count(*) from events").await;
    assert_eq!(events, 20 + 200, "made, disabled and enabled");
    assert_eq!(by_sealers + rest, events, "none twice");
    assert_eq!(unsealed(&home).await, 0, "none lost");
    let places: Vec<(i64,)> = home.rows("select seq from events order by seq").await;
    assert!(places.iter().map(|(seq,)| *seq).eq(1..=events), "{places:?}");
    assert_eq!(count(&home, "select seq from audit_chain").await, events);
}

#[tokio::test]
async fn figures_are_exact_and_tell_hours_and_kinds_apart() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    for hours in [0, 1, 1, 30] {
        home.advance(hours * 3600);
        two_events(&home.house, alice).await;
        audit::seal(&home.house).await.unwrap();
        audit::seal(&home.house).await.unwrap();
    }
    let counted: Vec<(i64, String, i64)> =
        home.rows("select at / 3600000, kind, count(*) from events group by 1, 2 order by 1, 2").await;
    assert!(counted.len() > 4, "{counted:?}");
    let all = audit::figures(&home.house, 0, i64::MAX).await.unwrap();
    let all: BTreeMap<(i64, String), i64> = all.into_iter().map(|f| ((f.hour, f.kind), f.count)).collect();
    assert_eq!(all, counted.iter().map(|(hour, kind, count)| ((*hour, kind.clone()), *count)).collect());
    let hour = counted[0].0;
    let first = audit::figures(&home.house, hour, hour + 1).await.unwrap();
    assert!(!first.is_empty() && first.iter().all(|figure| figure.hour == hour), "{first:?}");
    assert!(audit::figures(&home.house, hour + 3, hour + 30).await.unwrap().is_empty());
}

/// A house in which things have happened, all of them sealed.
async fn with_a_past() -> TestHouse {
    let home = TestHouse::start().await;
    for name in ["alice", "bob"] {
        let person = home.person(name).await;
        two_events(&home.house, person).await;
    }
    home.sign_in("alice", Stay::Day).await;
    home.sign_in("bob", Stay::Day).await;
    audit::seal(&home.house).await.unwrap();
    home
}

async fn verified(home: &TestHouse) -> Result<Verdict, Fault> {
    audit::verify(&home.house, Verifier::new(false, None)).await.unwrap()
}

/// The whole log as a file.
async fn exported(home: &TestHouse, chosen: Chosen, format: Format) -> String {
    let mut export = Export::begin(home.house.clone(), &Proven::operator(), chosen, format).await.unwrap();
    let mut file = String::new();
    while let Some(lines) = export.next().await.unwrap() {
        file += &lines;
    }
    file
}

fn read(file: &str, verifier: Verifier) -> Result<Verdict, Fault> {
    verify_export(file.as_bytes(), verifier).unwrap()
}

#[tokio::test]
async fn an_export_is_verified_without_the_database_and_ends_where_the_log_does() {
    let home = with_a_past().await;
    for format in Format::ALL.iter().copied() {
        let file = exported(&home, Chosen::default(), format).await;
        let verdict = read(&file, Verifier::new(false, None)).unwrap();
        assert_eq!(verdict, verified(&home).await.unwrap());
        assert_eq!(verdict.entries as i64, count(&home, "select count(*) from events").await);
        assert_eq!(audit::hex(&verdict.end), audit::standing(&home.house).await.unwrap().digest);
        assert!(!file.contains("@example.org"), "nobody's address");
    }
    assert_eq!(kinds(&home, "audit_exported").await, 2, "and that it was taken away is in it");
}

#[tokio::test]
async fn whoever_changes_the_database_is_found() {
    let changes: &[(&str, &str)] = &[
        ("update events set kind = 'signed_out' where seq = 4", "Changed 4"),
        ("update events set at = at + 1 where seq = 4", "Changed 4"),
        ("update events set detail = 'x' where seq = 4", "Changed 4"),
        ("update events set ip = '198.51.100.1' where seq = 4", "Changed 4"),
        ("update events set note = 'x' where seq = 4", "Changed 4"),
        // Whoever is put in the place of another takes the salt along (a trigger), so it looks like a claim of forgetting.
        ("update events set actor_id = id where seq = 5", "Changed 5 or NotForgotten 5"),
        ("update events set salt = null, ip = '', session_id = null where seq = 4", "NotForgotten 4"),
        ("update events set digest = personal where seq = 4", "Changed 4"),
        ("delete from events where seq = 4", "Unlinked 5"),
        ("update events set seq = null where seq = 4", "Unlinked 5"),
        ("delete from events where seq = (select seq from audit_chain)", "CutOff"),
        ("update audit_chain set seq = seq - 1", "ForeignEnd"),
        ("update audit_chain set mac = digest", "ForeignEnd"),
        ("delete from audit_chain", "ForeignEnd"),
        (
            "insert into audit_gaps (first_seq, last_seq, digest) select seq, seq, digest from events where seq = 4;
             delete from events where seq = 4",
            "Unaccounted",
        ),
    ];
    for (change, found) in changes {
        let home = with_a_past().await;
        assert!(verified(&home).await.is_ok());
        for statement in change.split(';') {
            home.change(statement).await;
        }
        let fault = match verified(&home).await.expect_err(change) {
            Fault::Changed(place) => format!("Changed {}", place.seq),
            Fault::NotForgotten(place) => format!("NotForgotten {}", place.seq),
            Fault::Unlinked { place, .. } => format!("Unlinked {}", place.seq),
            Fault::CutOff { .. } => "CutOff".to_owned(),
            Fault::ForeignEnd => "ForeignEnd".to_owned(),
            Fault::Unaccounted { .. } => "Unaccounted".to_owned(),
            other => format!("{other:?}"),
        };
        assert!(found.split(" or ").any(|found| found == fault), "{change}: {fault}, not {found}");
    }
}

#[tokio::test]
async fn an_end_that_somebody_else_wrote_is_never_vouched_for() {
    let home = with_a_past().await;
    // As far as it can be calculated without the key, everything fits.
    home.change("update audit_chain set mac = digest").await;
    two_events(&home.house, home.person("carol").await).await;
    assert!(audit::seal(&home.house).await.unwrap() > 0, "the log goes on");
    assert_eq!(verified(&home).await, Err(Fault::ForeignEnd));
}

#[tokio::test]
async fn who_was_forgotten_is_gone_and_the_chain_holds() {
    let home = with_a_past().await;
    let alice = home.row::<(Uuid,)>("select id from users where email = 'alice@example.org'").await.0;
    let before = verified(&home).await.unwrap();
    home.change(&format!("update users set delete_at = {} where email = 'alice@example.org'", home.house.now().0))
        .await;
    leaving::erase_due(&home.house).await.unwrap();
    home.advance(15 * 60);
    leaving::erase_due(&home.house).await.unwrap();
    audit::seal(&home.house).await.unwrap();
    let verdict = verified(&home).await.unwrap();
    assert_eq!((before.forgotten, verdict.forgotten), (0, 4), "made, disabled, enabled, signed in");
    let file = exported(&home, Chosen::default(), Format::Jsonl).await;
    assert!(!file.contains(&alice.to_string()));
    let expected = Verifier::new(false, Some(before.end));
    assert_eq!(read(&file, expected).unwrap().forgotten, 4, "and what was noted before is still in it");
}

/// What a node of the release before did to forget somebody, which knew nothing of the chain.
#[tokio::test]
async fn who_was_forgotten_by_the_release_before_leaves_the_chain_whole() {
    let home = with_a_past().await;
    let alice = home.row::<(Uuid,)>("select id from users where email = 'alice@example.org'").await.0;
    let nobody = Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0001);
    let (user, other) = (quoted(&home, alice), quoted(&home, nobody));
    let subject = format!(
        "update events set subject_id = {other}, actor_id = case when actor_id = {user} then {other} else actor_id end,
                           ip = '', session_id = null
          where id in (select id from events where subject_id = {user} limit 200)"
    );
    assert_eq!(home.change(&subject).await, 4, "made, disabled, enabled, signed in");
    let actor = format!(
        "update events set actor_id = {other}, ip = '', session_id = null
          where id in (select id from events
                        where actor_id = {user} and (subject_id is null or actor_id <> subject_id) limit 200)"
    );
    home.change(&actor).await;
    home.change(&format!("delete from users where id = {user}")).await;
    let (event, now) = (quoted(&home, Uuid::from_u128(nobody.as_u128() + 1)), home.house.now().0);
    home.change(&format!(
        "insert into events (id, at, kind, actor_id, subject_id, session_id, ip, detail)
         values ({event}, {now}, 'account_deleted', null, {other}, null, '', '')"
    ))
    .await;
    assert_eq!(verified(&home).await.unwrap().forgotten, 4);
    audit::seal(&home.house).await.unwrap();
    assert_eq!(verified(&home).await.unwrap().forgotten, 4);
    assert_eq!(count(&home, "select count(*) from events where salt is null").await, 4);
    let file = exported(&home, Chosen::default(), Format::Jsonl).await;
    assert_eq!(read(&file, Verifier::new(false, None)).unwrap().forgotten, 4);
}

/// One event of every kind with a note, done by root to Alice, and one done by Alice to nobody. Answers who they are.
async fn with_notes(home: &TestHouse) -> (Uuid, Uuid) {
    let (root, alice) = (home.person("root").await, home.person("alice").await);
    for (index, kind) in Kind::ALL.iter().enumerate() {
        // What tells of deletions and removals is asked for by verification.
        if matches!(kind, Kind::AccountDeleted | Kind::EventsRemoved) {
            continue;
        }
        for (number, (actor, subject)) in [(root, quoted(home, alice)), (alice, "null".into())].into_iter().enumerate()
        {
            let id = quoted(
                home,
                Uuid::from_u128((u128::from(support::START.0.unsigned_abs()) << 80) + (index * 2 + number) as u128),
            );
            let (actor, now) = (quoted(home, actor), home.house.now().0);
            home.change(&format!(
                "insert into events (id, at, kind, actor_id, subject_id, ip, detail, note)
                 values ({id}, {now}, '{kind}', {actor}, {subject}, '192.0.2.7', '', 'what was done')"
            ))
            .await;
        }
    }
    audit::seal(&home.house).await.unwrap();
    (root, alice)
}

/// The kinds of events that still have the note, of those with such a subject.
async fn noted(home: &TestHouse, subject: &str) -> BTreeSet<String> {
    let sql = format!("select kind from events where note = 'what was done' and subject_id is {subject}");
    home.rows::<(String,)>(&sql).await.into_iter().map(|(kind,)| kind).collect()
}

fn that_stay() -> BTreeSet<String> {
    Kind::ALL.iter().filter(|kind| kind.keeps_note()).map(|kind| kind.as_str().to_owned()).collect()
}

async fn forgotten(home: &TestHouse, user: Uuid) {
    let (user, now) = (quoted(home, user), home.house.now().0);
    home.change(&format!("update users set delete_at = {now} where id = {user}")).await;
    leaving::erase_due(&home.house).await.unwrap();
    home.advance(15 * 60);
    leaving::erase_due(&home.house).await.unwrap();
    audit::seal(&home.house).await.unwrap();
}

#[tokio::test]
async fn what_the_forgotten_did_to_others_stays_told_and_what_happened_to_them_does_not() {
    let home = TestHouse::start().await;
    let (root, alice) = with_notes(&home).await;
    forgotten(&home, root).await;
    assert_eq!(noted(&home, "not null").await, that_stay(), "done to Alice, and she is here");
    assert_eq!(count(&home, "select count(*) from events where ip = '192.0.2.7' and subject_id is not null").await, 0);
    assert!(verified(&home).await.is_ok());
    forgotten(&home, alice).await;
    assert_eq!(noted(&home, "not null").await, BTreeSet::new(), "whom it happened to is gone");
    assert_eq!(noted(&home, "null").await, that_stay(), "what she did to the installation is not");
    verified(&home).await.unwrap();
    let file = exported(&home, Chosen::default(), Format::Csv).await;
    read(&file, Verifier::new(false, None)).unwrap();
}

/// The entry that tells of a deletion proves that the others were forgotten; it must not be one that is forgotten itself.
#[tokio::test]
async fn an_invitation_taken_back_stays_told_when_whoever_did_it_is_forgotten() {
    let home = TestHouse::start().await;
    home.account("keeper", Role::Admin).await;
    let root = home.account("root", Role::Admin).await;
    let session = home.sign_in("root", Stay::Day).await.viewer;
    let proof = sessions::prove(&home.house, &session).await.unwrap();
    let proven = Admin::of(&session, &device()).unwrap().proven(&proof).unwrap();
    let invited =
        admin::invite(&home.house, &Proven::operator(), "Carol", "carol@example.org", Role::User).await.unwrap();
    audit::seal(&home.house).await.unwrap();
    admin::revoke_invitation(&home.house, &proven, invited).await.unwrap();
    audit::seal(&home.house).await.unwrap();
    forgotten(&home, root).await;
    assert!(verified(&home).await.unwrap().forgotten >= 2);
}

/// A node of the release before puts another id in their place, and the trigger does the rest.
#[tokio::test]
async fn the_release_before_empties_the_same_notes() {
    let home = TestHouse::start().await;
    let (root, alice) = with_notes(&home).await;
    let nobody = quoted(&home, Uuid::from_u128(1));
    let (root, alice) = (quoted(&home, root), quoted(&home, alice));
    home.change(&format!("update events set actor_id = {nobody}, ip = '', session_id = null where actor_id = {root}"))
        .await;
    assert_eq!(noted(&home, "not null").await, that_stay());
    home.change(&format!("update events set actor_id = {nobody}, ip = '', session_id = null where actor_id = {alice}"))
        .await;
    assert_eq!(noted(&home, "null").await, that_stay());
    assert_eq!(count(&home, "select count(*) from events where salt is not null and actor_id is not null").await, 0);
}

/// While somebody is being forgotten, what tells of it is still to come. That excuses nobody else.
#[tokio::test]
async fn whoever_is_leaving_excuses_nobody_else() {
    let home = with_a_past().await;
    let now = home.house.now().0;
    home.change(&format!("update users set delete_at = {now} where email = 'alice@example.org'")).await;
    let stripped = "update events set salt = null, note = null, ip = '', session_id = null where subject_id =
                      (select id from users where email = 'bob@example.org') and kind = 'signed_in'";
    assert_eq!(home.change(stripped).await, 1);
    assert!(matches!(verified(&home).await, Err(Fault::NotForgotten(_))));
}

/// As somebody does it who has nothing but the database at hand.
#[tokio::test]
async fn what_tells_of_the_forgotten_comes_later_and_is_proven_itself() {
    let home = with_a_past().await;
    home.change(&format!("update users set delete_at = {} where email = 'alice@example.org'", home.house.now().0))
        .await;
    leaving::erase_due(&home.house).await.unwrap();
    home.advance(15 * 60);
    leaving::erase_due(&home.house).await.unwrap();
    audit::seal(&home.house).await.unwrap();
    two_events(&home.house, home.row::<(Uuid,)>("select id from users where email = 'bob@example.org'").await.0).await;
    audit::seal(&home.house).await.unwrap();
    assert_eq!(verified(&home).await.unwrap().forgotten, 4);
    let deleted = "(select subject_id from events where kind = 'account_deleted')";
    let last = count(&home, "select seq from audit_chain").await;
    let late =
        format!("update events set salt = null, ip = '', session_id = null, subject_id = {deleted} where seq = {last}");
    assert_eq!(home.change(&late).await, 1);
    assert!(matches!(verified(&home).await, Err(Fault::NotForgotten(place)) if place.seq == last));
    // And the entry that tells of it is no proof any more once it could be of anybody.
    let bare = "update events set salt = null, ip = '', session_id = null";
    home.change(&format!("{bare} where kind = 'account_deleted' or seq = {last}")).await;
    home.change(&format!("update events set subject_id = (select id from users) where seq = {last}")).await;
    assert!(matches!(verified(&home).await, Err(Fault::NotForgotten(_))));
}

#[tokio::test]
async fn what_is_old_is_removed_by_its_class_and_the_rest_holds() {
    let home = with_a_past().await;
    home.advance(390 * 86_400);
    home.sign_in("alice", Stay::Day).await;
    two_events(&home.house, home.person("carol").await).await;
    audit::seal(&home.house).await.unwrap();
    let noted = audit::standing(&home.house).await.unwrap();
    assert_eq!(audit::remove_old(&home.house).await.unwrap().events, 0, "too early");
    home.advance(11 * 86_400);
    let sign_ins = kinds(&home, "signed_in").await;
    assert_eq!(audit::remove_old(&home.house).await.unwrap().events, (sign_ins - 1) as u64, "but not the late one");
    assert_eq!((kinds(&home, "signed_in").await, kinds(&home, "created").await), (1, 3));
    let verdict = verified(&home).await.expect("at once");
    assert_eq!(verdict.removed, sign_ins - 1);
    audit::seal(&home.house).await.unwrap();
    assert_eq!(audit::remove_old(&home.house).await.unwrap().events, 0);
    assert_eq!(kinds(&home, "events_removed").await, 1);
    let file = exported(&home, Chosen::default(), Format::Csv).await;
    let noted = audit::unhex(&noted.digest);
    assert_eq!(read(&file, Verifier::new(false, noted)).unwrap().removed, sign_ins - 1);
    assert_eq!(verified(&home).await.unwrap().removed, sign_ins - 1);
}

#[tokio::test]
async fn runs_that_touch_become_one_in_whatever_order_they_are_removed() {
    let mut settings = settings();
    settings.policy.retention = Retention {
        sign_ins: Some(Duration::from_secs(86_400)),
        administration: Some(Duration::from_secs(86_400)),
        ..Retention::default()
    };
    let home = TestHouse::with(settings).await;
    let alice = home.person("alice").await;
    for _ in 0..120 {
        two_events(&home.house, alice).await;
        home.sign_in("alice", Stay::Day).await;
    }
    audit::seal(&home.house).await.unwrap();
    home.advance(2 * 86_400);
    let sealed = audit::standing(&home.house).await.unwrap().seq;
    let removed = audit::remove_old(&home.house).await.unwrap().events as i64;
    assert!(removed > 300, "more than a batch: {removed}");
    let kept = count(&home, &format!("select count(*) from events where seq <= {sealed}")).await;
    assert_eq!(kept + removed, sealed);
    let gaps: Vec<(i64, i64)> = home.rows("select first_seq, last_seq from audit_gaps order by first_seq").await;
    assert!(gaps.windows(2).all(|two| two[0].1 + 1 < two[1].0), "none touch: {gaps:?}");
    assert_eq!(gaps.iter().map(|(first, last)| last - first + 1).sum::<i64>(), removed);
    audit::seal(&home.house).await.unwrap();
    assert_eq!(verified(&home).await.unwrap().removed, removed);
    let all: i64 = audit::figures(&home.house, 0, i64::MAX).await.unwrap().iter().map(|figure| figure.count).sum();
    assert_eq!(all, removed + count(&home, "select count(*) from events").await, "figures forget nothing");
}

#[tokio::test]
async fn pages_lead_both_ways_and_every_filter_chooses_what_it_says() {
    let home = TestHouse::start().await;
    let (alice, bob) = (home.person("alice").await, home.person("bob").await);
    for _ in 0..12 {
        home.advance(3600);
        two_events(&home.house, alice).await;
        two_events(&home.house, bob).await;
        home.sign_in("alice", Stay::Day).await;
    }
    let admin = Admin::operator();
    let hours = |hours: i64| Timestamp(support::START.0 + hours * 3_600_000);
    let choices = [
        (Chosen::default(), "true".to_owned()),
        (Chosen { subject: Some(alice), ..Chosen::default() }, format!("subject_id = {}", quoted(&home, alice))),
        (Chosen { actor: Some(alice), ..Chosen::default() }, format!("actor_id = {}", quoted(&home, alice))),
        (Chosen { kind: Some(Kind::Disabled), ..Chosen::default() }, "kind = 'disabled'".to_owned()),
        (
            Chosen { subject: Some(bob), kind: Some(Kind::Enabled), ..Chosen::default() },
            format!("kind = 'enabled' and subject_id = {}", quoted(&home, bob)),
        ),
        (
            Chosen { from: Some(hours(2)), to: Some(hours(5)), ..Chosen::default() },
            format!("at >= {} and at < {}", hours(2).0, hours(5).0),
        ),
    ];
    for (chosen, condition) in choices {
        let sql = format!("select id from events where {condition} order by id desc");
        let expected: Vec<(Uuid,)> = home.rows(&sql).await;
        let expected: Vec<Uuid> = expected.into_iter().map(|(id,)| id).collect();
        assert!(expected.len() > 3, "{condition}");
        let (mut forth, mut cursor) = (Vec::new(), Cursor::Newest);
        let mut last = loop {
            let page = audit::list(&home.house, &admin, &chosen, cursor, 3).await.unwrap();
            assert_eq!(page.looked_through, None);
            forth.extend(page.items.iter().map(|event| event.id));
            match page.next {
                Some(next) => cursor = Cursor::OlderThan(next.parse().unwrap()),
                None => break page.prev.map(|prev| prev.parse().unwrap()),
            }
        };
        assert_eq!(forth, expected, "{condition}");
        let mut back = Vec::new();
        while let Some(from) = last {
            let page = audit::list(&home.house, &admin, &chosen, Cursor::NewerThan(from), 3).await.unwrap();
            back.splice(0..0, page.items.iter().map(|event| event.id));
            last = page.prev.map(|prev: String| prev.parse().unwrap());
        }
        assert_eq!(back, expected[..back.len()], "{condition}");
        assert!(back.len() + 3 >= expected.len(), "{condition}");
        audit::seal(&home.house).await.unwrap();
        let file = exported(&home, chosen.clone(), Format::Jsonl).await;
        let filtered = !chosen.is_all();
        let verdict = read(&file, Verifier::new(filtered, None)).unwrap();
        if filtered {
            assert_eq!(verdict.entries as usize, expected.len(), "{condition}");
        }
    }
}

/// An id as this database writes it.
#[tokio::test]
async fn what_happened_within_one_moment_is_told_in_its_order() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    // The clock stands: all of these are of the same millisecond.
    for _ in 0..60 {
        two_events(&home.house, alice).await;
    }
    audit::seal(&home.house).await.unwrap();
    for order in ["id", "seq"] {
        let sql = format!("select kind from events where kind <> 'created' order by {order}");
        let kinds: Vec<(String,)> = home.rows(&sql).await;
        assert_eq!(kinds.len(), 120);
        for pair in kinds.chunks(2) {
            assert_eq!((pair[0].0.as_str(), pair[1].0.as_str()), ("disabled", "enabled"), "by {order}");
        }
    }
}

fn quoted(home: &TestHouse, id: Uuid) -> String {
    if home.database().is_postgres() { format!("'{id}'") } else { format!("x'{}'", id.simple()) }
}

#[tokio::test]
async fn what_was_typed_is_understood_or_refused() {
    let home = with_a_past().await;
    let admin = Admin::operator();
    let alice = home.row::<(Uuid,)>("select id from users where email = 'alice@example.org'").await.0;
    let asked = |actor: &str, action: &str, from: &str| Asked {
        actor: actor.into(),
        action: action.into(),
        from: from.into(),
        ..Asked::default()
    };
    for who in [" Alice@Example.org ", &alice.to_string()] {
        let chosen = audit::choose(&home.house, &admin, &asked(who, "signed_in", "2026-11-18")).await.unwrap();
        assert_eq!((chosen.actor, chosen.kind), (Some(alice), Some(Kind::SignedIn)));
        assert_eq!(audit::list(&home.house, &admin, &chosen, Cursor::Newest, 9).await.unwrap().items.len(), 1);
    }
    let nobody = audit::choose(&home.house, &admin, &asked("nobody@example.org", "", "")).await.unwrap();
    assert!(audit::list(&home.house, &admin, &nobody, Cursor::Newest, 9).await.unwrap().items.is_empty());
    for bad in [asked("", "danced", ""), asked("", "", "yesterday")] {
        assert!(matches!(audit::choose(&home.house, &admin, &bad).await, Err(Refusal::Invalid(_))));
    }
}

async fn kinds(home: &TestHouse, kind: &str) -> i64 {
    count(home, &format!("select count(*) from events where kind = '{kind}'")).await
}
