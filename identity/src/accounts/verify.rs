//! Confirming an address with what a letter brought.

use super::{
    PersonName,
    mailed::{self, Purpose},
    register,
};
use crate::{
    Latchkey, Refusal,
    db::{statements, within},
    events::{self, Event, Kind},
    sessions::Device,
    words::{EmailAddress, Secret},
};
use uuid::Uuid;

statements! {
    /// Name and password are those of the very registration the letter belongs to. Not where a role waits, nor where an administrator
    /// has invited the owner: it would be the registrant's. Then only a letter that brings a new password confirms (`asked.rs`).
    CONFIRM = "update users set verified_at = $1, name = $2, name_key = $3, password_hash = $4, password_changed_at = null
                where id = $5 and email = $6 and verified_at is null
                 and role = 'user' and role_name is null and invited_at is null returning id";
}

/// Spends a mailed token or a typed code and confirms the address it was sent to. Does not sign in: whoever can read the letter
/// need not know the password. Refused while nobody could register the address by now; the letter stays good.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, `SignUpClosed`, `Domain` on the field `token`, or when the database does not answer.
pub async fn verify_email(house: &Latchkey, token: &Secret, device: &Device) -> Result<(), Refusal> {
    let typed = mailed::typed(token)?;
    let mut tx = house.db.begin().await?;
    let of = mailed::spend(house, &mut tx, Purpose::Verify, typed).await?.ok_or_else(mailed::spent)?;
    let name = PersonName::parse(of.name.as_deref().unwrap_or_default())?;
    let confirmed: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(CONFIRM)
        .bind(house.now())
        .bind(name.as_str())
        .bind(name.search_key())
        .bind(&of.password_hash)
        .bind(of.user_id)
        .bind(&of.address)
        .fetch_optional(c)
        .await)?;
    let (id,) = confirmed.ok_or_else(mailed::spent)?;
    // The last word, so that whoever brings nothing learns nothing. What was done is undone with the transaction.
    register::still_taken(house, &EmailAddress::parse(&of.address)?)?;
    events::record(house, &mut tx, Event::new(Kind::Verified).by(id).on(id).from(device)).await?;
    tx.commit().await?;
    Ok(())
}
