//! Immediate revocation: a small set in memory, one access-token lifetime deep.
//!
//! An access token is checked without the database, so what has been ended since it was issued must be known here. The set is
//! filled by this node's own decisions at once, by everybody else's through [`follow`], and from the database at start. It never
//! grows beyond what was ended within one lifetime.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    time::Timestamp,
    words::{Role, Viewer},
};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};
use uuid::Uuid;

statements! {
    ENDED_SINCE = "select id, ended_at from sessions where ended_at >= $1";
    MARKED_SINCE = "select id, tokens_void_before, coalesce(role_name, role) as role from users where tokens_void_before >= $1";
}

/// How far back each look at the database overlaps the one before. A row says when its transaction began to end the session, by
/// the clock of that node; it is seen when the transaction is over. So this is longer than a transaction may take and clocks
/// may differ.
const OVERLAP: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Set {
    sessions: HashMap<Uuid, Timestamp>,
    users: HashMap<Uuid, (Timestamp, Role)>,
    followed_to: Option<Timestamp>,
}

impl Set {
    /// What was read a moment ago may be older than what was decided here since.
    fn mark(&mut self, id: Uuid, at: Timestamp, role: Role) {
        let mark = self.users.entry(id).or_insert((at, role));
        if mark.0 <= at {
            *mark = (at, role);
        }
    }
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

    /// Access tokens issued to this account up to now are stale: its role has become another.
    pub fn user(&self, id: Uuid, at: Timestamp, role: Role) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).mark(id, at, role);
    }

    /// Whether a genuine token has been overtaken by events. A token from the very second of a mark counts as older than it; and
    /// one that still says the old role is stale whenever it was issued, because the change may have waited for its turn, and
    /// clocks differ.
    pub fn covers(&self, viewer: &Viewer) -> bool {
        let set = self.0.read().unwrap_or_else(PoisonError::into_inner);
        set.sessions.contains_key(&viewer.session)
            || set
                .users
                .get(&viewer.id)
                .is_some_and(|(mark, role)| viewer.issued_at <= mark.seconds() || viewer.role != *role)
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

/// Up to when a session must have ended, so that no access token of it can be alive on any node.
pub(crate) fn horizon(house: &Latchkey) -> Timestamp {
    house.now().minus(house.settings.access_ttl + OVERLAP)
}

/// Learns what others have ended: other nodes, and the command line. Also forgets what no living token can come from.
///
/// # Errors
/// When the database does not answer; the next call catches up, however long it takes.
pub async fn follow(house: &Latchkey) -> Result<(), Refusal> {
    let (now, horizon) = (house.now(), horizon(house));
    let since = {
        let set = house.revocations.0.read().unwrap_or_else(PoisonError::into_inner);
        set.followed_to.map_or(horizon, |to| to.minus(OVERLAP)).max(horizon)
    };
    let ended: Vec<(Uuid, Timestamp)> =
        on!(house.db, read, |p| sqlx::query_as(ENDED_SINCE).bind(since).fetch_all(p).await)?;
    let marked: Vec<(Uuid, Timestamp, Role)> =
        on!(house.db, read, |p| sqlx::query_as(MARKED_SINCE).bind(since).fetch_all(p).await)?;
    let mut set = house.revocations.0.write().unwrap_or_else(PoisonError::into_inner);
    set.sessions.extend(ended);
    marked.into_iter().for_each(|(id, at, role)| set.mark(id, at, role));
    set.sessions.retain(|_, at| *at >= horizon);
    set.users.retain(|_, (at, _)| *at >= horizon);
    set.followed_to = Some(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Permissions;

    #[test]
    fn a_token_that_says_the_old_role_is_stale_whenever_it_was_issued() {
        let (set, id) = (Revocations::default(), Uuid::from_u128(1));
        let viewer = |role, issued_at| Viewer {
            id,
            session: Uuid::from_u128(2),
            generation: 1,
            role,
            permissions: Permissions::of(role, None),
            name: String::new(),
            email: String::new(),
            auth_time: 0,
            issued_at,
            expires_at: 2000,
        };
        set.user(id, Timestamp(1_000_000), Role::User);
        assert!(set.covers(&viewer(Role::User, 1000)) && !set.covers(&viewer(Role::User, 1001)));
        // Issued by a node whose clock is ahead, or while the change waited for its turn.
        assert!(set.covers(&viewer(Role::Admin, 1004)));
        // Read before the last change, arriving after it.
        set.user(id, Timestamp(1_001_000), Role::Admin);
        set.user(id, Timestamp(1_000_000), Role::User);
        assert!(!set.covers(&viewer(Role::Admin, 1002)));
    }
}
