//! Having somebody choose a new password, without anybody else ever knowing one.

use super::{Proven, acts::reach, another_admin, invite::count_stranger};
use crate::{
    Latchkey, Refusal,
    accounts::renewal,
    db::{statements, within},
    events::{self, Kind},
    mail::{self, security::Owner},
    passwords::worthless,
    time::Timestamp,
    words::{Fault, Field, Permission},
};
use uuid::Uuid;

statements! {
    /// Changes nothing and locks the account: its address stays what it is until the letter is written.
    /// Never the last administrator who can sign in: whoever cannot read their letters would be outside for good.
    OWNER = concat!(
        "update users set name = name where id = $1 and (role <> 'admin' or disabled_at is not null or verified_at is null or ",
        worthless!("users"),
        " or ",
        another_admin!("$1"),
        ") returning name, email, verified_at"
    );
}

/// Makes the password of an account worthless, ends its sessions and sends its owner a letter that brings a new one. Other letters that
/// could set a password, or bring another address, are void.
///
/// # Errors
/// `Forbidden`, `NotFound`, `NotAllowed` on the field `id` while nobody has confirmed the address, because it is not certain that
/// the letter would reach the owner, `LastAdmin`, `TooMany` letters to people who have never signed in, or when the database does not
/// answer.
pub async fn force_reset(house: &Latchkey, admin: &Proven, id: Uuid) -> Result<(), Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    let owner: Option<(String, String, Option<Timestamp>)> =
        within!(tx, |c| sqlx::query_as(OWNER).bind(id).fetch_optional(c).await)?;
    let (name, email, verified_at) = owner.ok_or(Refusal::LastAdmin)?;
    verified_at.ok_or_else(|| Refusal::field(Field::Id, Fault::NotAllowed))?;
    let (brought, ended) = renewal::force(house, &mut tx, id, &email).await?;
    events::record(house, &mut tx, admin.event(Kind::ResetForced).on(id)).await?;
    let owner = Owner { name: &name, to: &email };
    let forgot = house.settings.link("/forgot", &[]);
    let letter = mail::reset_forced(&house.settings, owner, &brought.link, &brought.code, brought.hours, &forgot);
    mail::post(house, &mut tx, Some(id), &letter).await?;
    count_stranger(house, &mut tx, &admin, id).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, house.now());
    house.outbox_bell.notify_one();
    Ok(())
}
