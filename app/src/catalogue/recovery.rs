//! `/forgot` and `/reset`: a new password for who does not know the old one.

/// The link on `/login`.
pub const FORGOTTEN: &str = "Forgot your password?";

/// `/forgot`.
pub const FORGOT: &str = "A new key";
/// Below that title.
pub const FORGOT_LEAD: &str = "Tell us your address, and we send a letter with which you can set a new password.";
/// The button of `/forgot`.
pub const SEND: &str = "Send the letter";
/// For who has the letter; [`TYPE_CODE`] follows as a link.
pub const HAVE_LETTER: &str = "Have a letter already?";
/// The way to `/reset` without a link.
pub const TYPE_CODE: &str = "Type its code";
/// For who remembers; the name of the page follows as a link.
pub const REMEMBERED: &str = "Remembered it?";
/// The way back for who is signed in.
pub const TO_ACCOUNT: &str = "Back to your account";

/// `/reset`.
pub const RESET: &str = "Set a new password";
/// Below that title.
pub const RESET_LEAD: &str = "It signs you out everywhere. Then you sign in with the new one.";
/// The same without a link.
pub const RESET_CODE_LEAD: &str = "Open the link in our letter, or type the code from it.";
/// The button of both kinds of `/reset`.
pub const SET_IT: &str = "Set password";
/// For who comes late; [`ANOTHER`] follows as a link.
pub const LINK_OLD: &str = "Link too old?";
/// For who waits; [`ANOTHER`] follows as a link.
pub const NO_LETTER: &str = "No letter, or too old? Look in the spam folder first.";
/// The way to `/forgot`.
pub const ANOTHER: &str = "Ask for another letter";
