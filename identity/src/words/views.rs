//! What may be shown of a person, a session or an event. Nothing in these structs is secret.

use super::{EndCause, Permissions, Role, Stay};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who is asking, as their access token says (RFC 9068 section 2.2). No database was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The account (`sub`).
    pub id: Uuid,
    /// The session (`sid`).
    pub session: Uuid,
    /// The refresh generation the token was issued with.
    pub generation: i64,
    /// What the account is.
    pub role: Role,
    /// What its role lets it do.
    pub permissions: Permissions,
    /// Display name.
    pub name: String,
    /// Address.
    pub email: String,
    /// When the person last gave the password in this session, as far as this token knows: seconds since 1970 (`auth_time`).
    pub auth_time: i64,
    /// When this access token was issued, seconds since 1970 (`iat`).
    pub issued_at: i64,
    /// When this access token runs out, seconds since 1970 (`exp`).
    pub expires_at: i64,
    /// Who acts in the owner's place, if it is not the owner (`act`, RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
}

impl Viewer {
    /// Whose deed it is that is done in this session.
    pub fn doer(&self) -> Uuid {
        self.actor.map_or(self.id, |actor| actor.id)
    }
}

/// An administrator who acts as the owner of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The administrator.
    pub id: Uuid,
    /// The session of their own they come from, and return to.
    pub from: Uuid,
    /// Whether they may change something.
    pub writes: bool,
    /// When it ends by itself, seconds since 1970.
    pub until: i64,
}

/// One session as its owner or an administrator sees it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The session's id; not a secret, it opens nothing.
    pub id: Uuid,
    /// Sign-in.
    pub created_at: i64,
    /// Last time its refresh token was used, or sign-in.
    pub rotated_at: i64,
    /// Which of its successive refresh tokens is current. The first is 1, so it was refreshed one time less.
    pub generation: i64,
    /// The choice at sign-in.
    pub stay: Stay,
    /// When it ends by itself; `None` is "until I sign out".
    pub expires_at: Option<i64>,
    /// The browser's own description.
    pub user_agent: String,
    /// The address it was last seen from.
    pub ip: String,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Why it ended.
    pub end_cause: Option<EndCause>,
    /// Whether it is an administrator who acts as the owner. From where is not told.
    #[serde(default)]
    pub acting: bool,
}

/// One account as an administrator sees it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// The account's id.
    pub id: Uuid,
    /// Display name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What it is.
    pub role: Role,
    /// Registration.
    pub created_at: i64,
    /// When the address was confirmed.
    pub verified_at: Option<i64>,
    /// When an administrator disabled it.
    pub disabled_at: Option<i64>,
    /// Last sign-in.
    pub last_sign_in_at: Option<i64>,
    /// When it will be deleted.
    pub delete_at: Option<i64>,
}

/// One security event. `kind` is a closed vocabulary, see `identity::events::Kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// The event's id, in order of time.
    pub id: Uuid,
    /// When, milliseconds since 1970.
    pub at: i64,
    /// What happened, as one word.
    pub kind: String,
    /// The account that acted, if one did. One that was deleted has an id that leads nowhere.
    pub actor_id: Option<Uuid>,
    /// The account it happened to, if any.
    pub subject_id: Option<Uuid>,
    /// Address of the account that acted, if there still is one.
    pub actor: Option<String>,
    /// Address of the account it happened to, if there still is one.
    pub subject: Option<String>,
    /// Network address it came from.
    pub ip: String,
    /// A word of detail, such as the new role or the cause.
    pub detail: String,
    /// In which session, if it was in one.
    pub session: Option<Uuid>,
    /// What an administrator gave as the reason.
    pub note: Option<String>,
    /// Its place in the audit log, from 1; `None` for a moment after it was recorded.
    pub seq: Option<i64>,
    /// The hash over what it says about people, in hexadecimal.
    pub personal: Option<String>,
    /// Its digest, in hexadecimal.
    pub digest: Option<String>,
}

/// One page of a list, by keyset: `next` is what to send as `after` for the following page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page, when there is one.
    pub next: Option<Uuid>,
}

/// One page of a list that is walked both ways, by keyset. Cursors are opaque.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to send as `after` for the following page, when there may be one.
    pub next: Option<String>,
    /// What to send as `before` for the page before, when there may be one.
    pub prev: Option<String>,
    /// How many were looked through before the search for this page was stopped; it goes on with the next.
    pub looked_through: Option<i64>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The number.
    pub number: i64,
    /// Whether it is right at this moment.
    pub exact: bool,
    /// If not, when it was; `None` when there are more than this, and nobody has counted.
    pub counted_at: Option<i64>,
}

impl Count {
    /// Counted just now.
    pub const fn exact(number: i64) -> Self {
        Self { number, exact: true, counted_at: None }
    }
}
