//! A hint at the strength of a new password while it is typed. Counts only; the server knows the lists and decides.

use super::dom::{each, number, on};
use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;

/// Classes and words of nothing typed, and of the four steps.
const STEPS: [(&str, &str); 5] = [
    ("strength", ""),
    ("strength strength--1", "Too short"),
    ("strength strength--2", "Guessable"),
    ("strength strength--3", "Good"),
    ("strength strength--4", "Strong"),
];

pub(super) fn begin() {
    each("[data-measures]", |hint| {
        let input = hint.get_attribute("data-measures").and_then(|id| document().get_element_by_id(&id));
        let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return };
        let (typed, min) = (input.clone(), number(&hint, "data-min") as usize);
        on(&input, "input", move |_| {
            let step = strength(&typed.value(), min);
            hint.set_class_name(STEPS[step].0);
            let _ = if step == 0 { hint.set_attribute("hidden", "") } else { hint.remove_attribute("hidden") };
            if let Some(word) = hint.last_element_child() {
                word.set_text_content(Some(STEPS[step].1));
            }
        });
    });
}

/// 0 for nothing, 1 below the minimum, up to 4.
fn strength(typed: &str, min: usize) -> usize {
    let length = typed.chars().count();
    let mut different: Vec<char> = Vec::new();
    for c in typed.chars().take(64) {
        if !different.contains(&c) {
            different.push(c);
        }
    }
    match (length, different.len()) {
        (0, _) => 0,
        (length, _) if length < min => 1,
        (_, 0..=6) => 2,
        (length, different) if length < 20 || different < 10 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::strength;

    #[test]
    fn longer_and_more_varied_is_stronger() {
        assert_eq!(strength("", 15), 0);
        assert_eq!(strength("short", 15), 1);
        assert_eq!(strength("abababababababab", 15), 2);
        assert_eq!(strength("some words here", 15), 3);
        assert_eq!(strength("correct horse battery staple", 15), 4);
    }
}
