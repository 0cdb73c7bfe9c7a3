//! `/admin/users/new` and `/accept-invitation`: accounts made for others.

/// Below the title of `/admin/users/new`.
pub const LEAD: &str = "An account for somebody else.";
/// For who may look at accounts, but make none.
pub const NOT_YOURS: &str = "Your role lets you see accounts, but not make any.";
/// The main way.
pub const INVITE: &str = "Invite somebody";
/// What happens.
pub const INVITE_TEXT: &str =
    "They get a letter with a link, good for seven days, and choose their own password. Nobody else ever knows it.";
/// Sends the letter.
pub const SEND: &str = "Send the invitation";
/// The way to the other form.
pub const WITH_PASSWORD: &str = "Make an account with a password instead";
/// The way to `/admin/users/import`.
pub const IMPORT: &str = "Import many at once";
/// The other way.
pub const CREATE: &str = "Make an account with a password";
/// What happens.
pub const CREATE_TEXT: &str =
    "The address counts as confirmed, and no letter is sent. Tell them the password in person and have them change it.";
/// Makes the account.
pub const MAKE: &str = "Make the account";
/// Back to the main way.
pub const RATHER_INVITE: &str = "Rather send an invitation";
/// What a role is, and where more is told.
pub const ROLE_HINT: &str = "What it lets them do is on the page of the roles. It can be changed at any time.";

/// `/accept-invitation`.
pub const ACCEPT: &str = "Welcome";
/// Below that title.
pub const ACCEPT_LEAD: &str = "An account was made for you. Choose a password, and it is yours.";
/// The button there.
pub const ACCEPT_IT: &str = "Set password";
/// For who was not meant.
pub const NOT_YOU: &str = "Not for you? Then close this page: without you nobody can use the account.";
/// The page with a link that does not work.
pub const TOO_LATE: &str = "This link does not work";
/// Why, perhaps.
pub const TOO_LATE_TEXT: &str =
    "It was used already, its time is over, or the invitation was taken back. Whoever invited you can send another.";
/// The way to `/login`.
pub const SIGN_IN: &str = "Sign in";
/// The way to `/forgot`, which works for an account that waits as well.
pub const ASK: &str = "Ask for a letter yourself";
