//! How values are read and written, for the settings file and the admin panel alike.

use super::Domain;
use crate::words::{Fault, Stay};
use std::{str::FromStr, time::Duration};

/// Most bytes of a list of domains.
const MOST: usize = 2000;

/// How it is written that nothing is removed.
const FOREVER: &str = "forever";

/// Units of time and their seconds, the largest first.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// The shortest that anything is kept.
const DAY: Duration = Duration::from_secs(86_400);

/// A whole number within bounds.
pub(super) fn number<N: FromStr + PartialOrd>(text: &str, least: N, most: N) -> Result<N, Fault> {
    let number = text.parse().map_err(|_| Fault::Malformed)?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(Fault::NotAllowed) }
}

/// The longest that anything is kept: a hundred years. What is to stay is kept for ever.
const CENTURY: Duration = Duration::from_secs(36_500 * 86_400);

/// A whole number of `s`, `m`, `h` or `d`, a day at least, or `forever`.
pub(super) fn kept(text: &str) -> Result<Option<Duration>, Fault> {
    if text == FOREVER {
        return Ok(None);
    }
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or(Fault::Malformed)?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| Fault::Malformed)?;
    let (_, seconds) = UNITS.into_iter().find(|(known, _)| *known == unit.trim()).ok_or(Fault::Malformed)?;
    let time = Duration::from_secs(number.saturating_mul(seconds));
    if (DAY..=CENTURY).contains(&time) { Ok(Some(time)) } else { Err(Fault::NotAllowed) }
}

/// The same as text, with the largest unit that fits.
pub(super) fn time(kept: Option<Duration>) -> String {
    let Some(kept) = kept.map(|kept| kept.as_secs()) else { return FOREVER.to_owned() };
    let (unit, seconds) = UNITS.into_iter().find(|(_, seconds)| kept.is_multiple_of(*seconds)).unwrap_or(("s", 1));
    format!("{}{unit}", kept / seconds)
}

/// Lifetimes on offer, shortest first.
pub(super) fn stays(text: &str) -> Result<Vec<Stay>, Fault> {
    let mut stays = Vec::new();
    for word in words(text) {
        let stay = Stay::from_word(word).ok_or(Fault::Malformed)?;
        if stays.contains(&stay) {
            return Err(Fault::Same);
        }
        stays.push(stay);
    }
    if stays.is_empty() {
        return Err(Fault::Missing);
    }
    stays.sort();
    Ok(stays)
}

/// A list of domains, perhaps empty.
pub(super) fn domains(text: &str) -> Result<Vec<Domain>, Fault> {
    if text.len() > MOST {
        return Err(Fault::TooLong);
    }
    let mut domains = Vec::new();
    for word in words(text) {
        let domain = Domain::parse(word)?;
        if domains.contains(&domain) {
            return Err(Fault::Same);
        }
        domains.push(domain);
    }
    Ok(domains)
}

/// The words of a list.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// A list of words.
pub(super) fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(",")
}
