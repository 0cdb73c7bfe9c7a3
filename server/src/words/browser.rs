//! What a visitor reads where no page of `app` can be shown, and the development mailbox. Plain text; `http::plain` escapes it.

/// The way out of a page that says one thing.
pub const TO_START: &str = "To the start page";

/// After a panic, as a title.
pub const BROKEN: &str = "Something broke";

/// The same as a sentence.
pub fn broken(reference: &str) -> String {
    format!("It is not your fault. If you report it, this reference helps: {reference}")
}

/// Over the limit of an address, as a title.
pub const TOO_MANY: &str = "A moment, please";

/// The same as a sentence.
pub fn too_many(seconds: u64) -> String {
    let wait = wait(seconds);
    format!(
        "There were more requests from your network than we answer at once. Please go back and try again in {wait}."
    )
}

fn wait(seconds: u64) -> String {
    match seconds {
        1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// The mailbox.
pub const MAILBOX: &str = "Mailbox";
/// What it is for.
pub const MAILBOX_NOTE: &str = "No mail server is set, so letters end here. Only this machine can see them.";
/// It is empty.
pub const MAILBOX_EMPTY: &str = "No letters yet.";
/// The way to the letter as it is on disk.
pub const LETTER_SOURCE: &str = "Source of the letter";
/// A letter without a subject.
pub const NO_SUBJECT: &str = "(no subject)";
/// A letter without a recipient.
pub const NO_RECIPIENT: &str = "nobody";

/// To whom a letter goes.
pub fn letter_to(recipient: &str) -> String {
    format!("To {recipient}")
}

/// The mailbox to whom it is not open, as a title.
pub const NOT_FOUND: &str = "Not found";
/// The same as a sentence.
pub const NOT_FOUND_TEXT: &str = "There is nothing at this address.";
