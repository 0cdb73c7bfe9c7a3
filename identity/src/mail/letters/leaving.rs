//! Letters to somebody who leaves: that it will happen, and that it has.

use super::{Kind, Letter, Part, greeting, host, letter, moment};
use crate::{Settings, time::Timestamp};

/// Says that the account will be deleted at a moment, and how to keep it: by following `keep`, or `not_me` when somebody else
/// has asked.
pub fn deletion_requested(
    settings: &Settings,
    name: &str,
    to: &str,
    at: Timestamp,
    keep: &str,
    not_me: &str,
) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::DeletionRequested,
        to,
        format!("Your account at {host} will be deleted"),
        &[
            Part::Says(&greeting(name)),
            Part::Says(&format!(
                "Your account at {host} and everything we hold about you will be deleted, as was asked for in a session of yours. All your other sessions were ended."
            )),
            Part::Facts(&[("Will be deleted", &moment(at))]),
            Part::Says(
                "Until then you can sign in as always, and change your mind at any time. Afterwards nobody can bring it back.",
            ),
            Part::Button("Keep my account", keep),
            Part::Otherwise(
                "If this was not you, somebody else can use your account. Take it back: this signs everybody out and lets you set a new password.",
                "This was not me",
                not_me,
            ),
        ],
    )
}

/// Says that an administrator has ordered the account to be deleted at a moment. Brings nothing with which that could be undone: who
/// has ordered it decides.
pub fn deletion_ordered(settings: &Settings, name: &str, to: &str, at: Timestamp) -> Letter {
    let host = host(settings);
    letter(
        settings,
        Kind::DeletionOrdered,
        to,
        format!("An administrator is deleting your account at {host}"),
        &[
            Part::Says(&greeting(name)),
            Part::Says(&format!(
                "An administrator has ordered your account at {host} to be deleted, with everything we hold about you. You were signed out everywhere, and cannot sign in any more."
            )),
            Part::Facts(&[("Will be deleted", &moment(at))]),
            Part::Says(
                "Until then an administrator can take it back. If you think that this is a mistake, please write to whoever runs this service before that day. Afterwards nobody can bring the account back.",
            ),
        ],
    )
}

/// Says that they have taken it back. `stays_until` is for an owner who had asked for the deletion before: then that stands.
pub fn deletion_revoked(
    settings: &Settings,
    name: &str,
    to: &str,
    enabled: bool,
    stays_until: Option<Timestamp>,
) -> Letter {
    let host = host(settings);
    let then = if enabled {
        "You can sign in as before."
    } else {
        "It is still disabled, as it was before: you cannot sign in until an administrator enables it."
    };
    let asked = stays_until.map(moment).map(|at| {
        format!(
            "You had asked to delete it yourself before. That stands: it will be deleted on {at}, unless you keep it."
        )
    });
    let hello = greeting(name);
    let mut parts = vec![
        Part::Says(&hello),
        Part::Says(
            "An administrator had ordered your account to be deleted. That was taken back: nothing of yours was deleted.",
        ),
        Part::Says(then),
    ];
    if let Some(asked) = &asked {
        parts.push(Part::Says(asked));
    }
    letter(settings, Kind::DeletionRevoked, to, format!("Your account at {host} is not deleted"), &parts)
}

/// Says that the account is gone, as its owner has asked or an administrator has `ordered`. The last letter there is.
pub fn account_deleted(settings: &Settings, name: &str, to: &str, ordered: bool) -> Letter {
    let host = host(settings);
    let why = if ordered { "as an administrator has ordered" } else { "as was asked for in a session of yours" };
    letter(
        settings,
        Kind::AccountDeleted,
        to,
        format!("Your account at {host} is deleted"),
        &[
            Part::Says(&greeting(name)),
            Part::Says(&format!(
                "Your account at {host} is deleted, {why}: your name and address, your sessions and devices, and the letters we kept a line about. What is left of what happened says nothing about you."
            )),
            Part::Says(
                "Backups made before today hold it until they are replaced. Services you used with this account have data of their own, which they delete themselves.",
            ),
            Part::Says("This is our last letter. You are welcome to register again; it will be a new account."),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("https://login.example.org".parse().unwrap())
    }

    #[test]
    fn the_letters_as_text_and_html() {
        let at = Timestamp(1_763_784_780_000);
        let keep = "https://login.example.org/keep-account?token=abc&x=1";
        let not_me = "https://login.example.org/secure-account?token=def";
        let asked = deletion_requested(&settings(), "Zoë", "zoe@example.org", at, keep, not_me);
        insta::assert_snapshot!(asked.subject, @"Your account at login.example.org will be deleted");
        insta::assert_snapshot!(asked.text);
        insta::assert_snapshot!(asked.html);
        let gone = account_deleted(&settings(), "Zoë", "zoe@example.org", false);
        insta::assert_snapshot!(gone.subject, @"Your account at login.example.org is deleted");
        insta::assert_snapshot!(gone.text);
        insta::assert_snapshot!(gone.html);
    }

    #[test]
    fn what_an_administrator_orders_and_takes_back_as_text_and_html() {
        let at = Timestamp(1_763_784_780_000);
        let ordered = deletion_ordered(&settings(), "Zoë", "zoe@example.org", at);
        insta::assert_snapshot!(ordered.subject, @"An administrator is deleting your account at login.example.org");
        insta::assert_snapshot!(ordered.text);
        insta::assert_snapshot!(ordered.html);
        let revoked = |enabled, until| deletion_revoked(&settings(), "Zoë", "zoe@example.org", enabled, until);
        insta::assert_snapshot!(revoked(true, None).subject, @"Your account at login.example.org is not deleted");
        insta::assert_snapshot!(revoked(true, None).text);
        insta::assert_snapshot!(revoked(true, None).html);
        insta::assert_snapshot!(revoked(false, Some(at)).text);
        let gone = account_deleted(&settings(), "Zoë", "zoe@example.org", true);
        assert!(gone.text.contains("is deleted, as an administrator has ordered: your name"), "{}", gone.text);
    }

    #[test]
    fn a_name_that_somebody_typed_is_escaped_and_stays_on_its_line() {
        let gone = account_deleted(&settings(), "<b>\r\nBcc: x", "a@b.c", true);
        assert!(gone.html.contains(">Hello &lt;b&gt;Bcc: x,</p>") && gone.text.contains("Hello <b>Bcc: x,\n"));
    }
}
