//! Passwords built from what everybody can know: the person's name and address, the service's name and host (ASVS 6.2.11).
//!
//! A name inside a longer password is fine, and forbidding it would contradict NIST SP 800-63B-4 section 3.1.1.2. Refused is a
//! password that is *nothing but* such words, repeated or joined, with a little padding: a year, a few digits, `123456`, `!!!!`.
//! Rather than write down every candidate, the password is read from left to right as a sentence of words and padding.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The service's own name is as guessable as the person's.
const SERVICE: &str = "latchkey";

/// How many pieces of padding a candidate may have. Eight digits are a date; what has more carries a secret of its own.
const PADDING: u32 = 8;

/// The words of names and addresses, and each name with its separators left out.
pub(super) fn words(sources: &[&str]) -> Vec<Vec<char>> {
    let mut words = Vec::new();
    for source in sources.iter().copied().chain([SERVICE]) {
        let lower: String = source.nfc().collect::<String>().to_lowercase();
        let local = lower.split('@').next().unwrap_or_default();
        words.push(local.chars().filter(|c| c.is_alphanumeric()).collect());
        words.extend(lower.split(|c: char| !c.is_alphanumeric()).map(|word| word.chars().collect()));
    }
    words.retain(|word: &Vec<char>| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether the whole normalised password, in any case, is made of these words and a little padding.
pub(super) fn is_personal(password: &str, words: &[Vec<char>]) -> bool {
    let lower = Zeroizing::new(password.to_lowercase());
    let text = Zeroizing::new(lower.chars().collect::<Vec<char>>());
    // The least padding with which each position can be reached: without any word so far, and with one.
    let mut reached = vec![[None; 2]; text.len() + 1];
    reached[0][0] = Some(0);
    for at in 0..text.len() {
        let rest = &text[at..];
        for had_word in [0, 1] {
            let Some(used) = reached[at][had_word] else { continue };
            for word in words.iter().filter(|word| rest.starts_with(word)) {
                // An initial alone proves nothing and would match by accident: it counts as padding.
                let (has_word, used) = if word.len() == 1 { (had_word, used + 1) } else { (1, used) };
                improve(&mut reached[at + word.len()][has_word], used);
            }
            for length in paddings(rest) {
                improve(&mut reached[at + length][had_word], used + 1);
            }
        }
    }
    reached[text.len()][1].is_some_and(|used| used <= PADDING)
}

fn improve(best: &mut Option<u32>, used: u32) {
    *best = Some(best.map_or(used, |known| known.min(used)));
}

/// The lengths of the pieces of padding that `rest` can begin with: one character that is no letter, or a run of three and more
/// that repeats one character or counts digits up or down (`0` follows `9`).
fn paddings(rest: &[char]) -> impl Iterator<Item = usize> {
    let single = (!rest[0].is_alphabetic()).then_some(1);
    let digit = |c: char| c.to_digit(10);
    let counts = |step: u32| {
        1 + rest
            .windows(2)
            .take_while(|w| digit(w[0]).zip(digit(w[1])).is_some_and(|(a, b)| (a + step) % 10 == b))
            .count()
    };
    let same = 1 + rest.windows(2).take_while(|w| w[0] == w[1]).count();
    let longest = same.max(counts(1)).max(counts(9));
    single.into_iter().chain(3..=longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn personal(password: &str) -> bool {
        is_personal(password, &words(&["Zoë Marie O'Hara", "zoe.ohara+shop@mail.example.org", "login.acme.test"]))
    }

    #[test]
    fn words_of_the_person_and_the_service_are_refused_however_padded() {
        for built in [
            "zoe.ohara+shop@mail.example.org",
            "ZOE.OHARA@MAIL.EXAMPLE.ORG",
            "Zoë Marie O'Hara",
            "zoë-marie-o-hara",
            "zoëmarieohara",
            "zoezoezoezoezoe",
            "ohara1234567890",
            "ohara0987654321",
            "1234567890ohara",
            "zoe.ohara.1984!!",
            "marie31121999marie",
            "marie__________",
            "mariexxxxxxxxxx",
            "!!!!!!!!!!marie!!!!!!!!!!",
            "latchkeylatchkey",
            "Latchkey2025!!!",
            "login.acme.test",
            "acme-latchkey-2025",
        ] {
            assert!(personal(built), "{built}");
        }
    }

    #[test]
    fn a_name_inside_a_real_password_is_fine() {
        for fine in [
            "zoe bought nineteen lemons",
            "correct horse zoe battery",
            "marie and zoe and ohara",
            "mariemariemarieq",
            "marie 4711 0815 2342 77",
            "123456789012345",
            "!!!!!!!!!!!!!!!!",
            "locksmithlatch keyring",
            "",
        ] {
            assert!(!personal(fine), "{fine}");
        }
    }

    #[test]
    fn other_scripts_and_spellings_of_the_same_letters() {
        let words = words(&["李明 Ünal", "x@y.z", "localhost"]);
        assert!(is_personal("李明李明李明李明1984", &words));
        assert!(is_personal("ünal.ünal.ünal.", &words));
        assert!(!is_personal("李明在河边钓到了一条很大的鱼啊", &words));
    }

    #[test]
    fn a_person_without_usable_words_refuses_nothing_by_accident() {
        let words = words(&["A", "b@c.d", "127.0.0.1"]);
        assert!(!is_personal("abcabcabcabcabcabc", &words));
        assert!(!is_personal("a b c d a b c d a b c d", &words));
    }

    #[test]
    fn the_longest_password_is_read_quickly() {
        let long = "ohara".repeat(25) + "zoë";
        assert!(personal(&long));
        assert!(!personal(&(long.clone() + "q")));
    }
}
