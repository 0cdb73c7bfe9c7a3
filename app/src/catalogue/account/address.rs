//! `/account/address`, and `/confirm-address`, where the letter leads. Names in braces are places for something that is not words;
//! see `components::woven`.

/// Below the title of `/account/address`.
pub const LEAD: &str = "Where letters go, and what you sign in with.";
/// The address in force.
pub const PRESENT: &str = "Your address";
/// The card of the form.
pub const CHANGE: &str = "Change it";
/// What will happen.
pub const CHANGE_TEXT: &str = "We send a letter to the new address, and tell the present one. Nothing changes until the new one is \
                               confirmed.";
/// The field.
pub const NEW_ADDRESS: &str = "New address";
/// The button.
pub const ASK: &str = "Send the letter";

/// A change that waits, as a title.
pub const PENDING: &str = "Waiting for confirmation";
/// Which, and until when.
pub const PENDING_TEXT: &str =
    "If {address} can be used here, a letter is on its way to it. Open its link or type its code, until {end}.";
/// The field of the code.
pub const CODE: &str = "Code from the letter";
/// Confirms, by code or by link.
pub const CONFIRM_IT: &str = "Confirm this address";
/// Asks for another letter.
pub const RESEND: &str = "Send the letter again";
/// Gives the change up.
pub const CANCEL: &str = "Keep my present address";
/// In place of what waits.
pub const AWAY: &str =
    "We cannot reach our records, so a change that waits cannot be shown. Please look again in a minute.";

/// `/confirm-address` by the link in a letter.
pub const CONFIRM: &str = "Confirm your new address";
/// Below that title.
pub const CONFIRM_LEAD: &str = "One click, and your account has this address.";
/// For who was sent a letter by somebody else's doing.
pub const NOT_YOU: &str = "You did not ask for this? Then close this page, and nothing happens.";
/// `/confirm-address` without a link.
pub const CODE_LEAD: &str = "Type the code from the letter we sent to the new address.";
/// For who comes late; `/account/address` follows as a link.
pub const LINK_OLD: &str = "Link too old?";
/// The way to ask again.
pub const ASK_AGAIN: &str = "Ask for another letter";
