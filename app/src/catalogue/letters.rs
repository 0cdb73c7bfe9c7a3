//! Letters that leave: what they are about, how they stand, how many. What is written in them is in `identity::mail`.

use super::number;
use identity::{
    admin::{LetterState, LetterView},
    mail::Kind,
};

/// What a letter is about, for reading. An unknown word, from a newer version, is shown as it is.
pub fn letter(letter: &LetterView) -> String {
    match letter.kind() {
        Some(Kind::Verification) => "Confirm your address".into(),
        Some(Kind::AlreadyRegistered) => "You have an account already".into(),
        Some(Kind::ReuseDetected) => "A copied session was used".into(),
        None => letter.kind.clone(),
    }
}

/// How a letter stands, for reading.
pub const fn letter_state(state: LetterState) -> &'static str {
    match state {
        LetterState::Waiting => "Waiting",
        LetterState::Failing => "Failing",
        LetterState::GivenUp => "Given up",
        LetterState::Sent => "Sent",
    }
}

/// So many letters, with the right word: "1 letter", "12 letters".
pub fn letters(count: i64) -> String {
    if count == 1 { "1 letter".into() } else { format!("{} letters", number(count)) }
}
