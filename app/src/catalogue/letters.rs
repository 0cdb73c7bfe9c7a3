//! Letters that leave, and `/admin/letters`: what they are about, how they stand, how many. What is written in them is in
//! `identity::mail`.

use super::{length, number};
use identity::{
    admin::{LetterState, LetterView},
    mail::Kind,
};

/// Below the title of `/admin/letters`.
pub const LEAD: &str =
    "What is sent by mail, newest first. To whom and what it says is sealed, from administrators too.";
/// Name of the list.
pub const LIST: &str = "Outgoing letters";
/// Ends a filter.
pub const SHOW_ALL: &str = "Show all";
/// Column: what a letter is about.
pub const ABOUT: &str = "About";
/// Column: how it stands.
pub const STATUS: &str = "Status";
/// Column: when it was written.
pub const POSTED: &str = "Posted";
/// Column: how often it was tried to send it.
pub const ATTEMPTS: &str = "Attempts";
/// Column: when it left, or will be tried next.
pub const SENT_OR_NEXT: &str = "Sent, or next attempt";
/// Column of buttons, for who cannot see them.
pub const ACTS: &str = "What can be done";
/// What becomes of failing letters.
pub const FAILING_TEXT: &str = "They are tried again by themselves, ever more rarely, for three days. When you have mended the \
                                reason, you need not wait.";
/// Tries all failing letters.
pub const RETRY_ALL: &str = "Try all again now";
/// Tries one letter.
pub const RETRY: &str = "Try again now";
/// The way to the account a letter belongs to.
pub const WHOSE: &str = "Whose account";
/// Filters by failing.
pub const ONLY_FAILING: &str = "Show only these";
/// Name of the figures.
pub const FIGURES: &str = "Letters by status";
/// Figure: letters that wait.
pub const COUNT_WAITING: &str = "Waiting";
/// Figure: letters that fail.
pub const COUNT_FAILING: &str = "Failing";
/// Figure: letters given up.
pub const COUNT_GIVEN_UP: &str = "Given up this week";
/// Figure: letters that left.
pub const COUNT_SENT: &str = "Sent in 24 hours";
/// No next attempt.
pub const NOT_AGAIN: &str = "Not tried again";
/// The attempt is being made.
pub const BEING_SENT: &str = "Being sent";
/// The attempt is due.
pub const NOW: &str = "Now";
/// An empty list.
pub const NONE: &str = "No letters here.";
/// Why, perhaps.
pub const NONE_HINT: &str = "Those that were sent or given up are listed for a month.";
/// The way to the reasons.
pub const REASONS: &str = "See what the mail server said";

/// What a filter shows.
pub fn only(state: LetterState) -> String {
    format!("{} letters only.", letter_state(state))
}

/// So many letters fail.
pub fn failing(count: i64) -> String {
    format!("{} could not be sent so far", letters(count))
}

/// So many letters were given up, as a title.
pub fn given_up(count: i64) -> String {
    format!("{} given up this week", letters(count))
}

/// The same as a sentence.
pub fn given_up_too(count: i64) -> String {
    format!("{} given up this week.", letters(count))
}

/// The button [`RETRY`] for whoever does not see which row it stands in.
pub fn retry(about: &str) -> String {
    format!("{RETRY}: {about}")
}

/// How long until the next attempt.
pub fn next_in(seconds: u64) -> String {
    format!("In {}", length(seconds))
}

/// What a letter is about, for reading. An unknown word, from a newer version, is shown as it is.
pub fn letter(letter: &LetterView) -> String {
    match letter.kind() {
        Some(Kind::Verification) => "Confirm your address".into(),
        Some(Kind::AlreadyRegistered) => "You have an account already".into(),
        Some(Kind::ReuseDetected) => "A copied session was used".into(),
        Some(Kind::PasswordReset) => "Set a new password".into(),
        Some(Kind::PasswordChanged) => "The password was changed".into(),
        Some(Kind::AddressConfirmation) => "Confirm a new address".into(),
        Some(Kind::AddressChangeRequested) => "A change of address was asked for".into(),
        Some(Kind::AddressChanged) => "The address was changed".into(),
        Some(Kind::NewDevice) => "A new browser signed in".into(),
        Some(Kind::RoleChanged) => "The role was changed".into(),
        Some(Kind::DeletionRequested) => "The account will be deleted".into(),
        Some(Kind::AccountDeleted) => "The account was deleted".into(),
        Some(Kind::DeletionOrdered) => "An administrator is deleting the account".into(),
        Some(Kind::DeletionRevoked) => "The account is not deleted after all".into(),
        Some(Kind::Invitation) => "An invitation".into(),
        Some(Kind::ResetForced) => "An administrator asks for a new password".into(),
        Some(Kind::VerifiedByAdmin) => "An administrator confirmed the address".into(),
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
