//! Moments in words. Always in UTC: the server does not know where the reader is, and says so.

use crate::{catalogue::moments as words, visit};
use jiff::{Timestamp, tz::TimeZone};
use leptos::prelude::*;

/// A moment, as `<time>` with the exact value for machines.
#[component]
pub fn When(
    /// Milliseconds since 1970.
    at: i64,
) -> impl IntoView {
    let now = visit::current().map_or(at, |visit| visit.house.now().0);
    let exact =
        Timestamp::from_millisecond(at).map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
    view! { <time datetime=exact.clone() title=exact>{relative(at, now)}</time> }
}

/// A moment as a person would say it, seen from `now`: "3 minutes ago", "tomorrow 09:10 UTC", "3 November 2026".
pub fn relative(at: i64, now: i64) -> String {
    let (Ok(then), Ok(today)) = (Timestamp::from_millisecond(at), Timestamp::from_millisecond(now)) else {
        return words::UNKNOWN.into();
    };
    let ago = (now - at) / 1000;
    match ago {
        -9..=9 => return words::JUST_NOW.into(),
        10..=59 => return words::seconds_ago(ago),
        60..=119 => return words::A_MINUTE_AGO.into(),
        120..=3599 => return words::minutes_ago(ago / 60),
        _ => {}
    }
    let (then, today) = (then.to_zoned(TimeZone::UTC), today.to_zoned(TimeZone::UTC));
    let days = (then.date() - today.date()).get_days();
    let clock = then.strftime("%H:%M").to_string();
    match days {
        0 => words::today(&clock),
        -1 => words::yesterday(&clock),
        1 => words::tomorrow(&clock),
        _ if then.year() == today.year() || days.abs() < 60 => words::on_day(then.day(), then.month(), &clock),
        _ => words::on_date(then.day(), then.month(), then.year()),
    }
}

#[cfg(test)]
mod tests {
    use super::relative;

    /// 2026-11-22 10:00:00 UTC.
    const NOW: i64 = 1_795_341_600_000;

    #[test]
    fn moments_are_said_as_people_say_them() {
        let at = |seconds: i64| relative(NOW + seconds * 1000, NOW);
        assert_eq!(at(0), "just now");
        assert_eq!(at(-30), "30 seconds ago");
        assert_eq!(at(-60), "a minute ago");
        assert_eq!(at(-600), "10 minutes ago");
        assert_eq!(at(-2 * 3600), "today 08:00 UTC");
        assert_eq!(at(-24 * 3600), "yesterday 10:00 UTC");
        assert_eq!(at(3600), "today 11:00 UTC");
        assert_eq!(at(24 * 3600), "tomorrow 10:00 UTC");
        assert_eq!(at(30 * 24 * 3600), "22 December 10:00 UTC");
        assert_eq!(at(-400 * 24 * 3600), "18 October 2025");
        assert_eq!(relative(i64::MAX, NOW), "unknown");
    }
}
