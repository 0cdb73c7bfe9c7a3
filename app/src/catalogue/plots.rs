//! Around plots: what their axes and tables say. Moments are in UTC.

use super::{moments, number};
use jiff::{Timestamp, tz::TimeZone};

/// Unfolds the table.
pub const AS_TABLE: &str = "Figures as a table";
/// Column: the piece of time.
pub const WHEN: &str = "When (UTC)";
/// Column: the count.
pub const HOW_MANY: &str = "How many";
/// Where there is nothing to draw.
pub const NOTHING: &str = "None in this time";

/// What [`AS_TABLE`] leads to, for those who hear it among others.
pub fn of(title: &str) -> String {
    format!("({title})")
}

/// One bar: when and how many.
pub fn point(when: &str, count: i64) -> String {
    format!("{when}: {}", number(count))
}

/// What a plot shows, in a sentence.
pub fn summary(sum: i64, most: Option<(&str, i64)>) -> String {
    match most {
        None => "None in this time.".into(),
        Some((when, count)) => format!("{} in all, most of them {when}: {}.", number(sum), number(count)),
    }
}

/// A number where there is little room: 950, 1.2k, 34M.
pub fn short_number(number: i64) -> String {
    for (unit, name) in [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")] {
        if number >= unit {
            let (whole, tenth) = (number / unit, number % unit / (unit / 10));
            return if tenth == 0 || whole >= 100 {
                format!("{whole}{name}")
            } else {
                format!("{whole}.{tenth}{name}")
            };
        }
    }
    number.to_string()
}

/// An hour, such as `22 November, 09:00 to 10:00`, and the same in short.
pub fn hour(at: i64) -> (String, String) {
    named(at, |day, month, clock| {
        let next = Timestamp::from_millisecond(at + 3_600_000).map(|at| at.strftime("%H:%M").to_string());
        (format!("{day} {month}, {clock} to {}", next.unwrap_or_default()), clock.to_owned())
    })
}

/// A day, such as `22 November`.
pub fn day(at: i64) -> (String, String) {
    named(at, |day, month, _| {
        (format!("{day} {month}"), format!("{day} {}", month.chars().take(3).collect::<String>()))
    })
}

/// A month, such as `November 2026`.
pub fn month(at: i64) -> (String, String) {
    let year = Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| at.strftime("%Y").to_string());
    named(at, |_, month, _| (format!("{month} {year}"), month.chars().take(3).collect()))
}

fn named(at: i64, words: impl Fn(i8, &str, &str) -> (String, String)) -> (String, String) {
    match Timestamp::from_millisecond(at) {
        Ok(at) => {
            let at = at.to_zoned(TimeZone::UTC);
            words(at.day(), moments::month_name(at.month()), &at.strftime("%H:%M").to_string())
        }
        Err(_) => (moments::UNKNOWN.to_owned(), moments::UNKNOWN.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 10:00:00 UTC.
    const NOW: i64 = 1_795_341_600_000;

    #[test]
    fn pieces_of_time_are_said_as_people_say_them() {
        assert_eq!(hour(NOW), ("22 November, 10:00 to 11:00".into(), "10:00".into()));
        assert_eq!(hour(NOW + 13 * 3_600_000).0, "22 November, 23:00 to 00:00");
        assert_eq!(day(NOW), ("22 November".into(), "22 Nov".into()));
        assert_eq!(month(NOW), ("November 2026".into(), "Nov".into()));
        assert_eq!(hour(i64::MAX - 3_600_000).0, "unknown");
    }

    #[test]
    fn numbers_fit_beside_an_axis() {
        for (count, said) in
            [(0, "0"), (999, "999"), (1_000, "1k"), (1_250, "1.2k"), (200_000, "200k"), (6_000_000, "6M")]
        {
            assert_eq!(short_number(count), said);
        }
    }
}
