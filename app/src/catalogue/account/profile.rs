//! `/account`: who one is here.

/// Below the title.
pub const LEAD: &str = "Who you are here.";
/// The card.
pub const ABOUT_YOU: &str = "About you";
/// The own name.
pub const NAME: &str = "Name";
/// The own mail address.
pub const ADDRESS: &str = "Address";
/// What the account may open.
pub const ROLE: &str = "Role";
