//! How hard a new password would be to guess, as a hint for whoever types it.

use super::FieldError;
use serde::{Deserialize, Serialize};

crate::spelled! {
    /// The hint in a word.
    Strength {
        /// It would not be taken, whatever its strength.
        Refused = "refused",
        /// A program guesses it in minutes.
        Guessable = "guessable",
        /// Better than most, and not good.
        Fair = "fair",
        /// Nothing speaks against it so far, but whose it is was not told: it may be their own name.
        LongEnough = "long_enough",
        /// Good enough.
        Good = "good",
        /// Beyond what guessing reaches.
        Strong = "strong",
    }
}

/// What the server says of a password while it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrengthView {
    /// From 0, guessed at once, to 4: the steps of zxcvbn. 0 for one that would be refused.
    pub score: u8,
    /// The same in a word.
    pub word: Strength,
    /// Why it would be refused; empty when it would be taken.
    pub faults: Vec<FieldError>,
}
