//! What a person is told when something did not work: refusals as a whole, and the faults of single fields.

use super::{acting, ended_because, entrance, length, person, reauthenticate};
use crate::error::AppError;
use identity::words::{Fault, Field};

/// A refusal as a title and a sentence.
pub fn error(error: &AppError) -> (&'static str, String) {
    match error {
        AppError::Invalid { .. } => ("Please look at the marked fields", "Nothing was changed yet.".into()),
        AppError::Credentials => (
            "Email or password is not right",
            "Check both and try again. A new address has to be confirmed before you can sign in with it.".into(),
        ),
        AppError::Disabled => ("This account is disabled", "Whoever runs this service can tell you more.".into()),
        AppError::SignedOut { ended } => match ended {
            Some(cause) => ended_because(*cause),
            None => ("Please sign in", "You are not signed in, or no longer.".into()),
        },
        AppError::Forbidden => ("This is not open to you", "You are signed in, but may not do that.".into()),
        AppError::Acting => (acting::REFUSED, acting::REFUSED_TEXT.into()),
        AppError::OtherAccount => (acting::OTHER, acting::OTHER_TEXT.into()),
        AppError::ProofNeeded => (reauthenticate::TITLE, reauthenticate::LEAD.into()),
        AppError::NotFound => ("There is nothing here", "It does not exist, or no longer.".into()),
        AppError::SignUpClosed => (entrance::CLOSED, entrance::CLOSED_TEXT.into()),
        AppError::LastAdmin => {
            ("Somebody has to stay", "This is the last administrator who can sign in. Make another one first.".into())
        }
        AppError::InUse => ("Somebody still has it", "Give them another one first. Nothing was changed.".into()),
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

/// What the log calls a failure, behind its sentence.
pub fn reference(reference: &str) -> String {
    format!(" Reference: {reference}.")
}

/// What is wrong with a field, as a sentence beside it. `min` is the shortest password the operator allows.
pub fn fault(field: Field, fault: Fault, min: usize) -> String {
    let text = match (field, fault) {
        (Field::Email, Fault::Missing) => "Enter an email address.",
        (Field::Email, Fault::TooLong) => "An email address has at most 254 characters.",
        (Field::Email, Fault::Taken) => "This address has an account already.",
        (Field::Token, Fault::Domain) => {
            "Nobody can make an account here with an address of that domain any more. Ask whoever runs this place for an invitation."
        }
        (Field::Email, Fault::Domain) => "Nobody can register here with an address of that domain.",
        (Field::Email, Fault::NotAllowed) => "This is your address already.",
        (Field::Email, _) => "Enter the address in the form name@example.com.",
        (Field::Name, Fault::Missing) => "Enter a name.",
        (Field::Name, Fault::TooLong) => "A name has at most 100 characters.",
        (Field::Name, _) => "The name has characters that cannot be shown.",
        (Field::Password | Field::Current, Fault::Missing) => "Enter a password.",
        (Field::Password, Fault::TooShort) => return format!("Use at least {min} characters."),
        (Field::Password | Field::Current, Fault::TooLong) => "A password has at most 128 characters.",
        (Field::Password | Field::Current, Fault::Wrong) => "This is not your password.",
        (Field::Password, Fault::Same) => "This is the password you have. Choose another.",
        (Field::Password, Fault::Unprintable) => "The password has characters that no keyboard can type.",
        (Field::Password, Fault::Common) => "This password is on lists that attackers try first. Choose another.",
        (Field::Password, Fault::Personal) => "This password is made from your own name or address. Choose another.",
        (Field::Password, Fault::Breached) => "This password is known from data leaks elsewhere. Choose another.",
        (Field::Token, Fault::Missing) => "Enter the code from the letter.",
        (Field::Token, _) => "This link or code was used already, was replaced by a newer one, or is too old.",
        (Field::Stay, _) => "Choose how long to stay signed in.",
        (Field::Role, Fault::NotAllowed) => person::UNCLAIMED,
        (Field::Role, _) => "Choose a role.",
        (Field::Reason, fault) => return acting::reason_fault(fault),
        (Field::Id, Fault::NotAllowed) => acting::NO_PLACE,
        (_, Fault::Missing) => "This is missing.",
        (_, Fault::TooLong) => "This is too long.",
        (_, Fault::TooShort) => "This is too short.",
        (_, _) => "This is not as it should be.",
    };
    text.into()
}
