//! An event as it is read from the database for somebody who may see it.

use crate::{time::Timestamp, words::EventView};
use uuid::Uuid;

/// An event with the addresses of the people in it, where they have one.
#[derive(sqlx::FromRow)]
pub(crate) struct Shown {
    pub id: Uuid,
    at: Timestamp,
    kind: String,
    actor_id: Option<Uuid>,
    subject_id: Option<Uuid>,
    actor: Option<String>,
    subject: Option<String>,
    session_id: Option<Uuid>,
    ip: String,
    detail: String,
    note: Option<String>,
    seq: Option<i64>,
    personal: Option<Vec<u8>>,
    digest: Option<Vec<u8>>,
}

impl From<Shown> for EventView {
    fn from(row: Shown) -> Self {
        Self {
            id: row.id,
            at: row.at.0,
            kind: row.kind,
            actor_id: row.actor_id,
            subject_id: row.subject_id,
            actor: row.actor,
            subject: row.subject,
            session: row.session_id,
            ip: row.ip,
            detail: row.detail,
            note: row.note,
            seq: row.seq,
            personal: row.personal.as_deref().map(super::hex),
            digest: row.digest.as_deref().map(super::hex),
        }
    }
}
