//! Letters: what they say, how they wait, how they leave.
//!
//! A letter is posted in the transaction that gives the reason for it, so neither exists without the other, and it is encrypted
//! while it waits, because it may carry a token. Delivery happens later and elsewhere; a mail server that is slow or down
//! delays no request. No letter contains anything that tells the sender when it was read.

mod asked;
mod claims;
mod delivery;
mod layout;
mod letters;
mod message;
mod outbox;
mod pace;
mod transport;

pub(crate) use asked::{Ask, Asked, ask};
pub(crate) use claims::{ON_ITS_WAY, on_their_way};
pub use delivery::{Delivered, deliver_due};
pub use letters::{
    account_deleted, address_vouched, address_vouched_anew, already_registered, deletion_ordered, deletion_requested,
    deletion_revoked, invitation, password_changed, password_reset, reset_forced, security, verification,
};
pub(crate) use message::check_recipient;
pub use message::check_sender;
pub use outbox::{Standing, post, standing, tidy};
pub(crate) use outbox::{post_at, tried};
pub(crate) use pace::{Places, has_room, last_of, places};
pub use transport::Transport;

use serde::{Deserialize, Serialize};

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [claims::STATEMENTS, delivery::STATEMENTS, outbox::STATEMENTS, pace::STATEMENTS].concat()
}

crate::spelled! {
    /// What a letter is about.
    Kind {
        /// Confirms an address at registration.
        Verification = "verification",
        /// Somebody registered an address that has an account.
        AlreadyRegistered = "already_registered",
        /// A session was ended because a copy of it was used (RFC 9700 section 4.14.2).
        ReuseDetected = "reuse_detected",
        /// Brings what a new password can be set with.
        PasswordReset = "password_reset",
        /// The password was changed, in a session or by such a letter.
        PasswordChanged = "password_changed",
        /// Confirms a new address of an account; sent there.
        AddressConfirmation = "address_confirmation",
        /// Somebody asked to change the address; sent to the present one.
        AddressChangeRequested = "address_change_requested",
        /// The address was changed; sent to both.
        AddressChanged = "address_changed",
        /// A sign-in from a browser the account had not been used from.
        NewDevice = "new_device",
        /// An administrator changed what the account may open.
        RoleChanged = "role_changed",
        /// The account will be deleted, unless somebody changes their mind.
        DeletionRequested = "deletion_requested",
        /// The account is gone.
        AccountDeleted = "account_deleted",
        /// An administrator has ordered that.
        DeletionOrdered = "deletion_ordered",
        /// They have taken it back.
        DeletionRevoked = "deletion_revoked",
        /// An administrator made an account: brings what its owner sets a password with.
        Invitation = "invitation",
        /// An administrator made the password worthless: brings what a new one can be set with.
        ResetForced = "reset_forced",
        /// An administrator vouched for the address.
        VerifiedByAdmin = "verified_by_admin",
    }
}

/// A letter ready to be posted. The text and the HTML say the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it is about.
    pub kind: Kind,
    /// The one address it goes to, without a name.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Plain-text body.
    pub text: String,
    /// HTML body.
    pub html: String,
}

impl std::fmt::Debug for Letter {
    /// Leaves the bodies out: they may carry a token, and a log line is forever.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
