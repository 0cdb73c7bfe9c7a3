//! Letters that somebody asked for, written when they are delivered: only then it is looked up whether anybody is there.
//!
//! May run several times for one letter, on any node, and gives the same letter each time: the delivery of the time before may
//! have reached the mailbox. Nobody waits for it, so the time it takes tells nobody whether an address is known.

use super::{
    mailed::{self, Bound, Purpose},
    register,
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, statements, within},
    events::{self, Event, Kind},
    mail::{self, Ask, Asked, Letter},
    sessions::Device,
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    /// An account whose time has come answers like one that never was.
    FIND = "select id, name, password_hash, verified_at, password_changed_at,
                   role <> 'user' or role_name is not null as with_role from users
             where email = $1 and (delete_at is null or delete_at > $2)";
    /// Answers a row the first time only.
    OWN = "update letters set user_id = $2 where id = $1 and user_id is null returning id";
}

#[derive(sqlx::FromRow)]
struct Known {
    id: Uuid,
    name: String,
    password_hash: String,
    verified_at: Option<Timestamp>,
    /// Of an account that nobody has confirmed: when somebody registered it once more.
    password_changed_at: Option<Timestamp>,
    /// It may do more than everybody.
    with_role: bool,
}

/// The letter that was asked for, or `None` when nobody is there who should have it. What it carries is good from now on.
///
/// # Errors
/// When the database does not answer; to be tried again.
pub(crate) async fn answer(
    house: &Latchkey,
    id: Uuid,
    asked_at: Timestamp,
    ask: &Ask,
) -> Result<Option<Letter>, Refusal> {
    let mut tx = house.db.begin().await?;
    let known: Option<Known> =
        within!(tx, |c| sqlx::query_as(FIND).bind(&ask.address).bind(house.now()).fetch_optional(c).await)?;
    let Some(known) = known else { return Ok(None) };
    let first: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(OWN).bind(id).bind(known.id).fetch_optional(c).await)?;
    let letter = match ask.asked {
        Asked::Reset => {
            let letter = reset(house, &mut tx, id, asked_at, ask, &known).await?;
            if first.is_some() && letter.is_some() {
                let asker = Device::new(ask.ip.as_str(), "");
                events::record(house, &mut tx, Event::new(Kind::ResetRequested).on(known.id).from(&asker)).await?;
            }
            letter
        }
        Asked::Verification => verification(house, &mut tx, id, ask, known).await?,
    };
    tx.commit().await?;
    Ok(letter)
}

/// Whoever has set a new password since does not need the letter any more, and it must not bring back a token that was void. Of an
/// account that nobody has confirmed a stranger may change the password at any time, by registering it, and keeps the letter from nobody.
async fn reset(
    house: &Latchkey,
    tx: &mut Tx,
    id: Uuid,
    asked_at: Timestamp,
    ask: &Ask,
    known: &Known,
) -> Result<Option<Letter>, Refusal> {
    if known.verified_at.is_some() && known.password_changed_at.is_some_and(|changed_at| changed_at > asked_at) {
        return Ok(None);
    }
    bring_reset(house, tx, id, ask, known).await.map(Some)
}

async fn bring_reset(house: &Latchkey, tx: &mut Tx, id: Uuid, ask: &Ask, known: &Known) -> Result<Letter, Refusal> {
    let mailed = mailed::issue_for(house, tx, Purpose::Reset, &Bound::to(known.id, &ask.address), id).await?;
    let link = house.settings.link("/reset", &[("token", &mailed.token)]);
    let minutes = Purpose::Reset.life().as_secs() / 60;
    // Nobody has confirmed the address: then the name is what a stranger typed.
    let name = known.verified_at.map(|_| known.name.as_str());
    Ok(mail::password_reset(&house.settings, name, &ask.address, &link, &mailed.code, minutes))
}

/// Once the address was registered a second time, whose registration the asker means cannot be known, however long ago it was: a
/// letter that confirms one might put a stranger's password in force, and where a role waits, it might even then. So it brings what asks for a new one, and confirms by that.
async fn verification(
    house: &Latchkey,
    tx: &mut Tx,
    id: Uuid,
    ask: &Ask,
    known: Known,
) -> Result<Option<Letter>, Refusal> {
    if known.verified_at.is_some() {
        return Ok(None);
    }
    if known.password_changed_at.is_some() || known.with_role {
        return bring_reset(house, tx, id, ask, &known).await.map(Some);
    }
    let of = Bound {
        user_id: known.id,
        address: ask.address.clone(),
        name: Some(known.name),
        password_hash: Some(known.password_hash),
    };
    let mailed = mailed::issue_for(house, tx, Purpose::Verify, &of, id).await?;
    Ok(Some(register::letter(house, &ask.address, &mailed)))
}
