//! `/admin/users/{id}`, beyond the words it shares with the rest of the panel. Names in braces are places for something that is not words;
//! see `components::woven`.

use super::number;

/// Marks an account whose owner has not chosen a password so far.
pub const INVITED: &str = "Invited";
/// When that was.
pub const INVITED_AT: &str = "Invited";
/// Fact: when the password was set last.
pub const PASSWORD_CHANGED: &str = "Password changed";
/// Fact: when the account goes.
pub const DELETED_ON: &str = "Will be deleted";

/// An administrator has ordered the deletion. `when` is a moment.
pub const WILL_BE_DELETED: &str =
    "An administrator has ordered this account to be deleted {when}. Until then nobody can sign in to it.";
/// Takes that back.
pub const UNDELETE: &str = "Undo: keep the account";
/// Its owner has asked for it. `when` is a moment.
pub const WANTS_TO_LEAVE: &str =
    "Its owner has asked to delete this account. It goes {when}, unless they change their mind.";

/// Why there is nothing to press.
pub const BEYOND: &str = "This account may do more than you, so you cannot change anything about it.";
/// Why the last administrator stays.
pub const LAST_ADMIN: &str = "Not possible: this is the last administrator who can sign in. Make another one first.";
/// Why somebody who has only registered gets no role.
pub const UNCLAIMED: &str = "Not yet possible: nobody has confirmed this address, so whoever registered it may be a stranger. Once it is confirmed, \
     or when you invite its owner, the account can have a role.";

/// Sends the invitation again.
pub const RESEND: &str = "Send the invitation again";
/// What follows.
pub const RESEND_TEXT: &str = "Another letter goes to the address. It is good for seven days, and the earlier ones stay good as long as they were.";
/// Really sends it.
pub const RESEND_YES: &str = "Yes, send it";

/// Vouches for the address.
pub const VERIFY: &str = "Confirm the address yourself";
/// What follows from that.
pub const VERIFY_TEXT: &str = "Only if you know that the address is theirs and that they have registered it themselves: they can then sign in \
                               with the password they chose. A letter tells the address.";
/// What follows where somebody else may have registered it too.
pub const VERIFY_CONTESTED_TEXT: &str = "This address was registered more than once, so nobody can say whose password is stored. It is made \
                                         worthless, and a letter to the address brings what a new one is set with.";
/// What follows for somebody who was invited.
pub const VERIFY_INVITED_TEXT: &str = "The address counts as confirmed. The invitation is void, and another letter brings what a password is \
                                       set with.";
/// Really does it.
pub const VERIFY_YES: &str = "Yes, I vouch for it";

/// What follows from enabling.
pub const ENABLE_TEXT: &str = "They can sign in again, with the password they had.";
/// Really does it.
pub const ENABLE_YES: &str = "Yes, enable it";

/// What hurts.
pub const DANGER: &str = "With care";
/// Has the owner choose another password.
pub const RESET: &str = "Force a new password";
/// What follows from that.
pub const RESET_TEXT: &str = "Their password stops working and they are signed out everywhere. A letter brings what a new one is set with; \
                              nobody else learns it.";
/// The same for oneself.
pub const RESET_SELF_TEXT: &str =
    "Your own password stops working and you are signed out at once. A letter brings what a new one is set with.";
/// Really does it.
pub const RESET_YES: &str = "Yes, make it worthless";
/// Why that is not possible.
pub const RESET_REFUSED: &str =
    "Not possible while nobody has confirmed the address: the letter might go to a stranger.";

/// Has the account deleted.
pub const DELETE: &str = "Delete account";
/// What follows from that.
pub const DELETE_TEXT: &str = "They are signed out at once and cannot sign in. In seven days everything that is theirs is deleted for good; until \
                               then you can undo it here. A letter tells them.";
/// The same for oneself.
pub const DELETE_SELF_TEXT: &str = "You are signed out at once, and only another administrator can undo it within seven days. To leave of your own \
                                    accord, use your account's own page.";
/// Really orders it.
pub const DELETE_YES: &str = "Yes, delete it in seven days";

/// Takes an invitation back.
pub const REVOKE: &str = "Take the invitation back";
/// What follows from that.
pub const REVOKE_TEXT: &str =
    "The link in the letter stops working, and the account, which nobody has ever had, is deleted at once.";
/// Really does it.
pub const REVOKE_YES: &str = "Yes, take it back";

/// The letters somebody was sent.
pub const LETTERS: &str = "Letters";
/// What is shown of them.
pub const LETTERS_TEXT: &str = "What they were about and how they fared. What they say is sealed.";
/// There are none.
pub const NO_LETTERS: &str = "None in the last month.";

/// Unfolds the letters before.
pub fn more_letters(count: usize) -> String {
    format!("{} earlier", number(i64::try_from(count).unwrap_or(i64::MAX)))
}
