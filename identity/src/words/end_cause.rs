//! Why a session ended. Every end has a cause, and the login page tells it.

crate::spelled! {
    /// The recorded reason for a session's end.
    EndCause {
        /// Signed out in this browser.
        SignedOut = "signed_out",
        /// Ended from another of the user's own sessions.
        SignedOutElsewhere = "signed_out_elsewhere",
        /// The lifetime chosen at sign-in ran out.
        Expired = "expired",
        /// The password was changed in another session.
        PasswordChanged = "password_changed",
        /// The password was reset through a mailed link or by an administrator.
        PasswordReset = "password_reset",
        /// An administrator disabled the account.
        Disabled = "disabled",
        /// An administrator ended the session.
        EndedByAdmin = "ended_by_admin",
        /// An old refresh token came back late: somebody has a copy (RFC 9700 section 4.14.2).
        ReuseDetected = "reuse_detected",
        /// The owner of the mailbox said that something was not them.
        Secured = "secured",
        /// The owner has asked to be forgotten.
        DeletionRequested = "deletion_requested",
        /// An administrator has ordered the account to be deleted.
        DeletionOrdered = "deletion_ordered",
        /// An administrator made the password worthless; a letter brings what a new one is set with.
        ResetForced = "reset_forced",
        /// An administrator stopped acting as its owner, or may no longer.
        ActingOver = "acting_over",
    }
}
