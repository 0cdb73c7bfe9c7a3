//! Accounts an administrator made for somebody: a letter brings what its owner chooses a password with, and has it from then on.
//!
//! Until then nobody can sign in: the password is one that nobody knows, and the address is not confirmed. Whoever spends the letter
//! has shown that the mailbox is theirs. Never signs in, like every letter that sets a password.

use super::{
    PersonName,
    chosen::{Chosen, choose},
    leaving,
    mailed::{self, Bound, Purpose},
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail,
    sessions::Device,
    throttle::{self, Throttle},
    time::Timestamp,
    words::{EmailAddress, Secret},
};
use uuid::Uuid;

statements! {
    /// Once: whoever has confirmed the address in another way has set a password by that, and needs no invitation.
    ACCEPT = "update users set verified_at = $1, password_hash = $2, password_changed_at = null
               where id = $3 and email = $4 and verified_at is null and invited_at is not null
                 and (delete_at is null or delete_at > $1) returning id";
    REMOVE = "delete from users where id = $1 and invited_at is not null and verified_at is null returning id";
}

/// Posts the letter as of this moment, within the transaction that gives the reason for it. Those posted before stay good until one of them is spent.
pub(crate) async fn send(
    house: &Latchkey,
    tx: &mut Tx,
    id: Uuid,
    name: &PersonName,
    email: &EmailAddress,
    at: Timestamp,
) -> Result<(), Refusal> {
    let (bound, until) = (Bound::to(id, email.as_str()), at.plus(Purpose::Invite.life()));
    let mailed = mailed::issue_until(house, tx, Purpose::Invite, &bound, until).await?;
    let link = house.settings.link("/accept-invitation", &[("token", &mailed.token)]);
    let days = Purpose::Invite.life().as_secs() / 86_400;
    let letter = mail::invitation(&house.settings, name.as_str(), email.as_str(), &link, days);
    mail::post_at(house, tx, Some(id), &letter, at).await
}

/// Deletes an account that nobody has ever had, with its letters and tokens. Answers the id under which its events go on, if it was
/// one.
pub(crate) async fn displace(house: &Latchkey, tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, Refusal> {
    let removed: Option<(Uuid,)> = within!(*tx, |c| sqlx::query_as(REMOVE).bind(id).fetch_optional(c).await)?;
    if removed.is_none() {
        return Ok(None);
    }
    let nobody = house.new_id();
    leaving::forget_events(tx, id, nobody).await?;
    Ok(Some(nobody))
}

/// Sets the password of an account one was invited to, which confirms its address. Answers whose it is. A password that is refused
/// leaves the letter good.
///
/// # Errors
/// `Missing` or `Spent` on the field `token`, what [`crate::passwords::accept`] finds wrong with the password, `Busy`, or when the database
/// does not answer.
pub async fn accept_invitation(
    house: &Latchkey,
    token: &Secret,
    password: &Secret,
    device: &Device,
) -> Result<Uuid, Refusal> {
    let Chosen { mut tx, of, hash } = choose(house, Purpose::Invite, token, password).await?;
    let accepted: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(ACCEPT)
        .bind(house.now())
        .bind(&hash)
        .bind(of.user_id)
        .bind(&of.address)
        .fetch_optional(c)
        .await)?;
    let (id,) = accepted.ok_or_else(mailed::spent)?;
    for purpose in [Purpose::Verify, Purpose::Reset] {
        mailed::void(&mut tx, purpose, id).await?;
    }
    events::record(house, &mut tx, Event::new(Kind::Verified).by(id).on(id).from(device)).await?;
    tx.commit().await?;
    // Somebody may have tried the address at the door while nobody could come in.
    throttle::forgive(house, Throttle::SignIn, of.address.as_bytes()).await;
    Ok(id)
}
