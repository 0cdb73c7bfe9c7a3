//! Who sends which letter.
//!
//! A letter is claimed by pushing its due time ahead, in one statement, so of several workers one sends it. Who finds a letter
//! taken goes on to another and stops only when none is due. A claim lasts longer than sending can, and the clocks of nodes may
//! differ by the rest, two minutes and more. A worker that dies leaves its claim to run out, and another sends the letter:
//! nothing is lost. When a letter takes the whole process with it, the next claim lasts longer each time.

use super::transport::LETTER_TIMEOUT;
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    time::Timestamp,
};
use std::{collections::VecDeque, time::Duration};
use uuid::Uuid;

statements! {
    DUE = "select id, attempts, failure from letters where due_at <= $1 and sent_at is null and sealed is not null
            order by due_at, id limit $2";
    /// The number of attempts says that nobody was faster. That there is no failure says that somebody is at it.
    CLAIM = "update letters set due_at = $4, attempts = attempts + 1, failure = null
              where id = $1 and attempts = $2 and due_at <= $3 and sent_at is null and sealed is not null
          returning sealed, created_at";
    CLAIMS = "select due_at, attempts from letters
               where attempts > 0 and due_at > $1 and failure is null and sent_at is null and sealed is not null";
}

/// How long a claim holds at least.
pub(super) const LEASE: Duration = Duration::from_secs(5 * 60);

// Claiming takes at most eight seconds, resolving twice that, sending at most this. What is left is for clocks that differ.
const _: () = assert!(LEASE.as_secs() >= 2 * LETTER_TIMEOUT.as_secs() + 120);

/// The first wait after a failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(60);

/// The longest wait between two attempts.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);

/// How many due letters are looked up at a time.
const AT_A_TIME: i64 = 32;

/// How long after its claim a letter may still be on its way, and how it went not be written down yet.
pub(crate) const ON_ITS_WAY: Duration = Duration::from_secs(LETTER_TIMEOUT.as_secs() + 10);

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

/// Whether somebody is handing a letter over just now. Claims of those who have died hold for longer, and do not count.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn on_their_way(tx: &mut Tx, now: Timestamp) -> Result<bool, sqlx::Error> {
    let claims: Vec<(Timestamp, i64)> = within!(*tx, |c| sqlx::query_as(CLAIMS).bind(now).fetch_all(c).await)?;
    Ok(claims.into_iter().any(|(until, attempt)| now < until.minus(lease(attempt)).plus(ON_ITS_WAY)))
}

/// How long the claim of an attempt holds. Longer for later ones: perhaps the letter is what kills those who send it.
pub(super) fn lease(attempt: i64) -> Duration {
    LEASE.max(wait_after(attempt))
}

/// One minute, two, four … six hours.
pub(super) fn wait_after(attempt: i64) -> Duration {
    (FIRST_WAIT * (1_u32 << (attempt - 1).clamp(0, 16))).min(LONGEST_WAIT)
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
}
