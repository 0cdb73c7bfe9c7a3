//! `/admin/users`, the list, and what is done to several accounts at once.

use super::number;
use identity::{
    admin::{Act, Seen, Sort, Why},
    words::Count,
};

/// Below the title.
pub const LEAD: &str = "Everybody with an account here.";
/// The field of the search.
pub const SEARCH_FOR: &str = "Address, name or id begins with";
/// Filter: the last sign-in.
pub const SEEN: &str = "Last sign-in";
/// In which order.
pub const ORDER: &str = "Order";
/// The order that fits what is filtered.
pub const USUAL_ORDER: &str = "As it fits";
/// Name of the filters that are set.
pub const SET: &str = "Filters that are set";
/// Takes all of them away.
pub const CLEAR: &str = "Clear all";
/// Downloads the list for a spreadsheet.
pub const EXPORT_CSV: &str = "Export CSV";
/// Downloads the list for a program.
pub const EXPORT_JSON: &str = "Export JSON";
/// Column of the check boxes.
pub const TICK: &str = "Choose";
/// What shall happen to those that are ticked.
pub const ACTION: &str = "With those I tick";
/// Leads to the page that asks once more.
pub const GO_ON: &str = "Go on";
/// Ticks everybody on the page.
pub const TICK_ALL: &str = "All on this page";
/// The list may go on, but this page has nobody.
pub const NOBODY_YET: &str = "Nobody so far.";

/// Title of the page that asks once more, and of the one that tells what became of it.
pub const BULK: &str = "Several accounts";
/// Nobody was ticked.
pub const NOBODY_TICKED: &str = "Nobody was chosen.";
/// Back to the list.
pub const BACK: &str = "Back to the list";
/// Those to whom it will be done.
pub const CHOSEN: &str = "Chosen accounts";
/// Those to whom it was done.
pub const DONE: &str = "Done";
/// Those to whom it was not.
pub const SKIPPED: &str = "Left as they were";
/// Takes it back, for those to whom it was done.
pub const UNDO: &str = "Undo";
/// To nobody.
pub const DONE_TO_NOBODY: &str = "Nothing was changed.";

/// An order, for reading.
pub const fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "Newest first",
        Sort::Oldest => "Oldest first",
        Sort::Name => "Name, A to Z",
        Sort::NameDown => "Name, Z to A",
        Sort::Address => "Address, A to Z",
        Sort::AddressDown => "Address, Z to A",
        Sort::Seen => "Last sign-in, latest first",
        Sort::SeenUp => "Last sign-in, longest ago first",
    }
}

/// A time of the last sign-in, for reading.
pub const fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Week => "Within 7 days",
        Seen::Month => "Within 30 days",
        Seen::Quarter => "Within 90 days",
        Seen::NotQuarter => "Over 90 days ago",
        Seen::NotYear => "Over a year ago",
        Seen::Never => "Never",
    }
}

/// A filter that is set, with what it is set to.
pub fn set(filter: &str, to: &str) -> String {
    format!("{filter}: {to}")
}

/// The same for the search.
pub fn searched(typed: &str) -> String {
    format!("Begins with \u{201c}{typed}\u{201d}")
}

/// Takes a filter away; said to those who do not see the cross.
pub fn without(filter: &str) -> String {
    format!("Remove {filter}")
}

/// How many there are in all. `counted` is when, in words.
pub fn total(count: Count, counted: Option<String>) -> String {
    let number = number(count.number);
    match (count.exact, counted) {
        (true, _) => format!("{number} in all"),
        (false, Some(when)) => format!("about {number} in all, counted {when}"),
        (false, None) => format!("more than {number} in all"),
    }
}

/// Why the page may be short.
pub fn looked_through(accounts: i64) -> String {
    format!("We looked through {} accounts for this page. There may be more: go on.", number(accounts))
}

/// Ticks one account.
pub fn tick(name: &str) -> String {
    format!("Choose {name}")
}

/// What can be done to several, on its button or in a list.
pub const fn act(act: Act) -> &'static str {
    match act {
        Act::Disable => "Disable",
        Act::Enable => "Enable",
        Act::EndSessions => "End their sessions",
        Act::Delete => "Delete",
        Act::Keep => "Take deletion back",
    }
}

/// What follows from it.
pub const fn consequence(act: Act) -> &'static str {
    match act {
        Act::Disable => {
            "They are signed out everywhere at once, and cannot sign in until they are enabled again. Nothing is deleted."
        }
        Act::Enable => "They can sign in again.",
        Act::EndSessions => "They are signed out everywhere, and can sign in again at once. This cannot be undone.",
        Act::Delete => {
            "They are shut at once and deleted in seven days, and each owner is told by letter. Until then it can be taken back."
        }
        Act::Keep => "They are not deleted, and are as they were before.",
    }
}

/// Asks once more.
pub fn ask(act: Act, accounts: usize) -> String {
    let whom = people(accounts);
    match act {
        Act::Disable => format!("Disable {whom}?"),
        Act::Enable => format!("Enable {whom}?"),
        Act::EndSessions => format!("End the sessions of {whom}?"),
        Act::Delete => format!("Delete {whom}?"),
        Act::Keep => format!("Take back the deletion of {whom}?"),
    }
}

/// Means it.
pub fn yes(act: Act, accounts: usize) -> String {
    let whom = people(accounts);
    match act {
        Act::Disable => format!("Yes, disable {whom}"),
        Act::Enable => format!("Yes, enable {whom}"),
        Act::EndSessions => format!("Yes, end the sessions of {whom}"),
        Act::Delete => format!("Yes, delete {whom}"),
        Act::Keep => format!("Yes, keep {whom}"),
    }
}

/// What became of it: "7 accounts disabled, 1 left as it was".
pub fn outcome(act: Act, done: usize, skipped: usize) -> String {
    let whom = people(done);
    let done = match act {
        Act::Disable => format!("{whom} disabled"),
        Act::Enable => format!("{whom} enabled"),
        Act::EndSessions => format!("{whom} signed out everywhere"),
        Act::Delete => format!("{whom} will be deleted"),
        Act::Keep => format!("{whom} kept"),
    };
    match skipped {
        0 => format!("{done}."),
        1 => format!("{done}, 1 left as it was."),
        _ => format!("{done}, {skipped} left as they were."),
    }
}

/// Why nothing was done to somebody.
pub const fn why(why: Why) -> &'static str {
    match why {
        Why::Already => "It was so already",
        Why::Changed => "Changed since by somebody else",
        Why::Ordered => "Is to be deleted; take that back instead",
        Why::Own => "Your own account",
        Why::LastAdmin => "The last administrator",
        Why::Beyond => "May do more than you",
        Why::Gone => "No longer there",
        Why::NotNow => "The database did not answer",
    }
}

/// Those that are gone, who have no row.
pub fn gone(accounts: usize) -> String {
    format!("{}: no longer there", people(accounts))
}

fn people(accounts: usize) -> String {
    if accounts == 1 { "1 account".to_owned() } else { format!("{} accounts", number(accounts as i64)) }
}
