//! Requests per network address, counted by all nodes together.
//!
//! Every node counts by itself first, in memory, and asks here only about requests that work with the database anyway. The
//! count is one moment per address (the generic cell rate algorithm): when it will be back at nothing if nothing more comes. The
//! table holds no address, only a keyed hash. One process on a file needs no common count, so SQLite has none.

use crate::{
    Latchkey, Refusal,
    db::{Picked, on, picked, statements},
    jobs,
    keys::mac,
};
use std::{num::NonZeroU32, time::Duration};

const TIDY: Picked = picked!(
    "delete from address_counts where key",
    "select key from address_counts where empty_at <= $1 or empty_at > cast($1 as bigint) + 120000 limit $2"
);

statements! {
    /// Counts one request unless there were too many: then no row comes back. `$3` what one request costs, `$4` what may be owed.
    /// More than twice that was written by a clock that was wrong, and counts as nothing.
    TAKE = "insert into address_counts (key, empty_at) values ($1, cast($2 as bigint) + cast($3 as bigint))
            on conflict (key) do update set
                empty_at = case when address_counts.empty_at > $2
                                 and address_counts.empty_at <= cast($2 as bigint) + 2 * cast($4 as bigint)
                                then address_counts.empty_at else $2 end + cast($3 as bigint)
            where case when address_counts.empty_at > $2
                        and address_counts.empty_at <= cast($2 as bigint) + 2 * cast($4 as bigint)
                       then address_counts.empty_at else $2 end + cast($3 as bigint)
                  <= cast($2 as bigint) + cast($4 as bigint)
            returning empty_at";
    OWED = "select empty_at from address_counts where key = $1";
    /// Those that are back at nothing, and those of a wrong clock: two minutes are twice what may be owed.
    TIDY_PLAIN = TIDY.plain;
}

const MINUTE: i64 = 60_000;

/// Counts one request of a class that allows `per_minute` from the same network address. All may come at once, then they trickle.
///
/// # Errors
/// `TooMany` with the wait, or when the database does not answer.
pub async fn take(house: &Latchkey, class: &str, network: &[u8], per_minute: NonZeroU32) -> Result<(), Refusal> {
    if !house.settings.limits || !house.db.is_shared() {
        return Ok(());
    }
    let key = mac(&house.throttle_key, &[b"network", class.as_bytes(), network]);
    let (now, cost) = (house.now(), MINUTE / i64::from(per_minute.get()));
    let taken: Option<(i64,)> = on!(house.db, write, |p| sqlx::query_as(TAKE)
        .bind(&key[..])
        .bind(now)
        .bind(cost)
        .bind(MINUTE)
        .fetch_optional(p)
        .await)?;
    if taken.is_some() {
        return Ok(());
    }
    let owed: Option<(i64,)> = on!(house.db, read, |p| sqlx::query_as(OWED).bind(&key[..]).fetch_optional(p).await)?;
    let wait = owed.map_or(0, |(empty_at,)| empty_at + cost - MINUTE - now.0).max(1);
    Err(Refusal::TooMany { retry_after: Duration::from_millis(wait as u64) })
}

pub(crate) async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    jobs::clear(house, &TIDY, house.now()).await
}
