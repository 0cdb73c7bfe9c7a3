//! What one page has to tell the next: an error, a notice, and what was typed. For browsers without JavaScript.
//!
//! Travels once, sealed, in a cookie of minutes that the server's `flash.rs` writes and clears. Never holds a secret: only
//! fields named in [`KEPT`] are kept.

use crate::error::AppError;
use identity::words::{Fault, Field};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The fields whose typed value is given back to the form. Passwords, tokens and codes are not among them. Of a field that is there
/// more than once, all values are, with a space between.
pub const KEPT: &[&str] = &["name", "email", "stay", "next", "reason", "setting", "value", "permission[]", "others"];

identity::spelled! {
    /// Something that went well.
    Notice {
        /// A registration or a request for another letter: look into the mailbox.
        LetterSent = "letter_sent",
        /// The address is confirmed.
        Verified = "verified",
        /// A new password was set by letter.
        PasswordSet = "password_set",
        /// The own password was changed.
        PasswordChanged = "password_changed",
        /// The own name was changed.
        NameChanged = "name_changed",
        /// A new address has to confirm.
        AddressAsked = "address_asked",
        /// A change of address was given up.
        AddressKept = "address_kept",
        /// The new address is confirmed.
        AddressChanged = "address_changed",
        /// Everybody is out of the account; a new password is next.
        Secured = "secured",
        /// Everybody is out of the account, but its address has another one by now.
        SecuredElsewhere = "secured_elsewhere",
        /// Signed out.
        SignedOut = "signed_out",
        /// The first administrator exists.
        SetupDone = "setup_done",
        /// A session was ended.
        SessionEnded = "session_ended",
        /// All other sessions were ended.
        OthersEnded = "others_ended",
        /// A role was changed.
        RoleChanged = "role_changed",
        /// A role was made.
        RoleMade = "role_made",
        /// What a role lets people do was changed.
        RoleEdited = "role_edited",
        /// A role was removed.
        RoleRemoved = "role_removed",
        /// An account was disabled.
        Disabled = "disabled",
        /// An account was enabled.
        Enabled = "enabled",
        /// An account's sessions were ended.
        SessionsEnded = "sessions_ended",
        /// An account's password was made worthless, and its owner written to.
        ResetForced = "reset_forced",
        /// An administrator vouched for an address.
        VerifiedByAdmin = "verified_by_admin",
        /// An account was shut, to be deleted.
        DeletionOrdered = "deletion_ordered",
        /// And now it is not.
        DeletionRevoked = "deletion_revoked",
        /// An invitation is on its way.
        Invited = "invited",
        /// An invitation was taken back.
        InvitationRevoked = "invitation_revoked",
        /// All accounts of a file were made.
        Imported = "imported",
        /// An account was made with a password.
        AccountMade = "account_made",
        /// Somebody has chosen the password of an account they were invited to.
        InvitationAccepted = "invitation_accepted",
        /// The account will be deleted.
        DeletionRequested = "deletion_requested",
        /// And now it will not.
        AccountKept = "account_kept",
        /// Letters are tried again now.
        LettersRetried = "letters_retried",
        /// There was no letter to try again.
        LettersElsewhere = "letters_elsewhere",
        /// A setting was changed.
        SettingChanged = "setting_changed",
        /// A new signing key was made.
        KeysRotated = "keys_rotated",
        /// It was planned when the signing key stops.
        KeyRetirementPlanned = "key_retirement_planned",
        /// And now it does not.
        KeyRetirementCancelled = "key_retirement_cancelled",
        /// A signing key is trusted no more.
        KeyDistrusted = "key_distrusted",
        /// An administrator sees somebody's account with their eyes now.
        ActingBegan = "acting_began",
        /// And is themselves again.
        ActingOver = "acting_over",
        /// The password was given again; the form has to be sent once more.
        ProofGiven = "proof_given",
    }
}

/// The message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The form it is about, as the function's path: `/api/login`.
    pub form: String,
    /// What went wrong.
    pub error: Option<AppError>,
    /// What went well.
    pub notice: Option<Notice>,
    /// What was typed, of the fields that may be kept.
    pub typed: BTreeMap<String, String>,
    /// A form that waits until the password was given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

/// A form that waits. The server's `pending.rs` seals and opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The form, sealed: what `/reauthenticate` sends along with the password.
    pub sealed: String,
    /// The path of its function, to be told in words.
    pub act: String,
    /// The page it was sent from.
    pub back: String,
    /// Whom or what it is about, as the form says it: the id of an account, or an address.
    pub concerned: Option<String>,
}

impl Flash {
    /// What was typed into a field.
    pub fn typed(&self, field: &str) -> String {
        self.typed.get(field).cloned().unwrap_or_default()
    }

    /// The fault of a field, if it has one.
    pub fn fault(&self, field: Field) -> Option<Fault> {
        match &self.error {
            Some(AppError::Invalid { fields }) => fields.iter().find(|f| f.field == field).map(|f| f.fault),
            _ => None,
        }
    }
}
