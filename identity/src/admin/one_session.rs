//! Ending one session of somebody.

use super::{Proven, acts::reach};
use crate::{
    Latchkey, Refusal,
    events::{self, Kind},
    sessions,
    words::{EndCause, Permission},
};
use uuid::Uuid;

/// Ends one session of an account. One that has ended already is left as it is, and not recorded.
///
/// # Errors
/// `Forbidden`, `NotFound` when there is no such account or the session is not one of its own, or when the database does not answer.
pub async fn end_session(house: &Latchkey, admin: &Proven, id: Uuid, session: Uuid) -> Result<(), Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    reach(&mut tx, &admin, id).await?;
    if !sessions::end_one(house, &mut tx, id, session, EndCause::EndedByAdmin).await? {
        drop(tx);
        return sessions::one(house, id, session).await.map(drop);
    }
    events::record(house, &mut tx, admin.event(Kind::SessionEndedByAdmin).on(id).session(session)).await?;
    tx.commit().await?;
    house.revocations.session(session, house.now());
    Ok(())
}
