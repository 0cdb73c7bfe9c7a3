//! `/dashboard`.

use identity::words::Role;

/// The way to the admin panel.
pub const ADMIN_PANEL: &str = "Admin panel";

/// The access token.
pub const TOKEN: &str = "Your access token";
/// A token that was in use already.
pub const VALID: &str = "Valid";
/// A token that was made with this very page.
pub const RENEWED: &str = "Renewed just now";
/// When the token was renewed last.
pub const LAST_REFRESH: &str = "Last refresh";
/// Not at all so far.
pub const NO_REFRESH: &str = "None since you signed in";
/// Who the token says one is.
pub const SAYS: &str = "Says you are";
/// When the token was made.
pub const ISSUED: &str = "Issued";
/// What is not in the token.
pub const SAYS_NOT: &str = "Does not say";
/// Namely this.
pub const SAYS_NO_SECRET: &str = "Your password, or anything else secret";
/// Name of the bar that shrinks.
pub const LIFE: &str = "Life of the access token";
/// What happens when the token has run out.
pub const THEN: &str = "Then your next click brings a fresh one. You will not notice.";
/// That it happened while the page was open.
pub const REFRESHED: &str = "Refreshed just now, while you were looking.";

/// The session in hand.
pub const SESSION: &str = "This session";
/// The browser and the system.
pub const DEVICE: &str = "Device";
/// When the session began.
pub const SIGNED_IN: &str = "Signed in";
/// Until when it lasts.
pub const ENDS: &str = "Ends";
/// A session without a fixed end.
pub const ENDS_NEVER: &str = "When you sign out";
/// From where it was used last.
pub const FROM: &str = "Network address";
/// The way to the list.
pub const ALL_SESSIONS: &str = "All your sessions";

/// The title. `first` is what a person is called.
pub fn greeting(first: &str) -> String {
    format!("Good to see you, {first}")
}

/// A name and a role, in one breath.
pub fn name_and_role(name: &str, role: Role) -> String {
    format!("{name}, {}", super::role(role).to_lowercase())
}
