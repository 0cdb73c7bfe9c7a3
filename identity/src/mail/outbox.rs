//! Letters that wait, and their delivery.
//!
//! A letter is claimed by pushing its due time ahead, in one statement, so that of several workers one sends it. A worker that
//! dies in the middle leaves the claim to run out, and the letter is sent again: twice is possible, never is not. Both copies
//! have the same `Message-ID`. Once sent or given up, the sealed content is emptied; what remains is a line in the history.

use super::{Letter, Transport, message::compose, transport::Failure};
use crate::{
    Latchkey, Refusal,
    db::{Topic, Tx, on, statements, within},
    time::Timestamp,
};
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

statements! {
    POST = "insert into letters (id, kind, sealed, created_at, due_at, attempts) values ($1, $2, $3, $4, $4, 0)";
    CLAIM = "update letters set due_at = $2, attempts = attempts + 1
              where due_at <= $1 and sent_at is null and sealed is not null
                and id = (select id from letters where due_at <= $1 and sent_at is null and sealed is not null
                           order by due_at, id limit 1)
          returning id, sealed, created_at, attempts";
    SENT = "update letters set sent_at = $2, sealed = null, failure = null where id = $1";
    POSTPONE = "update letters set due_at = $3, failure = $4 where id = $1 and attempts = $2 and sent_at is null";
    GIVE_UP = "update letters set sealed = null, failure = $3 where id = $1 and attempts = $2 and sent_at is null";
    TIDY = "delete from letters where sealed is null and created_at < $1";
}

/// How long a claim holds: longer than any mail server may take.
const LEASE: Duration = Duration::from_secs(5 * 60);

/// The first wait after a failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(60);

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);

/// When to stop trying; what the letter carries has expired by then.
const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);

/// How long the history keeps a letter that was sent or given up.
const KEEP: Duration = Duration::from_secs(30 * 86_400);

/// Letters per call, and failures in a row after which a call stops: then it is the mail server, and the others can wait.
const AT_MOST: u32 = 200;
const IN_A_ROW: u32 = 3;

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

/// What a claim hands out: id, sealed letter, time of posting, number of this attempt.
type Claimed = (Uuid, Vec<u8>, Timestamp, i64);

/// Puts a letter into the outbox within the caller's transaction. Ring `house.outbox_bell` after the commit.
///
/// # Errors
/// When the database does not answer.
pub async fn post(house: &Latchkey, tx: &mut Tx, letter: &Letter) -> Result<(), Refusal> {
    let plain = serde_json::to_vec(letter).map_err(|error| Refusal::Broken(format!("letter: {error}")))?;
    let plain = Zeroizing::new(plain);
    let id = house.new_id();
    let sealed = house.letters_sealer.seal(&bound_to(id), &plain);
    within!(*tx, |c| sqlx::query(POST)
        .bind(id)
        .bind(letter.kind.as_str())
        .bind(sealed)
        .bind(house.now())
        .execute(c)
        .await
        .map(drop))?;
    tx.ring(Topic::Letter).await?;
    Ok(())
}

/// Sends the letters that are due, one after the other. To be called when `house.outbox_bell` rings and every few seconds,
/// because bells may be missed and retries ring none.
///
/// # Errors
/// When the database does not answer. A mail server that does not is no error here: the letter says so and waits.
pub async fn deliver_due(house: &Latchkey, transport: &Transport) -> Result<Delivered, Refusal> {
    let (mut done, mut in_a_row) = (Delivered::default(), 0);
    for _ in 0..AT_MOST {
        let Some((id, sealed, posted_at, attempt)) = claim(house).await? else {
            break;
        };
        match send(house, transport, id, &sealed, posted_at).await {
            Ok(()) => {
                let now = house.now();
                on!(&house.db, write, |p| sqlx::query(SENT)
                    .bind(id)
                    .bind(now)
                    .execute(p)
                    .await
                    .map(drop))?;
                (done.sent, in_a_row) = (done.sent + 1, 0);
            }
            Err(failure) => {
                let given_up = put_back(house, id, posted_at, attempt, &failure).await?;
                *(if given_up {
                    &mut done.given_up
                } else {
                    &mut done.postponed
                }) += 1;
                in_a_row += 1;
                if in_a_row == IN_A_ROW {
                    break;
                }
            }
        }
    }
    Ok(done)
}

/// Forgets letters that were sent or given up a month ago.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy(house: &Latchkey) -> Result<(), Refusal> {
    let before = house.now().minus(KEEP);
    on!(&house.db, write, |p| sqlx::query(TIDY)
        .bind(before)
        .execute(p)
        .await
        .map(drop))?;
    Ok(())
}

async fn claim(house: &Latchkey) -> Result<Option<Claimed>, Refusal> {
    let now = house.now();
    let until = now.plus(LEASE);
    Ok(on!(&house.db, write, |p| sqlx::query_as(CLAIM)
        .bind(now)
        .bind(until)
        .fetch_optional(p)
        .await)?)
}

async fn send(
    house: &Latchkey,
    transport: &Transport,
    id: Uuid,
    sealed: &[u8],
    posted_at: Timestamp,
) -> Result<(), Failure> {
    let unusable = |why: String| Failure { why, for_good: true };
    let plain = house
        .letters_sealer
        .open(&bound_to(id), sealed)
        .map(Zeroizing::new)
        .ok_or_else(|| unusable("cannot be decrypted with this installation's key".to_owned()))?;
    let letter: Letter =
        serde_json::from_slice(&plain).map_err(|error| unusable(format!("cannot be read: {error}")))?;
    // The sender is the operator's to mend, so a message that cannot be composed is tried again.
    let message = compose(&house.settings, &letter, id, posted_at).map_err(|why| Failure { why, for_good: false })?;
    transport.send(&file_name(id, posted_at), message).await
}

/// Records a failure and decides whether there will be another attempt. A claim that has meanwhile run out and gone to another
/// worker is left alone.
async fn put_back(
    house: &Latchkey,
    id: Uuid,
    posted_at: Timestamp,
    attempt: i64,
    failure: &Failure,
) -> Result<bool, Refusal> {
    let now = house.now();
    let why: String = failure
        .why
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    let give_up = failure.for_good || now >= posted_at.plus(GIVE_UP_AFTER);
    tracing::warn!(letter = %id, attempt, give_up, why, "a letter was not sent");
    if give_up {
        on!(&house.db, write, |p| sqlx::query(GIVE_UP)
            .bind(id)
            .bind(attempt)
            .bind(why)
            .execute(p)
            .await
            .map(drop))?;
    } else {
        let due = now.plus(wait_after(attempt));
        on!(&house.db, write, |p| {
            sqlx::query(POSTPONE)
                .bind(id)
                .bind(attempt)
                .bind(due)
                .bind(why)
                .execute(p)
                .await
                .map(drop)
        })?;
    }
    Ok(give_up)
}

/// One minute, two, four … six hours.
fn wait_after(attempt: i64) -> Duration {
    (FIRST_WAIT * (1_u32 << (attempt - 1).clamp(0, 16))).min(LONGEST_WAIT)
}

/// What a letter is sealed to: its own row.
fn bound_to(id: Uuid) -> [u8; 23] {
    let mut aad = *b"letter 0123456789abcdef";
    aad[7..].copy_from_slice(id.as_bytes());
    aad
}

/// Sorts by time; a second copy takes the place of the first.
fn file_name(id: Uuid, posted_at: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(posted_at.0).unwrap_or_default();
    format!("{}-{id}", time.strftime("%Y%m%dT%H%M%SZ"))
}

#[cfg(test)]
mod tests;
