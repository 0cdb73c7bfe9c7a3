//! Removing events whose time is over, without breaking the chain.
//!
//! What stays of a run of removed entries is where it began and ended, and the digest of its last: what the next entry is chained
//! to. That they were removed is an entry itself, written and sealed in the same transaction, with how many it were; so nobody can
//! pass off as removed what the log does not say was. What tells of removals and of deleted accounts is never removed:
//! verification asks for it. An event without a place is left alone until it has one.

use super::{
    class::Class,
    seal::{first_waiting, lock_end, seal_one},
};
use crate::{
    Latchkey, Refusal,
    db::{Picked, Tx, picked, statements, within},
    events::{self, Event, Kind},
    jobs::TURN,
    pace::Pace,
    time::Timestamp,
};
use uuid::Uuid;

/// Ids tell the time, so the oldest of a kind are the first of them. Whoever is being forgotten is left for later: forgetting and
/// removing would else wait for each other in a circle.
const REMOVE: Picked = picked!(
    "delete from events where id",
    "select id from events where kind = $1 and id < $2 and seq is not null order by id limit $3",
    "returning seq, digest"
);

statements! {
    REMOVE_PLAIN = REMOVE.plain;
    /// The run that ends where another begins is a part of it from now on.
    JOIN_BEFORE = "delete from audit_gaps where last_seq = $1 returning first_seq";
    JOIN_AFTER = "update audit_gaps set first_seq = $1 where first_seq = $2";
    KEEP = "insert into audit_gaps (last_seq, first_seq, digest) values ($1, $2, $3)";
}

/// Events removed in one transaction, at least: each removal is an entry that stays.
const FEWEST: i64 = 25;

/// And at most: each stands in many indexes, in other places of each.
const MOST: i64 = 100;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Removes what is older than the settings allow, class by class, and whole days (UTC) only: each removal is an entry that stays for
/// ever, and a quiet installation would else have more of these than of anything else. Some thousands at one turn.
///
/// # Errors
/// When the database does not answer; what was left is done at the next turn.
pub async fn remove_old(house: &Latchkey) -> Result<Removed, Refusal> {
    let (mut left, mut pace) = (TURN, Pace::between(house, FEWEST, MOST));
    let policy = house.policy();
    // What has no place stays, and what is younger than that is looked at later: after an upgrade nothing has a place, and looking for
    // what has one would be to look at all.
    let waiting = first_waiting(house).await?;
    for class in Class::ALL.iter().copied() {
        let Some(kept) = policy.retention.of(class) else { continue };
        let over = house.now().minus(kept);
        let before = first_id(Timestamp(over.0 - over.0.rem_euclid(DAY)));
        let before = waiting.map_or(before, |waiting| waiting.min(before));
        loop {
            if left == 0 || pace.is_over(house) {
                return Ok(Removed { events: (TURN - left) as u64, more: true });
            }
            let asked = pace.rows().min(left);
            let removed = remove(house, class, before, asked, &mut pace).await?;
            left -= removed;
            if removed > 0 {
                pace.rest(house, removed).await;
            }
            if removed < asked {
                break;
            }
        }
    }
    Ok(Removed { events: (TURN - left) as u64, more: false })
}

/// What one turn has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// How many events it were.
    pub events: u64,
    /// Whether there may be more.
    pub more: bool,
}

/// The least id that an event of this moment can have (RFC 9562 section 5.7).
pub(super) fn first_id(at: Timestamp) -> Uuid {
    Uuid::from_u128((at.0.clamp(0, (1 << 48) - 1) as u128) << 80)
}

/// One batch. What tells of it gets its place in the same transaction, so at no moment is anything missing that the chain does not
/// account for, however much waits to be sealed.
async fn remove(house: &Latchkey, class: Class, before: Uuid, most: i64, pace: &mut Pace) -> Result<i64, Refusal> {
    let mut tx = house.db.begin().await?;
    pace.begun();
    // Whoever else joins runs or gives places waits.
    let end = lock_end(house, &mut tx).await?;
    let mut gone: Vec<(i64, Vec<u8>)> = Vec::new();
    for kind in class.kinds().filter(|kind| !matches!(kind, Kind::EventsRemoved | Kind::AccountDeleted)) {
        let rest = most - gone.len() as i64;
        let removed: Vec<(i64, Vec<u8>)> = within!(tx, |c| sqlx::query_as(REMOVE.on(&house.db))
            .bind(kind.as_str())
            .bind(before)
            .bind(rest)
            .fetch_all(c)
            .await)?;
        gone.extend(removed);
        if gone.len() as i64 >= most {
            break;
        }
    }
    if gone.is_empty() {
        return Ok(0);
    }
    gone.sort_by_key(|(seq, _)| *seq);
    for run in gone.chunk_by(|one, next| one.0 + 1 == next.0) {
        if let [(first, _), ..] = run
            && let [.., (last, digest)] = run
        {
            keep(&mut tx, *first, *last, digest).await?;
        }
    }
    let event = Event::new(Kind::EventsRemoved).detail(gone.len().to_string()).note(class.as_str());
    let told = events::record_one(house, &mut tx, event).await?;
    seal_one(house, &mut tx, end, told).await?;
    tx.commit().await?;
    Ok(gone.len() as i64)
}

/// Writes down what is left of a run, joined with those it touches.
async fn keep(tx: &mut Tx, first: i64, last: i64, digest: &[u8]) -> Result<(), Refusal> {
    let before: Option<(i64,)> = within!(*tx, |c| sqlx::query_as(JOIN_BEFORE).bind(first - 1).fetch_optional(c).await)?;
    let first = before.map_or(first, |(first,)| first);
    let joined = within!(*tx, |c| sqlx::query(JOIN_AFTER)
        .bind(first)
        .bind(last + 1)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if joined == 0 {
        within!(*tx, |c| sqlx::query(KEEP).bind(last).bind(first).bind(digest).execute(c).await.map(drop))?;
    }
    Ok(())
}
