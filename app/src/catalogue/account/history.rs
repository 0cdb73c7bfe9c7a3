//! `/account/history`: what happened to the account, told to its owner. Names in braces are places for something that is not
//! words; see `components::woven`.

use crate::catalogue::{acting, length, number};
use identity::{
    events::Kind,
    history::{By, HistoryView},
    words::Role,
};

/// What the page is for.
pub const LEAD: &str = "What happened to your account, newest first, and who did it.";
/// Name of the list.
pub const LIST: &str = "Security events";
/// What to do about what one does not know.
pub const NOTE: &str = "Something you do not know? Change your password, and look through your devices.";
/// When a line happened, and from where.
pub const WHEN_FROM: &str = "{when} · from {ip}";
/// The same for several at once, from one place.
pub const BETWEEN_FROM: &str = "Between {since} and {when} · from {ip}";
/// The same from several places.
pub const BETWEEN: &str = "Between {since} and {when} · from several places";
/// A page after the last line.
pub const NO_MORE: &str = "Nothing before that.";
/// In place of the list, while the database is away.
pub const HISTORY_AWAY: &str =
    "We cannot reach our records, so your history cannot be shown. You stay signed in. Please look again in a minute.";

/// One line, as a sentence. `device` is the browser in words; empty when it is not known.
pub fn line(line: &HistoryView, device: &str) -> String {
    let Some(kind) = line.kind() else { return "Something happened that this version has no words for".into() };
    let told = once(line, kind, device);
    if line.count == 1 {
        return told;
    }
    several(kind, &told, &number(i64::try_from(line.count).unwrap_or(i64::MAX)))
}

fn once(line: &HistoryView, kind: Kind, device: &str) -> String {
    // Its name is of plain letters, checked when it was made.
    let role = |told: &str| told.replace("{role}", &line.detail);
    match line.by {
        By::You => role(&you(kind, &line.detail, device)),
        By::Somebody => role(others(kind, &line.detail)).replace("{who}", "Somebody"),
        By::Administrator | By::Deleted if line.acting || is_about_acting(kind) => in_their_place(line, kind),
        By::Administrator => role(others(kind, &line.detail)).replace("{who}", "An administrator"),
        By::Deleted => role(others(kind, &line.detail)).replace("{who}", "A deleted account"),
        By::Operator => role(others(kind, &line.detail)).replace("{who}", "The operator"),
    }
}

const fn is_about_acting(kind: Kind) -> bool {
    matches!(kind, Kind::ImpersonationBegan | Kind::ImpersonationEnded)
}

/// What an administrator did who acted as the owner, and how that began and ended.
fn in_their_place(line: &HistoryView, kind: Kind) -> String {
    let who = if line.by == By::Deleted { "A deleted account" } else { "An administrator" };
    match kind {
        Kind::ImpersonationBegan => acting::began(who, line.detail == "write", &line.reason),
        Kind::ImpersonationEnded => acting::ended(who, &line.detail.parse().map(length).unwrap_or_default()),
        _ => acting::while_acting(&others(kind, &line.detail).replace("{who}", who)),
    }
}

/// What follows each other and is the same, as one line. `told` is what is said of one of them.
fn several(kind: Kind, told: &str, count: &str) -> String {
    match kind {
        Kind::SignInFailed => format!("{count} failed sign-ins"),
        Kind::ReauthenticationFailed => format!("{count} times a wrong password, in a session of yours"),
        Kind::ResetRequested => format!("{count} times a letter to set a new password was asked for"),
        _ => format!("{told}, {count} times"),
    }
}

/// What the owner did.
fn you(kind: Kind, detail: &str, device: &str) -> String {
    let text = match kind {
        Kind::Registered => "You registered this account",
        Kind::Verified => "You confirmed your address",
        Kind::Created => "You made this account",
        Kind::SignedIn if !device.is_empty() => return format!("You signed in from {device}"),
        Kind::SignedIn => "You signed in",
        Kind::SignInFailed => "You gave a wrong password",
        Kind::SignedOut => "You signed out",
        Kind::SessionEnded => "You ended one of your sessions",
        Kind::OtherSessionsEnded => "You ended all your other sessions",
        Kind::ReuseDetected => "An old copy of your sign-in was used, so we ended that session",
        Kind::RoleChanged => match Role::from_word(detail) {
            Some(Role::Admin) => "You made yourself administrator",
            Some(Role::User) => "You made yourself an ordinary user",
            Some(Role::Named(_)) => "You gave yourself the role \u{201c}{role}\u{201d}",
            None => "You changed your own role",
        },
        Kind::Disabled => "You disabled your account",
        Kind::Enabled => "You enabled your account again",
        Kind::SessionsEndedByAdmin => "You ended all your sessions, as an administrator",
        Kind::PasswordReset => "You set a new password, as an administrator",
        Kind::LettersRetried => "You had letters tried again",
        Kind::ResetRequested => "You asked for a letter to set a new password",
        Kind::PasswordRecovered => "You set a new password by letter",
        Kind::PasswordChanged => "You changed your password",
        Kind::AddressChangeRequested => "You asked to change your address",
        Kind::AddressChanged => "You changed your address",
        Kind::AddressRestored => "You took your former address back",
        Kind::NameChanged => "You changed your name",
        Kind::NewDevice if !device.is_empty() => return format!("You used {device} here for the first time"),
        Kind::NewDevice => "You signed in from a browser that was new here",
        Kind::Reauthenticated => "You gave your password again",
        Kind::ReauthenticationFailed => "You gave a wrong password when asked for it again",
        Kind::AccountSecured => "You said \u{201c}this was not me\u{201d}: all sessions were ended",
        Kind::DataExported => "You downloaded a copy of your data",
        Kind::DeletionRequested => "You asked to delete your account",
        Kind::DeletionCancelled => "You decided to keep your account",
        Kind::AccountDeleted => "Your account was deleted",
        Kind::RoleMade => "You made a role",
        Kind::RoleEdited => "You changed what a role lets people do",
        Kind::RoleRemoved => "You removed a role",
        Kind::Invited => "You invited yourself",
        Kind::AccountsImported => "You imported accounts",
        Kind::AccountsExported => "You exported the list of accounts",
        Kind::VerifiedByAdmin => "You confirmed your address, as an administrator",
        Kind::ResetForced => "You demanded a new password of yourself",
        Kind::SessionEndedByAdmin => "You ended one of your sessions, as an administrator",
        Kind::InvitationRevoked => "You took an invitation back",
        Kind::DeletionOrdered => "You ordered your account to be deleted",
        Kind::DeletionRevoked => "You took the deletion of your account back",
        Kind::ImpersonationBegan => "You began to act as yourself",
        Kind::ImpersonationEnded => "You stopped acting as yourself",
        Kind::SettingChanged => "You changed a setting",
        Kind::KeysRotated => "You rotated the signing key",
        Kind::KeyRetirementPlanned => "You planned the retirement of a signing key",
        Kind::KeyDistrusted => "You distrusted a signing key",
        Kind::AuditExported => "You exported security events",
        Kind::EventsRemoved => "You removed old events",
    };
    text.to_owned()
}

/// What somebody else did, with a place for who it was.
fn others(kind: Kind, detail: &str) -> &'static str {
    match kind {
        Kind::Registered => "{who} registered this account with your address",
        Kind::Verified => "{who} confirmed your address",
        Kind::Created => "{who} made this account",
        Kind::SignedIn => "{who} signed in to your account",
        Kind::SignInFailed => "{who} gave a wrong password",
        Kind::SignedOut => "{who} signed you out",
        Kind::SessionEnded => "{who} ended one of your sessions",
        Kind::OtherSessionsEnded => "{who} ended all your other sessions",
        Kind::ReuseDetected => "{who} used an old copy of your sign-in, so we ended that session",
        Kind::RoleChanged => match Role::from_word(detail) {
            Some(Role::Admin) => "{who} made you administrator",
            Some(Role::User) => "{who} made you an ordinary user",
            Some(Role::Named(_)) => "{who} gave you the role \u{201c}{role}\u{201d}",
            None => "{who} changed your role",
        },
        Kind::Disabled => "{who} disabled your account",
        Kind::Enabled => "{who} enabled your account again",
        Kind::SessionsEndedByAdmin => "{who} ended all your sessions",
        Kind::PasswordReset => "{who} set a new password for you",
        Kind::LettersRetried => "{who} had letters tried again",
        Kind::ResetRequested => "{who} asked for a letter to set a new password",
        Kind::PasswordRecovered => "{who} set a new password by letter",
        Kind::PasswordChanged => "{who} changed your password",
        Kind::AddressChangeRequested => "{who} asked to change your address",
        Kind::AddressChanged => "{who} changed your address",
        Kind::AddressRestored => "{who} gave your former address back to you",
        Kind::NameChanged => "{who} changed your name",
        Kind::NewDevice => "{who} signed in from a browser that was new here",
        Kind::Reauthenticated => "{who} gave your password again",
        Kind::ReauthenticationFailed => "{who} gave a wrong password in a session of yours",
        Kind::AccountSecured => "{who} said \u{201c}this was not me\u{201d}: all sessions were ended",
        Kind::DataExported => "{who} downloaded a copy of your data",
        Kind::DeletionRequested => "{who} asked to delete your account",
        Kind::DeletionCancelled => "{who} kept your account",
        Kind::AccountDeleted => "Your account was deleted",
        Kind::RoleMade => "{who} made a role",
        Kind::RoleEdited => "{who} changed what a role lets people do",
        Kind::RoleRemoved => "{who} removed a role",
        Kind::Invited => "{who} invited you",
        Kind::AccountsImported => "{who} imported accounts",
        Kind::AccountsExported => "{who} exported the list of accounts",
        Kind::VerifiedByAdmin => "{who} confirmed your address",
        Kind::ResetForced => "{who} demanded that you choose a new password",
        Kind::SessionEndedByAdmin => "{who} ended one of your sessions",
        Kind::InvitationRevoked => "{who} took your invitation back",
        Kind::DeletionOrdered => "{who} ordered your account to be deleted",
        Kind::DeletionRevoked => "{who} took the deletion of your account back",
        Kind::ImpersonationBegan => "{who} began to see your account with your eyes",
        Kind::ImpersonationEnded => "{who} stopped seeing your account with your eyes",
        Kind::SettingChanged => "{who} changed a setting",
        Kind::KeysRotated => "{who} rotated the signing key",
        Kind::KeyRetirementPlanned => "{who} planned the retirement of a signing key",
        Kind::KeyDistrusted => "{who} distrusted a signing key",
        Kind::AuditExported => "{who} exported security events",
        Kind::EventsRemoved => "{who} removed old events",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::words::EndCause;

    fn view(kind: &str, by: By, detail: &str, count: usize) -> HistoryView {
        HistoryView {
            id: uuid::Uuid::nil(),
            at: 0,
            since: 0,
            count,
            kind: kind.into(),
            by,
            user_agent: String::new(),
            ip: String::new(),
            detail: detail.into(),
            acting: false,
            reason: String::new(),
        }
    }

    #[test]
    fn every_event_by_whomever_is_a_sentence_that_says_who_it_was() {
        for kind in Kind::ALL {
            for by in By::ALL {
                for detail in ["", "admin", "user", "support", "12", EndCause::SignedOut.as_str()] {
                    let told = line(&view(kind.as_str(), *by, detail, 1), "");
                    assert!(!told.contains(['{', '}', '_']) && told.len() > 10, "{told}");
                    let named = told.starts_with("You ") || told.starts_with("Your account was deleted");
                    let named = named || told.starts_with("An old copy");
                    assert_eq!(named, *by == By::You || *kind == Kind::AccountDeleted, "{told}");
                }
            }
        }
    }

    #[test]
    fn lines_are_said_as_people_say_them() {
        let told = |kind, by, detail, device| line(&view(kind, by, detail, 1), device);
        assert_eq!(told("signed_in", By::You, "day", "Firefox on Linux"), "You signed in from Firefox on Linux");
        assert_eq!(told("sign_in_failed", By::Somebody, "", ""), "Somebody gave a wrong password");
        assert_eq!(told("role_changed", By::Administrator, "admin", ""), "An administrator made you administrator");
        let given = told("role_changed", By::Administrator, "support", "");
        assert_eq!(given, "An administrator gave you the role \u{201c}support\u{201d}");
        assert_eq!(told("disabled", By::Deleted, "", ""), "A deleted account disabled your account");
        assert_eq!(told("password_changed", By::You, "", ""), "You changed your password");
        assert_eq!(line(&view("sign_in_failed", By::Somebody, "", 1204), ""), "1,204 failed sign-ins");
        assert_eq!(line(&view("name_changed", By::You, "", 12), ""), "You changed your name, 12 times");
        let acting = HistoryView { acting: true, ..view("name_changed", By::Administrator, "", 1) };
        assert_eq!(line(&acting, ""), "An administrator changed your name while acting as you");
        let began =
            HistoryView { reason: "Ticket 12".into(), ..view("impersonation_began", By::Administrator, "read", 1) };
        let text = "An administrator began to look at your account as you see it: \u{201c}Ticket 12\u{201d}";
        assert_eq!(line(&began, ""), text);
        let ended = told("impersonation_ended", By::Administrator, "600", "");
        assert_eq!(ended, "An administrator no longer acts as you, after 10 minutes");
        let newer = told("turned_to_stone", By::Administrator, "granite", "");
        assert_eq!(newer, "Something happened that this version has no words for");
    }
}
