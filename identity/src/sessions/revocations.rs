//! Immediate revocation: a small set in memory, one access-token lifetime deep.
//!
//! An access token is checked without the database, so what has been ended since it was issued must be known here. The set is
//! filled by this node's own decisions at once, by everybody else's through [`follow`], and from the database at start. It never
//! grows beyond what was ended within one lifetime.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    time::Timestamp,
    words::Viewer,
};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};
use uuid::Uuid;

statements! {
    ENDED_SINCE = "select id, ended_at from sessions where ended_at >= $1";
    MARKED_SINCE = "select id, tokens_void_before from users where tokens_void_before >= $1";
}

/// How far back each look at the database overlaps the one before. A row says when its transaction began to end the session, by
/// the clock of that node; it is seen when the transaction is over. So this is longer than a transaction may take and clocks
/// may differ.
const OVERLAP: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Set {
    sessions: HashMap<Uuid, Timestamp>,
    users: HashMap<Uuid, Timestamp>,
    followed_to: Option<Timestamp>,
}

/// The set.
#[derive(Default)]
pub struct Revocations(RwLock<Set>);

impl Revocations {
    /// A session has ended.
    pub fn session(&self, id: Uuid, at: Timestamp) {
        self.sessions(&[id], at);
    }

    /// Several have.
    pub fn sessions(&self, ids: &[Uuid], at: Timestamp) {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        set.sessions.extend(ids.iter().map(|id| (*id, at)));
    }

    /// Access tokens issued to this account up to now are stale: their role has changed.
    pub fn user(&self, id: Uuid, at: Timestamp) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).users.insert(id, at);
    }

    /// Whether a genuine token has been overtaken by events. A token from the very second of a mark counts as older than it.
    pub fn covers(&self, viewer: &Viewer) -> bool {
        let set = self.0.read().unwrap_or_else(PoisonError::into_inner);
        set.sessions.contains_key(&viewer.session)
            || set.users.get(&viewer.id).is_some_and(|mark| viewer.issued_at <= mark.seconds())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        let set = self.0.read().unwrap_or_else(PoisonError::into_inner);
        set.sessions.len() + set.users.len()
    }

    /// Whether nothing was ended lately.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Learns what others have ended: other nodes, and the command line. Also forgets what no living token can come from.
///
/// # Errors
/// When the database does not answer; the next call catches up, however long it takes.
pub async fn follow(house: &Latchkey) -> Result<(), Refusal> {
    let now = house.now();
    let horizon = now.minus(house.settings.access_ttl + OVERLAP);
    let since = {
        let set = house.revocations.0.read().unwrap_or_else(PoisonError::into_inner);
        set.followed_to.map_or(horizon, |to| to.minus(OVERLAP)).max(horizon)
    };
    type Rows = Vec<(Uuid, Timestamp)>;
    let ended: Rows = on!(house.db, read, |p| sqlx::query_as(ENDED_SINCE).bind(since).fetch_all(p).await)?;
    let marked: Rows = on!(house.db, read, |p| sqlx::query_as(MARKED_SINCE).bind(since).fetch_all(p).await)?;
    let mut set = house.revocations.0.write().unwrap_or_else(PoisonError::into_inner);
    set.sessions.extend(ended);
    set.users.extend(marked);
    set.sessions.retain(|_, at| *at >= horizon);
    set.users.retain(|_, at| *at >= horizon);
    set.followed_to = Some(now);
    Ok(())
}
