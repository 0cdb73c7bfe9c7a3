//! What kinds of events there are, drawn together by what they are about: for choosing among them, and for how long they are kept.

use crate::events::Kind;
use std::time::Duration;

crate::spelled! {
    /// What an event is about.
    Class {
        /// Somebody came, left, or was not let in.
        SignIns = "sign_ins",
        /// An account was made, changed by its owner, or left.
        Accounts = "accounts",
        /// Somebody used the power to run the installation.
        Administration = "administration",
        /// Something that should not happen.
        Alarms = "alarms",
    }
}

impl Class {
    /// What an event of this kind is about.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::SignedIn
            | Kind::SignInFailed
            | Kind::SignedOut
            | Kind::SessionEnded
            | Kind::OtherSessionsEnded
            | Kind::NewDevice
            | Kind::Reauthenticated
            | Kind::ReauthenticationFailed => Self::SignIns,
            Kind::Registered
            | Kind::Verified
            | Kind::ResetRequested
            | Kind::PasswordRecovered
            | Kind::PasswordChanged
            | Kind::AddressChangeRequested
            | Kind::AddressChanged
            | Kind::AddressRestored
            | Kind::NameChanged
            | Kind::DataExported
            | Kind::DeletionRequested
            | Kind::DeletionCancelled
            | Kind::AccountDeleted => Self::Accounts,
            Kind::Created
            | Kind::RoleChanged
            | Kind::Disabled
            | Kind::Enabled
            | Kind::SessionsEndedByAdmin
            | Kind::PasswordReset
            | Kind::LettersRetried
            | Kind::RoleMade
            | Kind::RoleEdited
            | Kind::RoleRemoved
            | Kind::Invited
            | Kind::AccountsImported
            | Kind::AccountsExported
            | Kind::VerifiedByAdmin
            | Kind::ResetForced
            | Kind::SessionEndedByAdmin
            | Kind::InvitationRevoked
            | Kind::DeletionOrdered
            | Kind::DeletionRevoked
            | Kind::ImpersonationBegan
            | Kind::ImpersonationEnded
            | Kind::SettingChanged
            | Kind::KeysRotated
            | Kind::KeyRetirementPlanned
            | Kind::KeyDistrusted
            | Kind::AuditExported
            | Kind::EventsRemoved => Self::Administration,
            Kind::ReuseDetected | Kind::AccountSecured => Self::Alarms,
        }
    }

    /// Its kinds.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| Self::of(*kind) == self)
    }
}

/// For how long events are kept, by what they are about; `None` is for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// [`Class::SignIns`]. They are most of the log, and say where people were.
    pub sign_ins: Option<Duration>,
    /// [`Class::Accounts`].
    pub accounts: Option<Duration>,
    /// [`Class::Administration`].
    pub administration: Option<Duration>,
    /// [`Class::Alarms`].
    pub alarms: Option<Duration>,
}

/// A year, and what it takes to look back upon it.
const SIGN_INS: Duration = Duration::from_secs(400 * 86_400);

impl Default for Retention {
    fn default() -> Self {
        Self { sign_ins: Some(SIGN_INS), accounts: None, administration: None, alarms: None }
    }
}

impl Retention {
    /// For how long events of a class are kept.
    pub const fn of(&self, class: Class) -> Option<Duration> {
        match class {
            Class::SignIns => self.sign_ins,
            Class::Accounts => self.accounts,
            Class::Administration => self.administration,
            Class::Alarms => self.alarms,
        }
    }

    /// The least that may be decided at run time. Whoever has taken over an administrator's account must not be able to have the
    /// traces of it removed; whoever runs the machine may decide on less.
    pub(crate) const fn least(class: Class) -> Duration {
        const DAY: u64 = 86_400;
        Duration::from_secs(match class {
            Class::SignIns | Class::Accounts => 30 * DAY,
            Class::Administration | Class::Alarms => 365 * DAY,
        })
    }
}
