//! Sessions as their owner or an administrator sees them.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    time::Timestamp,
    words::{EndCause, SessionView, Stay},
};
use uuid::Uuid;

statements! {
    LIVE = "select id, created_at, rotated_at, generation, stay, expires_at, user_agent, ip, ended_at, end_cause, acting_id
              from sessions
             where user_id = $1 and ended_at is null and (expires_at is null or expires_at > $2)
             order by id desc limit 100";
    ONE = "select id, created_at, rotated_at, generation, stay, expires_at, user_agent, ip, ended_at, end_cause, acting_id
             from sessions where user_id = $1 and id = $2";
}

/// How many sessions are listed at most.
pub const LISTED: usize = 100;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: Uuid,
    created_at: Timestamp,
    rotated_at: Timestamp,
    generation: i64,
    stay: Stay,
    expires_at: Option<Timestamp>,
    user_agent: String,
    ip: String,
    ended_at: Option<Timestamp>,
    end_cause: Option<EndCause>,
    acting_id: Option<Uuid>,
}

impl From<Row> for SessionView {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at.0,
            rotated_at: row.rotated_at.0,
            generation: row.generation,
            stay: row.stay,
            expires_at: row.expires_at.map(|at| at.0),
            user_agent: row.user_agent,
            ip: row.ip,
            ended_at: row.ended_at.map(|at| at.0),
            end_cause: row.end_cause,
            acting: row.acting_id.is_some(),
        }
    }
}

/// The living sessions of an account, newest first, at most a hundred.
///
/// # Errors
/// When the database does not answer.
pub async fn list(house: &Latchkey, user: Uuid) -> Result<Vec<SessionView>, Refusal> {
    let rows: Vec<Row> = on!(house.db, read, |p| sqlx::query_as(LIVE).bind(user).bind(house.now()).fetch_all(p).await)?;
    Ok(rows.into_iter().map(SessionView::from).collect())
}

/// One session of an account, living or not.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn one(house: &Latchkey, user: Uuid, id: Uuid) -> Result<SessionView, Refusal> {
    let row: Option<Row> = on!(house.db, read, |p| sqlx::query_as(ONE).bind(user).bind(id).fetch_optional(p).await)?;
    row.map(SessionView::from).ok_or(Refusal::NotFound)
}
