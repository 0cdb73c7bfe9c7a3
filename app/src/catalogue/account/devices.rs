//! `/account/devices`, and sessions in a list wherever one is shown. Names in braces are places for something that is not words;
//! see `components::woven`.

/// Below the title.
pub const LEAD: &str = "Where you are signed in.";
/// The list of sessions.
pub const SESSIONS: &str = "Where you are signed in";
/// What to do about a session one does not know.
pub const SESSIONS_NOTE: &str = "A session you do not know? End it. It is signed out at once.";
/// Ends every session but the one in hand.
pub const END_OTHERS: &str = "End all others";

/// When the list is cut.
pub const CUT: &str = "Only the 100 newest are listed. Ending all others ends those that are not, too.";

/// Marks the session in hand.
pub const THIS_SESSION: &str = "This one";
/// Ends a session.
pub const END_SESSION: &str = "End";
/// When a session began, and when it was last refreshed.
pub const SESSION_SINCE: &str = "Since {begun} · last seen {seen}";
/// Until when a session lasts, and from where it was last used.
pub const SESSION_UNTIL: &str = "Ends {end} · from {ip}";
/// The same for a session without a fixed end.
pub const SESSION_STAYS: &str = "Until you sign out · from {ip}";
/// The same for somebody else's.
pub const SESSION_STAYS_THEIRS: &str = "Until they sign out · from {ip}";

/// The button [`END_SESSION`] for whoever does not see which row it stands in.
pub fn end_session_on(device: &str) -> String {
    format!("End {device}")
}
