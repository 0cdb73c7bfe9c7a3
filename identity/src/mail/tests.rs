//! The outbox against a real database, real files and a small mail server that listens on this machine.

#[path = "../../tests/support/mail_server.rs"]
mod mail_server;

use super::{
    claims::{Claimed, LEASE, Queue, lease},
    delivery::{GIVE_UP_AFTER, put_back, send},
    outbox::KEEP,
    transport::{Blame, Failure},
    *,
};
use crate::{
    Latchkey, Refusal, Settings,
    db::{Db, on},
    keys::MasterKey,
    random::SeededSource,
    time::{Clock, MovedClock, Timestamp},
};
use mail_server::MailServer;
use std::{path::Path, sync::Arc, time::Duration};
use tokio::net::TcpListener;

const MINUTE: Duration = Duration::from_secs(60);
const TOKEN: &str = "token-that-nobody-may-read-at-rest";

async fn claim(house: &Latchkey) -> Result<Option<Claimed>, Refusal> {
    Queue::default().claim(house).await
}

fn to(server: &MailServer) -> Transport {
    Transport::smtp(server.url()).unwrap()
}

/// An installation in a directory of its own, with a clock that stands still.
struct Home {
    dir: tempfile::TempDir,
    clock: Arc<MovedClock>,
    house: Arc<Latchkey>,
}

impl Home {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovedClock::at(Timestamp(1_763_784_780_000)));
        let house = Self::enter(dir.path(), clock.clone(), 1).await;
        Self { dir, clock, house }
    }

    async fn enter(dir: &Path, clock: Arc<dyn Clock>, seed: u64) -> Arc<Latchkey> {
        let db = Db::open_file(&dir.join("latchkey.db")).await.unwrap();
        let settings = Settings::new("https://login.example.org".parse().unwrap());
        let master = MasterKey::generate(&SeededSource::new(99));
        Latchkey::open(db, settings, master, clock, Arc::new(SeededSource::new(seed))).await.unwrap()
    }

    async fn post(&self, to: &str) {
        let link = format!("https://login.example.org/verify?token={TOKEN}");
        let letter = letters::verification(&self.house.settings, to, &link, "ABCDE-FGHIJ", 24);
        let mut tx = self.house.db.begin().await.unwrap();
        post(&self.house, &mut tx, None, &letter).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn files(&self) -> Transport {
        Transport::files(self.mailbox())
    }

    fn mailbox(&self) -> std::path::PathBuf {
        self.dir.path().join("data/mail")
    }

    fn mailed(&self) -> Vec<std::path::PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.mailbox()) else {
            return Vec::new();
        };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    async fn deliver(&self, transport: &Transport) -> Delivered {
        deliver_due(&self.house, transport).await.unwrap()
    }

    /// Rows in order of time: attempts, sent, still sealed, failure.
    async fn rows(&self) -> Vec<(i64, bool, bool, Option<String>)> {
        let sql = "select attempts, sent_at is not null, sealed is not null, failure from letters order by id";
        on!(&self.house.db, read, |p| sqlx::query_as(sql).fetch_all(p).await).unwrap()
    }
}

const fn delivered(sent: u32, postponed: u32, given_up: u32) -> Delivered {
    Delivered { sent, postponed, given_up }
}

#[tokio::test]
async fn a_posted_letter_is_written_once_and_only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::open().await;
    home.post("zoe@example.org").await;
    assert_eq!(home.deliver(&home.files()).await, delivered(1, 0, 0));
    assert_eq!(home.deliver(&home.files()).await, delivered(0, 0, 0));
    let [path] = &home.mailed()[..] else { panic!("one file: {:?}", home.mailed()) };
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("20251122T041300Z-") && name.ends_with(".eml"), "{name}");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(home.mailbox().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let message = std::fs::read_to_string(path).unwrap();
    assert!(message.contains("To: zoe@example.org\r\n") && message.contains("Auto-Submitted: auto-generated\r\n"));
    assert_eq!(home.rows().await, [(1, true, false, None)]);
}

#[tokio::test]
async fn a_letter_whose_reason_was_rolled_back_was_never_posted() {
    let home = Home::open().await;
    let letter = letters::already_registered(
        &home.house.settings,
        "Zoë",
        "zoe@example.org",
        "https://x.example/login",
        "https://x.example/forgot",
    );
    let mut tx = home.house.db.begin().await.unwrap();
    post(&home.house, &mut tx, None, &letter).await.unwrap();
    drop(tx);
    assert_eq!(home.deliver(&home.files()).await, delivered(0, 0, 0));
    assert!(home.rows().await.is_empty());
}

#[tokio::test]
async fn a_copy_of_the_database_shows_no_token_and_no_address() {
    let home = Home::open().await;
    home.post("zoe@example.org").await;
    let everything = || {
        let mut bytes = Vec::new();
        for file in ["latchkey.db", "latchkey.db-wal"] {
            bytes.extend(std::fs::read(home.dir.path().join(file)).unwrap_or_default());
        }
        bytes
    };
    let holds = |bytes: &[u8], what: &str| bytes.windows(what.len()).any(|window| window == what.as_bytes());
    assert!(holds(&everything(), "verification"), "the row itself is there");
    for secret in [TOKEN, "ABCDE-FGHIJ", "zoe@example.org"] {
        assert!(!holds(&everything(), secret), "{secret}");
    }
}

#[tokio::test]
async fn a_letter_moved_to_another_row_does_not_open() {
    let home = Home::open().await;
    home.post("zoe@example.org").await;
    home.post("bob@example.org").await;
    let copy = "update letters set sealed = (select sealed from letters order by id limit 1)";
    on!(&home.house.db, write, |p| sqlx::query(copy).execute(p).await.map(drop)).unwrap();
    assert_eq!(home.deliver(&home.files()).await, delivered(1, 0, 1));
    let rows = home.rows().await;
    let [(1, true, false, None), (1, false, false, Some(failure))] = &rows[..] else { panic!("{rows:?}") };
    assert!(failure.contains("decrypted"), "{failure}");
}

#[tokio::test]
async fn a_mail_server_gets_the_letter_and_its_recipient() {
    let (home, server) = (Home::open().await, MailServer::kind().await);
    home.post("zoe@bücher.example").await;
    assert_eq!(home.deliver(&to(&server)).await, delivered(1, 0, 0));
    let taken = server.taken().clone();
    let [letter] = &taken[..] else { panic!("one letter: {taken:?}") };
    assert!(letter.starts_with("RCPT TO:<zoe@xn--bcher-kva.example>"), "{letter}");
    assert!(letter.contains("Subject: Confirm your address for login.example.org\r\n"), "{letter}");
    assert!(letter.contains("multipart/alternative"));
}

#[tokio::test]
async fn what_cannot_be_sent_waits_longer_each_time_and_is_given_up_after_three_days() {
    let (home, server) = (Home::open().await, MailServer::answering(|_| "451 later").await);
    home.post("zoe@example.org").await;
    let mut waits = Vec::new();
    loop {
        let before = home.clock.now();
        match home.deliver(&to(&server)).await {
            result if result == delivered(0, 0, 1) => break,
            result => assert_eq!(result, delivered(0, 1, 0)),
        }
        while home.deliver(&to(&server)).await == delivered(0, 0, 0) {
            home.clock.advance(MINUTE);
            let due = "select due_at from letters";
            let (due,): (Timestamp,) = on!(&home.house.db, read, |p| sqlx::query_as(due).fetch_one(p).await).unwrap();
            if due <= home.clock.now() {
                break;
            }
        }
        waits.push((home.clock.now().seconds() - before.seconds()) / 60);
    }
    assert_eq!(waits[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
    assert_eq!(waits.iter().sum::<i64>() / (24 * 60), 3);
    let rows = home.rows().await;
    let [(attempts, false, false, Some(failure))] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(*attempts, waits.len() as i64 + 1);
    assert!(failure.contains("451"), "{failure}");
    home.clock.advance(Duration::from_secs(86_400));
    assert_eq!(home.deliver(&to(&server)).await, delivered(0, 0, 0));
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_asked_once() {
    let (home, server) = (Home::open().await, MailServer::answering(|_| "550 no such person").await);
    home.post("nobody@example.org").await;
    assert_eq!(home.deliver(&to(&server)).await, delivered(0, 0, 1));
    let rows = home.rows().await;
    let [(1, false, false, Some(failure))] = &rows[..] else { panic!("{rows:?}") };
    assert!(failure.contains("no such person"), "{failure}");
}

#[tokio::test]
async fn when_the_server_is_down_the_rest_waits_untouched_and_all_arrives_later() {
    let home = Home::open().await;
    for n in 0..5 {
        home.post(&format!("u{n}@example.org")).await;
    }
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let down = Transport::smtp(&format!("smtp://{port}")).unwrap();
    assert_eq!(home.deliver(&down).await, delivered(0, 3, 0));
    assert_eq!(home.rows().await.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 1, 1, 0, 0]);
    home.clock.advance(MINUTE);
    assert_eq!(home.deliver(&home.files()).await, delivered(5, 0, 0));
    assert_eq!(home.mailed().len(), 5);
}

#[tokio::test]
async fn a_worker_that_died_is_replaced_when_its_lease_is_over_and_its_late_word_does_not_count() {
    let home = Home::open().await;
    home.post("zoe@example.org").await;
    let first = claim(&home.house).await.unwrap().unwrap();
    assert!(claim(&home.house).await.unwrap().is_none(), "claimed by one");
    send(&home.house, &home.files(), &first).await.map_err(|f| f.why).unwrap();
    home.clock.advance(LEASE);
    let again = claim(&home.house).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempt, again.abandoned), (first.id, 2, true));
    let late = Failure::new(Blame::LetterForGood, "the first worker is back");
    put_back(&home.house, &first, &late).await.unwrap();
    assert_eq!(home.rows().await, [(2, false, true, None)]);
    home.clock.advance(LEASE);
    assert_eq!(home.deliver(&home.files()).await, delivered(1, 0, 0));
    assert_eq!(home.mailed().len(), 1, "the second copy took the place of the first");
}

#[tokio::test]
async fn many_workers_send_each_letter_once() {
    let home = Home::open().await;
    for n in 0..20 {
        home.post(&format!("u{n}@example.org")).await;
    }
    let server = MailServer::kind().await;
    let other = Home::enter(home.dir.path(), home.clock.clone(), 2).await;
    let (ours, theirs) = (to(&server), to(&server));
    let (a, b) = tokio::join!(deliver_due(&home.house, &ours), deliver_due(&other, &theirs));
    assert_eq!(a.unwrap().sent + b.unwrap().sent, 20);
    assert_eq!(server.taken().len(), 20);
}

#[tokio::test]
async fn the_history_is_forgotten_after_a_month_and_waiting_letters_are_not() {
    let home = Home::open().await;
    home.post("zoe@example.org").await;
    home.deliver(&home.files()).await;
    home.post("bob@example.org").await;
    home.clock.advance(KEEP);
    tidy(&home.house).await.unwrap();
    assert_eq!(home.rows().await.len(), 2);
    home.clock.advance(MINUTE);
    tidy(&home.house).await.unwrap();
    assert_eq!(home.rows().await, [(0, false, true, None)]);
}

#[tokio::test]
async fn a_letter_that_ends_every_process_that_touches_it_is_given_up_too() {
    let home = Home::open().await;
    home.post("zoe@example.org").await;
    let mut deaths = 0;
    while home.clock.now() < Timestamp(1_763_784_780_000).plus(GIVE_UP_AFTER) {
        let Claimed { attempt, .. } = claim(&home.house).await.unwrap().unwrap();
        deaths += 1;
        home.clock.advance(lease(attempt));
    }
    assert!(deaths < 25, "more and more rarely: {deaths}");
    assert_eq!(home.deliver(&home.files()).await, delivered(0, 0, 1));
    assert!(home.mailed().is_empty(), "nobody touched it again");
    let rows = home.rows().await;
    assert!(rows[0].3.as_ref().unwrap().contains("never told"), "{rows:?}");
}
