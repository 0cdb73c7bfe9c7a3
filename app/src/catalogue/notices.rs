//! What a person is told without having done anything wrong: what went well, why a session ended, what cannot be shown now.

use crate::flash::Notice;
use identity::words::EndCause;

/// The title of what stands in place of something that only the database knows, while it is away.
pub const AWAY: &str = "Not at the moment";

/// Something that went well, as a sentence.
pub const fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::LetterSent => "If the address can be used here, a letter is on its way to it.",
        Notice::Verified => "Your address is confirmed. You can sign in now.",
        Notice::PasswordSet => "Your new password is set. You can sign in with it now.",
        Notice::PasswordChanged => "Your password was changed. Everywhere else you are signed out.",
        Notice::NameChanged => "Your name was changed.",
        Notice::AddressAsked => {
            "If that address can be used here, a letter is on its way to it. Your present one stays until then."
        }
        Notice::AddressKept => "Your address stays as it is.",
        Notice::AddressChanged => "The new address is confirmed. From now on you sign in with it.",
        Notice::Secured => "Everybody is signed out of your account. Now choose a new password.",
        Notice::SecuredElsewhere => {
            "Everybody is signed out of that account, and its password is worthless. But your address has another account by now. Give that \
             one another address or delete it, and then use the link in the letter again."
        }
        Notice::SignedOut => "You are signed out.",
        Notice::SetupDone => "The first administrator is ready. Sign in to begin.",
        Notice::SessionEnded => "That session was ended.",
        Notice::OthersEnded => "All your other sessions were ended.",
        Notice::RoleChanged => "The role was changed. It counts from their next click.",
        Notice::RoleMade => "The role is made. You can give it to people now.",
        Notice::RoleEdited => "The role was changed. It counts from the next click of whoever has it.",
        Notice::RoleRemoved => "The role was removed.",
        Notice::Disabled => "The account was disabled and signed out everywhere.",
        Notice::Enabled => "The account can sign in again.",
        Notice::SessionsEnded => "All sessions of this account were ended.",
        Notice::ResetForced => "The password is worthless now. A letter brings its owner what a new one is set with.",
        Notice::VerifiedByAdmin => "The address is confirmed. A letter tells its owner how to go on.",
        Notice::DeletionOrdered => {
            "The account is shut, and will be deleted in seven days. Until then it can be undone."
        }
        Notice::DeletionRevoked => "The account stays, as it was before.",
        Notice::Invited => "The invitation is on its way. It is good for seven days.",
        Notice::InvitationRevoked => "The invitation was taken back, and the account is gone.",
        Notice::Imported => "The accounts were made. They are at the top of the newest.",
        Notice::AccountMade => "The account is ready. Its address counts as confirmed.",
        Notice::InvitationAccepted => "The account is yours. You can sign in with your password now.",
        Notice::DeletionRequested => "We have written you a letter. Your other sessions were ended.",
        Notice::AccountKept => "Your account stays as it is.",
        Notice::LettersRetried => "It is being tried again. Look once more in a moment.",
        Notice::LettersElsewhere => "There was nothing to try again: it is being sent, or was sent in the meantime.",
        Notice::SettingChanged => "The setting was changed. It counts everywhere within a second.",
        Notice::KeysRotated => "A new key is published. It signs in ten minutes.",
        Notice::KeyRetirementPlanned => "It is planned. The next key is made in time.",
        Notice::KeyRetirementCancelled => "There is no plan any more.",
        Notice::KeyDistrusted => "The key is gone. Everything it signed is refused from now on.",
        Notice::ActingBegan => "You see what they see. Everything says so, and it ends by itself.",
        Notice::ActingOver => "You are yourself again.",
        Notice::ProofGiven => "Thank you. Please send the form once more.",
    }
}

/// Why a session ended, as a title and a sentence for the login page.
pub fn ended_because(cause: EndCause) -> (&'static str, String) {
    let (title, text) = match cause {
        EndCause::SignedOut => ("You are signed out", "Sign in again whenever you like."),
        EndCause::SignedOutElsewhere => {
            ("This session was ended from another device", "You, or somebody who can use your account, ended it there.")
        }
        EndCause::Expired => ("Your session has run out", "It lasted as long as you chose when you signed in."),
        EndCause::PasswordChanged => {
            ("Your password was changed", "That ends all other sessions. Please sign in with the new one.")
        }
        EndCause::PasswordReset => {
            ("Your password was reset", "That ends all sessions. Please sign in with the new one.")
        }
        EndCause::Disabled => ("This account was disabled", "Whoever runs this service can tell you more."),
        EndCause::EndedByAdmin => ("An administrator ended your session", "You can sign in again."),
        EndCause::Secured => (
            "All your sessions were ended",
            "Somebody with access to your mailbox said that something was not you. Set a new password, then sign in.",
        ),
        EndCause::DeletionRequested => (
            "This account is about to be deleted",
            "That was asked for in another session. If you sign in within seven days, you can still keep it.",
        ),
        EndCause::DeletionOrdered => (
            "This account is about to be deleted",
            "An administrator has ordered that. Whoever runs this service can tell you more.",
        ),
        EndCause::ResetForced => (
            "An administrator asks you for a new password",
            "The old one no longer works. A letter to your address brings the way to set another; if it does not arrive, ask \
             for one here under “Forgot your password?”.",
        ),
        EndCause::ActingOver => {
            ("You no longer act as somebody else", "Your own session is over, too. Please sign in as yourself.")
        }
        EndCause::ReuseDetected => (
            "We ended your session to protect you",
            "An old copy of your sign-in was used from somewhere. If that was not you, look through your other sessions \
             after signing in.",
        ),
    };
    (title, text.into())
}
