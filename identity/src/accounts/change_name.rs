//! Changing the own name.

use super::PersonName;
use crate::{
    Latchkey, Refusal,
    db::{statements, within},
    events::{self, Event, Kind},
    sessions::{self, Device},
    throttle::{self, Throttle},
    tokens::TokenPair,
    words::Viewer,
};
use uuid::Uuid;

statements! {
    RENAME = "update users set name = $1, name_key = $2 where id = $3 and name <> $1 returning id";
}

/// Changes the name others see. The same name once more changes nothing. With `renew`, for who came with cookies, answers tokens
/// of the same generation that say the new name, or `None` where another request has moved the session on a moment ago. Other
/// sessions learn it when they next renew, within the life of an access token: making them all renew at once, and again for
/// the next name, could make an honest tab look like a thief.
///
/// # Errors
/// `Acting` for an administrator who may only look, `Invalid` on the field `name`, `TooMany` names within an hour, or when the database does not answer.
pub async fn change_name(
    house: &Latchkey,
    viewer: &Viewer,
    name: &str,
    device: &Device,
    renew: bool,
) -> Result<Option<TokenPair>, Refusal> {
    sessions::may_write(viewer)?;
    let name = PersonName::parse(name)?;
    throttle::take_by(house, Throttle::ChangeName, viewer.id.as_bytes()).await?;
    let mut tx = house.db.begin().await?;
    let changed: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(RENAME)
        .bind(name.as_str())
        .bind(name.search_key())
        .bind(viewer.id)
        .fetch_optional(c)
        .await)?;
    if changed.is_none() {
        return Ok(None);
    }
    let event = Event::new(Kind::NameChanged).by(viewer.doer()).on(viewer.id).session(viewer.session).from(device);
    events::record(house, &mut tx, event).await?;
    let pair = if renew { sessions::again(house, &mut tx, viewer).await? } else { None };
    tx.commit().await?;
    Ok(pair)
}
