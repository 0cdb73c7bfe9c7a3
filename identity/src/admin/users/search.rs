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
    let by_name = Part { not_address: folded(typed), ..by(Order::Name) };
    by_id.into_iter().chain([by(Order::Address), by_name]).collect()
}

/// What was typed, as names and addresses are kept: NFC, lower case, and no longer than either can be.
pub(super) fn normal(typed: &str) -> String {
    // The longest address has 254 characters, the longest name 100 that four typed ones made.
    let typed: String = typed.trim().chars().take(512).nfc().collect();
    // No name or address has a NUL, and PostgreSQL would refuse the whole query for it.
    typed.to_lowercase().chars().filter(|c| *c != '\0').collect()
}

/// A sigma has two small forms, the other one at the end of a word. Whoever is still typing a word has not come to its end, but what was
/// typed has: so a last sigma stands for both, and is written as `\u{3c2}`, the smaller one. There is no character between the two.
pub(super) fn folded(typed: &str) -> String {
    match typed.strip_suffix(SIGMA).filter(|stem| !stem.ends_with(FINAL_SIGMA)) {
        Some(stem) => format!("{stem}{FINAL_SIGMA}"),
        None => typed.to_owned(),
    }
}

/// As it is within a word.
pub(super) const SIGMA: char = '\u{3c3}';

/// As it is at the end of one.
pub(super) const FINAL_SIGMA: char = '\u{3c2}';

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
    use super::{super::span::Key, *};

    #[test]
    fn letters_typed_in_two_pieces_are_the_same_letters() {
        assert_eq!(normal(" ZOE\u{308}\0 "), "zoë");
    }

    #[test]
    fn a_last_sigma_stands_for_both_of_its_forms() {
        for typed in ["\u{39f}\u{394}\u{3a5}\u{3a3}", "\u{3bf}\u{3b4}\u{3c5}\u{3c3}", "\u{3bf}\u{3b4}\u{3c5}\u{3c2}"] {
            let span = Span::beginning(Order::Address, &normal(typed));
            let within = |text: &str| span.from <= Key::Address(text.into()) && Key::Address(text.into()) < span.to;
            assert!(within("οδυσσευς") && within("οδυς") && within("οδυσ"), "{typed}");
            assert!(!within("οδυ") && !within("οδυρ") && !within("οδυτ"), "{typed}");
        }
        assert_eq!(folded("οσα"), "οσα", "only the last");
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
