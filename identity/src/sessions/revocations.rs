//! Immediate revocation: a small set in memory, one access-token lifetime deep.
//!
//! An access token is checked without the database, so what has been ended since it was issued must be known here. The set is
//! filled by this node's own decisions at once, by everybody else's through [`follow`], and from the database at start. It never
//! grows beyond what was ended within one lifetime.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    time::Timestamp,
    words::{Permissions, Role, RoleName, Viewer},
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
    CHANGED_SINCE = "select name, changed_at, permissions from roles where changed_at >= $1";
}

/// How far back each look at the database overlaps the one before. A row says when its transaction began to end the session, by
/// the clock of that node; it is seen when the transaction is over. So this is longer than a transaction may take and clocks
/// may differ.
const OVERLAP: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Set {
    sessions: HashMap<Uuid, Timestamp>,
    users: HashMap<Uuid, (Timestamp, Role)>,
    /// What roles that were changed lately let their holders do now.
    roles: HashMap<RoleName, (Timestamp, Permissions)>,
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

    fn change(&mut self, name: RoleName, at: Timestamp, permissions: Permissions) {
        if self.roles.get(&name).is_none_or(|(known, _)| *known <= at) {
            self.roles.insert(name, (at, permissions));
        }
    }

    /// Whether a token says of its role what was true before the role was changed. One that was issued long after differs because
    /// the role was changed once more, and this node has not heard of it yet.
    fn outdates(&self, viewer: &Viewer) -> bool {
        let Role::Named(name) = viewer.role else { return false };
        self.roles.get(&name).is_some_and(|(at, permissions)| {
            viewer.permissions != *permissions && viewer.issued_at <= at.plus(OVERLAP).seconds()
        })
    }

    /// Whether any role was changed since. Nobody's token tells the role of whoever acts as somebody else, so it has to be looked up.
    fn changed_since(&self, issued_at: i64) -> bool {
        self.roles.values().any(|(at, _)| issued_at <= at.seconds())
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

    /// A role was changed: tokens that say otherwise of it are stale, whoever they belong to.
    pub fn role(&self, name: RoleName, at: Timestamp, permissions: Permissions) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).change(name, at, permissions);
    }

    /// Whether a genuine token has been overtaken by events. A token from the very second of a mark counts as older than it; and
    /// one that still says the old role is stale whenever it was issued, because the change may have waited for its turn, and
    /// clocks differ. Who acts as somebody else does so no longer than their own session lives and their own tokens would be good.
    pub fn covers(&self, viewer: &Viewer) -> bool {
        let set = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let marked = |user: &Uuid| set.users.get(user).is_some_and(|(mark, _)| viewer.issued_at <= mark.seconds());
        set.sessions.contains_key(&viewer.session)
            || set.outdates(viewer)
            || viewer.actor.is_some_and(|actor| {
                set.sessions.contains_key(&actor.from) || marked(&actor.id) || set.changed_since(viewer.issued_at)
            })
            || set
                .users
                .get(&viewer.id)
                .is_some_and(|(mark, role)| viewer.issued_at <= mark.seconds() || viewer.role != *role)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        let set = self.0.read().unwrap_or_else(PoisonError::into_inner);
        set.sessions.len() + set.users.len() + set.roles.len()
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
    let changed: Vec<(Role, Timestamp, String)> =
        on!(house.db, read, |p| sqlx::query_as(CHANGED_SINCE).bind(since).fetch_all(p).await)?;
    let mut set = house.revocations.0.write().unwrap_or_else(PoisonError::into_inner);
    for (role, at, stored) in changed {
        if let Role::Named(name) = role {
            set.change(name, at, Permissions::of(role, Some(&stored)));
        }
    }
    set.sessions.extend(ended);
    marked.into_iter().for_each(|(id, at, role)| set.mark(id, at, role));
    set.sessions.retain(|_, at| *at >= horizon);
    set.users.retain(|_, (at, _)| *at >= horizon);
    set.roles.retain(|_, (at, _)| *at >= horizon);
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
            actor: None,
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

    #[test]
    fn a_token_that_says_of_its_role_what_it_was_is_stale_until_somebody_else_may_know_better() {
        let (set, name) = (Revocations::default(), RoleName::parse("support").unwrap());
        let viewer = |words: &str, issued_at| Viewer {
            id: Uuid::from_u128(1),
            session: Uuid::from_u128(2),
            generation: 1,
            role: Role::Named(name),
            permissions: Permissions::collect(words.split(' ')),
            name: String::new(),
            email: String::new(),
            auth_time: 0,
            issued_at,
            expires_at: 2000,
            actor: None,
        };
        set.role(name, Timestamp(1_000_000), Permissions::collect(["users:read"]));
        assert!(set.covers(&viewer("users:read users:write", 900)) && !set.covers(&viewer("users:read", 900)));
        // Issued while the change waited for its turn, or by a node whose clock is ahead.
        assert!(set.covers(&viewer("users:read users:write", 1004)));
        assert!(!set.covers(&viewer("audit:read", 1061)), "changed again, and not heard of here");
        // Read before the last change, arriving after it.
        set.role(name, Timestamp(1_001_000), Permissions::NONE);
        set.role(name, Timestamp(1_000_000), Permissions::collect(["users:read"]));
        assert!(set.covers(&viewer("users:read", 1001)) && !set.covers(&viewer("", 1001)));
    }
}
