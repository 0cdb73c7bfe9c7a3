//! Security events, for reading, and `/admin/audit`.

use super::{acting, length, number, role, stay};
use identity::words::{EndCause, EventView, Role, Stay};

/// Below the title of `/admin/audit`.
pub const LEAD: &str = "Who did what to whom, newest first. Kept as it was written.";
/// Name of the list.
pub const LIST: &str = "Security events";
/// Nothing was found.
pub const NOTHING: &str = "No such events";
/// Below it.
pub const NOTHING_HINT: &str = "Nothing was recorded that meets all of what you chose.";
/// Filter: whom it happened to.
pub const WHOM: &str = "Whose account: address or id";
/// Filter: who did it.
pub const WHO: &str = "Done by: address or id";
/// Filter: the first day.
pub const FROM_DAY: &str = "From (UTC)";
/// Filter: the last day.
pub const TO_DAY: &str = "Until and with";
/// Title of the card about the chain.
pub const CHAIN: &str = "The chain";
/// Its length.
pub const SEALED: &str = "Sealed";
/// Its last digest.
pub const CHAIN_END: &str = "Ends in";
/// What that is for.
pub const CHAIN_END_NOTE: &str =
    "Note it down elsewhere: latchkey audit verify --expect shows later that nothing was cut off.";
/// An event that has no place yet.
pub const NO_PLACE: &str = "Not sealed yet";
/// Of an entry: its kind, as programs know it.
pub const KIND: &str = "Kind";
/// Of an entry: the moment, exactly.
pub const MOMENT: &str = "Moment";
/// Of an entry: the word more.
pub const DETAIL: &str = "Detail";
/// Of an entry: its id.
pub const EVENT_ID: &str = "Event";
/// Of an entry: the id of who acted.
pub const ACTOR_ID: &str = "Done by";
/// Of an entry: the id of whom it concerns.
pub const SUBJECT_ID: &str = "Account";
/// Of an entry: the session.
pub const SESSION_ID: &str = "Session";
/// Of an entry: the hash over what it says about people.
pub const PERSONAL: &str = "Personal hash";
/// Of an entry: its digest.
pub const DIGEST: &str = "Digest";

/// How far the chain goes.
pub fn sealed(last: &str) -> String {
    if last == "0" { "Nothing yet".to_owned() } else { format!("Up to entry {last}") }
}

/// Events that have no place yet.
pub fn waiting(count: i64) -> String {
    match count {
        1 => "1 event waits for its place".to_owned(),
        10_001.. => "More than 10,000 events wait for their place".to_owned(),
        _ => format!("{} events wait for their place", number(count)),
    }
}

/// The place of an event.
pub fn entry(seq: i64) -> String {
    format!("Entry {}", number(seq))
}

/// The reason that was given.
pub fn note(note: &str) -> String {
    format!("“{note}”")
}

/// A link to a file with the same events.
pub fn export(format: identity::audit::Format) -> &'static str {
    use identity::audit::Format;
    match format {
        Format::Csv => "Export CSV",
        Format::Jsonl => "Export JSONL",
    }
}

/// What events are about.
pub fn class(class: identity::audit::Class) -> &'static str {
    use identity::audit::Class;
    match class {
        Class::SignIns => "Sign-ins",
        Class::Accounts => "Accounts",
        Class::Administration => "Administration",
        Class::Alarms => "Alarms",
    }
}

/// A page that was searched for and not filled.
pub fn looked_through(count: &str) -> String {
    format!("Looked through {count} events for this page. The next page goes on from there.")
}

/// Column: the event.
pub const WHAT: &str = "What";
/// Column: the moment.
pub const WHEN: &str = "When";
/// Column: whom it concerns.
pub const WHOSE: &str = "Whose account";
/// Column: who did it.
pub const BY: &str = "Done by";
/// Column: the network address.
pub const FROM: &str = "From";
/// It concerns no account.
pub const NOBODYS: &str = "Nobody's";
/// In place of the address of somebody who is gone.
pub const DELETED: &str = "A deleted account";
/// The last few events.
pub const LAST: &str = "Last events";
/// The way to all of them.
pub const ALL: &str = "All events";

/// In a list: who did it.
pub fn by(actor: &str) -> String {
    format!("by {actor}")
}

/// In a list: from which network address.
pub fn from(ip: &str) -> String {
    format!("from {ip}")
}

/// A security event, for reading. `kind` is a word of `identity::events::Kind`; an unknown one, from a newer version, is shown
/// as it is.
pub fn event(kind: &str) -> String {
    use identity::events::Kind;
    let Some(kind) = Kind::from_word(kind) else { return kind.to_owned() };
    match kind {
        Kind::Registered => "Registered",
        Kind::Verified => "Confirmed the address",
        Kind::Created => "Account created by the operator",
        Kind::SignedIn => "Signed in",
        Kind::SignInFailed => "Sign-in failed",
        Kind::SignedOut => "Signed out",
        Kind::SessionEnded => "Ended a session",
        Kind::OtherSessionsEnded => "Ended all other sessions",
        Kind::ReuseDetected => "A copied session was used",
        Kind::RoleChanged => "Role changed",
        Kind::Disabled => "Account disabled",
        Kind::Enabled => "Account enabled",
        Kind::SessionsEndedByAdmin => "Sessions ended by an administrator",
        Kind::PasswordReset => "Password reset by an administrator",
        Kind::LettersRetried => "Letters tried again",
        Kind::ResetRequested => "Asked for a letter to set a new password",
        Kind::PasswordRecovered => "Set a new password by letter",
        Kind::PasswordChanged => "Changed the password",
        Kind::AddressChangeRequested => "Asked to change the address",
        Kind::AddressChanged => "Changed the address",
        Kind::AddressRestored => "Took the former address back",
        Kind::NameChanged => "Changed the name",
        Kind::NewDevice => "Signed in from a new browser",
        Kind::Reauthenticated => "Gave the password again",
        Kind::ReauthenticationFailed => "Gave a wrong password",
        Kind::AccountSecured => "Said \u{201c}this was not me\u{201d}",
        Kind::DataExported => "Downloaded a copy of everything",
        Kind::DeletionRequested => "Asked to delete the account",
        Kind::DeletionCancelled => "Decided to keep the account",
        Kind::AccountDeleted => "Account deleted",
        Kind::RoleMade => "Role made",
        Kind::RoleEdited => "Role changed in its permissions",
        Kind::RoleRemoved => "Role removed",
        Kind::Invited => "Invited",
        Kind::AccountsImported => "Accounts imported",
        Kind::AccountsExported => "Accounts exported",
        Kind::VerifiedByAdmin => "Address confirmed by an administrator",
        Kind::ResetForced => "New password demanded",
        Kind::SessionEndedByAdmin => "Session ended by an administrator",
        Kind::InvitationRevoked => "Invitation taken back",
        Kind::DeletionOrdered => "Deletion ordered",
        Kind::DeletionRevoked => "Deletion taken back",
        Kind::ImpersonationBegan => "Acting as somebody else began",
        Kind::ImpersonationEnded => "Acting as somebody else ended",
        Kind::SettingChanged => "Setting changed",
        Kind::KeysRotated => "Signing key rotated",
        Kind::KeyRetirementPlanned => "Retirement of a key planned",
        Kind::KeyDistrusted => "Signing key distrusted",
        Kind::AuditExported => "Events exported",
        Kind::EventsRemoved => "Old events removed",
    }
    .to_owned()
}

/// The detail of a security event, for reading: a role, a lifetime, or a number of sessions or letters. The cause of an end is
/// told by the event itself.
pub fn event_detail(kind: &str, detail: &str) -> String {
    use identity::events::Kind;
    let thing = match Kind::from_word(kind) {
        Some(Kind::LettersRetried) => "letter",
        Some(Kind::EventsRemoved) => "event",
        Some(Kind::AccountsImported | Kind::AccountsExported) => "account",
        _ => "session",
    };
    let told = [Kind::RoleChanged, Kind::Created, Kind::Invited, Kind::RoleMade, Kind::RoleEdited, Kind::RoleRemoved];
    let of_role = told.iter().any(|of| of.as_str() == kind);
    let role = || Role::from_word(detail).filter(|_| of_role).map(role);
    let stay = || Stay::from_word(detail).map(|it| stay(it).to_owned());
    let cause = || EndCause::from_word(detail).map(|_| String::new());
    if kind == identity::events::Kind::ImpersonationEnded.as_str() {
        return detail.parse().map(length).unwrap_or_default();
    }
    if kind == identity::events::Kind::ImpersonationBegan.as_str() {
        return match detail {
            "read" => acting::READ_ONLY,
            "write" => acting::MAY_WRITE,
            other => other,
        }
        .to_owned();
    }
    let things = || match detail.parse() {
        Ok(1) => Some(format!("1 {thing}")),
        Ok(n) => Some(format!("{} {thing}s", number(n))),
        Err(_) => None,
    };
    role().or_else(stay).or_else(cause).or_else(things).unwrap_or_else(|| detail.to_owned())
}

/// Who did it, for reading. Nobody who signed in: then it was the command line or the one-time link it printed, the installation by
/// itself, or a stranger.
pub fn event_actor(event: &EventView) -> String {
    match &event.actor {
        _ if event.actor_id.is_some() && event.actor_id == event.subject_id => "Themselves".to_owned(),
        Some(actor) => actor.clone(),
        None if event.actor_id.is_some() => DELETED.to_owned(),
        None if event.kind == identity::events::Kind::AccountDeleted.as_str() => "Nobody: it was time".to_owned(),
        None if event.ip.is_empty() || event.ip == "command line" => "The operator".to_owned(),
        None => "Somebody unknown".to_owned(),
    }
}

/// Whose account it is, for reading.
pub fn event_subject(event: &EventView) -> String {
    match &event.subject {
        Some(subject) => subject.clone(),
        None if event.subject_id.is_some() => DELETED.to_owned(),
        None => NOBODYS.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_words_or_counts() {
        let ended = |detail| event_detail("sessions_ended_by_admin", detail);
        assert_eq!(event_detail("role_changed", "admin"), "Administrator");
        assert_eq!(event_detail("invited", "user"), "User");
        assert_eq!(event_detail("signed_in", "day"), "One day");
        assert_eq!(event_detail("role_edited", "day"), "day", "a role may be called so");
        assert_eq!(ended("signed_out_elsewhere"), "");
        assert_eq!(ended("1"), "1 session");
        assert_eq!(ended("12"), "12 sessions");
        assert_eq!(event_detail("impersonation_began", "read"), "read only");
        assert_eq!(event_detail("impersonation_began", "write"), "may change something");
        assert_eq!(event_detail("letters_retried", "1"), "1 letter");
        assert_eq!(event_detail("events_removed", "2"), "2 events");
        assert_eq!(event_detail("letters_retried", "1200"), "1,200 letters");
        assert_eq!(ended("something newer"), "something newer");
    }

    #[test]
    fn every_event_has_words() {
        for kind in identity::events::Kind::ALL {
            assert_ne!(event(kind.as_str()), kind.as_str());
        }
    }

    #[test]
    fn somebody_who_is_gone_is_a_deleted_account() {
        let [gone, here] = [1, 2].map(uuid::Uuid::from_u128);
        let event = |actor_id, subject_id| EventView {
            id: uuid::Uuid::nil(),
            at: 0,
            kind: "disabled".into(),
            actor_id,
            subject_id,
            actor: (actor_id == Some(here)).then(|| "root@example.org".into()),
            subject: (subject_id == Some(here)).then(|| "root@example.org".into()),
            ip: String::new(),
            detail: String::new(),
            session: None,
            note: None,
            seq: None,
            personal: None,
            digest: None,
        };
        let told = |actor, subject| {
            let event = event(actor, subject);
            [event_actor(&event), event_subject(&event)]
        };
        assert_eq!(told(Some(gone), Some(here)), ["A deleted account", "root@example.org"]);
        assert_eq!(told(Some(here), Some(gone)), ["root@example.org", "A deleted account"]);
        assert_eq!(told(Some(gone), Some(gone)), ["Themselves", "A deleted account"]);
        assert_eq!(told(None, None), ["The operator", "Nobody's"]);
    }
}
