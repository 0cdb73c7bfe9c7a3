//! From what somebody typed to what is looked for: addresses become ids, days become moments.

use super::list::{Chosen, who};
use crate::{
    Latchkey, Refusal,
    admin::Admin,
    events::Kind,
    time::Timestamp,
    words::{Fault, Field},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What somebody typed. Whatever is empty is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Who acted: an address or an id.
    pub actor: String,
    /// Whom it happened to: an address or an id.
    #[serde(alias = "of")]
    pub subject: String,
    /// What it was: a word of `events::Kind`.
    pub action: String,
    /// From this day (UTC) or moment on (RFC 3339).
    pub from: String,
    /// Until this day, which is included, or until before this moment.
    pub to: String,
}

impl Asked {
    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        [&self.actor, &self.subject, &self.action, &self.from, &self.to].iter().all(|text| text.trim().is_empty())
    }
}

/// What is looked for.
///
/// # Errors
/// `Invalid` for what is no action, day or moment; `Forbidden`; or when the database does not answer.
pub async fn choose(house: &Latchkey, admin: &Admin, asked: &Asked) -> Result<Chosen, Refusal> {
    let malformed = || Refusal::field(Field::Form, Fault::Malformed);
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut ids = [None, None];
    for (id, text) in ids.iter_mut().zip([&asked.actor, &asked.subject]) {
        if let Some(text) = given(text) {
            // Whom nobody knows has done nothing: no event is of the id that is all zeros.
            *id = Some(who(house, admin, &text).await?.unwrap_or(Uuid::nil()));
        }
    }
    let [actor, subject] = ids;
    Ok(Chosen {
        actor,
        subject,
        kind: given(&asked.action).map(|word| Kind::from_word(&word).ok_or_else(malformed)).transpose()?,
        from: given(&asked.from).map(|text| moment(&text, 0).ok_or_else(malformed)).transpose()?,
        to: given(&asked.to).map(|text| moment(&text, 1).ok_or_else(malformed)).transpose()?,
    })
}

/// A moment, or the midnight of a day or so many days later.
fn moment(text: &str, days: i64) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(moment.as_millisecond()));
    }
    // A longer text may be a day too, and would then lose its hours.
    let day: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == "2026-11-22".len())?;
    let day = day.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(Timestamp(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments() {
        assert_eq!(moment("1970-01-02", 0), Some(Timestamp(86_400_000)));
        assert_eq!(moment("1970-01-02", 1), Some(Timestamp(2 * 86_400_000)));
        assert_eq!(moment("1970-01-01T01:00:00+01:00", 1), Some(Timestamp(0)));
        for nothing in ["yesterday", "2026-02-30", "1", "2026-11-22T12:00"] {
            assert_eq!(moment(nothing, 0), None, "{nothing}");
        }
    }
}
