//! What an account says about its owner.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
};
use uuid::Uuid;

statements! {
    PROFILE = "select name, email from users where id = $1";
}

/// Name and address of an account, for installations whose access tokens do not carry them.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn profile(house: &Latchkey, id: Uuid) -> Result<(String, String), Refusal> {
    let row: Option<(String, String)> =
        on!(house.db, read, |p| sqlx::query_as(PROFILE).bind(id).fetch_optional(p).await)?;
    row.ok_or(Refusal::NotFound)
}
