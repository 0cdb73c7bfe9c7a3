//! How much happened over time: the course that the overview draws. Reads figures that were counted when the events were sealed, never
//! the events themselves, so it costs the same after ten million of them.

use super::Admin;
use crate::{
    Latchkey, Refusal,
    audit::{self, Figure},
    events::Kind,
    time::Timestamp,
    words::Permission,
};
use jiff::{Span, ToSpan, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// Hours of a day.
const DAY: i64 = 24;

crate::spelled! {
    /// How far back one looks.
    Over {
        /// 24 hours, hour by hour.
        Day = "day",
        /// 7 days, day by day.
        Week = "week",
        /// 30 days, day by day.
        Month = "month",
        /// 12 months, month by month.
        Year = "year",
    }
}

crate::spelled! {
    /// What is counted.
    Measure {
        /// Accounts that came into being.
        NewPeople = "new_people",
        /// Sign-ins.
        SignIns = "sign_ins",
        /// Wrong passwords.
        Failures = "failures",
        /// Copied sessions that were used, and people who said that something was not them.
        Alarms = "alarms",
    }
}

impl Measure {
    /// What an event of this kind counts for.
    const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Registered | Kind::Created | Kind::Invited => Some(Self::NewPeople),
            Kind::SignedIn => Some(Self::SignIns),
            Kind::SignInFailed => Some(Self::Failures),
            Kind::ReuseDetected | Kind::AccountSecured => Some(Self::Alarms),
            _ => None,
        }
    }

    /// Whether somebody may see it: who may read events sees all, who may read accounts sees what is said of accounts too.
    fn is_open(self, admin: &Admin) -> bool {
        let audit = admin.may(Permission::AuditRead).is_ok();
        audit || (self != Self::Alarms && admin.may(Permission::UsersRead).is_ok())
    }
}

/// How much happened of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// What.
    pub of: Measure,
    /// How often, piece by piece.
    pub counts: Vec<i64>,
    /// How often in the stretch before, which was just as long.
    pub before: i64,
}

impl Series {
    /// How often in all.
    pub fn sum(&self) -> i64 {
        self.counts.iter().sum()
    }
}

/// How much happened over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// How far back.
    pub over: Over,
    /// When each piece begins, in milliseconds since 1970. The last one goes on.
    pub starts: Vec<i64>,
    /// What the reader may see.
    pub series: Vec<Series>,
}

/// The course until now.
///
/// # Errors
/// When the database does not answer.
pub async fn course(house: &Latchkey, admin: &Admin, over: Over) -> Result<Course, Refusal> {
    let open: Vec<Measure> = Measure::ALL.iter().copied().filter(|measure| measure.is_open(admin)).collect();
    let Stretch { starts, end, before } = Stretch::until(house.now(), over);
    let mut series: Vec<Series> =
        open.into_iter().map(|of| Series { of, counts: vec![0; starts.len()], before: 0 }).collect();
    if series.is_empty() {
        return Ok(Course { over, starts: starts.into_iter().map(|hour| hour * HOUR).collect(), series });
    }
    let now = match over {
        Over::Day => audit::figures(house, starts[0], end).await?,
        Over::Week | Over::Month | Over::Year => audit::daily(house, starts[0], end + DAY - 1).await?,
    };
    for (figure, of) in counting(now) {
        let at = starts.partition_point(|start| *start <= figure.hour).saturating_sub(1);
        if let Some(series) = series.iter_mut().find(|series| series.of == of) {
            series.counts[at] += figure.count;
        }
    }
    // Whole days by the day, and of the last one the hours until now.
    let last = before.1.div_euclid(DAY) * DAY;
    let mut earlier = Vec::new();
    if over != Over::Day {
        earlier = audit::daily(house, before.0, last).await?;
    }
    earlier.extend(audit::figures(house, if over == Over::Day { before.0 } else { last }, before.1).await?);
    for (figure, of) in counting(earlier) {
        if let Some(series) = series.iter_mut().find(|series| series.of == of) {
            series.before += figure.count;
        }
    }
    Ok(Course { over, starts: starts.into_iter().map(|hour| hour * HOUR).collect(), series })
}

/// The figures that count for something, and for what.
fn counting(figures: Vec<Figure>) -> impl Iterator<Item = (Figure, Measure)> {
    figures.into_iter().filter_map(|figure| {
        let of = Kind::from_word(&figure.kind).and_then(Measure::of)?;
        Some((figure, of))
    })
}

/// What is looked at, in hours since 1970. Days and months are those of UTC.
struct Stretch {
    /// Where the pieces begin, oldest first.
    starts: Vec<i64>,
    /// Behind the hour in hand.
    end: i64,
    /// The stretch before, just as far into its last piece.
    before: (i64, i64),
}

impl Stretch {
    fn until(now: Timestamp, over: Over) -> Self {
        let hour = now.0.div_euclid(HOUR);
        let end = hour + 1;
        let plain = |first: i64, step: i64, pieces: i64| {
            let starts: Vec<i64> = (0..pieces).map(|piece| first + piece * step).collect();
            Self { before: (first - pieces * step, end - pieces * step), starts, end }
        };
        let today = hour.div_euclid(DAY) * DAY;
        match over {
            Over::Day => plain(hour - 23, 1, 24),
            Over::Week => plain(today - 6 * DAY, DAY, 7),
            Over::Month => plain(today - 29 * DAY, DAY, 30),
            // Months are of unequal length. Without a calendar, such as in the year 300000, all of thirty days.
            Over::Year => Self::of_months(now, end).unwrap_or_else(|| plain(today - 330 * DAY, 30 * DAY, 12)),
        }
    }

    fn of_months(now: Timestamp, end: i64) -> Option<Self> {
        let now = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(TimeZone::UTC);
        let month = now.start_of_day().ok()?.with().day(1).build().ok()?;
        let hours = |at: &Zoned| at.timestamp().as_millisecond().div_euclid(HOUR);
        let ago = |span: Span| month.checked_sub(span).ok().map(|at| hours(&at));
        let starts: Vec<i64> = (0..12).rev().map(|months: i64| ago(months.months())).collect::<Option<_>>()?;
        let year_before = hours(&now.checked_sub(1.year()).ok()?) + 1;
        Some(Self { before: (ago(23.months())?, year_before), starts, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 10:20:00 UTC.
    const NOW: Timestamp = Timestamp(1_795_342_800_000);

    fn said(hour: i64) -> String {
        jiff::Timestamp::from_millisecond(hour * HOUR).unwrap().strftime("%Y-%m-%d %H").to_string()
    }

    #[test]
    fn a_stretch_ends_with_the_hour_in_hand_and_the_one_before_is_as_long() {
        for (over, pieces, first, before) in [
            (Over::Day, 24, "2026-11-21 11", ["2026-11-20 11", "2026-11-21 11"]),
            (Over::Week, 7, "2026-11-16 00", ["2026-11-09 00", "2026-11-15 11"]),
            (Over::Month, 30, "2026-10-24 00", ["2026-09-24 00", "2026-10-23 11"]),
            (Over::Year, 12, "2025-12-01 00", ["2024-12-01 00", "2025-11-22 11"]),
        ] {
            let stretch = Stretch::until(NOW, over);
            assert_eq!(stretch.starts.len(), pieces, "{over}");
            assert_eq!(said(stretch.starts[0]), first, "{over}");
            assert_eq!(said(stretch.end), "2026-11-22 11", "{over}");
            assert_eq!([said(stretch.before.0), said(stretch.before.1)], before, "{over}");
            assert!(stretch.starts.is_sorted() && stretch.starts.iter().all(|start| *start < stretch.end), "{over}");
        }
    }

    #[test]
    fn a_time_without_a_calendar_has_months_all_the_same() {
        let stretch = Stretch::until(Timestamp(i64::MAX / 2), Over::Year);
        assert_eq!(stretch.starts.len(), 12);
    }
}
