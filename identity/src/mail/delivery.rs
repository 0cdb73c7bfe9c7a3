//! Letters on their way out, on any number of nodes at once.
//!
//! What was posted is a letter, or that somebody has asked for one (`asked.rs`); then it is written here, or nobody is there to
//! read it and it is forgotten.
//!
//! **Twice.** What the mail server has accepted is written down before anything else happens, however long the database takes
//! to answer, so an outage sends nothing twice. What is left no sender can close: the mail server accepts a letter, and its reply
//! is lost on the way (RFC 1047), or the node is killed, or cut off from the database for longer than its claim, before the
//! record is made. Both copies then have the same `Message-ID` and `Date`, so that the receiving side can drop one.
//!
//! **Poison.** A letter that fails by itself neither stops the others nor stays for ever: it waits longer each time and is given
//! up after three days, or at once when nothing can mend it; when it panics, that is a failure like others. Only failures that
//! are the mail server's make a call stop.

use super::{
    Transport,
    claims::{Claimed, Queue, wait_after},
    message::compose,
    outbox::{Content, open},
    transport::{Blame, Failure},
};
use crate::{
    Latchkey, Refusal, accounts,
    db::{on, statements},
    time::Timestamp,
};
use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    time::Duration,
};
use tokio::time::sleep;
use uuid::Uuid;

statements! {
    SENT = "update letters set sent_at = $2, sealed = null, failure = null where id = $1 and sent_at is null";
    POSTPONE = "update letters set due_at = $3, failure = $4
                 where id = $1 and attempts = $2 and sent_at is null and sealed is not null";
    /// Due at the end of time, so that nobody who looks for due letters has to step over it.
    GIVE_UP = "update letters set sealed = null, failure = $3, due_at = 9223372036854775807
                where id = $1 and attempts = $2 and sent_at is null";
    /// Nobody is there to read it.
    FORGET = "delete from letters where id = $1 and attempts = $2 and sent_at is null";
}

/// When to stop trying; what the letter carries has expired by then.
pub(super) const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);

/// Failures of the mail server without a success between them after which a call stops: the others can wait.
const IN_A_ROW: u32 = 3;

/// The longest pause between two attempts to write down that a letter was sent.
const RECORD_AGAIN: Duration = Duration::from_secs(1);

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

/// What became of a letter that did not fail.
#[derive(Debug)]
pub(super) enum Handed {
    /// The mail server has it.
    Sent,
    /// It was asked for, and there is nobody to get it.
    Nobody,
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
            Ok(Handed::Nobody) => forget(house, &letter).await?,
            Ok(Handed::Sent) => {
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

/// Hands a letter to the mail server. A panic is a failure of the letter.
pub(super) async fn send(house: &Latchkey, transport: &Transport, letter: &Claimed) -> Result<Handed, Failure> {
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

async fn compose_and_send(house: &Latchkey, transport: &Transport, claimed: &Claimed) -> Result<Handed, Failure> {
    let Claimed { id, sealed, posted_at, .. } = claimed;
    let letter = match open(house, *id, sealed).map_err(|why| Failure::new(Blame::LetterForGood, why))? {
        Content::Letter(letter) => letter,
        Content::Ask(ask) => {
            match accounts::answer(house, *id, *posted_at, &ask).await.map_err(|why| unanswered(&why))? {
                Some(letter) => letter,
                None => return Ok(Handed::Nobody),
            }
        }
    };
    // The sender is the operator's to mend, so a message that cannot be composed is tried again.
    let message = compose(&house.settings, &letter, *id, *posted_at).map_err(|why| Failure::new(Blame::Letter, why))?;
    transport
        .send(&file_name(*id, *posted_at), message)
        .await
        .map_err(|failure| Failure { why: without_recipient(&failure.why, &letter.to), ..failure })?;
    Ok(Handed::Sent)
}

/// What was asked for could not be written; perhaps later.
fn unanswered(why: &Refusal) -> Failure {
    tracing::error!(error = %why, "a letter that was asked for could not be written");
    Failure::new(Blame::Letter, "it could not be written, because the database did not do its part")
}

async fn forget(house: &Latchkey, letter: &Claimed) -> Result<(), Refusal> {
    let Claimed { id, attempt, .. } = letter;
    on!(house.db, write, |p| sqlx::query(FORGET).bind(id).bind(attempt).execute(p).await.map(drop))?;
    Ok(())
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
    fn the_recipient_is_left_out_of_what_a_mail_server_says() {
        let kept = |why| without_recipient(why, "zoe@example.org");
        assert_eq!(kept("550 5.1.1 <ZOE@example.org>: unknown"), "550 5.1.1 (left out) unknown");
        assert_eq!(kept("550 user zoe: unknown"), "550 user (left out) unknown");
        assert_eq!(kept("554 bad link https://x.example/verify?token=abc."), "554 bad link (left out)");
        assert_eq!(kept("Connection refused (os error 111)"), "Connection refused (os error 111)");
    }
}
