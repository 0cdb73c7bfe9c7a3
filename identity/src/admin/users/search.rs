//! Where to look: the whole list in one order, or what a search finds, one part after the other.
//!
//! A search finds ids first, then addresses, then names, each in its own order and nobody twice. Every part is a range of an index.

use super::{
    filter::{Filter, Seen, Sort},
    span::{Order, Span},
};
use crate::time::Timestamp;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// Characters of an id that are enough to look for it.
const ENOUGH: usize = 4;

/// A range of an index, walked in one direction, without what an earlier part has found.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub order: Order,
    /// From small to great.
    pub up: bool,
    pub span: Span,
    /// Not those whose address begins so; empty for none.
    pub not_address: String,
    /// Not those whose id is among these, both ends within.
    pub not_ids: (Uuid, Uuid),
}

/// No id is that small and that great at once.
const NO_IDS: (Uuid, Uuid) = (Uuid::max(), Uuid::nil());

impl Part {
    fn of(order: Order, up: bool, span: Span) -> Self {
        Self { order, up, span, not_address: String::new(), not_ids: NO_IDS }
    }

    /// Whether every row of the range is meant.
    pub fn whole(&self) -> bool {
        self.not_address.is_empty() && self.not_ids == NO_IDS
    }
}

/// The parts of a list, in their order.
pub(super) fn parts(filter: &Filter, now: Timestamp) -> Vec<Part> {
    let typed = normal(&filter.begins);
    match filter.order() {
        Some(sort) => listed(sort, filter, now),
        None => found(&typed),
    }
}

fn listed(sort: Sort, filter: &Filter, now: Timestamp) -> Vec<Part> {
    let (order, up) = sort.order();
    let all = |order| Part::of(order, up, Span::all(order));
    match (order, filter.seen) {
        (Order::Seen, Some(Seen::Never)) => vec![all(Order::Never)],
        (Order::Seen, Some(seen)) => {
            let (from, to) = seen.range(now);
            vec![Part::of(Order::Seen, up, Span::seen(from, to))]
        }
        // Never is longest ago.
        (Order::Seen, None) if up => vec![all(Order::Never), all(Order::Seen)],
        (Order::Seen, None) => vec![all(Order::Seen), all(Order::Never)],
        _ => vec![all(order)],
    }
}

fn found(typed: &str) -> Vec<Part> {
    let ids = ids(typed);
    let not_ids = ids.unwrap_or(NO_IDS);
    let by = |order| Part { not_ids, ..Part::of(order, true, Span::beginning(order, typed)) };
    let by_id = ids.map(|(first, last)| {
        let end = Uuid::from_u128(last.as_u128().saturating_add(1));
        Part::of(Order::Id, true, Span::ids(first, end))
    });
    let by_name = Part { not_address: typed.to_owned(), ..by(Order::Name) };
    by_id.into_iter().chain([by(Order::Address), by_name]).collect()
}

/// What was typed, as names and addresses are kept: NFC, lower case, and no longer than either can be.
pub(super) fn normal(typed: &str) -> String {
    // The longest address has 254 characters, the longest name 100 that four typed ones made.
    let typed: String = typed.trim().chars().take(512).nfc().collect();
    // No name or address has a NUL, and PostgreSQL would refuse the whole query for it.
    typed.to_lowercase().chars().filter(|c| *c != '\0').collect()
}

/// The ids that begin so, with or without dashes.
fn ids(typed: &str) -> Option<(Uuid, Uuid)> {
    let digits: String = typed.chars().filter(|c| *c != '-').collect();
    if !(ENOUGH..=32).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let filled = |with: &str| Uuid::try_parse(&format!("{digits}{}", with.repeat(32 - digits.len()))).ok();
    Some((filled("0")?, filled("f")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_typed_in_two_pieces_are_the_same_letters() {
        assert_eq!(normal(" ZOE\u{308}\0 "), "zoë");
    }

    #[test]
    fn the_beginning_of_an_id_is_a_range_of_ids() {
        let (first, last) = ids("0199-ab").unwrap();
        assert_eq!(first.to_string(), "0199ab00-0000-0000-0000-000000000000");
        assert_eq!(last.to_string(), "0199abff-ffff-ffff-ffff-ffffffffffff");
        let whole = "0199ab00-1111-7222-8333-444444444444";
        assert_eq!(ids(whole).map(|(first, last)| (first.to_string(), last == first)), Some((whole.into(), true)));
        for other in ["", "abc", "----", "abcg", "beef@example.org", &"a".repeat(33)] {
            assert_eq!(ids(other), None, "{other}");
        }
    }
}
