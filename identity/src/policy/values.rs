//! How values are read and written, for the settings file and the admin panel alike.

use super::Domain;
use crate::words::{Fault, Stay};
use std::str::FromStr;

/// Most bytes of a list of domains.
const MOST: usize = 2000;

/// A whole number within bounds.
pub(super) fn number<N: FromStr + PartialOrd>(text: &str, least: N, most: N) -> Result<N, Fault> {
    let number = text.parse().map_err(|_| Fault::Malformed)?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(Fault::NotAllowed) }
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
