//! The bundled list of common passwords, see `data/README.md` for what is in it and how it is rebuilt.
//!
//! Embedded as a finite automaton that `build.rs` makes of the text: asking it walks along the bytes of the password in place,
//! without a copy of the list in memory and without an allocation.

use fst::Set;
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// Lower case, NFC, 8 and more characters each.
static LIST: LazyLock<Set<&'static [u8]>> = LazyLock::new(|| {
    let automaton: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/common.fst"));
    Set::new(automaton).expect("the build script wrote it with this very crate")
});

/// Whether a normalised password, as a whole and in any case, is among the first that anybody would try: on the list, or one
/// character again and again. Parts of it are never looked at (NIST SP 800-63B-4 section 3.1.1.2).
pub(super) fn is_common(password: &str) -> bool {
    let lower = Zeroizing::new(password.to_lowercase());
    let mut chars = lower.chars();
    let first = chars.next();
    chars.all(|c| Some(c) == first) || LIST.contains(lower.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeSet, HashSet};
    use unicode_normalization::UnicodeNormalization;

    /// The shortest minimum an operator may choose; shorter lines would never be asked for.
    const SHORTEST: usize = 8;

    /// What the automaton is made of.
    const TEXT: &str = include_str!("data/common.txt");

    static LINES: LazyLock<HashSet<&str>> = LazyLock::new(|| TEXT.lines().collect());

    fn canonical<'a>(lines: impl Iterator<Item = &'a str>) -> String {
        let words: BTreeSet<String> = lines
            .map(|line| line.nfc().collect::<String>().to_lowercase())
            .filter(|word| word.chars().count() >= SHORTEST)
            .collect();
        words.into_iter().map(|word| word + "\n").collect()
    }

    #[test]
    fn whole_passwords_in_any_case_are_found() {
        for common in
            ["Mailcreated5240", "mailcreated5240", "123456789987654321", "WorldOfWarcraft", "password", "trustno1"]
        {
            assert!(is_common(common), "{common}");
        }
        for fine in ["mailcreated5240 and more", "correct horse battery staple", "passwor", "zzzzzzzzzzzzzzz!"] {
            assert!(!is_common(fine), "{fine}");
        }
        for no_line in ["password\npassword1", "password\n", "passwor", "password1234567890password"] {
            assert!(!is_common(no_line), "{no_line:?}");
        }
    }

    #[test]
    fn one_character_again_and_again_is_common() {
        for common in ["                    ", "AaAaAaAaAaAaAaAaAa", "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑"]
        {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn the_list_is_canonical_and_holds_a_hundred_thousand_that_could_be_chosen() {
        assert!(TEXT == canonical(TEXT.lines()), "data/common.txt must be rebuilt, see data/README.md");
        assert_eq!(TEXT.lines().count(), 124_776);
        assert_eq!(TEXT.lines().filter(|line| line.chars().count() >= 15).count(), 9_728);
        assert_eq!(LIST.len(), 124_776);
    }

    #[test]
    fn every_line_is_found_and_nothing_beside_it() {
        for line in TEXT.lines() {
            assert!(LIST.contains(line), "{line}");
            for other in [format!("{line}\u{7f}"), format!("\u{7f}{line}"), line[..line.len() - 1].to_owned()] {
                assert_eq!(LIST.contains(&other), LINES.contains(other.as_str()), "{other:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_list_and_text_agree(asked in "[a-z0-9]{8,9}|\\PC{0,20}") {
            prop_assert_eq!(LIST.contains(&asked), LINES.contains(asked.as_str()));
        }
    }

    #[test]
    #[ignore = "writes data/common.txt from the lists named in LATCHKEY_PASSWORD_LISTS"]
    fn rebuild_the_bundled_list() {
        let lists = std::env::var("LATCHKEY_PASSWORD_LISTS").expect("paths separated by colons");
        let text: String = lists.split(':').map(|path| std::fs::read_to_string(path).unwrap() + "\n").collect();
        let to = concat!(env!("CARGO_MANIFEST_DIR"), "/src/passwords/data/common.txt");
        std::fs::write(to, canonical(text.lines())).unwrap();
    }
}
