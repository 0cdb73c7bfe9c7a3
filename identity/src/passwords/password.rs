//! A new password, parsed at the door.

use super::{common, normal, personal};
use crate::{
    Latchkey,
    words::{Fault, Field, FieldError, Secret, password_fault},
};
use zeroize::Zeroizing;

/// What a new password is held against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Fewest characters, from the settings.
    pub min_chars: usize,
    /// The person's display name.
    pub name: &'a str,
    /// The person's address.
    pub email: &'a str,
    /// The host people sign in at.
    pub host: &'a str,
}

impl<'a> Rules<'a> {
    /// Those of an installation, for somebody of this name and address.
    pub fn of(house: &'a Latchkey, name: &'a str, email: &'a str) -> Self {
        let host = house.settings.public_url.host_str().unwrap_or("");
        Self { min_chars: house.policy().min_password, name, email, host }
    }
}

/// A password that passed the rules, in NFC, wiped from memory when dropped. Only [`super::Hasher::hash`] reads it.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Reads a new password, as far as this house can judge it alone. Whoever takes one asks [`super::accept`].
    ///
    /// Length and characters are judged as the browser does, by [`password_fault`] after NFC; then come the lists it does not have.
    ///
    /// # Errors
    /// On the field `password`: `Missing`, `TooLong`, `Unprintable`, `TooShort`, `Common` or `Personal`, the first that applies.
    pub(super) fn parse(typed: &Secret, rules: &Rules<'_>) -> Result<Self, FieldError> {
        let fault = |fault| Err(FieldError::new(Field::Password, fault));
        let Some(password) = normal::normalise(typed.expose()) else {
            return fault(Fault::TooLong);
        };
        if let Some(found) = password_fault(&password, rules.min_chars) {
            return fault(found);
        }
        if common::is_common(&password) {
            return fault(Fault::Common);
        }
        if personal::is_personal(&password, &personal::words(&[rules.name, rules.email, rules.host])) {
            return fault(Fault::Personal);
        }
        Ok(Self(password))
    }

    /// A password that has just been verified, to be hashed anew at a higher cost. Held against no rule: it was accepted once.
    pub fn known(verified: &Secret) -> Option<Self> {
        normal::normalise(verified.expose()).map(Self)
    }

    /// Whether something typed means this very password.
    pub fn is(&self, typed: &Secret) -> bool {
        normal::normalise(typed.expose()).is_some_and(|typed| *typed == *self.0)
    }

    /// The characters to hash.
    pub(super) fn normalised(&self) -> &Zeroizing<String> {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    fn parse_from(min_chars: usize, typed: &str) -> Result<Password, Fault> {
        let rules = Rules { min_chars, name: "Alice Liddell", email: "alice@example.org", host: "login.example.org" };
        Password::parse(&Secret::new(typed), &rules).map_err(|error| {
            assert_eq!(error.field, Field::Password);
            error.fault
        })
    }

    fn parse(typed: &str) -> Result<Password, Fault> {
        parse_from(15, typed)
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(parse("").unwrap_err(), Fault::Missing);
        assert_eq!(parse("fourteen chars").unwrap_err(), Fault::TooShort);
        assert!(parse("fifteen chars !").is_ok());
        assert_eq!(parse_from(8, "q7#kP2x").unwrap_err(), Fault::TooShort);
        assert!(parse_from(8, "q7#kP2xz").is_ok());
        assert!(parse(&"ab".repeat(64)).is_ok());
        assert_eq!(parse(&("ab".repeat(64) + "c")).unwrap_err(), Fault::TooLong);
        assert!(parse(&"🔑🚪".repeat(64)).is_ok());
        // Fifteen typed characters that are eight letters.
        assert_eq!(parse("e\u{301}u\u{308}o\u{308}a\u{300}i\u{302}n\u{303}c\u{327}x").unwrap_err(), Fault::TooShort);
    }

    #[test]
    fn characters_of_any_kind_are_welcome_and_none_is_demanded() {
        for typed in [
            "onlylowercaseletters",
            "               x               ",
            "הסיסמה הארוכה שלי כאן",
            "كلمة المرور الطويلة",
            "👩\u{200d}🚀👨\u{200d}👩\u{200d}👧\u{200d}👦🏳\u{fe0f}\u{200d}🌈🔑🚪🐈🌍🎻",
            "मेरा लंबा पासवर्ड यहाँ",
            "<script>alert(1)</script>",
            "'; drop table users; --",
        ] {
            assert!(parse(typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        for typed in [
            "with a\0zero inside",
            "two lines\nof a poem",
            "a tab\tin the middle",
            "bell\u{7}bell\u{7}bell\u{7}!!",
            "c1 \u{85} control chars",
        ] {
            assert_eq!(parse(typed).unwrap_err(), Fault::Unprintable, "{typed:?}");
        }
    }

    #[test]
    fn common_and_personal_ones_are_refused_as_a_whole_only() {
        assert_eq!(parse("MAILcreated5240").unwrap_err(), Fault::Common);
        assert_eq!(parse_from(8, "trustno1").unwrap_err(), Fault::Common);
        assert!(parse("trustno1 but the cat").is_ok());
        assert_eq!(parse("alice@example.org").unwrap_err(), Fault::Personal);
        assert_eq!(parse("Alice Liddell 1865").unwrap_err(), Fault::Personal);
        assert!(parse("Alice went through the glass").is_ok());
    }

    proptest! {
        /// The browser brings its own normalisation and asks the same function: what it lets pass, only a list can refuse.
        #[test]
        fn browser_and_server_give_the_same_verdict(
            typed in "\\PC{0,20}|\\PC{120,140}|[a-z\\x00-\\x1f\\x7f-\\u{9f} ]{10,20}|([a-z][\\u{300}-\\u{345}]{0,3}){5,60}",
            min_chars in 8_usize..=64,
        ) {
            let in_the_browser = password_fault(&typed.nfc().collect::<String>(), min_chars);
            match (in_the_browser, parse_from(min_chars, &typed)) {
                (None, Ok(_) | Err(Fault::Common | Fault::Personal)) => {}
                (Some(fault), Err(found)) => prop_assert_eq!(fault, found),
                (told, found) => prop_assert!(false, "{:?} in the browser, {:?} here", told, found),
            }
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", parse("fifteen chars !").unwrap()), "Password(…)");
    }
}
