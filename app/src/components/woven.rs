//! Sentences with something inside that is not words, such as a moment or a link, without cutting them into fragments.

use leptos::prelude::*;

/// A sentence of the catalogue with `pieces` in the places of their names: `"Ends {end}"` with `("end", view)`. So another
/// language may put them in another order. A name without a piece is left out, a piece without its name too.
pub fn woven<const N: usize>(sentence: &'static str, pieces: [(&str, AnyView); N]) -> Vec<AnyView> {
    let mut pieces = pieces.map(|(name, piece)| (name, Some(piece)));
    let mut piece_of = |name: &str| pieces.iter_mut().find(|(it, _)| *it == name)?.1.take();
    let mut parts = Vec::new();
    for part in parts_of(sentence) {
        match part {
            Part::Words(words) => parts.push(words.into_any()),
            Part::Place(name) => parts.extend(piece_of(name)),
        }
    }
    parts
}

#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Words(&'a str),
    Place(&'a str),
}

fn parts_of(mut rest: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    while let Some((words, (name, after))) =
        rest.split_once('{').and_then(|(words, place)| Some((words, place.split_once('}')?)))
    {
        parts.extend((!words.is_empty()).then_some(Part::Words(words)));
        parts.push(Part::Place(name));
        rest = after;
    }
    parts.extend((!rest.is_empty()).then_some(Part::Words(rest)));
    parts
}

#[cfg(test)]
mod tests {
    use super::{Part::*, *};

    #[test]
    fn a_sentence_has_words_and_places() {
        assert_eq!(parts_of("Ends {end} · from {ip}"), [Words("Ends "), Place("end"), Words(" · from "), Place("ip")]);
        assert_eq!(parts_of("{a}{b}."), [Place("a"), Place("b"), Words(".")]);
        assert_eq!(parts_of("no place"), [Words("no place")]);
        assert_eq!(parts_of("half a {place"), [Words("half a {place")]);
        assert_eq!(parts_of(""), []);
    }

    #[test]
    fn pieces_stand_where_the_sentence_wants_them() {
        let html =
            |sentence| woven(sentence, [("a", "1".into_any()), ("b", "2".into_any())]).to_html().replace("<!>", "");
        assert_eq!(html("first {a}, then {b}"), "first 1, then 2");
        assert_eq!(html("{b} after {a}"), "2 after 1");
        assert_eq!(html("only {a}, {c}"), "only 1, ");
    }
}
