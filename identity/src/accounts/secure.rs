//! "This was not me": the way back for somebody whose account is used by others. Every letter that reports a change carries it.

use super::mailed::{self, Bound, Purpose};
use crate::{Latchkey, Refusal, db::Tx};
use uuid::Uuid;

/// A link for a letter to `address`, which belongs to the account now or did until a moment ago.
pub(crate) async fn link(house: &Latchkey, tx: &mut Tx, user: Uuid, address: &str) -> Result<String, Refusal> {
    let mailed = mailed::issue(house, tx, Purpose::Secure, &Bound::to(user, address)).await?;
    Ok(house.settings.link("/secure-account", &[("token", &mailed.token)]))
}
