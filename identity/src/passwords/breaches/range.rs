//! What is asked and what is answered, without the network in between: five digits out, lines of `SUFFIX:COUNT` back.

use aws_lc_rs::digest;
use std::fmt::Write;
use zeroize::Zeroizing;

/// How many hexadecimal digits leave the house.
const PREFIX: usize = 5;

/// Hexadecimal digits of a SHA-1.
const DIGITS: usize = 40;

/// The SHA-1 of a password: what the lists of leaks are ordered by. It is a name here and protects nothing.
pub(super) struct Fingerprint(Zeroizing<String>);

impl Fingerprint {
    pub(super) fn of(password: &str) -> Self {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let mut digits = Zeroizing::new(String::with_capacity(DIGITS));
        for byte in hash.as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{byte:02X}");
        }
        Self(digits)
    }

    /// What may be told: one group of a million.
    pub(super) fn prefix(&self) -> &str {
        &self.0[..PREFIX]
    }

    /// Whether the rest is among the lines of an answer. Lines that count 0 are padding, so that the length tells nothing.
    ///
    /// # Errors
    /// When one of the lines is something else: then this is no such answer, and nothing in it counts.
    pub(super) fn is_among(&self, lines: &str) -> Result<bool, &'static str> {
        let mut found = false;
        for line in lines.lines().filter(|line| !line.is_empty()) {
            let (suffix, count) = line.split_once(':').ok_or(NO_RANGE)?;
            let count: u64 = count.trim_end().parse().map_err(|_| NO_RANGE)?;
            if suffix.len() != DIGITS - PREFIX || !suffix.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(NO_RANGE);
            }
            found |= count > 0 && suffix.eq_ignore_ascii_case(&self.0[PREFIX..]);
        }
        Ok(found)
    }
}

const NO_RANGE: &str = "the answer is no list of hashes";

#[cfg(test)]
mod tests {
    use super::*;

    /// All but the first five digits of the SHA-1 of "abc", the example of FIPS 180.
    const REST: &str = "E364706816ABA3E25717850C26C9CD0D89D";

    #[test]
    fn five_digits_of_forty_are_told() {
        let abc = Fingerprint::of("abc");
        assert_eq!(abc.0.as_str(), "A9993E364706816ABA3E25717850C26C9CD0D89D");
        assert_eq!(abc.prefix(), "A9993");
    }

    #[test]
    fn the_rest_is_looked_for_among_the_lines() {
        let abc = Fingerprint::of("abc");
        let other = "0018A45C4D1DEF81644B54AB7F969B88D65";
        for (lines, found) in [
            (format!("{other}:1\r\n{REST}:12\r\n"), true),
            (format!("{REST}:1"), true),
            (format!("{}:1\n", REST.to_lowercase()), true),
            (format!("{other}:5\r\n"), false),
            (format!("{REST}:0\r\n{other}:3\r\n"), false),
            (String::new(), false),
        ] {
            assert_eq!(abc.is_among(&lines), Ok(found), "{lines:?}");
        }
    }

    #[test]
    fn an_answer_with_anything_else_in_it_is_none() {
        let abc = Fingerprint::of("abc");
        for lines in [
            "<html>".to_owned(),
            REST.to_owned(),
            format!("{REST}:many"),
            format!("{REST}:-1"),
            format!("{REST}0:1"),
            format!("{}:1", &REST[1..]),
            format!("{}G:1", &REST[1..]),
            format!("{REST}:1\n<html>"),
        ] {
            assert!(abc.is_among(&lines).is_err(), "{lines:?}");
        }
    }
}
