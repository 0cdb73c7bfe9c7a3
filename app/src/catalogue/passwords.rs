//! The hint at the strength of a new password, in a word or two: it stands beside four bars, and is read aloud when it changes.

use identity::words::{Fault, Strength};

/// Enough characters, before the server has said more, or where it cannot.
pub const LONG_ENOUGH: &str = "Long enough";

/// What the server says of one it would take.
pub const fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Refused => "Not possible",
        Strength::Guessable => "Guessable",
        Strength::Fair => "Could be better",
        Strength::LongEnough => LONG_ENOUGH,
        Strength::Good => "Good",
        Strength::Strong => "Strong",
    }
}

/// Why it would be refused.
pub const fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::TooShort => "Too short",
        Fault::TooLong => "Too long",
        Fault::Unprintable => "Cannot be typed",
        Fault::Common => "Too common",
        Fault::Personal => "Your own name",
        _ => strength(Strength::Refused),
    }
}
