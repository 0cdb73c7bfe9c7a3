//! A password that its owner chooses with what a letter brought, be it a forgotten one or the first.
//!
//! The password is checked and hashed before the letter is spent, so that one which is refused leaves the letter good. What spending means
//! for the account is the caller's business, in the same transaction.

use super::{
    mailed::{self, Bound, Purpose},
    profile,
};
use crate::{
    Latchkey, Refusal,
    db::Tx,
    passwords::{self, Rules},
    words::Secret,
};

/// What is left to do with it.
pub(super) struct Chosen {
    /// In which the letter was spent.
    pub tx: Tx,
    /// Whose letter it was, and the address it went to.
    pub of: Bound,
    /// Of the new password.
    pub hash: String,
}

/// Spends the letter for a password.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, what [`passwords::accept`] finds wrong with the password, `Busy`, or when the database
/// does not answer.
pub(super) async fn choose(
    house: &Latchkey,
    purpose: Purpose,
    token: &Secret,
    password: &Secret,
) -> Result<Chosen, Refusal> {
    let typed = mailed::typed(token)?;
    let of = mailed::look(house, purpose, typed).await?.ok_or_else(mailed::spent)?;
    let (name, email) = profile(house, of.user_id).await.map_err(|refusal| match refusal {
        Refusal::NotFound => mailed::spent(),
        other => other,
    })?;
    let password = passwords::accept(house, password, &Rules::of(house, &name, &email)).await?;
    let hash = house.hasher.hash(&password).await?;
    let mut tx = house.db.begin().await?;
    let of = mailed::spend(house, &mut tx, purpose, typed).await?.ok_or_else(mailed::spent)?;
    Ok(Chosen { tx, of, hash })
}
