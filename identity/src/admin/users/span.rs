//! A row's place in an order, and a range of places: the first is within, the last is not.

use super::{
    Row,
    search::{FINAL_SIGMA, SIGMA, folded},
};
use uuid::Uuid;

/// An order for which there are indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Id,
    Address,
    Name,
    /// Those who signed in once, by when they did last.
    Seen,
    /// Those who never did, by id.
    Never,
}

/// A place. Compared as both databases compare it: texts byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Id(Uuid),
    Address(String),
    Name(String, Uuid),
    Seen(i64, Uuid),
}

impl Key {
    /// Where a row stands.
    pub fn of(order: Order, row: &Row) -> Self {
        match order {
            Order::Id | Order::Never => Self::Id(row.id),
            Order::Address => Self::Address(row.email.clone()),
            Order::Name => Self::Name(row.name_key.clone(), row.id),
            Order::Seen => Self::Seen(row.last_sign_in_at.map_or(0, |at| at.0), row.id),
        }
    }

    /// The next place: nothing is between.
    fn next(self) -> Self {
        match self {
            Self::Id(id) => Self::Id(after(id)),
            // No address has a control character.
            Self::Address(text) => Self::Address(text + "\u{1}"),
            Self::Name(text, id) => Self::Name(text, after(id)),
            Self::Seen(at, id) => Self::Seen(at, after(id)),
        }
    }
}

fn after(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_add(1))
}

/// The highest character: every text that goes on otherwise is smaller. No name or address has it.
const HIGHEST: char = '\u{10FFFF}';

/// From the first place on, up to the second and no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: Key,
    pub to: Key,
}

impl Span {
    /// Everything.
    pub fn all(order: Order) -> Self {
        match order {
            Order::Id | Order::Never => Self::ids(Uuid::nil(), Uuid::max()),
            Order::Seen => Self::seen(0, i64::MAX),
            Order::Address | Order::Name => Self::beginning(order, ""),
        }
    }

    /// Ids.
    pub const fn ids(from: Uuid, to: Uuid) -> Self {
        Self { from: Key::Id(from), to: Key::Id(to) }
    }

    /// Last sign-ins.
    pub const fn seen(from: i64, to: i64) -> Self {
        Self { from: Key::Seen(from, Uuid::nil()), to: Key::Seen(to, Uuid::nil()) }
    }

    /// Addresses or names that begin so; a last sigma stands for both of its forms ([`folded`]).
    pub fn beginning(order: Order, with: &str) -> Self {
        let key = |text| match order {
            Order::Name => Key::Name(text, Uuid::nil()),
            Order::Id | Order::Address | Order::Seen | Order::Never => Key::Address(text),
        };
        let from = folded(with);
        let last = match from.strip_suffix(FINAL_SIGMA) {
            Some(stem) => format!("{stem}{SIGMA}"),
            None => from.clone(),
        };
        Self { from: key(from), to: key(format!("{last}{HIGHEST}")) }
    }

    /// What is left of it in this direction from a place on: with it, or only beyond it.
    pub fn beyond(self, key: Key, with: bool, up: bool) -> Self {
        // A place that somebody made up may lie outside.
        match (up, with) {
            (true, true) => Self { from: key.max(self.from), ..self },
            (true, false) => Self { from: key.next().max(self.from), ..self },
            (false, true) => Self { to: key.next().min(self.to), ..self },
            (false, false) => Self { to: key.min(self.to), ..self },
        }
    }

    /// What of it comes before a place in this direction.
    pub fn short_of(self, key: Key, up: bool) -> Self {
        if up { Self { to: key, ..self } } else { Self { from: key.next(), ..self } }
    }
}
