//! From a letter to an Internet message (RFC 5322), with MIME parts for text and HTML (RFC 2046 section 5.1.4).

use super::Letter;
use crate::{
    Settings,
    time::Timestamp,
    words::{EmailAddress, Fault, Field, FieldError},
};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use std::time::{Duration, UNIX_EPOCH};
use uuid::Uuid;

/// Checks the sender an operator chose, such as `Latchkey <latchkey@example.org>`.
///
/// # Errors
/// A sentence for the operator.
pub fn check_sender(sender: &str) -> Result<(), String> {
    sender_of(sender).map(drop)
}

/// Checks that a letter can be addressed to somebody. An account without a mailbox could never be confirmed, so whoever typed the
/// address is told at once. A network address in place of a host is none: no mailbox is known by one.
///
/// # Errors
/// `Malformed` on the field `email`.
pub(crate) fn check_recipient(recipient: &EmailAddress) -> Result<(), FieldError> {
    let malformed = FieldError::new(Field::Email, Fault::Malformed);
    let address = address(recipient.as_str()).map_err(|_| malformed)?;
    matches!(url::Host::parse(address.domain()), Ok(url::Host::Domain(_))).then_some(()).ok_or(malformed)
}

/// The message of a letter. The same id and time give the same `Message-ID` and `Date`, so that a second copy, sent after a
/// crash, is recognised as one by the receiving side. `Auto-Submitted` keeps answering machines quiet (RFC 3834 section 5).
pub(super) fn compose(settings: &Settings, letter: &Letter, id: Uuid, at: Timestamp) -> Result<Message, String> {
    // The encoder would make a line end harmless; a letter that has one in its subject was not made here, so it is refused.
    if letter.subject.chars().any(char::is_control) {
        return Err("the subject has control characters".to_owned());
    }
    let from = sender_of(&settings.mail_from)?;
    let message_id = format!("<{id}@{}>", from.email.domain());
    let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, address(&letter.to)?))
        .subject(&letter.subject)
        .date(UNIX_EPOCH + Duration::from_millis(at.0.max(0).unsigned_abs()))
        .message_id(Some(message_id))
        .raw_header(auto)
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
        .map_err(|error| format!("the message cannot be built: {error}"))
}

fn sender_of(sender: &str) -> Result<Mailbox, String> {
    let explain = |why: String| format!("{why}; an example: Latchkey <latchkey@example.org>");
    if sender.chars().any(char::is_control) {
        return Err(explain("the sender has control characters".to_owned()));
    }
    let mailbox: Mailbox = sender.parse().map_err(|error| explain(format!("the sender is no address ({error})")))?;
    let email = address(mailbox.email.as_ref()).map_err(explain)?;
    Ok(Mailbox::new(mailbox.name, email))
}

/// An address with its host in ASCII (RFC 5890), which every mail server understands; the part before the `@` stays as it is.
fn address(text: &str) -> Result<Address, String> {
    let (local, host) = text.rsplit_once('@').ok_or("the address has no @")?;
    let host = url::Host::parse(host).map_err(|error| format!("the address has no valid host ({error})"))?;
    Address::new(local, host.to_string()).map_err(|error| format!("the address is not valid ({error})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Kind;

    fn settings(sender: &str) -> Settings {
        let mut settings = Settings::new("https://login.example.org".parse().unwrap());
        settings.mail_from = sender.to_owned();
        settings
    }

    fn letter(to: &str, subject: &str) -> Letter {
        let text = "Grüße\n.\nFrom here\n".to_owned();
        Letter { kind: Kind::Verification, to: to.into(), subject: subject.into(), text, html: "<p>Grüße</p>".into() }
    }

    fn composed(sender: &str, to: &str, subject: &str) -> Result<String, String> {
        let message = compose(&settings(sender), &letter(to, subject), Uuid::nil(), Timestamp(1_763_784_780_000))?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn all_headers_are_there_and_both_parts() {
        let message = composed("Schlüssel <latchkey@example.org>", "zoe@bücher.example", "Bestätigen").unwrap();
        for line in [
            "From: =?utf-8?b?U2NobMO8c3NlbA==?= <latchkey@example.org>\r\n",
            "To: zoe@xn--bcher-kva.example\r\n",
            "Date: Sat, 22 Nov 2025 04:13:00 +0000\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000000@example.org>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(message.contains(line), "{line:?} in {message}");
        }
        assert!(message.find("text/plain") < message.find("text/html"), "the richer part comes last");
        assert!(message.is_ascii());
    }

    #[test]
    fn the_default_sender_works_on_a_name_without_dots() {
        let settings = Settings::new("http://localhost:3000".parse().unwrap());
        check_sender(&settings.mail_from).unwrap();
        assert!(check_sender("nobody").unwrap_err().contains("example"));
    }

    #[test]
    fn nothing_can_add_a_header_or_a_recipient() {
        let attacks = [
            ("zoe@example.org\r\nBcc: x@evil.example", "hello"),
            ("zoe@example.org, x@evil.example", "hello"),
            ("zoe@example.org> RCPT TO:<x@evil.example", "hello"),
            ("<x@evil.example> zoe@example.org", "hello"),
            ("zoe@example.org", "hello\r\nBcc: x@evil.example"),
            ("zoe@example.org", "hello\nX: y"),
            ("zoe@example.org", "hello\0"),
            ("", "hello"),
        ];
        for (to, subject) in attacks {
            assert!(composed("Latchkey <a@example.org>", to, subject).is_err(), "{to:?} {subject:?}");
        }
        assert!(check_sender("A\r\nBcc: x@evil.example <a@example.org>").is_err());
    }
}
