//! Making a password worthless on an administrator's word, and bringing the owner of the mailbox what a new one is set with.
//!
//! Its authority is the caller's business. The link is good for a day, and not for half an hour as where the owner has asked and
//! waits (NIST SP 800-63B-4 section 4.2.1.2 allows a code by mail as long): nobody expects this letter.

use super::{
    forget_devices,
    mailed::{self, Bound, Purpose},
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    sessions,
    words::EndCause,
};
use uuid::Uuid;

statements! {
    WORTHLESS = "update users set password_hash = $1, password_changed_at = $2 where id = $3";
}

/// What the letter brings.
pub(crate) struct Renewal {
    /// To `/reset`, with the token.
    pub link: String,
    /// To be typed there instead.
    pub code: String,
    /// How long both are good.
    pub hours: u64,
}

/// How long the letter is good.
const LIFE: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// Makes the password worthless, voids what was asked for while it was good, forgets every browser and ends every session. Answers
/// what the letter to `address` brings, and the sessions that ended.
pub(crate) async fn force(
    house: &Latchkey,
    tx: &mut Tx,
    id: Uuid,
    address: &str,
) -> Result<(Renewal, Vec<Uuid>), Refusal> {
    let now = house.now();
    within!(*tx, |c| sqlx::query(WORTHLESS)
        .bind(house.hasher.nobodys())
        .bind(now)
        .bind(id)
        .execute(c)
        .await
        .map(drop))?;
    for purpose in [Purpose::Verify, Purpose::Invite, Purpose::Reset, Purpose::ChangeAddress] {
        mailed::void(tx, purpose, id).await?;
    }
    forget_devices(tx, id).await?;
    let ended = sessions::end_all_within(house, tx, id, None, EndCause::ResetForced).await?;
    let mailed = mailed::issue_until(house, tx, Purpose::Reset, &Bound::to(id, address), now.plus(LIFE)).await?;
    let link = house.settings.link("/reset", &[("token", &mailed.token)]);
    Ok((Renewal { link, code: mailed.code, hours: LIFE.as_secs() / 3600 }, ended))
}
