//! The lengths of a password, which the form shows and the server enforces (NIST SP 800-63B-4 section 3.1.1.2).

/// The default minimum, in Unicode characters: the password is the only factor. An operator may go down to 8.
pub const MIN_PASSWORD_CHARS: usize = 15;

/// The maximum, in Unicode characters. Longer ones are refused, never cut.
pub const MAX_PASSWORD_CHARS: usize = 128;
