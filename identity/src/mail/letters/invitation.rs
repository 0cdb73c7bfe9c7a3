//! Letters an administrator causes: an invitation, a password that has to be renewed, an address somebody vouched for.

use super::{
    Kind, Letter, Part, greeting, host, letter, moment,
    security::{NOT_ME, Owner, WHAT_IT_DOES},
};
use crate::{Settings, time::Timestamp};

/// Invites somebody to an account that was made for them: `link` is where they choose its password, within `days`.
pub fn invitation(settings: &Settings, name: &str, to: &str, link: &str, days: u64) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::Invitation,
        to,
        format!("You are invited to {host}"),
        &[
            Part::Says(&greeting(name)),
            Part::Says(&format!(
                "An account at {host} was made for you. Choose a password, and it is yours: you sign in with this address."
            )),
            Part::Button("Choose a password", link),
            Part::Says(&format!("The link works once, within {days} days.")),
            Part::Says("If you did not expect this, ignore this letter: without you nobody can use the account."),
        ],
    )
}

/// Says that an administrator has made the password worthless, and brings what a new one is set with: `link`, or `code` to be typed,
/// within `hours`. `forgot` is where another letter can be had later; it carries nothing.
pub fn reset_forced(settings: &Settings, owner: Owner<'_>, link: &str, code: &str, hours: u64, forgot: &str) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::ResetForced,
        owner.to,
        format!("Please set a new password for {host}"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "An administrator of {host} asks you to choose a new password. The old one no longer works, and you were signed out everywhere."
            )),
            Part::Button("Set a new password", link),
            Part::Says("Reading this on another device? Type this code there instead:"),
            Part::Code(code),
            Part::Says(&format!("Link and code work once, within {hours} hours.")),
            Part::Otherwise("Too late? You can ask for another letter at any time.", "Ask for another letter", forgot),
        ],
    )
}

/// Says that an administrator has confirmed the address for its owner, who signs in with the password they have chosen.
pub fn address_vouched(settings: &Settings, owner: Owner<'_>, at: Timestamp, login: &str, secure: &str) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::VerifiedByAdmin,
        owner.to,
        format!("Your account at {host} is ready"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "An administrator has confirmed this address for your account at {host}. You can sign in with the password you chose."
            )),
            Part::Facts(&[("When", &moment(at))]),
            Part::Button("Sign in", login),
            Part::Otherwise(WHAT_IT_DOES, NOT_ME, secure),
        ],
    )
}

/// The same where it is not certain who chose the password: then it is worthless, and this letter brings what another is set with.
pub fn address_vouched_anew(
    settings: &Settings,
    owner: Owner<'_>,
    link: &str,
    code: &str,
    hours: u64,
    forgot: &str,
) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::VerifiedByAdmin,
        owner.to,
        format!("Your account at {host} is ready"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "An administrator has confirmed this address for an account at {host}. So that nobody but you knows its password, please choose one now."
            )),
            Part::Button("Set a new password", link),
            Part::Says("Reading this on another device? Type this code there instead:"),
            Part::Code(code),
            Part::Says(&format!("Link and code work once, within {hours} hours.")),
            Part::Otherwise("Too late? You can ask for another letter at any time.", "Ask for another letter", forgot),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_763_784_780_000);
    const FORGOT: &str = "https://login.example.org/forgot";
    const RESET: &str = "https://login.example.org/reset?token=abc&x=1";

    fn letters(name: &str) -> [Letter; 4] {
        let settings = Settings::new("https://login.example.org".parse().unwrap());
        let owner = Owner { name, to: "zoe@example.org" };
        let accept = "https://login.example.org/accept-invitation?token=abc&x=1";
        let secure = "https://login.example.org/secure-account?token=def";
        [
            invitation(&settings, name, owner.to, accept, 7),
            reset_forced(&settings, owner, RESET, "K7WQ2-M2XD3-9RTD4", 24, FORGOT),
            address_vouched(&settings, owner, AT, "https://login.example.org/login", secure),
            address_vouched_anew(&settings, owner, RESET, "K7WQ2-M2XD3-9RTD4", 24, FORGOT),
        ]
    }

    #[test]
    fn every_letter_as_text_and_html() {
        for letter in letters("Zoë") {
            insta::assert_snapshot!(format!("Subject: {}\nKind: {}\n\n{}", letter.subject, letter.kind, letter.text));
            insta::assert_snapshot!(letter.html);
        }
    }

    #[test]
    fn a_name_that_an_administrator_typed_is_escaped_and_stays_on_its_line() {
        for letter in letters("<b>\r\nBcc: x") {
            assert!(letter.html.contains(">Hello &lt;b&gt;Bcc: x,</p>") && letter.text.contains("Hello <b>Bcc: x,\n"));
        }
    }
}
