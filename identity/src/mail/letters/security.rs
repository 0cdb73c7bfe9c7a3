//! Letters that report what happened to an account, so that its owner notices what was not them.
//!
//! Each carries a link that takes the account back, but for those to an address that has just come or gone: whoever had only that
//! address for a moment must not be able to take anything. What a browser calls itself is shown by names we know, never as it was
//! sent.

use super::{Letter, greeting, host, letter, moment, one_line};
use crate::{
    Settings,
    mail::{Kind, layout::Part},
    sessions::Device,
    time::Timestamp,
    words::{Client, Role},
};
use std::time::Duration;

/// The label of the link that takes an account back.
pub(super) const NOT_ME: &str = "This was not me";

/// What that link does.
pub(super) const WHAT_IT_DOES: &str = "If this was not you, follow the link: it signs everybody out of your account, makes the password \
                            worthless, and lets you choose a new one. It works for seven days.";

/// Whose account it is, and where its owner is written to.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    /// The display name.
    pub name: &'a str,
    /// The address the letter goes to.
    pub to: &'a str,
}

/// Warns that a copy of a session was used, and that the session was ended (RFC 9700 section 4.14.2).
pub fn reuse_detected(settings: &Settings, owner: Owner<'_>, device: &Device, at: Timestamp, secure: &str) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::ReuseDetected,
        owner.to,
        format!("We ended one of your sessions at {host}"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "Your sign-in at {host} was used from two places that cannot both be you. Somebody may have copied it from your browser, so we ended it everywhere."
            )),
            Part::Facts(&[("Browser", &browser(device)), ("From", &place(device)), ("Noticed", &moment(at))]),
            Part::Says(
                "Sign in again and look through your other sessions. On a computer you share or do not trust, sign out when you leave.",
            ),
            Part::Otherwise(WHAT_IT_DOES, NOT_ME, secure),
        ],
    )
}

/// Tells that somebody signed in from a browser the account had not been used from.
pub fn new_device(settings: &Settings, owner: Owner<'_>, device: &Device, at: Timestamp, secure: &str) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::NewDevice,
        owner.to,
        format!("New sign-in at {host}"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!("Your account at {host} was just used from a browser we have not seen you in before.")),
            Part::Facts(&[("Browser", &browser(device)), ("From", &place(device)), ("When", &moment(at))]),
            Part::Says("If this was you, there is nothing to do."),
            Part::Otherwise(WHAT_IT_DOES, NOT_ME, secure),
        ],
    )
}

/// Confirms the address an account is to have, by following `link` or typing `code` while there is time `left`. Goes to somebody who may never
/// have heard of us, so it repeats nothing that anybody typed.
pub fn address_confirmation(settings: &Settings, to: &str, link: &str, code: &str, left: Duration) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::AddressConfirmation,
        to,
        format!("Confirm your new address for {host}"),
        &[
            Part::Says("Hello,"),
            Part::Says(&format!(
                "Somebody with an account at {host} wants to use this address for it. If that is you, please confirm it."
            )),
            Part::Button("Confirm my new address", link),
            Part::Says("Reading this on another device? Type this code there instead:"),
            Part::Code(code),
            Part::Says(&format!("Link and code work once, within {}.", in_words(left))),
            Part::Says("If that is not you, ignore this letter: without you nothing happens."),
        ],
    )
}

/// Never more than there is, but for the last seconds.
fn in_words(left: Duration) -> String {
    match (left.as_secs() / 3600, left.as_secs() / 60) {
        (0, 0 | 1) => "1 minute".to_owned(),
        (0, minutes) => format!("{minutes} minutes"),
        (1, _) => "1 hour".to_owned(),
        (hours, _) => format!("{hours} hours"),
    }
}

/// Tells the present address that another was asked for. `wanted` passed the rules for addresses, so it has no spaces.
pub fn address_change_requested(
    settings: &Settings,
    owner: Owner<'_>,
    wanted: &str,
    device: &Device,
    at: Timestamp,
    secure: &str,
) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::AddressChangeRequested,
        owner.to,
        format!("Somebody asked to change your address at {host}"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "Somebody, probably you, wants another address for your account at {host}. It changes when the new one is confirmed; until then this one stays."
            )),
            Part::Facts(&[
                ("New address", &one_line(wanted, 254)),
                ("Browser", &browser(device)),
                ("From", &place(device)),
                ("When", &moment(at)),
            ]),
            Part::Says("If this was you, there is nothing to do here."),
            Part::Otherwise(WHAT_IT_DOES, NOT_ME, secure),
        ],
    )
}

/// Tells the owner of an address that somebody wants to move another account to it. The page said the same as for any other.
pub fn address_taken(settings: &Settings, owner: Owner<'_>, login: &str) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::AlreadyRegistered,
        owner.to,
        format!("You already have an account at {host}"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "Somebody, probably you, just tried to use this address for another account at {host}. It already has one, so nothing was changed."
            )),
            Part::Button("Sign in", login),
            Part::Says("If this was not you, there is nothing to do: nobody has learned that you have an account."),
        ],
    )
}

/// Tells the former address that the account has left it. Its link takes the account back.
pub fn address_changed(settings: &Settings, owner: Owner<'_>, now: &str, at: Timestamp, secure: &str) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::AddressChanged,
        owner.to,
        format!("Your address at {host} was changed"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "Your account at {host} now has another address. From now on letters go there, and you sign in with it."
            )),
            Part::Facts(&[("New address", &one_line(now, 254)), ("When", &moment(at))]),
            Part::Says("If this was you, there is nothing to do."),
            Part::Otherwise(
                "If this was not you, follow the link: it gives your account back to this address, signs everybody out of it, and lets you choose a new password. It works for seven days.",
                NOT_ME,
                secure,
            ),
        ],
    )
}

/// Tells the new address that it counts.
pub fn address_confirmed(settings: &Settings, owner: Owner<'_>, at: Timestamp) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::AddressChanged,
        owner.to,
        format!("This is your address at {host} now"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&format!(
                "This address was confirmed for your account at {host}. From now on letters come here, and you sign in with it."
            )),
            Part::Facts(&[("When", &moment(at))]),
            Part::Says("We have told your former address as well."),
        ],
    )
}

/// Tells an address that the account has gone back to the one before. Nobody is greeted: whose address this is, is in doubt.
pub fn address_restored(settings: &Settings, to: &str, at: Timestamp) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::AddressChanged,
        to,
        format!("An account at {host} has left this address"),
        &[
            Part::Says("Hello,"),
            Part::Says(&format!(
                "An account at {host} that had this address was taken back by the owner of its former address. All its sessions were ended."
            )),
            Part::Facts(&[("When", &moment(at))]),
            Part::Says("If that surprises you, please write to whoever runs this service."),
        ],
    )
}

/// Tells what an administrator has made of an account.
pub fn role_changed(settings: &Settings, owner: Owner<'_>, role: Role, at: Timestamp, secure: &str) -> Letter {
    let host = host(settings);
    let what = match role {
        Role::Admin => {
            "An administrator has made you an administrator as well: you may now see and change other people's accounts.".to_owned()
        }
        Role::User => {
            "An administrator has made your account an ordinary one: you can no longer open the admin panel.".to_owned()
        }
        Role::Named(name) => format!(
            "An administrator has given you the role “{}”. What it lets you do is decided by whoever runs {host}.",
            name.as_str()
        ),
    };
    letter(
        settings,
        Kind::RoleChanged,
        owner.to,
        format!("Your role at {host} was changed"),
        &[
            Part::Says(&greeting(owner.name)),
            Part::Says(&what),
            Part::Facts(&[("When", &moment(at))]),
            Part::Says("If you expected this, there is nothing to do."),
            Part::Otherwise(
                "If somebody else is using your account, follow the link: it signs everybody out of it, makes the password worthless, and lets you choose a new one. It works for seven days.",
                NOT_ME,
                secure,
            ),
        ],
    )
}

/// "Firefox on Linux".
pub(super) fn browser(device: &Device) -> String {
    match Client::of(&device.user_agent) {
        Client { browser: Some(browser), system: Some(system) } => format!("{browser} on {system}"),
        Client { browser: Some(one), system: None } | Client { browser: None, system: Some(one) } => one.to_owned(),
        Client { browser: None, system: None } => "unknown".to_owned(),
    }
}

pub(super) fn place(device: &Device) -> String {
    if device.ip.is_empty() { "unknown".to_owned() } else { one_line(&device.ip, 60) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::RoleName;

    const SECURE: &str = "https://login.example.org/secure-account?token=abc";
    const AT: Timestamp = Timestamp(1_763_784_780_000);
    const ZOE: Owner<'static> = Owner { name: "Zoë", to: "zoe@example.org" };

    fn settings() -> Settings {
        Settings::new("https://login.example.org".parse().unwrap())
    }

    fn firefox() -> Device {
        Device::new("203.0.113.9", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
    }

    /// Everything a person would read of a letter.
    fn read(letter: &Letter) -> String {
        format!("To: {}\nSubject: {}\nKind: {}\n\n{}", letter.to, letter.subject, letter.kind, letter.text)
    }

    fn letters() -> [Letter; 11] {
        let (settings, device) = (settings(), firefox());
        [
            reuse_detected(&settings, ZOE, &device, AT, SECURE),
            new_device(&settings, ZOE, &device, AT, SECURE),
            address_confirmation(
                &settings,
                "new@example.org",
                "https://login.example.org/confirm-address?token=abc",
                "K7WQM-2XD3F-9RTBA",
                Duration::from_secs(86_400),
            ),
            address_change_requested(&settings, ZOE, "new@example.org", &device, AT, SECURE),
            address_taken(&settings, ZOE, "https://login.example.org/login"),
            address_changed(&settings, ZOE, "new@example.org", AT, SECURE),
            address_confirmed(&settings, Owner { to: "new@example.org", ..ZOE }, AT),
            address_restored(&settings, "new@example.org", AT),
            role_changed(&settings, ZOE, Role::Admin, AT, SECURE),
            role_changed(&settings, ZOE, Role::User, AT, SECURE),
            role_changed(&settings, ZOE, Role::Named(RoleName::parse("support").unwrap()), AT, SECURE),
        ]
    }

    #[test]
    fn every_letter_as_text() {
        for letter in letters() {
            insta::assert_snapshot!(read(&letter));
        }
    }

    /// The browser tests look at each of them.
    #[test]
    fn every_letter_as_html() {
        for letter in letters() {
            insta::assert_snapshot!(letter.html);
        }
    }

    #[test]
    fn what_somebody_typed_is_escaped_and_stays_on_its_line() {
        let hostile = "<img src=x onerror=alert(1)>\"'&";
        let owner = Owner { name: hostile, to: "a@b.c" };
        let letter = reuse_detected(&settings(), owner, &Device::new("192.0.2.1", hostile), AT, SECURE);
        let escaped = "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;";
        assert!(letter.html.contains(&format!(">Hello {escaped},</p>")));
        assert!(!letter.html.contains("<img"));
        // Not as it was sent, in any form: a browser may call itself anything.
        assert!(letter.text.contains("Browser: unknown\n"));
        let named = |name| reuse_detected(&settings(), Owner { name, to: "a@b.c" }, &firefox(), AT, SECURE);
        assert!(named("A\n\nB").text.contains("Hello AB,\n"));
        assert_eq!(named("A\n\nB").subject, letter.subject);
    }

    #[test]
    fn who_has_not_confirmed_an_address_reads_nothing_that_was_typed() {
        let letter =
            address_confirmation(&settings(), "new@example.org", "https://x/", "CODE", Duration::from_secs(59));
        assert!(letter.text.contains("within 1 minute."), "{}", letter.text);
        assert!(!letter.text.contains("Zo") && !letter.text.contains("secure-account"));
    }
}
