//! Every word of every letter. Short, plain, and honest about what happens if the reader does nothing.
//!
//! Names are what somebody typed. They are kept to one line here and escaped by the layout; subjects and addresses
//! have neither. A letter to an address nobody has confirmed repeats nothing at all: whoever registers chooses both name and address,
//! and would have us send their words to strangers.

mod invitation;
mod leaving;
mod recovery;

pub use invitation::{address_vouched, address_vouched_anew, invitation, reset_forced};
pub use leaving::{account_deleted, deletion_ordered, deletion_requested, deletion_revoked};
pub use recovery::{password_changed, password_reset};
pub mod security;

use super::{
    Kind, Letter,
    layout::{Part, lay_out},
};
use crate::{Settings, time::Timestamp};

/// Confirms an address: by following `link` or typing `code`, within `hours`.
pub fn verification(settings: &Settings, to: &str, link: &str, code: &str, hours: u64) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::Verification,
        to,
        format!("Confirm your address for {host}"),
        &[
            Part::Says("Hello,"),
            Part::Says(&format!("Please confirm that this is your address. Then your account at {host} is ready.")),
            Part::Button("Confirm my address", link),
            Part::Says("Reading this on another device? Type this code there instead:"),
            Part::Code(code),
            Part::Says(&format!("Link and code work once, within {hours} hours.")),
            Part::Says("If you have not registered, ignore this letter: without you nothing happens."),
        ],
    )
}

/// Tells the owner of an account that somebody tried to register it again. The page said the same as to anybody else.
/// `login_link` and `reset_link` lead to pages, and carry nothing.
pub fn already_registered(settings: &Settings, name: &str, to: &str, login_link: &str, reset_link: &str) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::AlreadyRegistered,
        to,
        format!("You already have an account at {host}"),
        &[
            Part::Says(&greeting(name)),
            Part::Says(&format!(
                "Somebody, probably you, just tried to register this address at {host}. It already has an account, so nothing was changed."
            )),
            Part::Button("Sign in", login_link),
            Part::Says("If this was not you, there is nothing to do: nobody has learned that you have an account."),
            Part::Otherwise("You do not remember your password? Set a new one.", "Set a new password", reset_link),
        ],
    )
}

fn letter(settings: &Settings, kind: Kind, to: &str, subject: String, parts: &[Part<'_>]) -> Letter {
    let why = format!("You receive this because your address was used at {}. Replies are not read.", settings.issuer());
    let (text, html) = lay_out(&subject, parts, &why);
    Letter { kind, to: to.to_owned(), subject, text, html }
}

fn greeting(name: &str) -> String {
    let name = one_line(name, 100);
    if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") }
}

fn host(settings: &Settings) -> &str {
    settings.public_url.host_str().unwrap_or("Latchkey")
}

/// Without line ends and other control characters, and not endless.
fn one_line(typed: &str, longest: usize) -> String {
    typed.trim().chars().filter(|c| !c.is_control()).take(longest).collect()
}

/// A moment in words. UTC, because the reader's time zone is not known.
fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| "unknown".to_owned(), |at| at.strftime("%-d %B %Y, %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("https://login.example.org".parse().unwrap())
    }

    const LINK: &str = "https://login.example.org/verify?token=abc&x=1";

    #[test]
    fn the_verification_letter_as_text_and_html() {
        let letter = verification(&settings(), "zoe@example.org", LINK, "K7WQ-M2XD", 24);
        insta::assert_snapshot!(letter.subject, @"Confirm your address for login.example.org");
        insta::assert_snapshot!(letter.text);
        insta::assert_snapshot!(letter.html);
    }

    #[test]
    fn the_other_letters_as_text() {
        let again = already_registered(
            &settings(),
            "Zoë",
            "zoe@example.org",
            "https://login.example.org/login",
            "https://login.example.org/forgot",
        );
        insta::assert_snapshot!(again.text);
        insta::assert_snapshot!(again.html);
    }

    #[test]
    fn what_somebody_typed_is_escaped() {
        let letter = already_registered(&settings(), "<img src=x>\"'&", "a@b.c", LINK, LINK);
        assert!(letter.html.contains(">Hello &lt;img src=x&gt;&quot;&#39;&amp;,</p>") && !letter.html.contains("<img"));
        assert!(letter.html.contains("token=abc&amp;x=1\""));
    }

    #[test]
    fn no_letter_loads_anything_from_anywhere() {
        let letter = verification(&settings(), "zoe@example.org", LINK, "K7WQ-M2XD", 24);
        for loading in ["<img", "<link", "<script", "url(", "@import", "src="] {
            assert!(!letter.html.contains(loading), "{loading}");
        }
    }

    #[test]
    fn debug_shows_neither_text_nor_token() {
        let letter = verification(&settings(), "zoe@example.org", LINK, "K7WQ-M2XD", 24);
        assert_eq!(format!("{letter:?}"), "Letter { kind: Verification, .. }");
    }
}
