//! A person's display name: any script, any emoji, nothing that rearranges the text around it.

use crate::words::{Fault, Field, FieldError};
use unicode_normalization::UnicodeNormalization;

/// A name as it is shown: trimmed, NFC, 1 to 100 characters, no control or direction-changing characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// `Missing`, `TooLong` or `Unprintable` on the field `name`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fault = |fault| Err(FieldError::new(Field::Name, fault));
        // Looked at before normalising: no need to normalise a megabyte to learn that it is too long.
        if raw.chars().count() > 1000 {
            return fault(Fault::TooLong);
        }
        let name: String = raw.trim().nfc().collect();
        if name.chars().any(disturbs) {
            return fault(Fault::Unprintable);
        }
        if name.chars().all(|c| c.is_whitespace() || joins(c)) {
            return fault(Fault::Missing);
        }
        if name.chars().count() > 100 {
            return fault(Fault::TooLong);
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that searches compare.
    pub(crate) fn search_key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Characters with which a name could spoof what stands beside it: controls, bidirectional overrides and isolates (UAX #9),
/// line and paragraph separators, byte-order mark, replacement character, private use, tags and non-characters.
pub(crate) fn disturbs(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{2028}'..='\u{2029}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}'
            | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' | '\u{FDD0}'..='\u{FDEF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// Joiners and variation selectors: right inside an emoji or a Persian word, nothing to look at on their own.
fn joins(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}' | '\u{E0020}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_are_taken_as_they_are() {
        for name in [
            "Ada",
            "نور الهدى",
            "李小龍",
            "👩‍🚀 Zoë",
            "O'Brien-Ng",
            "Nguyễn Thị",
            "می‌خواهم",
            "🏴\u{E0067}\u{E0062}\u{E007F}",
        ] {
            assert_eq!(PersonName::parse(&format!("  {name} ")).unwrap().as_str().chars().count(), {
                name.nfc().count()
            });
        }
        assert_eq!(PersonName::parse("Zoe\u{308}").unwrap(), PersonName::parse("Zoë").unwrap());
    }

    #[test]
    fn what_disturbs_its_surroundings_is_refused() {
        for (raw, fault) in [
            ("", Fault::Missing),
            (" \u{200b}\u{200d} ", Fault::Missing),
            ("a\0b", Fault::Unprintable),
            ("a\nb", Fault::Unprintable),
            ("evil\u{202e}gpj.exe", Fault::Unprintable),
            ("a\u{2028}b", Fault::Unprintable),
            ("a\u{fffd}", Fault::Unprintable),
        ] {
            assert_eq!(PersonName::parse(raw).unwrap_err().fault, fault, "{raw:?}");
        }
        assert_eq!(PersonName::parse(&"é".repeat(101)).unwrap_err().fault, Fault::TooLong);
        assert!(PersonName::parse(&"é".repeat(100)).is_ok());
    }
}
