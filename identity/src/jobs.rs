//! Background work that one node does for all.
//!
//! A job is taken by one statement that also says when it is due again, so of several nodes one does it and none has to be
//! chosen. A node that dies in the middle loses nothing: every job is done in steps that may be repeated, and comes round again.

use crate::{
    Latchkey, Refusal, accounts, address_counts, admin, audit,
    db::{Picked, on, statements, within},
    keys, mail,
    pace::Pace,
    sessions, throttle,
    time::Timestamp,
};
use std::{future::Future, time::Duration};

statements! {
    /// A time further away than two periods was set by a clock that was wrong; clocks that differ a little are not.
    TAKE = "insert into jobs (name, due_at) values ($1, cast($2 as bigint) + cast($3 as bigint))
            on conflict (name) do update set due_at = cast($2 as bigint) + cast($3 as bigint)
             where jobs.due_at <= $2 or jobs.due_at > cast($2 as bigint) + 2 * cast($3 as bigint)
            returning name";
    AGAIN = "update jobs set due_at = $1 where name = $2";
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

/// Rows removed in one transaction, at least.
const FEWEST: i64 = 25;

/// And at most.
const MOST: i64 = 100;

/// Rows removed in one turn of one job at most, so that other jobs have theirs.
pub(crate) const TURN: i64 = 10_000;

/// A job that consists in being taken: it proves that something can be written.
const PROBE: &str = "probe";

/// How long a proof holds.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// Does what is due and nobody else has taken. To be called about once a minute, and again at once where it answers that there is more:
/// clean-up has turns, and is due again when one was not enough.
///
/// A job that fails keeps no other from being done.
///
/// # Errors
/// The first there was, such as that the database does not answer; what was left is done at its next turn.
pub async fn run_due(house: &Latchkey) -> Result<bool, Refusal> {
    // First what somebody waits for at a certain moment, last what may take long.
    let mut done = keys::succeed_if_due(house).await.map(|()| false);
    let rotated = async { keys::rotate_if_old(house).await.map(|()| false) };
    done = both(done, in_turn(house, "rotate keys", KEYS_EVERY, rotated).await);
    let counted = async { admin::count_anew(house).await.map(|()| false) };
    done = both(done, in_turn(house, "tally", TALLY_EVERY, counted).await);
    done = both(done, in_turn(house, "tidy", TIDY_EVERY, tidy(house)).await);
    let removed = async { audit::remove_old(house).await.map(|removed| removed.more) };
    done = both(done, in_turn(house, "remove old events", EVENTS_EVERY, removed).await);
    both(done, in_turn(house, "erase accounts", ERASE_EVERY, accounts::leaving::erase_due(house)).await)
}

/// Does a job if it is due and nobody else has taken it. Whether there is more to do: then it is due at once.
async fn in_turn(
    house: &Latchkey,
    job: &str,
    every: Duration,
    work: impl Future<Output = Result<bool, Refusal>>,
) -> Result<bool, Refusal> {
    if house.is_closing() || !take(house, job, every).await? {
        return Ok(false);
    }
    let more = work.await?;
    if more {
        let now = house.now();
        on!(house.db, write, |p| sqlx::query(AGAIN).bind(now).bind(job).execute(p).await.map(drop))?;
    }
    Ok(more)
}

/// Of two pieces of work, whether either has more to do, or the first error. The second is logged, unless it only says that the database
/// is away, which both then do.
pub(crate) fn both(one: Result<bool, Refusal>, other: Result<bool, Refusal>) -> Result<bool, Refusal> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok(one || other),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(first), Err(second)) => {
            if !matches!(second, Refusal::Unavailable(_)) {
                tracing::error!(error = %second, "another background job failed too");
            }
            Err(first)
        }
    }
}

/// Removes what has served its time: expired tokens, sessions over for long, retired keys, old letters, throttles and counts. Answers
/// whether there is more. Where one of them cannot be removed, the others are all the same.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    let mut done = keys::tidy(house).await.map(|()| false);
    done = both(done, sessions::end_lapsed(house).await.map(|()| false));
    done = both(done, accounts::tidy(house).await);
    done = both(done, sessions::tidy(house).await);
    done = both(done, mail::tidy(house).await);
    done = both(done, throttle::tidy(house).await);
    both(done, address_counts::tidy(house).await)
}

/// Removes what is older than a moment, a few rows at a time: `rows` removes at most `$2` of those from before `$1`. Answers
/// whether there are more.
///
/// # Errors
/// When the database does not answer; what was left is removed at the next turn.
pub(crate) async fn clear(house: &Latchkey, rows: &Picked, before: Timestamp) -> Result<bool, Refusal> {
    let (mut left, mut pace) = (TURN, Pace::between(house, FEWEST, MOST));
    while left > 0 {
        let asked = pace.rows().min(left);
        let mut tx = house.db.begin().await?;
        pace.begun();
        let sql = rows.within(&tx);
        let removed = within!(tx, |c| sqlx::query(sql)
            .bind(before)
            .bind(asked)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        if removed < asked as u64 {
            return Ok(false);
        }
        left -= asked;
        if pace.is_over(house) {
            break;
        }
        pace.rest(house, asked).await;
    }
    Ok(true)
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
