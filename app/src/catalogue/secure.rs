//! `/secure-account`: "this was not me".

/// The page.
pub const TITLE: &str = "Take your account back";
/// Below the title.
pub const LEAD: &str = "Somebody may be using your account. This puts them out of it at once.";
/// What will happen.
pub const WHAT_HAPPENS: &str = "If you go on:";
/// Namely this, one by one.
pub const STEPS: [&str; 4] = [
    "Everybody is signed out of your account, on every device, you too.",
    "The password stops working. You choose a new one on the next page.",
    "A change of address or a deletion that somebody asked for is called off.",
    "If your account has left the address this letter came to, it comes back to it.",
];
/// The button.
pub const DO_IT: &str = "Put everybody out";
/// For who has clicked out of curiosity.
pub const NOTHING_YET: &str = "It was you after all? Then close this page, and nothing happens.";

/// A link that was used, or never was one, as a title.
pub const DEAD: &str = "This link does not work";
/// What to do then; [`RESET`] follows as a link.
pub const DEAD_TEXT: &str = "It was used already, another such link was used after it was sent, or it is older than a week. If you still read letters to the address your account has now, you can set a new password: that signs out everybody else as well.";
/// The way to a new password.
pub const RESET: &str = "Set a new password";
