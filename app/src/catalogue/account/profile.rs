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
/// The way to another address.
pub const CHANGE_ADDRESS: &str = "Change it";
/// The card of the name's form.
pub const CHANGE_NAME: &str = "Change your name";
/// Where the name shows.
pub const NAME_HINT: &str = "What we and others here call you. Any script, up to 100 characters.";
/// Changes the name.
pub const SAVE_NAME: &str = "Save name";
