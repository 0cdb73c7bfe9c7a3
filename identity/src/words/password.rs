//! What makes a password acceptable, as far as it can be told without a list: the form shows it while one types, and the server enforces
//! it (NIST SP 800-63B-4 section 3.1.1.2). What is common, personal or leaked only the server can tell.

use super::Fault;

/// The default minimum, in Unicode characters: the password is the only factor. An operator may go down to 8.
pub const MIN_PASSWORD_CHARS: usize = 15;

/// The maximum, in Unicode characters. Longer ones are refused, never cut.
pub const MAX_PASSWORD_CHARS: usize = 128;

/// The first thing wrong with a new password: `Missing`, `TooLong`, `Unprintable` or `TooShort`.
///
/// `normal` is in Unicode normalisation form C, in which characters are counted. Each side brings its own: the server a crate, the
/// browser `String.prototype.normalize`, so that no tables of Unicode are downloaded.
///
/// Characters of any script, spaces, emoji and their joiners are welcome. Control characters (Unicode `Cc`: NUL, tab, line ends)
/// are not: no form field can type them, so whoever sent one would be locked out by the sign-in page.
pub fn password_fault(normal: &str, min_chars: usize) -> Option<Fault> {
    let length = normal.chars().count();
    if length == 0 {
        Some(Fault::Missing)
    } else if length > MAX_PASSWORD_CHARS {
        Some(Fault::TooLong)
    } else if normal.chars().any(char::is_control) {
        Some(Fault::Unprintable)
    } else if length < min_chars {
        Some(Fault::TooShort)
    } else {
        None
    }
}
