//! Pages by keyset: a list is asked for one row more than it shows, and that row tells whether there is another page.
//!
//! One place, so that no list forgets its bound.

use crate::words::Page;
use uuid::Uuid;

/// Rows on a page at most.
const MOST: usize = 200;

/// How many rows a page may have.
pub(crate) struct PageSize(usize);

impl PageSize {
    /// As many as wanted, within the bound; at least one.
    pub fn of(wanted: usize) -> Self {
        Self(wanted.clamp(1, MOST))
    }

    /// The `limit` of the statement.
    pub const fn ask(&self) -> i64 {
        self.0 as i64 + 1
    }

    /// The page, of what the statement answered in the order of its keys.
    pub fn cut<R, V: From<R>>(self, mut rows: Vec<R>, key: impl Fn(&R) -> Uuid) -> Page<V> {
        let more = rows.len() > self.0;
        rows.truncate(self.0);
        let next = rows.last().filter(|_| more).map(key);
        Page { items: rows.into_iter().map(V::from).collect(), next }
    }
}
