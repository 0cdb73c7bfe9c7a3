//! The one door for a new password: whoever takes one asks here, so that no rule can be forgotten at one of the doors.

use super::{Password, Rules};
use crate::{
    Latchkey, Refusal,
    words::{Fault, Field, Secret},
};

/// Reads a new password and holds it against every rule there is: at register, reset and change, never at sign-in.
///
/// To be asked outside of transactions: where the operator wants leaks looked up, it waits a second at most for another server.
///
/// # Errors
/// `Invalid` on the field `password`: what [`Password::parse`] finds, or `Breached`.
pub async fn accept(house: &Latchkey, typed: &Secret, rules: &Rules<'_>) -> Result<Password, Refusal> {
    let password = Password::parse(typed, rules)?;
    if house.breaches.know(&password).await {
        return Err(Refusal::field(Field::Password, Fault::Breached));
    }
    Ok(password)
}
