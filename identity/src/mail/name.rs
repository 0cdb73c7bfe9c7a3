//! Names in letters. Whoever registers chooses the name *and* the address it is mailed to, so a letter that repeats any name
//! would carry advertisements and traps to strangers under our sender.

/// The longest name a greeting uses, in characters.
const LONGEST: usize = 40;

/// The name as a greeting may use it: `None` if it is too long, or has anything that makes a link, a domain or a line.
pub(super) fn for_greeting(name: &str) -> Option<&str> {
    let name = name.trim();
    let chars: Vec<char> = name.chars().collect();
    let plain = chars.iter().all(|&c| !c.is_control() && !is_invisible(c) && !"/\\:@<>[]{}|=".contains(c));
    let domain = chars.windows(3).any(|w| is_dot(w[1]) && !w[0].is_whitespace() && !w[2].is_whitespace());
    (!name.is_empty() && chars.len() <= LONGEST && plain && !domain).then_some(name)
}

/// Full stops that browsers and mail programs take for the dot of a domain (UTS 46 section 4).
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// Characters that change the order of others, or hide: they could make a name look like part of our text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::for_greeting;

    #[test]
    fn names_of_people_are_used() {
        for name in ["Alice", "Zoë O'Hara", "Dr. A. Smith", "李明", "עדה לאבלייס", "Tom & \"Jerry\"", "Anna-Lena Müller", "X Æ A-12"] {
            assert_eq!(for_greeting(name), Some(name));
        }
        assert_eq!(for_greeting("  Alice "), Some("Alice"));
    }

    #[test]
    fn what_could_be_a_trap_is_not() {
        for trap in [
            "",
            "   ",
            "win at evil.example",
            "win at evil。example",
            "https://evil",
            "mail me@evil",
            "<b>Alice</b>",
            "Alice\r\nBcc: x@evil.example",
            "Alice\n\nYour account is closed",
            "Alice\u{202e}moc",
            "Alice\u{2028}P S",
            "Congratulations you have won one thousand pounds today",
        ] {
            assert_eq!(for_greeting(trap), None, "{trap:?}");
        }
    }
}
