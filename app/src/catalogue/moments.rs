//! Moments, seen from now. `clock` is a time of day, such as `09:10`; the zone is always UTC.

/// A moment that is in no calendar.
pub const UNKNOWN: &str = "unknown";
/// Within ten seconds, either way.
pub const JUST_NOW: &str = "just now";
/// One to two minutes ago.
pub const A_MINUTE_AGO: &str = "a minute ago";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// 10 to 59 seconds ago.
pub fn seconds_ago(seconds: i64) -> String {
    format!("{seconds} seconds ago")
}

/// 2 to 59 minutes ago.
pub fn minutes_ago(minutes: i64) -> String {
    format!("{minutes} minutes ago")
}

/// On this day.
pub fn today(clock: &str) -> String {
    format!("today {clock} UTC")
}

/// On the day before.
pub fn yesterday(clock: &str) -> String {
    format!("yesterday {clock} UTC")
}

/// On the day after.
pub fn tomorrow(clock: &str) -> String {
    format!("tomorrow {clock} UTC")
}

/// On a day near enough to go without its year. `month` counts from 1.
pub fn on_day(day: i8, month: i8, clock: &str) -> String {
    format!("{day} {} {clock} UTC", month_name(month))
}

/// On a day far away.
pub fn on_date(day: i8, month: i8, year: i16) -> String {
    format!("{day} {} {year}", month_name(month))
}

/// The name of a month. `month` counts from 1.
pub(super) fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or(UNKNOWN)
}

/// A day for the name of a file, `2026-11-22`: the same in every language. `at` is in milliseconds since 1970.
pub fn day(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| UNKNOWN.to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}
