//! Acting as somebody else: the form that begins it, the banner over every page, and what is refused meanwhile. Names in braces
//! are places for something that is not words; see `components::woven`.

use identity::{admin::REASON, words::Fault};

/// The card on the page of an account.
pub const TITLE: &str = "See it with their eyes";
/// What it does.
pub const LEAD: &str =
    "You see the pages as they do, for an hour at most. They read in their history that you did, how long, and why.";
/// Unfolds the form.
pub const BEGIN: &str = "Act as this person";
/// The field for the reason.
pub const REASON_LABEL: &str = "Reason";
/// What makes a good one.
pub const REASON_HINT: &str = "They read it. Say what you were asked to look at, such as the number of a ticket.";
/// The box that asks for more than looking.
pub const WRITES: &str = "I need to change something for them";
/// What that does not include.
pub const WRITES_HINT: &str = "Never their password, address, sessions or data, nor whether the account stays.";
/// Sends the form.
pub const REALLY: &str = "Yes, act as them";
/// Why there is no form, for an account that nobody acts as.
pub const NOBODY_ACTS: &str =
    "Nobody can act as this account: it may open the admin panel, is disabled, not confirmed, or about to be deleted.";

/// Name of the banner.
pub const BANNER: &str = "Acting as somebody else";
/// In whose place one is.
pub const WHO: &str = "You are acting as {name}";
/// They may only look.
pub const READ_ONLY: &str = "read only";
/// They may change something.
pub const MAY_WRITE: &str = "may change something";
/// When it ends by itself.
pub const ENDS: &str = "ends {when}";
/// Ends it.
pub const STOP: &str = "Stop";
/// Name of the disabled forms of a page.
pub const ONLY_TO_LOOK: &str = "Only to look at: nothing here can be changed";

/// The title of a refusal meanwhile.
pub const REFUSED: &str = "Not while you act as somebody else";
/// What was refused, and what to do.
pub const REFUSED_TEXT: &str = "Nothing was changed. You may only look, or this is something nobody but the owner does. Stop acting to be yourself again.";
/// The title of a refusal: a form from a page of another account.
pub const OTHER: &str = "That form was for another account";
/// What was not done, and what to do.
pub const OTHER_TEXT: &str = "This browser is in another account by now than when the form was shown. Nothing was changed. Look at whose account this is, and send it again if you mean it.";
/// An account that nobody acts as.
pub const NO_PLACE: &str = "Nobody can act as an account that is disabled, not confirmed or about to be deleted.";

/// In the list of sessions, in place of the browser.
pub const SESSION: &str = "An administrator, looking at your account";
/// The same in the admin panel.
pub const SESSION_THEIRS: &str = "An administrator, acting as them";
/// When it began, on the dashboard of the account one acts as.
pub const BEGUN: &str = "Begun";
/// Why it ends.
pub const ENDS_WHY: &str = "an hour after you began at the latest, and no later than your own session";
/// How often its tokens were refreshed: never.
pub const NO_REFRESH: &str = "None since you began";
/// The way to the list of sessions.
pub const ALL_SESSIONS: &str = "All their sessions";
/// Until when it lasts.
pub const SESSION_UNTIL: &str = "Ends {end}";

/// What is wrong with a reason.
pub fn reason_fault(fault: Fault) -> String {
    match fault {
        Fault::Missing => "Say why. The owner of the account reads it.".into(),
        Fault::TooShort => format!("Say a little more: at least {} characters.", REASON.start()),
        Fault::TooLong => format!("A reason has at most {} characters.", REASON.end()),
        _ => "The reason has characters that cannot be shown.".into(),
    }
}

/// Added to what the owner reads in their history.
pub fn while_acting(told: &str) -> String {
    format!("{told} while acting as you")
}

/// How it began, as the owner reads it. `who` is who it was.
pub fn began(who: &str, writes: bool, reason: &str) -> String {
    let how = if writes { "to act as you, and may change something" } else { "to look at your account as you see it" };
    if reason.is_empty() {
        format!("{who} began {how}")
    } else {
        format!("{who} began {how}: \u{201c}{reason}\u{201d}")
    }
}

/// How it ended, as the owner reads it. `length` is how long it was, in words; empty when that is not known.
pub fn ended(who: &str, length: &str) -> String {
    if length.is_empty() {
        format!("{who} no longer acts as you")
    } else {
        format!("{who} no longer acts as you, after {length}")
    }
}
