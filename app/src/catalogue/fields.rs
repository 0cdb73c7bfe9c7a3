//! Form fields which several pages ask for.

/// The name of a person.
pub const NAME: &str = "Name";
/// A mail address.
pub const EMAIL: &str = "Email";
/// A password, new or one's own.
pub const PASSWORD: &str = "Password";
/// A password to take the place of the one before.
pub const NEW_PASSWORD: &str = "New password";
/// Shows what was typed into a password field.
pub const SHOW_PASSWORD: &str = "Show password";

/// What a new password needs. `min` is the fewest characters the operator allows.
pub fn password_hint(min: usize) -> String {
    format!("At least {min} characters of any kind. A few unrelated words work well.")
}
