//! The bundled list of common passwords, see `data/README.md` for what is in it and how it is rebuilt.

use zeroize::Zeroizing;

/// Lower case, NFC, sorted by bytes, each line ended by a line feed.
static LIST: &[u8] = include_bytes!("data/common.txt");

/// Whether a normalised password, as a whole and in any case, is among the first that anybody would try: on the list, or one
/// character again and again. Parts of it are never looked at (NIST SP 800-63B-4 section 3.1.1.2).
pub(super) fn is_common(password: &str) -> bool {
    let lower = Zeroizing::new(password.to_lowercase());
    let mut chars = lower.chars();
    let first = chars.next();
    chars.all(|c| Some(c) == first) || listed(LIST, lower.as_bytes())
}

/// Searches the sorted lines by halving.
fn listed(lines: &[u8], wanted: &[u8]) -> bool {
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = lines[low..middle].iter().rposition(|b| *b == b'\n').map_or(low, |at| low + at + 1);
        let end = lines[start..].iter().position(|b| *b == b'\n').map_or(lines.len(), |at| start + at);
        match lines[start..end].cmp(wanted) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use unicode_normalization::UnicodeNormalization;

    /// The shortest minimum an operator may choose; shorter lines would never be asked for.
    const SHORTEST: usize = 8;

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
        for no_line in ["", "\n", "password\npassword1"] {
            assert!(!listed(LIST, no_line.as_bytes()), "{no_line:?}");
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
    fn every_line_is_found_and_the_file_is_canonical() {
        let text = std::str::from_utf8(LIST).unwrap();
        assert_eq!(text.lines().count(), 48_110);
        assert!(text.lines().all(|line| listed(LIST, line.as_bytes())));
        assert!(text == canonical(text.lines()), "data/common.txt must be rebuilt, see data/README.md");
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
