//! Sessions: how long they last, on which device they are, and how they have been used.

use super::number;
use identity::words::Stay;

/// In place of the session in hand.
pub const SESSION_AWAY: &str = "We cannot reach our records, so the details of this session cannot be shown. You stay signed in. \
                                Everything else on this page comes from your access token.";

/// In place of the list of sessions.
pub const SESSIONS_AWAY: &str = "We cannot reach our records, so your sessions can be neither shown nor ended here. You stay \
                                 signed in. Please look again in a minute.";

/// A device that says nothing about itself that we know.
pub const UNKNOWN_DEVICE: &str = "Unknown device";

/// A browser and the system it runs on. Both are names, which nobody translates.
pub fn browser_on(browser: &str, system: &str) -> String {
    format!("{browser} on {system}")
}

/// A lifetime, as a choice.
pub const fn stay(stay: Stay) -> &'static str {
    match stay {
        Stay::Visit => "This visit",
        Stay::Day => "One day",
        Stay::Month => "30 days",
        Stay::Forever => "Until I sign out",
    }
}

/// A lifetime, as the reason of an end. Whoever may open the admin panel is signed out after half a day, whatever they chose.
pub const fn stay_reason(stay: Stay, capped: bool) -> &'static str {
    match (stay, capped) {
        (Stay::Visit, _) => "or when you close the browser, as you chose",
        (_, true) => "administrators stay for 12 hours at most",
        (Stay::Day, _) => "one day after you signed in, as you chose",
        (Stay::Month, _) => "30 days after you signed in, as you chose",
        (Stay::Forever, _) => "as you chose",
    }
}

/// How often a session was refreshed. One in which an administrator acts as its owner began without signing in.
pub fn refreshes(times: i64, acting: bool) -> String {
    let since = if acting { "since you began" } else { "since you signed in" };
    if times == 1 { format!("Once {since}") } else { format!("{} times {since}", number(times)) }
}
