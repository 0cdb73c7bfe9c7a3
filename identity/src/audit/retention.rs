//! Removing events whose time is over, without breaking the chain.
//!
//! What stays of a run of removed entries is where it began and ended, and the digest of its last: what the next entry is chained
//! to. That they were removed is an entry itself, of the same transaction, with how many it were; so nobody can
//! pass off as removed what the log does not say was. What tells of removals and of deleted accounts is never removed:
//! verification asks for it. An event without a place is left alone until it has one.

use super::{class::Class, seal::lock_end};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    /// Ids tell the time, so the oldest of a kind are the first of them.
    REMOVE = "delete from events
               where id in (select id from events where kind = $1 and id < $2 and seq is not null order by id limit $3)
              returning seq, digest";
    /// The run that ends where another begins is a part of it from now on.
    JOIN_BEFORE = "delete from audit_gaps where last_seq = $1 returning first_seq";
    JOIN_AFTER = "update audit_gaps set first_seq = $1 where first_seq = $2";
    KEEP = "insert into audit_gaps (last_seq, first_seq, digest) values ($1, $2, $3)";
    /// The entry that tells of this, as long as it has no place in the chain.
    COUNT_ON = "update events set detail = $1 where id = $2 and seq is null";
}

/// Events removed in one transaction: nobody who writes should wait for longer than a moment.
const BATCH: i64 = 200;

/// Removes what is older than the settings allow, class by class. Answers how many events it were.
///
/// # Errors
/// When the database does not answer; what was left is done at the next turn.
pub async fn remove_old(house: &Latchkey) -> Result<u64, Refusal> {
    let mut removed = 0;
    for class in Class::ALL.iter().copied() {
        let Some(kept) = house.settings.retention.of(class) else { continue };
        let before = first_id(house.now().minus(kept));
        let mut told = None;
        for kind in class.kinds().filter(|kind| !matches!(kind, Kind::EventsRemoved | Kind::AccountDeleted)) {
            loop {
                if house.is_closing() {
                    return Ok(removed);
                }
                let batch = remove(house, class, kind, before, &mut told).await?;
                removed += batch;
                if batch < BATCH as u64 {
                    break;
                }
            }
        }
    }
    Ok(removed)
}

/// The least id that an event of this moment can have (RFC 9562 section 5.7).
pub(super) fn first_id(at: Timestamp) -> Uuid {
    Uuid::from_u128((at.0.clamp(0, (1 << 48) - 1) as u128) << 80)
}

/// One batch. `told` is the entry that tells of the class, and how many it speaks of.
async fn remove(
    house: &Latchkey,
    class: Class,
    kind: Kind,
    before: Uuid,
    told: &mut Option<(Uuid, u64)>,
) -> Result<u64, Refusal> {
    let mut tx = house.db.begin().await?;
    // Whoever else joins runs or gives places waits.
    lock_end(house, &mut tx).await?;
    let mut gone: Vec<(i64, Vec<u8>)> =
        within!(tx, |c| sqlx::query_as(REMOVE).bind(kind.as_str()).bind(before).bind(BATCH).fetch_all(c).await)?;
    if gone.is_empty() {
        return Ok(0);
    }
    let count = gone.len() as u64;
    gone.sort_by_key(|(seq, _)| *seq);
    for run in gone.chunk_by(|one, next| one.0 + 1 == next.0) {
        if let [(first, _), ..] = run
            && let [.., (last, digest)] = run
        {
            keep(&mut tx, *first, *last, digest).await?;
        }
    }
    let telling = tell(house, &mut tx, class, count, *told).await?;
    tx.commit().await?;
    *told = Some(telling);
    Ok(count)
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

/// Records how many were removed: in the entry of this run, unless that has its place already.
async fn tell(
    house: &Latchkey,
    tx: &mut Tx,
    class: Class,
    count: u64,
    told: Option<(Uuid, u64)>,
) -> Result<(Uuid, u64), Refusal> {
    if let Some((id, so_far)) = told {
        let all = so_far + count;
        let counted = within!(*tx, |c| sqlx::query(COUNT_ON)
            .bind(all.to_string())
            .bind(id)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if counted > 0 {
            return Ok((id, all));
        }
    }
    let event = Event::new(Kind::EventsRemoved).detail(count.to_string()).note(class.as_str());
    Ok((events::record_one(house, tx, event).await?, count))
}
