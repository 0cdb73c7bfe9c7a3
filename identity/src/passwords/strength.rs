//! A hint at how hard a new password would be to guess. It decides nothing: `accept` does, and what that would refuse is never
//! called good here, but for leaks: they are not looked up for a hint, or every pause in typing would be told to another server.
//! Where name and address are not known, nothing is called good, because `accept` will know them.
//!
//! The estimator (zxcvbn) enumerates what could be meant by `4`, `@` and their like. That takes half a millisecond for what people
//! type and one and a half seconds for a hundred such characters, and strangers may ask: so it sees the first 32 only, which takes
//! 60 ms at worst, on threads where no page is rendered, and no more at once than there are turns.

use super::{Password, Rules};
use crate::{
    Refusal,
    words::{Secret, Strength, StrengthView},
};
use std::time::Duration;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// How many characters are looked at. What is weak up to here may be stronger than the hint says, and never weaker.
const LOOKED_AT: usize = 32;

/// How many are estimated at once. Nobody waits: a hint that is late is none.
static TURNS: Semaphore = Semaphore::const_new(2);

/// When to ask again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Judges a password that is being typed. Needs no database.
///
/// # Errors
/// `Busy` when too many ask at once.
pub async fn strength(typed: &Secret, rules: &Rules<'_>) -> Result<StrengthView, Refusal> {
    let password = match Password::parse(typed, rules) {
        Ok(password) => password,
        Err(fault) => return Ok(StrengthView { score: 0, word: Strength::Refused, faults: vec![fault] }),
    };
    let turn = TURNS.try_acquire().map_err(|_| Refusal::Busy { retry_after: RETRY_AFTER })?;
    let own = words(rules);
    let estimated = tokio::task::spawn_blocking(move || {
        let score = score(password.normalised(), &own);
        drop(turn);
        score
    });
    let score = estimated.await.map_err(|error| Refusal::Broken(format!("strength: {error}")))?;
    let (score, word) = match score {
        // It may be made from the name or the address that is missing here, and `accept` will know.
        2.. if rules.name.is_empty() || rules.email.is_empty() => (2, Strength::LongEnough),
        _ => (score, word(score)),
    };
    Ok(StrengthView { score, word, faults: Vec::new() })
}

/// The steps of zxcvbn, which keeps copies of what it reads and wipes none of them.
fn score(password: &str, own: &[String]) -> u8 {
    let start: Zeroizing<String> = Zeroizing::new(password.chars().take(LOOKED_AT).collect());
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    zxcvbn::zxcvbn(&start, &own).score().into()
}

const fn word(score: u8) -> Strength {
    match score {
        0 | 1 => Strength::Guessable,
        2 => Strength::Fair,
        3 => Strength::Good,
        _ => Strength::Strong,
    }
}

/// The words that whoever guesses would begin with: a few of them, whatever was given as a name.
fn words(rules: &Rules<'_>) -> Vec<String> {
    let sources = [rules.name, rules.email, rules.host];
    let whole = sources.into_iter().map(str::to_owned);
    let parts = sources.into_iter().flat_map(|source| source.split(|c: char| !c.is_alphanumeric())).map(str::to_owned);
    whole.chain(parts).filter(|word| !word.is_empty()).take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Fault, Field, FieldError};

    const RULES: Rules<'static> =
        Rules { min_chars: 8, name: "Alice Liddell", email: "alice@example.org", host: "login.example.org" };

    async fn judged(typed: &str) -> StrengthView {
        strength(&Secret::new(typed), &RULES).await.unwrap()
    }

    #[tokio::test]
    async fn the_harder_to_guess_the_better_the_word() {
        for (typed, score, word) in [
            ("abcabcabcabc", 0, Strength::Guessable),
            ("liddellpassword", 1, Strength::Guessable),
            ("summer-1987", 2, Strength::Fair),
            ("tulip7moss", 3, Strength::Good),
            ("correct horse battery staple", 4, Strength::Strong),
        ] {
            let faults = Vec::new();
            assert_eq!(judged(typed).await, StrengthView { score, word, faults }, "{typed}");
        }
    }

    #[tokio::test]
    async fn what_would_be_refused_is_never_called_good() {
        for (typed, fault) in [
            ("", Fault::Missing),
            ("short", Fault::TooShort),
            ("mailcreated5240", Fault::Common),
            ("alice liddell 1865", Fault::Personal),
            ("a tab\tin the middle", Fault::Unprintable),
            (&"long enough to be strong ".repeat(6), Fault::TooLong),
        ] {
            let faults = vec![FieldError::new(Field::Password, fault)];
            assert_eq!(judged(typed).await, StrengthView { score: 0, word: Strength::Refused, faults }, "{typed}");
        }
    }

    #[tokio::test]
    async fn nothing_is_called_good_where_name_or_address_is_not_known() {
        for (name, email) in [("", ""), ("", RULES.email), (RULES.name, "")] {
            let rules = Rules { name, email, ..RULES };
            for (typed, score, word) in [
                ("abcabcabcabc", 0, Strength::Guessable),
                ("tulip7moss", 2, Strength::LongEnough),
                ("correct horse battery staple", 2, Strength::LongEnough),
            ] {
                let faults = Vec::new();
                let judged = strength(&Secret::new(typed), &rules).await.unwrap();
                assert_eq!(judged, StrengthView { score, word, faults }, "{typed}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_long_or_strange_is_judged_too() {
        for typed in ["🔑🚪".repeat(64), "4@8({[<369&#!1/|0$57+%2".repeat(5), "İıſK".repeat(32), "e\u{301}u".repeat(60)]
        {
            assert!(judged(&typed).await.faults.is_empty(), "{typed}");
        }
        // Only the beginning is read: what comes after it cannot take long.
        assert_eq!(score(&"ab".repeat(16), &[]), score(&("ab".repeat(16) + "4@8({[<369&#!1/|0$57+%2"), &[]));
    }

    #[tokio::test]
    async fn who_comes_when_all_turns_are_taken_is_told_so() {
        let _all = TURNS.acquire_many(2).await.unwrap();
        let refused = strength(&Secret::new("correct horse battery staple"), &RULES).await;
        assert!(matches!(refused, Err(Refusal::Busy { .. })), "{refused:?}");
        assert_eq!(judged("short").await.word, Strength::Refused, "which takes no turn");
    }
}
