//! How many events of a kind there were in an hour, and in a day of UTC: what the overview draws. Counted by [`seal`](super::seal) in the transaction that
//! gives an event its place, so each is counted once, whatever happens; an event that was removed stays counted.

use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

statements! {
    COUNT = "insert into figures (key, hour, kind, count) values ($1, $2, $3, $4)
             on conflict (key) do update set count = figures.count + excluded.count";
    BETWEEN = "select hour, kind, count from figures where key >= $1 and key < $2 order by key";
}

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// Hours of a day.
const DAY: i64 = 24;

/// So many events of a kind in an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Figure {
    /// Hours since 1970.
    pub hour: i64,
    /// A word of `events::Kind`.
    pub kind: String,
    /// How many.
    pub count: i64,
}

/// What happened from the hour `from` (hours since 1970) until before the hour `to`, in order of time. Hours and kinds of which
/// there was nothing are left out, and so is what was recorded within the last second or two. The caller has asked whether the
/// reader may.
///
/// # Errors
/// When the database does not answer.
pub async fn figures(house: &Latchkey, from: i64, to: i64) -> Result<Vec<Figure>, Refusal> {
    Ok(on!(house.db, read, |p| sqlx::query_as(BETWEEN).bind(bound(from)).bind(bound(to)).fetch_all(p).await)?)
}

/// The same day by day, from the day of the hour `from` until before the day of the hour `to`, for looking far back: a year has
/// 8760 hours. Each figure's `hour` is the first of its day.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn daily(house: &Latchkey, from: i64, to: i64) -> Result<Vec<Figure>, Refusal> {
    Ok(on!(house.db, read, |p| sqlx::query_as(BETWEEN).bind(day_bound(from)).bind(day_bound(to)).fetch_all(p).await)?)
}

/// Events of one batch, to be counted.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<(i64, String), i64>);

impl Tally {
    /// One event.
    pub fn add(&mut self, at: i64, kind: &str) {
        *self.0.entry((at.div_euclid(HOUR), kind.to_owned())).or_default() += 1;
    }

    /// Adds them to what is there.
    pub async fn record(self, tx: &mut Tx) -> Result<(), Refusal> {
        let mut days = BTreeMap::<(i64, String), i64>::new();
        for ((hour, kind), count) in &self.0 {
            *days.entry((hour.div_euclid(DAY) * DAY, kind.clone())).or_default() += count;
        }
        for ((hour, kind), count) in self.0 {
            add(tx, bound(hour), hour, &kind, count).await?;
        }
        for ((hour, kind), count) in days {
            add(tx, day_bound(hour), hour, &kind, count).await?;
        }
        Ok(())
    }
}

async fn add(tx: &mut Tx, bound: String, hour: i64, kind: &str, count: i64) -> Result<(), Refusal> {
    let key = format!("{bound} {kind}");
    within!(*tx, |c| sqlx::query(COUNT).bind(&key).bind(hour).bind(kind).bind(count).execute(c).await.map(drop))?;
    Ok(())
}

/// Where the keys of an hour begin. Times before 1970 are a clock's mistake, and count as its first hour.
fn bound(hour: i64) -> String {
    format!("{:010}", hour.clamp(0, 9_999_999_999))
}

/// Where the keys of the day of an hour begin: behind those of all hours.
fn day_bound(hour: i64) -> String {
    format!("d{:09}", hour.clamp(0, 9_999_999_999) / DAY)
}
