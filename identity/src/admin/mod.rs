//! What an administrator may see and do: other people's accounts, and letters on their way.
//!
//! Authority arrives as a value, [`Admin`], so nothing here can be called by somebody who is none. Every act is recorded in
//! the transaction that does it, and none can leave the installation without an administrator.

mod acts;
mod letters;
mod users;

pub use acts::{disable, enable, end_sessions, reset_password, set_role};
pub use letters::{LetterCounts, LetterState, LetterView, letter_counts, letters, retry_letters};
pub use users::{Counts, Filter, Status, counts, find_by_email, one, users};

use crate::{
    Latchkey, Refusal, events,
    sessions::Device,
    words::{EventView, Page, Role, Viewer},
};
use uuid::Uuid;

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [acts::STATEMENTS, letters::STATEMENTS, users::STATEMENTS].concat()
}

/// Somebody who may administer, and where they sit.
pub struct Admin {
    id: Option<Uuid>,
    device: Device,
}

impl Admin {
    /// The signed-in person, if they are an administrator.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn of(viewer: &Viewer, device: &Device) -> Result<Self, Refusal> {
        match viewer.role {
            Role::Admin => Ok(Self { id: Some(viewer.id), device: device.clone() }),
            Role::User => Err(Refusal::Forbidden),
        }
    }

    /// Whoever can run the command line on the machine that holds the keys.
    pub fn operator() -> Self {
        Self { id: None, device: Device::new("command line", "") }
    }

    /// Begins an event of this administrator.
    fn event(&self, kind: events::Kind) -> events::Event {
        let event = events::Event::new(kind).from(&self.device);
        match self.id {
            Some(id) => event.by(id),
            None => event,
        }
    }
}

/// Security events of everybody, or of one account, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn audit(
    house: &Latchkey,
    _: &Admin,
    of: Option<Uuid>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<EventView>, Refusal> {
    events::latest(house, of, after, limit).await
}
