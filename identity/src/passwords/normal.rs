//! The one change ever made to a typed password: Unicode normalisation form C (NIST SP 800-63B-4 section 3.1.1.2), so that "é"
//! typed on one keyboard as one character and on another as two is the same password. No case folding, no trimming, no cutting.

use crate::words::MAX_PASSWORD_CHARS;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The typed password in NFC, or `None` when it is longer than [`MAX_PASSWORD_CHARS`] characters.
pub(super) fn normalise(typed: &str) -> Option<Zeroizing<String>> {
    // No character of NFC stands for more than four typed ones, so beyond four times the limit nothing needs to be computed.
    if typed.chars().nth(4 * MAX_PASSWORD_CHARS).is_some() {
        return None;
    }
    // NFC makes UTF-8 at most three times longer; with the room taken at once, no smaller copy is left behind in memory.
    let mut normal = Zeroizing::new(String::with_capacity(3 * typed.len()));
    normal.extend(typed.nfc());
    (normal.chars().count() <= MAX_PASSWORD_CHARS).then_some(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_two_characters_of_the_same_letter_are_the_same() {
        assert_eq!(normalise("caf\u{e9}"), normalise("cafe\u{301}"));
        assert_ne!(normalise("Café"), normalise("café"));
        assert_ne!(normalise(" café"), normalise("café"));
    }

    #[test]
    fn compatibility_forms_stay_different() {
        assert_ne!(normalise("ﬁ"), normalise("fi"));
        assert_ne!(normalise("①"), normalise("1"));
    }

    #[test]
    fn the_limit_counts_characters_after_normalisation() {
        assert!(normalise(&"e\u{301}".repeat(128)).is_some());
        assert!(normalise(&"e\u{301}".repeat(129)).is_none());
        assert!(normalise(&"🔑".repeat(128)).is_some());
        assert!(normalise(&"🔑".repeat(129)).is_none());
        // ᾂ is the longest: four typed characters that become one.
        assert_eq!(normalise(&"\u{3b1}\u{313}\u{300}\u{345}".repeat(128)).unwrap().chars().count(), 128);
        assert!(normalise(&"a".repeat(1_000_000)).is_none());
    }

    #[test]
    fn the_room_taken_is_enough() {
        for c in (0..=0x10FFFF).filter_map(char::from_u32) {
            let typed = c.to_string();
            assert!(typed.nfc().collect::<String>().len() <= 3 * typed.len(), "{c:?}");
        }
    }
}
