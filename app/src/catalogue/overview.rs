//! `/admin`: figures, what happened lately, and how the installation fares.

use super::{length, number};
use identity::admin::{Measure, Over};

/// Below the title.
pub const LEAD: &str = "How it goes here, and what needs you.";
/// Figure: accounts.
pub const PEOPLE: &str = "People";
/// Figure: sessions that have not ended.
pub const SESSIONS: &str = "Signed in now";
/// Figure: administrators.
pub const ADMINS: &str = "Administrators";
/// Figure: accounts whose address is not confirmed.
pub const UNVERIFIED: &str = "Unconfirmed";
/// Figure: disabled accounts.
pub const DISABLED: &str = "Disabled";
/// Name of these figures.
pub const COUNTS: &str = "How many there are";
/// Below a figure that was cut short and never counted.
pub const AT_LEAST: &str = "or more";

/// What happened over time.
pub const COURSE: &str = "Over time";
/// Name of the choice of a stretch of time.
pub const OVER: &str = "How far back";

/// Alarms and acts of administration.
pub const EVENTS: &str = "Alarms and administration";
/// There were none.
pub const NO_EVENTS: &str = "Nothing so far.";
/// Why this is good.
pub const NO_EVENTS_HINT: &str = "Copied sessions and whatever administrators do is told here.";

/// How the installation fares.
pub const HEALTH: &str = "Health";
/// A part that is as it should be, for who cannot see its colour.
pub const GOOD: &str = "Good";
/// A part that somebody should look at.
pub const ODD: &str = "Needs a look";
/// The database.
pub const DATABASE: &str = "Database";
/// Letters on their way.
pub const LETTERS: &str = "Letters";
/// The key that signs.
pub const KEY: &str = "Signing key";
/// The clock.
pub const CLOCK: &str = "Clock";
/// The clock is right.
pub const CLOCK_GOOD: &str = "Agrees with the database";
/// There is but one clock.
pub const CLOCK_ALONE: &str = "One machine, one clock";
/// The process.
pub const PROCESS: &str = "Latchkey";
/// The audit log.
pub const LOG: &str = "Audit log";
/// Nothing waits to be chained.
pub const LOG_WHOLE: &str = "Nothing waits for its place";
/// No letter waits.
pub const NO_LETTERS: &str = "All letters have left";
/// Nobody rotates the key but the operator.
pub const NO_ROTATION: &str = "Stays until somebody rotates it";

/// Somebody whose role leaves nothing to show here.
pub const NOTHING: &str = "There is nothing here for your role.";
/// Where there is something.
pub const NOTHING_HINT: &str = "What you may do is in the other tabs.";

/// Beside the title, where the page is kept up to date: just now.
pub const FRESH: &str = "Updated just now";
/// The same some time ago; the number of seconds takes the place of `#`.
pub const AGED: &str = "Updated # s ago";
/// The same while somebody reads in it or the server does not answer.
pub const WAITS: &str = "Updates wait";

/// A stretch of time, to be chosen.
pub const fn over(over: Over) -> &'static str {
    match over {
        Over::Day => "24 hours",
        Over::Week => "7 days",
        Over::Month => "30 days",
        Over::Year => "12 months",
    }
}

/// What is drawn.
pub const fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::NewPeople => "New people",
        Measure::SignIns => "Sign-ins",
        Measure::Failures => "Failed sign-ins",
        Measure::Alarms => "Alarms",
    }
}

/// What the count of a stretch is held against: the one before.
pub fn before(over: Over, count: i64) -> String {
    let before = match over {
        Over::Day => "the 24 hours before",
        Over::Week => "the 7 days before",
        Over::Month => "the 30 days before",
        Over::Year => "the year before",
    };
    format!("{} in {before}", number(count))
}

/// How much more or less, in per cent. Nothing can be said against nothing.
pub fn change(now: i64, before: i64) -> Option<String> {
    if before <= 0 {
        return None;
    }
    let percent = (i128::from(now) - i128::from(before)) * 100 / i128::from(before);
    Some(match percent {
        1000.. => "over ten times".into(),
        0 => "\u{b1}0%".into(),
        1.. => format!("+{percent}%"),
        _ => format!("\u{2212}{}%", percent.abs()),
    })
}

/// A number that was counted some time ago.
pub fn about(count: i64) -> String {
    format!("about {}", number(count))
}

/// So many alarms in the stretch that is looked at: read out when it changes.
pub fn alarms(count: i64, over: Over) -> String {
    let time = self::over(over);
    match count {
        0 => format!("No alarms in {time}."),
        1 => format!("One alarm in {time}."),
        _ => format!("{} alarms in {time}.", number(count)),
    }
}

/// The database that works, how quickly it answered, and its size.
pub fn database(shared: bool, micros: u64, bytes: i64) -> String {
    let name = if shared { "PostgreSQL" } else { "The database file" };
    let took = if micros < 1000 { "under 1 ms".to_owned() } else { format!("{} ms", micros.div_ceil(1000)) };
    format!("{name} answered in {took} \u{b7} {}", size(bytes))
}

/// The version of its tables.
pub fn schema(version: i64) -> String {
    format!("Schema version {version}")
}

/// What something takes on a disk.
pub fn size(bytes: i64) -> String {
    let units = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")];
    let Some((unit, name)) = units.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} bytes");
    };
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    if whole < 10 { format!("{whole}.{tenth} {name}") } else { format!("{} {name}", number(whole)) }
}

/// How far the clock is from the database's.
pub fn clock_off(millis: i64) -> String {
    format!(
        "{} from the database's: sessions and limits of several nodes rest on clocks that agree",
        length(millis.unsigned_abs().div_ceil(1000))
    )
}

/// The version of the process.
pub fn version(version: &str) -> String {
    format!("Version {version}")
}

/// Since when it runs; `{when}` is a moment.
pub const SINCE: &str = "Running since {when}";

/// The key that signs.
pub fn key(kid: &str, alg: &str) -> String {
    format!("{kid} ({alg})")
}

/// So many entries are chained.
pub fn sealed(entries: i64) -> String {
    format!("{} entries, each chained to the one before", number(entries))
}

/// So many are not.
pub fn unsealed(entries: i64) -> String {
    if entries == 1 { "One waits for its place".into() } else { format!("{} wait for their place", number(entries)) }
}

/// Since when it signs; `{when}` is a moment.
pub const SIGNS_SINCE: &str = "Signs since {when}";
/// When another takes over; `{when}` is a moment.
pub const SIGNS_UNTIL: &str = "another takes over {when}";

/// How many letters wait.
pub fn waiting(waiting: i64, failing: i64, given_up: i64) -> String {
    format!("{} waiting, {} failing, {} given up this week", number(waiting), number(failing), number(given_up))
}

/// Since when the oldest of them waits; `{when}` is a moment.
pub const OLDEST: &str = "The oldest was written {when}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_is_said_in_per_cent_and_against_nothing_not_at_all() {
        let cases =
            [((12, 10), Some("+20%")), ((10, 10), Some("±0%")), ((5, 10), Some("−50%")), ((0, 10), Some("−100%"))];
        for ((now, before), said) in cases {
            assert_eq!(change(now, before).as_deref(), said);
        }
        assert_eq!(change(7, 0), None);
        assert_eq!(change(i64::MAX, 1).as_deref(), Some("over ten times"));
    }

    #[test]
    fn sizes_are_said_as_people_say_them() {
        for (bytes, said) in
            [(0, "0 bytes"), (2048, "2.0 kB"), (5 << 20, "5.0 MB"), (1536 << 20, "1.5 GB"), (40 << 30, "40 GB")]
        {
            assert_eq!(size(bytes), said);
        }
    }
}
