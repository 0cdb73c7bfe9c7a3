//! Every word of the pages that depends on data: errors, notices, causes, roles, events. One place, ready to be translated.
//!
//! Errors and causes reach a page as closed enums, so nobody can put words of their own into our mouth through a link.

use crate::{error::AppError, flash::Notice};
use identity::words::{EndCause, EventView, Fault, Field, Role, Stay};

/// The product's name.
pub const PRODUCT: &str = "Latchkey";

/// The title of what stands in place of something that only the database knows, while it is away.
pub const AWAY: &str = "Not at the moment";

/// In place of the session in hand.
pub const SESSION_AWAY: &str = "We cannot reach our records, so the details of this session cannot be shown. You stay signed in. \
                                Everything else on this page comes from your access token.";

/// In place of the list of sessions.
pub const SESSIONS_AWAY: &str = "We cannot reach our records, so your sessions can be neither shown nor ended here. You stay \
                                 signed in. Please look again in a minute.";

/// A refusal as a title and a sentence.
pub fn error(error: &AppError) -> (&'static str, String) {
    match error {
        AppError::Invalid { .. } => ("Please look at the marked fields", "Nothing was changed yet.".into()),
        AppError::Credentials => ("Email or password is not right", "Check both and try again.".into()),
        AppError::Unverified => (
            "Your address is not confirmed yet",
            "Open the link in the letter we sent you, or ask for another one.".into(),
        ),
        AppError::Disabled => ("This account is disabled", "Whoever runs this service can tell you more.".into()),
        AppError::SignedOut { ended } => match ended {
            Some(cause) => ended_because(*cause),
            None => ("Please sign in", "You are not signed in, or no longer.".into()),
        },
        AppError::Forbidden => ("This is not open to you", "You are signed in, but may not do that.".into()),
        AppError::NotFound => ("There is nothing here", "It does not exist, or no longer.".into()),
        AppError::LastAdmin => {
            ("Somebody has to stay", "This is the last administrator who can sign in. Make another one first.".into())
        }
        AppError::AlreadyDone => ("That has been done already", "It can be done only once.".into()),
        AppError::TooLarge => ("That was too much", "The form held more than we can take.".into()),
        AppError::NotAForm => ("That was not a form", "Send the fields as a form, please.".into()),
        AppError::TooMany { seconds } => {
            ("One moment, please", format!("That was tried too often. You can try again in {}.", length(*seconds)))
        }
        AppError::Busy { seconds } => {
            ("We are busy", format!("Nothing was lost. Please try again in {}.", length(*seconds)))
        }
        AppError::Unavailable { seconds } => (
            "Not at the moment",
            format!(
                "We cannot reach our records. You stay signed in, and nothing was lost. Please try again in {}.",
                length(*seconds)
            ),
        ),
        AppError::Broken { .. } => ("Something broke", "It is not your fault, and nothing was lost.".into()),
    }
}

/// The same for a page of its own, where no form can be shown.
pub fn error_page(problem: &AppError) -> (String, String) {
    let (title, text) = error(problem);
    match problem {
        AppError::Broken { reference } if !reference.is_empty() => {
            (title.into(), format!("{text} If you report it, this reference helps: {reference}"))
        }
        _ => (title.into(), text),
    }
}

/// What is wrong with a field, as a sentence beside it. `min` is the shortest password the operator allows.
pub fn fault(field: Field, fault: Fault, min: usize) -> String {
    let text = match (field, fault) {
        (Field::Email, Fault::Missing) => "Enter your email address.",
        (Field::Email, Fault::TooLong) => "An email address has at most 254 characters.",
        (Field::Email, _) => "Enter the address in the form name@example.com.",
        (Field::Name, Fault::Missing) => "Enter your name, or what you want to be called.",
        (Field::Name, Fault::TooLong) => "A name has at most 100 characters.",
        (Field::Name, _) => "The name has characters that cannot be shown.",
        (Field::Password | Field::Current, Fault::Missing) => "Enter a password.",
        (Field::Password, Fault::TooShort) => return format!("Use at least {min} characters."),
        (Field::Password | Field::Current, Fault::TooLong) => "A password has at most 128 characters.",
        (Field::Password, Fault::Unprintable) => "The password has characters that no keyboard can type.",
        (Field::Password, Fault::Common) => "This password is on lists that attackers try first. Choose another.",
        (Field::Password, Fault::Personal) => "This password is made from your own name or address. Choose another.",
        (Field::Token, Fault::Missing) => "Enter the code from the letter.",
        (Field::Token, _) => "This link or code was used already, was replaced by a newer one, or is too old.",
        (Field::Stay, _) => "Choose how long to stay signed in.",
        (Field::Role, _) => "Choose a role.",
        (_, Fault::Missing) => "This is missing.",
        (_, Fault::TooLong) => "This is too long.",
        (_, Fault::TooShort) => "This is too short.",
        (_, _) => "This is not as it should be.",
    };
    text.into()
}

/// Something that went well, as a sentence.
pub const fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::LetterSent => "If the address can be used here, a letter is on its way to it.",
        Notice::Verified => "Your address is confirmed. You can sign in now.",
        Notice::SignedOut => "You are signed out.",
        Notice::SetupDone => "The first administrator is ready. Sign in to begin.",
        Notice::SessionEnded => "That session was ended.",
        Notice::OthersEnded => "All your other sessions were ended.",
        Notice::RoleChanged => "The role was changed. It counts from their next click.",
        Notice::Disabled => "The account was disabled and signed out everywhere.",
        Notice::Enabled => "The account can sign in again.",
        Notice::SessionsEnded => "All sessions of this account were ended.",
        Notice::LettersRetried => "It is being tried again. Look once more in a moment.",
        Notice::LettersElsewhere => "There was nothing to try again: it is being sent, or was sent in the meantime.",
    }
}

/// Why a session ended, as a title and a sentence for the login page.
pub fn ended_because(cause: EndCause) -> (&'static str, String) {
    let (title, text) = match cause {
        EndCause::SignedOut => ("You are signed out", "Sign in again whenever you like."),
        EndCause::SignedOutElsewhere => {
            ("This session was ended from another device", "You, or somebody who can use your account, ended it there.")
        }
        EndCause::Expired => ("Your session has run out", "It lasted as long as you chose when you signed in."),
        EndCause::PasswordChanged => {
            ("Your password was changed", "That ends all other sessions. Please sign in with the new one.")
        }
        EndCause::PasswordReset => {
            ("Your password was reset", "That ends all sessions. Please sign in with the new one.")
        }
        EndCause::Disabled => ("This account was disabled", "Whoever runs this service can tell you more."),
        EndCause::EndedByAdmin => ("An administrator ended your session", "You can sign in again."),
        EndCause::ReuseDetected => (
            "We ended your session to protect you",
            "An old copy of your sign-in was used from somewhere. If that was not you, look through your other sessions \
             after signing in.",
        ),
    };
    (title, text.into())
}

/// A role, for reading.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::User => "User",
        Role::Admin => "Administrator",
    }
}

/// Whether an account can sign in, for reading.
pub const fn status(status: identity::admin::Status) -> &'static str {
    use identity::admin::Status;
    match status {
        Status::Active => "Active",
        Status::Unverified => "Unconfirmed",
        Status::Disabled => "Disabled",
    }
}

/// What a letter is about, for reading. An unknown word, from a newer version, is shown as it is.
pub fn letter(letter: &identity::admin::LetterView) -> String {
    use identity::mail::Kind;
    match letter.kind() {
        Some(Kind::Verification) => "Confirm your address".into(),
        Some(Kind::AlreadyRegistered) => "You have an account already".into(),
        Some(Kind::ReuseDetected) => "A copied session was used".into(),
        None => letter.kind.clone(),
    }
}

/// How a letter stands, for reading.
pub const fn letter_state(state: identity::admin::LetterState) -> &'static str {
    use identity::admin::LetterState;
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

/// A lifetime, as a choice.
pub const fn stay(stay: Stay) -> &'static str {
    match stay {
        Stay::Visit => "This visit",
        Stay::Day => "One day",
        Stay::Month => "30 days",
        Stay::Forever => "Until I sign out",
    }
}

/// A lifetime, as the reason of an end. Administrators are signed out after half a day, whatever they chose.
pub const fn stay_reason(stay: Stay, role: Role) -> &'static str {
    match (stay, role) {
        (Stay::Visit, _) => "or when you close the browser, as you chose",
        (_, Role::Admin) => "administrators stay for 12 hours at most",
        (Stay::Day, _) => "one day after you signed in, as you chose",
        (Stay::Month, _) => "30 days after you signed in, as you chose",
        (Stay::Forever, _) => "as you chose",
    }
}

/// How often a session was refreshed.
pub fn refreshes(times: i64) -> String {
    if times == 1 { "Once since you signed in".into() } else { format!("{} times since you signed in", number(times)) }
}

/// A number with its thousands apart: 1,204.
pub fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The detail of a security event, for reading: a role, a lifetime, or a number of sessions or letters. The cause of an end is
/// told by the event itself.
pub fn event_detail(kind: &str, detail: &str) -> String {
    let thing = if kind == identity::events::Kind::LettersRetried.as_str() { "letter" } else { "session" };
    let role = || Role::from_word(detail).map(|it| role(it).to_owned());
    let stay = || Stay::from_word(detail).map(|it| stay(it).to_owned());
    let cause = || EndCause::from_word(detail).map(|_| String::new());
    let things = || match detail.parse() {
        Ok(1) => Some(format!("1 {thing}")),
        Ok(n) => Some(format!("{} {thing}s", number(n))),
        Err(_) => None,
    };
    role().or_else(stay).or_else(cause).or_else(things).unwrap_or_else(|| detail.to_owned())
}

/// Who did it, for reading. Nobody who signed in: then it was the command line or the one-time link it printed, or a stranger.
pub fn event_actor(event: &EventView) -> String {
    match &event.actor {
        Some(actor) if Some(actor) == event.subject.as_ref() => "Themselves".to_owned(),
        Some(actor) => actor.clone(),
        None if event.ip.is_empty() || event.ip == "command line" => "The operator".to_owned(),
        None => "Somebody unknown".to_owned(),
    }
}

/// A security event, for reading. `kind` is a word of `identity::events::Kind`; an unknown one, from a newer version, is shown
/// as it is.
pub fn event(kind: &str) -> String {
    use identity::events::Kind;
    let Some(kind) = Kind::from_word(kind) else { return kind.to_owned() };
    match kind {
        Kind::Registered => "Registered",
        Kind::Verified => "Confirmed the address",
        Kind::Created => "Account created by the operator",
        Kind::SignedIn => "Signed in",
        Kind::SignInFailed => "Sign-in failed",
        Kind::SignedOut => "Signed out",
        Kind::SessionEnded => "Ended a session",
        Kind::OtherSessionsEnded => "Ended all other sessions",
        Kind::ReuseDetected => "A copied session was used",
        Kind::RoleChanged => "Role changed",
        Kind::Disabled => "Account disabled",
        Kind::Enabled => "Account enabled",
        Kind::SessionsEndedByAdmin => "Sessions ended by an administrator",
        Kind::PasswordReset => "Password reset by an administrator",
        Kind::LettersRetried => "Letters tried again",
    }
    .to_owned()
}

/// A length of time in words, rounded up to what a person would say.
pub fn length(seconds: u64) -> String {
    let plural = |n: u64, unit: &str| if n == 1 { format!("one {unit}") } else { format!("{n} {unit}s") };
    match seconds {
        0..=90 => plural(seconds.max(1), "second"),
        91..=5400 => plural(seconds.div_ceil(60), "minute"),
        _ => plural(seconds.div_ceil(3600), "hour"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_as_people_say_them() {
        assert_eq!(length(0), "one second");
        assert_eq!(length(30), "30 seconds");
        assert_eq!(length(91), "2 minutes");
        assert_eq!(length(7200), "2 hours");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(-1204), "-1,204");
        assert_eq!(number(1_234_567), "1,234,567");
    }

    #[test]
    fn details_are_words_or_counts() {
        let ended = |detail| event_detail("sessions_ended_by_admin", detail);
        assert_eq!(event_detail("role_changed", "admin"), "Administrator");
        assert_eq!(event_detail("signed_in", "day"), "One day");
        assert_eq!(ended("signed_out_elsewhere"), "");
        assert_eq!(ended("1"), "1 session");
        assert_eq!(ended("12"), "12 sessions");
        assert_eq!(event_detail("letters_retried", "1"), "1 letter");
        assert_eq!(event_detail("letters_retried", "1200"), "1,200 letters");
        assert_eq!(ended("something newer"), "something newer");
    }

    #[test]
    fn every_event_has_words() {
        for kind in identity::events::Kind::ALL {
            assert_ne!(event(kind.as_str()), kind.as_str());
        }
    }
}
