//! E-mail addresses: parsed once at the door, valid ever after.

use super::{Fault, Field, FieldError};

/// A mail address as accounts are keyed by: trimmed, lower case, at most 254 characters, with one `@`, a dotted or local host and
/// none of the characters that would need quoting (RFC 5321 section 4.1.2). Deliverability is proven by the letter, not here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// `Missing`, `TooLong`, `Unprintable` or `Malformed` on the field `email`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fault = |fault| Err(FieldError::new(Field::Email, fault));
        let text = raw.trim();
        if text.is_empty() {
            return fault(Fault::Missing);
        }
        if text.len() > 254 {
            return fault(Fault::TooLong);
        }
        if text.chars().any(char::is_control) {
            return fault(Fault::Unprintable);
        }
        // Judged as it will be kept: in lower case a letter may become longer, or two characters.
        let text = text.to_lowercase();
        if text.len() > 254 {
            return fault(Fault::TooLong);
        }
        let Some((local, host)) = text.rsplit_once('@') else { return fault(Fault::Malformed) };
        if !valid_local(local) || !valid_host(host) {
            return fault(Fault::Malformed);
        }
        Ok(Self(text))
    }

    /// The normalised address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Dot-atom of RFC 5322, plus letters beyond ASCII (RFC 6531).
fn valid_local(local: &str) -> bool {
    !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
}

fn valid_host(host: &str) -> bool {
    !host.is_empty()
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_lowered() {
        assert_eq!(EmailAddress::parse("  Alice.B+x@Example.COM ").unwrap().as_str(), "alice.b+x@example.com");
        assert_eq!(EmailAddress::parse("jörg@bücher.example").unwrap().local_part(), "jörg");
        assert!(EmailAddress::parse("root@localhost").is_ok());
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (raw, fault) in [
            ("", Fault::Missing),
            ("   ", Fault::Missing),
            ("alice", Fault::Malformed),
            ("@example.com", Fault::Malformed),
            ("a@", Fault::Malformed),
            ("a b@example.com", Fault::Malformed),
            ("a@b@example..com", Fault::Malformed),
            ("\"a\"@example.com", Fault::Malformed),
            ("a,b@example.com", Fault::Malformed),
            ("a@-x.com", Fault::Malformed),
            ("İ@example.com", Fault::Malformed),
            ("a\r\nbcc: x@example.com", Fault::Unprintable),
            ("a\0@example.com", Fault::Unprintable),
        ] {
            assert_eq!(EmailAddress::parse(raw).unwrap_err().fault, fault, "{raw:?}");
        }
        assert_eq!(EmailAddress::parse(&format!("{}@x.org", "a".repeat(260))).unwrap_err().fault, Fault::TooLong);
    }
}
