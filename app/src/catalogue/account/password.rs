//! `/account/password`: a new password for who knows the old one.

/// Below the title.
pub const LEAD: &str = "A new one whenever you like, and never because it is old.";
/// The card.
pub const CHANGE: &str = "Change your password";
/// What happens then.
pub const CHANGE_NOTE: &str = "This signs you out everywhere else, and we tell you by letter.";
/// The field of the password in force.
pub const CURRENT: &str = "Current password";
/// The button.
pub const CHANGE_IT: &str = "Change password";
/// For who does not know the current one any more; leads to `/forgot`.
pub const FORGOTTEN: &str = "Forgot your current password?";
