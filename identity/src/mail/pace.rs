//! Letters that leave one after the other: the invitations of imports, which one request could otherwise make thousands of.
//!
//! A place in the row is a moment. The next free one is a row among the throttles, so that all imports on all nodes share it, and taking places is one
//! statement. The letter is posted as of its moment: it is due then, is given up three days after that, and what it brings lives from then.

use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    keys::mac,
    throttle,
    time::Timestamp,
};
use std::time::Duration;

statements! {
    /// Moves the next free place on by `$3`, and answers where it was.
    TAKE = "insert into throttles (key, count, started_at, blocked_until)
            values ($1, 0, cast($2 as bigint), cast($2 as bigint) + cast($3 as bigint))
            on conflict (key) do update set
                started_at = cast($2 as bigint),
                blocked_until = case when throttles.blocked_until > cast($2 as bigint) then throttles.blocked_until
                                     else cast($2 as bigint) end + cast($3 as bigint)
            returning blocked_until - cast($3 as bigint)";
}

/// From one letter to the next: a thousand in an hour. A mail server takes that, and an operator has time to see and stop what should not be.
const APART: Duration = Duration::from_millis(3600);

/// With so much waiting already, no more are taken. A day, so that letters leave while the import is still on somebody's mind.
const FURTHEST: Duration = Duration::from_secs(86_400);

/// Moments for letters, one after the other.
pub(crate) struct Places {
    next: Timestamp,
    apart: Duration,
}

impl Places {
    /// The next one.
    pub(crate) fn take(&mut self) -> Timestamp {
        let taken = self.next;
        self.next = taken.plus(self.apart);
        taken
    }
}

/// Takes so many places within the caller's transaction, which has its turn ([`Tx::in_turn`]): until it ends, nobody else takes any. With
/// `endless` however many wait.
///
/// # Errors
/// `TooMany` as from [`has_room`], or when the database does not answer.
pub(crate) async fn places(house: &Latchkey, tx: &mut Tx, count: u64, endless: bool) -> Result<Places, Refusal> {
    let now = house.now();
    if !house.settings.limits || count == 0 {
        return Ok(Places { next: now, apart: Duration::ZERO });
    }
    let (key, span) = (key(house), length(count).as_millis() as i64);
    let (next,): (Timestamp,) =
        within!(*tx, |c| sqlx::query_as(TAKE).bind(&key[..]).bind(now).bind(span).fetch_one(c).await)?;
    if !endless {
        room(next, now)?;
    }
    Ok(Places { next, apart: APART })
}

/// When the last of so many letters would leave, were they posted now.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn last_of(house: &Latchkey, count: u64) -> Result<Timestamp, Refusal> {
    if !house.settings.limits {
        return Ok(house.now());
    }
    Ok(free(house).await?.plus(length(count.saturating_sub(1))))
}

/// Refuses more letters while very many wait.
///
/// # Errors
/// `TooMany`, with the time after which there is room, or when the database does not answer.
pub(crate) async fn has_room(house: &Latchkey) -> Result<(), Refusal> {
    if house.settings.limits { room(free(house).await?, house.now()) } else { Ok(()) }
}

/// Whether this is a place that may still be taken.
fn room(next: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let over = next.since(now.plus(FURTHEST));
    if over.is_zero() { Ok(()) } else { Err(Refusal::TooMany { retry_after: over }) }
}

/// The next place that nobody has.
async fn free(house: &Latchkey) -> Result<Timestamp, Refusal> {
    let free = throttle::blocked_until(house, &key(house)).await?;
    Ok(free.map_or(house.now(), |at| at.max(house.now())))
}

fn length(count: u64) -> Duration {
    APART.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

fn key(house: &Latchkey) -> [u8; 32] {
    mac(&house.throttle_key, &[b"letters of imports"])
}
