//! Changing the own name.

use super::{PersonName, stale};
use crate::{
    Latchkey, Refusal,
    db::{statements, within},
    events::{self, Event, Kind},
    sessions::Device,
    words::Viewer,
};
use uuid::Uuid;

statements! {
    RENAME = "update users set name = $1, name_key = $2 where id = $3 and name <> $1 returning id";
}

/// Changes the name others see. It shows with the next request of every session. The same name once more changes nothing.
///
/// # Errors
/// `Invalid` on the field `name`, or when the database does not answer.
pub async fn change_name(house: &Latchkey, viewer: &Viewer, name: &str, device: &Device) -> Result<(), Refusal> {
    let name = PersonName::parse(name)?;
    let mut tx = house.db.begin().await?;
    let changed: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(RENAME)
        .bind(name.as_str())
        .bind(name.search_key())
        .bind(viewer.id)
        .fetch_optional(c)
        .await)?;
    if changed.is_none() {
        return Ok(());
    }
    let mark = stale::mark(house, &mut tx, viewer.id).await?;
    let event = Event::new(Kind::NameChanged).by(viewer.id).on(viewer.id).session(viewer.session).from(device);
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    mark.heed(house);
    Ok(())
}
