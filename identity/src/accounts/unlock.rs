//! Letting somebody try again at once who has mistyped too often.

use super::devices;
use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    throttle::{self, Throttle},
    words::EmailAddress,
};
use uuid::Uuid;

statements! {
    FIND = "select id from users where email = $1";
}

/// Forgets the attempts to give the password of an account, at the door and inside, from wherever they came.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn unlock(house: &Latchkey, email: &EmailAddress) -> Result<(), Refusal> {
    let found: Option<(Uuid,)> =
        on!(house.db, read, |p| sqlx::query_as(FIND).bind(email.as_str()).fetch_optional(p).await)?;
    let (id,) = found.ok_or(Refusal::NotFound)?;
    throttle::clear(house, Throttle::SignIn, email).await?;
    throttle::clear_by(house, Throttle::Proof, id.as_bytes()).await?;
    for key in devices::keys_of(house, id).await? {
        throttle::clear_by(house, Throttle::KnownDevice, &key).await?;
    }
    Ok(())
}
