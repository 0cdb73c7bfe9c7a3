//! The one door for a new password: whoever takes one asks here, so that no rule can be forgotten at one of the doors.

use super::{Password, Rules};
use crate::{Latchkey, Refusal, words::Secret};

/// Reads a new password and holds it against every rule there is. Never for signing in.
///
/// To be asked outside of transactions: it may wait for another server.
///
/// # Errors
/// `Invalid` on the field `password`, with what [`Password::parse`] finds.
pub async fn accept(_house: &Latchkey, typed: &Secret, rules: &Rules<'_>) -> Result<Password, Refusal> {
    Ok(Password::parse(typed, rules)?)
}
