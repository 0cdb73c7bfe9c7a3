//! Letters on their way out, on any number of nodes at once.
//!
//! **Claiming.** A letter is claimed by pushing its due time ahead, in one statement, so of several workers one sends it. Who
//! finds a letter taken goes on to another and stops only when none is due. A claim lasts longer than sending can, and the
//! clocks of nodes may differ by the rest, two minutes and more. A worker that dies leaves its claim to run out, and another
//! sends the letter: nothing is lost.
//!
//! **Twice.** What the mail server has accepted is written down before anything else happens, however long the database takes
//! to answer, so an outage sends nothing twice. What is left no sender can close: the mail server accepts a letter, and its reply
//! is lost on the way (RFC 1047), or the node is killed, or cut off from the database for longer than its claim, before the
//! record is made. Both copies then have the same `Message-ID` and `Date`, so that the receiving side can drop one.
//!
//! **Poison.** A letter that fails by itself neither stops the others nor stays for ever: it waits longer each time and is given
//! up after three days, or at once when nothing can mend it; when it panics, that is a failure like others; when it takes the
//! whole process with it, the next claim lasts longer each time. Only failures that are the mail server's make a call stop.

use super::{
    Transport,
    message::compose,
    outbox::open,
    transport::{Blame, Failure, LETTER_TIMEOUT},
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    time::Timestamp,
};
use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    time::Duration,
};
use tokio::time::sleep;
use uuid::Uuid;

statements! {
    DUE = "select id, attempts, failure from letters where due_at <= $1 and sent_at is null and sealed is not null
            order by due_at, id limit $2";
    /// The number of attempts says that nobody was faster. That there is no failure says that somebody is at it.
    CLAIM = "update letters set due_at = $4, attempts = attempts + 1, failure = null
              where id = $1 and attempts = $2 and due_at <= $3 and sent_at is null and sealed is not null
          returning sealed, created_at";
    SENT = "update letters set sent_at = $2, sealed = null, failure = null where id = $1 and sent_at is null";
    POSTPONE = "update letters set due_at = $3, failure = $4
                 where id = $1 and attempts = $2 and sent_at is null and sealed is not null";
    /// Due at the end of time, so that nobody who looks for due letters has to step over it.
    GIVE_UP = "update letters set sealed = null, failure = $3, due_at = 9223372036854775807
                where id = $1 and attempts = $2 and sent_at is null";
    CLAIMS = "select due_at, attempts from letters
               where attempts > 0 and due_at > $1 and failure is null and sent_at is null and sealed is not null";
}

/// How long a claim holds at least.
pub(super) const LEASE: Duration = Duration::from_secs(5 * 60);

// Claiming takes at most eight seconds, sending at most this. What is left is for clocks that differ.
const _: () = assert!(LEASE.as_secs() >= 2 * LETTER_TIMEOUT.as_secs() + 120);

/// The first wait after a failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(60);

/// The longest wait between two attempts.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);

/// When to stop trying; what the letter carries has expired by then.
pub(super) const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);

/// Failures of the mail server without a success between them after which a call stops: the others can wait.
const IN_A_ROW: u32 = 3;

/// How many due letters are looked up at a time.
const AT_A_TIME: i64 = 32;

/// The longest pause between two attempts to write down that a letter was sent.
const RECORD_AGAIN: Duration = Duration::from_secs(1);

/// How long after its claim a letter may still be on its way, and how it went not be written down yet.
pub(crate) const ON_ITS_WAY: Duration = Duration::from_secs(LETTER_TIMEOUT.as_secs() + 10);

/// What one call did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Letters handed over.
    pub sent: u32,
    /// Letters that could not be sent now and will be tried again.
    pub postponed: u32,
    /// Letters that will not be tried again.
    pub given_up: u32,
}

/// A letter as it is found due.
#[derive(sqlx::FromRow)]
struct Due {
    id: Uuid,
    attempts: i64,
    failure: Option<String>,
}

/// A letter that is this worker's for the time being.
#[derive(Clone)]
pub(super) struct Claimed {
    pub id: Uuid,
    pub sealed: Vec<u8>,
    pub posted_at: Timestamp,
    /// The number of this attempt; the first is 1.
    pub attempt: i64,
    /// Whether there was an attempt before of which nobody told how it ended.
    pub abandoned: bool,
}

/// Sends letters until none is due, the mail server fails, or this node is about to stop. To be called when
/// `house.outbox_bell` rings and every few seconds, because bells may be missed and retries ring none. May be dropped at any
/// time; a letter the mail server has just accepted may then be sent again.
///
/// # Errors
/// When the database does not answer. A mail server that does not is no error here: the letter says so and waits.
pub async fn deliver_due(house: &Latchkey, transport: &Transport) -> Result<Delivered, Refusal> {
    let (mut done, mut server_failures) = (Delivered::default(), 0);
    let mut queue = Queue::default();
    while !house.is_closing() && server_failures < IN_A_ROW {
        let Some(letter) = queue.claim(house).await? else { break };
        match send(house, transport, &letter).await {
            Ok(()) => {
                record_sent(house, letter.id).await;
                done.sent += 1;
                server_failures = 0;
            }
            Err(failure) => {
                server_failures += u32::from(failure.blame == Blame::Server);
                if put_back(house, &letter, &failure).await? {
                    done.given_up += 1;
                } else {
                    done.postponed += 1;
                }
            }
        }
    }
    Ok(done)
}

/// What was due when last looked.
#[derive(Default)]
pub(super) struct Queue {
    due: VecDeque<Due>,
    /// Somebody else is at it too. Then letters are taken from anywhere, so that workers do not meet at each of them.
    shared: bool,
}

impl Queue {
    /// Takes a due letter; `None` when there is none.
    pub(super) async fn claim(&mut self, house: &Latchkey) -> Result<Option<Claimed>, Refusal> {
        loop {
            if self.due.is_empty() {
                let now = house.now();
                let due: Vec<Due> =
                    on!(house.db, read, |p| sqlx::query_as(DUE).bind(now).bind(AT_A_TIME).fetch_all(p).await)?;
                self.due = due.into();
            }
            if self.shared && !self.due.is_empty() {
                let any = u32::from_be_bytes(house.random.bytes()) as usize % self.due.len();
                self.due.swap(0, any);
            }
            let Some(due) = self.due.pop_front() else { return Ok(None) };
            match claim(house, due).await? {
                None => self.shared = true,
                claimed => return Ok(claimed),
            }
        }
    }
}

async fn claim(house: &Latchkey, due: Due) -> Result<Option<Claimed>, Refusal> {
    let now = house.now();
    let attempt = due.attempts + 1;
    let until = now.plus(lease(attempt));
    let row: Option<(Vec<u8>, Timestamp)> = on!(house.db, write, |p| {
        sqlx::query_as(CLAIM).bind(due.id).bind(due.attempts).bind(now).bind(until).fetch_optional(p).await
    })?;
    let abandoned = due.attempts > 0 && due.failure.is_none();
    Ok(row.map(|(sealed, posted_at)| Claimed { id: due.id, sealed, posted_at, attempt, abandoned }))
}

/// Hands a letter to the mail server. A panic is a failure of the letter.
pub(super) async fn send(house: &Latchkey, transport: &Transport, letter: &Claimed) -> Result<(), Failure> {
    if letter.abandoned && house.now() >= letter.posted_at.plus(GIVE_UP_AFTER) {
        return Err(Failure::new(Blame::LetterForGood, "whoever tried to send it never told how it went"));
    }
    let mut sending = pin!(compose_and_send(house, transport, letter));
    let guarded = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| sending.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(_) => std::task::Poll::Ready(Err(Failure::new(Blame::Letter, "sending it failed in a way that is a bug"))),
    });
    guarded.await?
}

async fn compose_and_send(house: &Latchkey, transport: &Transport, claimed: &Claimed) -> Result<(), Failure> {
    let Claimed { id, sealed, posted_at, .. } = claimed;
    let letter = open(house, *id, sealed).map_err(|why| Failure::new(Blame::LetterForGood, why))?;
    // The sender is the operator's to mend, so a message that cannot be composed is tried again.
    let message = compose(&house.settings, &letter, *id, *posted_at).map_err(|why| Failure::new(Blame::Letter, why))?;
    transport
        .send(&file_name(*id, *posted_at), message)
        .await
        .map_err(|failure| Failure { why: without_recipient(&failure.why, &letter.to), ..failure })
}

/// Whether somebody is handing a letter over just now. Claims of those who have died hold for longer, and do not count.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn on_their_way(tx: &mut Tx, now: Timestamp) -> Result<bool, sqlx::Error> {
    let claims: Vec<(Timestamp, i64)> = within!(*tx, |c| sqlx::query_as(CLAIMS).bind(now).fetch_all(c).await)?;
    Ok(claims.into_iter().any(|(until, attempt)| now < until.minus(lease(attempt)).plus(ON_ITS_WAY)))
}

/// Writes down that a letter was sent, as often as it takes: nothing else could be done without the database anyway, and
/// whoever claims the letter later would send it again.
async fn record_sent(house: &Latchkey, id: Uuid) {
    let mut pause = Duration::from_millis(50);
    while let Err(error) = mark_sent(house, id).await {
        tracing::warn!(letter = %id, %error, "a letter was sent, which cannot be recorded yet");
        sleep(pause).await;
        pause = (pause * 2).min(RECORD_AGAIN);
    }
}

async fn mark_sent(house: &Latchkey, id: Uuid) -> Result<(), Refusal> {
    let now = house.now();
    on!(house.db, write, |p| sqlx::query(SENT).bind(id).bind(now).execute(p).await.map(drop))?;
    Ok(())
}

/// Records a failure and decides whether there will be another attempt: answers whether the letter was given up. A claim that
/// has meanwhile run out and gone to another worker is left alone.
pub(super) async fn put_back(house: &Latchkey, letter: &Claimed, failure: &Failure) -> Result<bool, Refusal> {
    let now = house.now();
    let Claimed { id, attempt, posted_at, .. } = letter;
    let why: String = failure.why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    let give_up = failure.blame == Blame::LetterForGood || now >= posted_at.plus(GIVE_UP_AFTER);
    tracing::warn!(letter = %id, attempt, give_up, why, "a letter was not sent");
    if give_up {
        on!(house.db, write, |p| sqlx::query(GIVE_UP).bind(id).bind(attempt).bind(why).execute(p).await.map(drop))?;
    } else {
        let due = now.plus(wait_after(*attempt));
        on!(house.db, write, |p| {
            sqlx::query(POSTPONE).bind(id).bind(attempt).bind(due).bind(why).execute(p).await.map(drop)
        })?;
    }
    Ok(give_up)
}

/// How long the claim of an attempt holds. Longer for later ones: perhaps the letter is what kills those who send it.
pub(super) fn lease(attempt: i64) -> Duration {
    LEASE.max(wait_after(attempt))
}

/// One minute, two, four … six hours.
pub(super) fn wait_after(attempt: i64) -> Duration {
    (FIRST_WAIT * (1_u32 << (attempt - 1).clamp(0, 16))).min(LONGEST_WAIT)
}

/// What may be kept of a mail server's words: they often repeat the recipient, and sometimes a link of the letter.
fn without_recipient(why: &str, recipient: &str) -> String {
    let person = recipient.split('@').next().unwrap_or_default();
    let tells = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.contains('@') || word.contains("token=") || bare.eq_ignore_ascii_case(person)
    };
    why.split(' ').map(|word| if tells(word) { "(left out)" } else { word }).collect::<Vec<_>>().join(" ")
}

/// Sorts by time; a second copy takes the place of the first.
fn file_name(id: Uuid, posted_at: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(posted_at.0).unwrap_or_default();
    format!("{}-{id}", time.strftime("%Y%m%dT%H%M%SZ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_six_hours() {
        let minute = Duration::from_secs(60);
        assert_eq!(wait_after(1), minute);
        assert_eq!(wait_after(5), 16 * minute);
        assert_eq!(wait_after(10), LONGEST_WAIT);
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT);
    }

    #[test]
    fn a_claim_is_never_shorter_than_five_minutes() {
        assert_eq!(lease(1), LEASE);
        assert_eq!(lease(2), LEASE);
        assert_eq!(lease(9), 256 * FIRST_WAIT);
    }

    #[test]
    fn the_recipient_is_left_out_of_what_a_mail_server_says() {
        let kept = |why| without_recipient(why, "zoe@example.org");
        assert_eq!(kept("550 5.1.1 <ZOE@example.org>: unknown"), "550 5.1.1 (left out) unknown");
        assert_eq!(kept("550 user zoe: unknown"), "550 user (left out) unknown");
        assert_eq!(kept("554 bad link https://x.example/verify?token=abc."), "554 bad link (left out)");
        assert_eq!(kept("Connection refused (os error 111)"), "Connection refused (os error 111)");
    }
}
