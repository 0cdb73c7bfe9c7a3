//! Letters around the password: setting a new one, and that it was set.

use super::{greeting, host, letter, moment, one_line};
use crate::{
    Settings,
    mail::{Kind, Letter, layout::Part},
    time::Timestamp,
};

/// Brings what a new password can be set with: `link`, or `code` to be typed, within `minutes`. `name` is `None` while nobody has
/// confirmed the address: then the name is whatever a stranger wanted us to send.
pub fn password_reset(
    settings: &Settings,
    name: Option<&str>,
    to: &str,
    link: &str,
    code: &str,
    minutes: u64,
) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::PasswordReset,
        to,
        format!("Set a new password for {host}"),
        &[
            Part::Says(&greeting(name.unwrap_or_default())),
            Part::Says(&format!("Somebody, probably you, asked for a new password for your account at {host}.")),
            Part::Button("Set a new password", link),
            Part::Says("Reading this on another device? Type this code there instead:"),
            Part::Code(code),
            Part::Says(&format!(
                "Link and code work once, within {minutes} minutes. A new password signs you out everywhere."
            )),
            Part::Says("If you have not asked for this, ignore this letter: your password stays as it is."),
        ],
    )
}

/// Tells that the password was changed, from the browser that called itself `device`. `secure_link` is for somebody who did not
/// do it.
pub fn password_changed(
    settings: &Settings,
    name: &str,
    to: &str,
    device: &str,
    at: Timestamp,
    secure_link: &str,
) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::PasswordChanged,
        to,
        format!("Your password at {host} was changed"),
        &[
            Part::Says(&greeting(name)),
            Part::Says(&format!(
                "The password of your account at {host} was changed. Wherever else you were signed in, you are signed out now."
            )),
            Part::Facts(&[("Browser", &one_line(device, 160)), ("Changed", &moment(at))]),
            Part::Says("If this was you, there is nothing to do."),
            Part::Otherwise(
                "If it was not, take your account back: this ends all its sessions and lets you set a new password.",
                "This was not me",
                secure_link,
            ),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("https://login.example.org".parse().unwrap())
    }

    fn reset(name: Option<&str>) -> Letter {
        let link = "https://login.example.org/reset?token=abc";
        password_reset(&settings(), name, "zoe@example.org", link, "K7WQ2-M2XD3-9RTD4", 30)
    }

    #[test]
    fn the_letter_that_brings_a_new_password() {
        let letter = reset(Some("Zoë"));
        insta::assert_snapshot!(letter.subject, @"Set a new password for login.example.org");
        insta::assert_snapshot!(letter.text);
        insta::assert_snapshot!(letter.html);
        assert!(reset(None).text.starts_with("Hello,\n"));
    }

    #[test]
    fn the_letter_that_tells_of_a_new_password() {
        let link = "https://login.example.org/secure-account?token=abc";
        let at = Timestamp(1_763_784_780_000);
        let letter = password_changed(&settings(), "Zoë", "zoe@example.org", "Firefox 145 on Linux", at, link);
        insta::assert_snapshot!(letter.subject, @"Your password at login.example.org was changed");
        insta::assert_snapshot!(letter.text);
    }

    #[test]
    fn what_a_browser_calls_itself_is_escaped() {
        let letter = password_changed(&settings(), "<b>", "a@b.c", "<img src=x>", Timestamp(0), "https://x.example/");
        assert!(!letter.html.contains("<img") && letter.html.contains("&lt;img"));
    }
}
