//! How much of clean-up, sealing and erasing is done in one transaction, and what happens between two of them.
//!
//! On SQLite everybody else who writes waits for the end of a transaction. A hundred rows, each in many indexes, are some milliseconds on one
//! disk and half a second on another, so the next transaction touches as many as the last ones show to be quick. Never decides what is
//! done, only how much at once. PostgreSQL locks the rows alone, and there it is always the most.

use crate::Latchkey;
use std::time::{Duration, Instant};

/// How long a transaction is to take. Nobody is to wait for 50 ms, and the disk may be slower next time. Being on the disk takes
/// most of it on slow ones, however few the rows are.
const HELD: Duration = Duration::from_millis(10);

/// Between two transactions others write.
const BREATH: Duration = Duration::from_millis(20);

/// And so long at most.
const LONGEST: Duration = Duration::from_secs(1);

/// How long a turn goes on: what else is due has its turn too.
const TURN: Duration = Duration::from_secs(30);

/// The pace of one piece of work.
pub(crate) struct Pace {
    rows: i64,
    fewest: i64,
    most: i64,
    turn: Instant,
    began: Instant,
}

impl Pace {
    /// Between so many rows in one transaction, the fewest first.
    pub fn between(house: &Latchkey, fewest: i64, most: i64) -> Self {
        Self::new(if house.db.is_shared() { most } else { fewest }, most)
    }

    fn new(fewest: i64, most: i64) -> Self {
        let now = Instant::now();
        Self { rows: fewest, fewest, most, turn: now, began: now }
    }

    /// How many rows the next transaction may touch.
    pub const fn rows(&self) -> i64 {
        self.rows
    }

    /// The transaction has its lock: from now on others wait.
    pub fn begun(&mut self) {
        self.began = Instant::now();
    }

    /// Whether the rest is to be left for the next turn.
    pub fn is_over(&self, house: &Latchkey) -> bool {
        house.is_closing() || self.turn.elapsed() > TURN
    }

    /// After a transaction that touched so many rows of those it might: others write, on SQLite for as long as they had to wait. Meanwhile
    /// what it has written finds its way into SQLite's file.
    pub async fn rest(&mut self, house: &Latchkey, touched: i64) {
        let held = self.began.elapsed();
        self.heed(held, touched);
        if house.is_closing() {
            return;
        }
        let pause = if house.db.is_shared() { BREATH } else { held.clamp(BREATH, LONGEST) };
        let (folded, ()) = tokio::join!(house.db.fold(), tokio::time::sleep(pause));
        if let Err(error) = folded {
            tracing::debug!(%error, "the log was not folded into the file");
        }
    }

    /// That a few rows were quick says nothing of many.
    fn heed(&mut self, held: Duration, touched: i64) {
        let wanted = if held > HELD && touched > 0 {
            self.rows / 2
        } else if touched >= self.rows {
            self.rows + self.fewest
        } else {
            return;
        };
        self.rows = wanted.clamp(self.fewest, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_done_in_smaller_pieces_at_once_and_grows_again_slowly() {
        let mut pace = Pace::new(10, 100);
        let mut after = |held, touched: Option<i64>| {
            pace.heed(held, touched.unwrap_or(pace.rows()));
            pace.rows()
        };
        assert_eq!([(); 11].map(|()| after(HELD, None)), [20, 30, 40, 50, 60, 70, 80, 90, 100, 100, 100]);
        assert_eq!([(); 5].map(|()| after(HELD * 2, None)), [50, 25, 12, 10, 10]);
        assert_eq!(after(HELD, Some(9)), 10, "fewer than it might have touched");
        assert_eq!(after(HELD, Some(10)), 20);
        assert_eq!(after(HELD * 2, Some(0)), 20, "what took long was something else");
    }

    #[test]
    fn where_fewest_and_most_are_one_it_never_changes() {
        let mut pace = Pace::new(100, 100);
        pace.heed(HELD * 2, 100);
        pace.heed(HELD, 100);
        assert_eq!(pace.rows(), 100);
    }
}
