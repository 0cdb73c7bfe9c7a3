//! Letters around the password: setting a new one, and that it was set.

use super::{
    greeting, host, letter, moment,
    security::{NOT_ME, Owner, WHAT_IT_DOES, browser, place},
};
use crate::{
    Settings,
    mail::{Kind, Letter, layout::Part},
    sessions::Device,
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

/// Tells that the password was changed, and from where, or else that an administrator did it. The name is empty while it may be a
/// stranger's word. `secure` is for somebody who did not do it.
pub fn password_changed(
    settings: &Settings,
    owner: Owner<'_>,
    device: Option<&Device>,
    at: Timestamp,
    secure: &str,
) -> Letter {
    let host = host(settings);
    let from = device.map(|device| (browser(device), place(device)));
    let at = moment(at);
    let when = ("When", &*at);
    let facts = match &from {
        Some((browser, place)) => &[("Browser", &**browser), ("From", &**place), when][..],
        None => &[("Changed by", "an administrator"), when],
    };
    letter(
        settings,
        Kind::PasswordChanged,
        owner.to,
        format!("Your password at {host} was changed"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "The password of your account at {host} was changed. Wherever else you were signed in, you are signed out now."
            )),
            Part::Facts(facts),
            Part::Says("If this was you, there is nothing to do."),
            Part::Otherwise(WHAT_IT_DOES, NOT_ME, secure),
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

    fn changed(name: &str, user_agent: Option<&str>) -> Letter {
        let owner = Owner { name, to: "zoe@example.org" };
        let link = "https://login.example.org/secure-account?token=abc";
        let device = user_agent.map(|user_agent| Device::new("203.0.113.9", user_agent));
        password_changed(&settings(), owner, device.as_ref(), Timestamp(1_763_784_780_000), link)
    }

    #[test]
    fn the_letter_that_tells_of_a_new_password() {
        let letter = changed("Zoë", Some("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"));
        insta::assert_snapshot!(letter.subject, @"Your password at login.example.org was changed");
        insta::assert_snapshot!(letter.text);
        insta::assert_snapshot!(letter.html);
        let letter = changed("", None);
        assert!(letter.text.starts_with("Hello,\n") && letter.text.contains("Changed by: an administrator\n"));
    }

    #[test]
    fn what_a_browser_calls_itself_is_not_repeated_and_a_name_is_escaped() {
        let letter = changed("<b>", Some("<img src=x>"));
        assert!(!letter.html.contains("img") && letter.html.contains("Hello &lt;b&gt;,"), "{}", letter.html);
        assert!(letter.text.contains("Browser: unknown\n"), "{}", letter.text);
    }
}
