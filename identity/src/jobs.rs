//! Background work that one node does for all.
//!
//! A job is taken by one statement that also says when it is due again, so of several nodes one does it and none has to be
//! chosen. A node that dies in the middle loses nothing: every job is done in steps that may be repeated, and comes round again.

use crate::{
    Latchkey, Refusal, accounts, address_counts, admin, audit,
    db::{on, statements},
    keys, mail, sessions, throttle,
    time::Timestamp,
};
use std::time::Duration;

statements! {
    /// A time further away than two periods was set by a clock that was wrong; clocks that differ a little are not.
    TAKE = "insert into jobs (name, due_at) values ($1, cast($2 as bigint) + cast($3 as bigint))
            on conflict (name) do update set due_at = cast($2 as bigint) + cast($3 as bigint)
             where jobs.due_at <= $2 or jobs.due_at > cast($2 as bigint) + 2 * cast($3 as bigint)
            returning name";
    DUE = "select due_at from jobs where name = $1";
}

/// How often spent tokens, old letters and old counts are removed.
const TIDY_EVERY: Duration = Duration::from_secs(5 * 60);

/// How often it is looked whose account is to be deleted. A minute more or less is nothing after seven days.
const ERASE_EVERY: Duration = Duration::from_secs(5 * 60);

/// How often it is counted what takes long to count.
const TALLY_EVERY: Duration = Duration::from_secs(5 * 60);

/// How often the age of the signing key is looked at.
const KEYS_EVERY: Duration = Duration::from_secs(3600);

/// How often events whose time is over are removed.
const EVENTS_EVERY: Duration = Duration::from_secs(3600);

/// Rows removed in one transaction. On SQLite everybody else who writes waits for its end, and nobody is to wait for 50 ms.
pub(crate) const BATCH: i64 = 200;

/// Transactions of one turn, so that other jobs have theirs: fifty thousand rows in five minutes are more than people leave behind.
const BATCHES: u32 = 250;

/// Between two of them others write.
const BREATH: Duration = Duration::from_millis(20);

/// A job that consists in being taken: it proves that something can be written.
const PROBE: &str = "probe";

/// How long a proof holds.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// Does what is due and nobody else has taken. To be called about once a minute.
///
/// # Errors
/// When the database does not answer; what was left is done at its next turn.
pub async fn run_due(house: &Latchkey) -> Result<(), Refusal> {
    if take(house, "tidy", TIDY_EVERY).await? {
        tidy(house).await?;
    }
    if take(house, "erase accounts", ERASE_EVERY).await? {
        accounts::leaving::erase_due(house).await?;
    }
    if take(house, "tally", TALLY_EVERY).await? {
        admin::count_anew(house).await?;
    }
    if take(house, "remove old events", EVENTS_EVERY).await? {
        audit::remove_old(house).await?;
    }
    keys::succeed_if_due(house).await?;
    if take(house, "rotate keys", KEYS_EVERY).await? {
        keys::rotate_if_old(house).await?;
    }
    Ok(())
}

/// Removes what has served its time: expired tokens, sessions over for long, retired keys, old letters, throttles and counts.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy(house: &Latchkey) -> Result<(), Refusal> {
    accounts::tidy(house).await?;
    sessions::end_lapsed(house).await?;
    sessions::tidy(house).await?;
    keys::tidy(house).await?;
    mail::tidy(house).await?;
    throttle::tidy(house).await?;
    address_counts::tidy(house).await
}

/// Removes what is older than a moment, a few rows at a time: `sql` removes [`BATCH`] (`$2`) of those from before `$1` at most.
///
/// # Errors
/// When the database does not answer; what was left is removed at the next turn.
pub(crate) async fn clear(house: &Latchkey, sql: &'static str, before: Timestamp) -> Result<(), Refusal> {
    for _ in 0..BATCHES {
        let removed = on!(house.db, write, |p| sqlx::query(sql)
            .bind(before)
            .bind(BATCH)
            .execute(p)
            .await
            .map(|done| done.rows_affected()))?;
        if removed < BATCH as u64 || house.is_closing() {
            break;
        }
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}

/// Writes something, unless anybody did within the last seconds: whoever asks whether we are ready must not be able to keep the
/// disk busy. A full disk is noticed by nothing else.
///
/// # Errors
/// When the database takes no writes, or does not answer.
pub(crate) async fn probe(house: &Latchkey) -> Result<(), Refusal> {
    let due: Option<(Timestamp,)> = on!(house.db, read, |p| sqlx::query_as(DUE).bind(PROBE).fetch_optional(p).await)?;
    let now = house.now();
    if due.is_some_and(|(due,)| now < due && due <= now.plus(2 * PROBE_EVERY)) {
        return Ok(());
    }
    take(house, PROBE, PROBE_EVERY).await.map(drop)
}

async fn take(house: &Latchkey, job: &str, every: Duration) -> Result<bool, Refusal> {
    let taken: Option<(String,)> = on!(house.db, write, |p| sqlx::query_as(TAKE)
        .bind(job)
        .bind(house.now())
        .bind(every.as_millis() as i64)
        .fetch_optional(p)
        .await)?;
    Ok(taken.is_some())
}
