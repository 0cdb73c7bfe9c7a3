//! Security events: what happened to an account, written in the transaction that did it.
//!
//! Never holds a secret, and never what somebody typed wrongly. Read in `audit`, which gives each its place in a chain, and, in
//! `history`, by the account's owner. When an account is deleted, its events stay, about an id that leads nowhere.

use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    sessions::Device,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into events (id, at, kind, actor_id, subject_id, session_id, ip, detail, note)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

crate::spelled! {
    /// What happened.
    Kind {
        /// An account was registered; its address is not confirmed yet.
        Registered = "registered",
        /// The address was confirmed.
        Verified = "verified",
        /// An account was made by an administrator or on the command line.
        Created = "created",
        /// Somebody signed in.
        SignedIn = "signed_in",
        /// Somebody gave a wrong password.
        SignInFailed = "sign_in_failed",
        /// Somebody signed out.
        SignedOut = "signed_out",
        /// A person ended one of the own sessions.
        SessionEnded = "session_ended",
        /// A person ended all other sessions.
        OtherSessionsEnded = "other_sessions_ended",
        /// An old refresh token came back.
        ReuseDetected = "reuse_detected",
        /// The role was changed.
        RoleChanged = "role_changed",
        /// The account was disabled.
        Disabled = "disabled",
        /// The account was enabled again.
        Enabled = "enabled",
        /// An administrator ended the account's sessions.
        SessionsEndedByAdmin = "sessions_ended_by_admin",
        /// An administrator set a new password.
        PasswordReset = "password_reset",
        /// An administrator had failing letters tried again at once.
        LettersRetried = "letters_retried",
        /// Somebody asked for a letter with which a new password can be set.
        ResetRequested = "reset_requested",
        /// A new password was set with what such a letter brought.
        PasswordRecovered = "password_recovered",
        /// A person changed the own password.
        PasswordChanged = "password_changed",
        /// A person asked to change the own address; the new one has to confirm.
        AddressChangeRequested = "address_change_requested",
        /// The new address was confirmed and took the place of the old.
        AddressChanged = "address_changed",
        /// The owner of the former address took the account back.
        AddressRestored = "address_restored",
        /// A person changed the own name.
        NameChanged = "name_changed",
        /// Somebody signed in from a browser this account had not been used from.
        NewDevice = "new_device",
        /// The password was given again in a living session, before something dangerous.
        Reauthenticated = "reauthenticated",
        /// A wrong password was given there.
        ReauthenticationFailed = "reauthentication_failed",
        /// The owner of the mailbox said that something was not them: all sessions ended.
        AccountSecured = "account_secured",
        /// A person took away a copy of everything held about them.
        DataExported = "data_exported",
        /// A person asked to be forgotten.
        DeletionRequested = "deletion_requested",
        /// They changed their mind.
        DeletionCancelled = "deletion_cancelled",
        /// The account is gone. Recorded without anything that leads back to the person.
        AccountDeleted = "account_deleted",
        /// A role of the installation's own was made. The detail is its name.
        RoleMade = "role_made",
        /// Its permissions were changed.
        RoleEdited = "role_edited",
        /// It was removed.
        RoleRemoved = "role_removed",
        /// An administrator made an account and had its owner invited to choose a password.
        Invited = "invited",
        /// An administrator imported accounts. The detail is how many.
        AccountsImported = "accounts_imported",
        /// An administrator took away a list of accounts.
        AccountsExported = "accounts_exported",
        /// An administrator vouched for the address.
        VerifiedByAdmin = "verified_by_admin",
        /// An administrator made the password worthless and had its owner asked for another.
        ResetForced = "reset_forced",
        /// An administrator ended one session.
        SessionEndedByAdmin = "session_ended_by_admin",
        InvitationRevoked = "invitation_revoked",
        /// An administrator ordered the account to be deleted.
        DeletionOrdered = "deletion_ordered",
        /// An administrator took that back.
        DeletionRevoked = "deletion_revoked",
        /// An administrator began to act as this account. The note is the reason.
        ImpersonationBegan = "impersonation_began",
        /// They stopped.
        ImpersonationEnded = "impersonation_ended",
        /// A setting was changed at run time. The detail is its name, the note what it is now.
        SettingChanged = "setting_changed",
        /// A new signing key was made.
        KeysRotated = "keys_rotated",
        /// It was decided when a signing key stops signing.
        KeyRetirementPlanned = "key_retirement_planned",
        /// A signing key is trusted no more: every token it signed is refused.
        KeyDistrusted = "key_distrusted",
        /// Somebody took away a list of security events.
        AuditExported = "audit_exported",
        /// Events whose time was over were removed. The detail is how many.
        EventsRemoved = "events_removed",
    }
}

/// Part of a condition: the kinds of which [`Kind::keeps_note`] says so. The triggers of the migration have the same list.
macro_rules! kinds_that_keep_their_note {
    () => {
        "('role_changed', 'role_made', 'role_edited', 'role_removed', 'accounts_exported', 'impersonation_began', 'setting_changed', \
         'keys_rotated', 'key_retirement_planned', 'key_distrusted')"
    };
}
pub(crate) use kinds_that_keep_their_note;

impl Kind {
    /// Whether the note stays when whoever did it is forgotten: it tells what was done to the installation or to somebody else, and nothing of
    /// the doer. It goes with whom it happened to. What somebody looked up in the log is not among them: it can be their own id.
    pub const fn keeps_note(self) -> bool {
        matches!(
            self,
            Self::RoleChanged
                | Self::RoleMade
                | Self::RoleEdited
                | Self::RoleRemoved
                | Self::AccountsExported
                | Self::ImpersonationBegan
                | Self::SettingChanged
                | Self::KeysRotated
                | Self::KeyRetirementPlanned
                | Self::KeyDistrusted
        )
    }
}

/// An event about to be recorded.
pub struct Event {
    kind: Kind,
    actor: Option<Uuid>,
    subject: Option<Uuid>,
    session: Option<Uuid>,
    ip: String,
    detail: String,
    note: Option<String>,
}

impl Event {
    /// An event of nobody, yet.
    pub fn new(kind: Kind) -> Self {
        Self { kind, actor: None, subject: None, session: None, ip: String::new(), detail: String::new(), note: None }
    }

    /// Who did it.
    pub fn by(self, actor: Uuid) -> Self {
        Self { actor: Some(actor), ..self }
    }

    /// Whom it happened to.
    pub fn on(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// In which session.
    pub fn session(self, session: Uuid) -> Self {
        Self { session: Some(session), ..self }
    }

    /// From where.
    pub fn from(self, device: &Device) -> Self {
        Self { ip: device.ip.clone(), ..self }
    }

    /// A word more, from a closed vocabulary.
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// What an administrator gave as the reason, in their own words.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

/// Records an event within the transaction that makes it true.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn record(house: &Latchkey, tx: &mut Tx, event: Event) -> Result<(), Refusal> {
    record_one(house, tx, event).await.map(drop)
}

/// The same, for whoever wants to know the event's id.
pub(crate) async fn record_one(house: &Latchkey, tx: &mut Tx, event: Event) -> Result<Uuid, Refusal> {
    let id = house.new_id();
    within!(*tx, |c| sqlx::query(INSERT)
        .bind(id)
        .bind(house.now())
        .bind(event.kind.as_str())
        .bind(event.actor)
        .bind(event.subject)
        .bind(event.session)
        .bind(&event.ip)
        .bind(&event.detail)
        .bind(&event.note)
        .execute(c)
        .await
        .map(drop))?;
    Ok(id)
}
