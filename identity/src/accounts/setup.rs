//! The first administrator, by a one-time link that the first start prints.

use super::create;
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    events::{Event, Kind},
    keys::mac,
    words::{Fault, Field, Role, Secret},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};

statements! {
    /// Only while there has never been an administrator. Every start makes a new link, so an old log opens nothing.
    OFFER = "update installation set setup_hash = $1 where one = 1 and setup_closed_at is null returning one";
    TAKE = "update installation set setup_closed_at = $1, setup_hash = null
             where one = 1 and setup_closed_at is null and setup_hash = $2 returning one";
    CLOSE = "update installation set setup_closed_at = $1, setup_hash = null where one = 1 and setup_closed_at is null";
}

fn hash(house: &Latchkey, token: &str) -> [u8; 32] {
    mac(&house.mailed_key, &[b"setup", token.trim().as_bytes()])
}

/// A fresh link to the page that makes the first administrator; `None` when there has been one.
///
/// # Errors
/// When the database does not answer.
pub async fn setup_link(house: &Latchkey) -> Result<Option<String>, Refusal> {
    let token = BASE64.encode(house.random.bytes::<32>());
    let hash = hash(house, &token);
    let open: Option<(i64,)> = on!(house.db, write, |p| sqlx::query_as(OFFER).bind(&hash[..]).fetch_optional(p).await)?;
    Ok(open.map(|_| house.settings.link("/setup", &[("token", &token)])))
}

/// Makes the first administrator. The link is spent only when the account exists: a refused form may be sent again.
///
/// # Errors
/// `Invalid` with every fault (`Spent` on `token` when the link is not, or no longer, good), `AlreadyDone` when the address has
/// an account, or when the database does not answer.
pub async fn setup(
    house: &Latchkey,
    token: &Secret,
    name: &str,
    email: &str,
    password: &Secret,
) -> Result<(), Refusal> {
    let hashed = create::hashed(house, name, email, password).await?;
    let token = hash(house, token.expose());
    let mut tx = house.db.begin().await?;
    let taken: Option<(i64,)> =
        within!(tx, |c| sqlx::query_as(TAKE).bind(house.now()).bind(&token[..]).fetch_optional(c).await)?;
    if taken.is_none() {
        return Err(Refusal::field(Field::Token, Fault::Spent));
    }
    create::insert(house, &mut tx, &hashed, Role::Admin, Event::new(Kind::Created))
        .await?
        .ok_or(Refusal::AlreadyDone)?;
    tx.commit().await?;
    Ok(())
}

/// Closes the page for good, in the transaction that makes somebody an administrator in another way.
pub(crate) async fn close(house: &Latchkey, tx: &mut Tx) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(CLOSE).bind(house.now()).execute(c).await.map(drop))?;
    Ok(())
}
