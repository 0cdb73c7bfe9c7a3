//! Security events as the owner of the account reads them: what happened to it and who did it, seen from where the owner stands.
//!
//! Never names anybody else. An administrator is "an administrator", and where they sat is theirs. What somebody
//! did many times in a row is drawn together, so that it cannot push out of sight what matters.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    events::Kind,
    time::Timestamp,
    words::Page,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

statements! {
    LIST = "select e.id, e.at, e.kind, e.actor_id, a.id as known_actor, s.user_agent, s.acting_id, e.ip, e.detail, e.note
              from events e
              left join users a on a.id = e.actor_id
              left join sessions s on s.id = e.session_id and s.user_id = e.subject_id
             where e.subject_id = $1 and e.id < $2
             order by e.id desc limit $3";
}

/// Lines on a page at most.
const MOST: usize = 100;

/// Events read with one question.
const CHUNK: usize = 200;

/// Events read for one page at most, however many of them become one line.
const READ: usize = 2000;

crate::spelled! {
    /// Who did it, as far as the owner is told.
    By {
        /// The owner.
        You = "you",
        /// Somebody nobody knows: not signed in.
        Somebody = "somebody",
        /// An administrator. Which one is not told.
        Administrator = "administrator",
        /// Somebody whose account has been deleted since.
        Deleted = "deleted",
        /// Whoever runs the installation, on its command line or at its first start; or the installation by itself.
        Operator = "operator",
    }
}

impl By {
    /// From what an event says, and whether its actor still has an account.
    pub(crate) fn of(owner: Uuid, actor: Option<Uuid>, known: bool, ip: &str) -> Self {
        match actor {
            Some(actor) if actor == owner => Self::You,
            Some(_) if known => Self::Administrator,
            Some(_) => Self::Deleted,
            None if ip.is_empty() || ip == OPERATOR => Self::Operator,
            None => Self::Somebody,
        }
    }

    /// Whether the owner is told from where it was done. Where an administrator sits is not the owner's business.
    pub(crate) const fn is_placed(self) -> bool {
        matches!(self, Self::You | Self::Somebody)
    }
}

/// Where the command line sits; see `Admin::operator`.
const OPERATOR: &str = "command line";

/// One line of the history. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryView {
    /// The event's id, the newest of several.
    pub id: Uuid,
    /// When it happened, the last time of several.
    pub at: i64,
    /// The first time of several.
    pub since: i64,
    /// How many it were.
    pub count: usize,
    /// What happened, a word of `events::Kind`.
    pub kind: String,
    /// Who did it.
    pub by: By,
    /// What the browser called itself, where the session is known; empty for several.
    pub user_agent: String,
    /// Network address, where it is the owner's or a stranger's; empty for several.
    pub ip: String,
    /// A word of detail; empty where several differ.
    pub detail: String,
    /// Whether it was done in the owner's place, by an administrator who acted as them.
    #[serde(default)]
    pub acting: bool,
    /// Why an administrator began to act as the owner, in their words; empty for everything else.
    #[serde(default)]
    pub reason: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    at: Timestamp,
    kind: String,
    actor_id: Option<Uuid>,
    known_actor: Option<Uuid>,
    user_agent: Option<String>,
    ip: String,
    detail: String,
    acting_id: Option<Uuid>,
    note: Option<String>,
}

impl Row {
    fn seen_by(self, owner: Uuid) -> HistoryView {
        let by = By::of(owner, self.actor_id, self.known_actor.is_some(), &self.ip);
        let began = self.kind == Kind::ImpersonationBegan.as_str();
        let reason = self.note.filter(|_| began).unwrap_or_default();
        // The session is forgotten with its administrator or ninety days after its end. Nobody but the owner, or somebody in their place, gives
        // them a name.
        let in_their_place = self.kind == Kind::NameChanged.as_str() && matches!(by, By::Administrator | By::Deleted);
        HistoryView {
            id: self.id,
            at: self.at.0,
            since: self.at.0,
            count: 1,
            kind: self.kind,
            by,
            user_agent: self.user_agent.filter(|_| by == By::You).unwrap_or_default(),
            ip: if by.is_placed() { self.ip } else { String::new() },
            detail: self.detail,
            acting: self.acting_id.is_some() || in_their_place,
            reason,
        }
    }
}

impl HistoryView {
    /// What happened, unless a newer version recorded it.
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_word(&self.kind)
    }

    /// Takes an older event in, if the same person did the same. From which browser somebody came in is what the owner looks for, so
    /// sign-ins from different ones stay apart.
    fn draw_in(&mut self, older: HistoryView) -> Option<HistoryView> {
        let entrance = matches!(self.kind(), Some(Kind::SignedIn | Kind::NewDevice));
        let same = self.kind == older.kind
            && self.by == older.by
            && self.acting == older.acting
            && self.reason == older.reason;
        if !same || (entrance && self.user_agent != older.user_agent) {
            return Some(older);
        }
        self.count += older.count;
        self.since = older.since;
        if self.ip != older.ip {
            self.ip.clear();
        }
        if self.user_agent != older.user_agent {
            self.user_agent.clear();
        }
        if self.detail != older.detail {
            self.detail.clear();
        }
        None
    }
}

/// What happened to an account, newest first. `after` is the `next` of the page before. The caller is the owner.
///
/// # Errors
/// When the database does not answer.
pub async fn history(
    house: &Latchkey,
    owner: Uuid,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<HistoryView>, Refusal> {
    let limit = limit.clamp(1, MOST);
    let mut items: Vec<HistoryView> = Vec::new();
    let (mut before, mut read) = (after.unwrap_or(Uuid::max()), 0);
    loop {
        let rows: Vec<Row> = on!(house.db, read, |p| sqlx::query_as(LIST)
            .bind(owner)
            .bind(before)
            .bind(CHUNK as i64)
            .fetch_all(p)
            .await)?;
        let last_chunk = rows.len() < CHUNK;
        read += rows.len();
        for row in rows {
            let id = row.id;
            let line = row.seen_by(owner);
            let separate = match items.last_mut() {
                Some(newer) => newer.draw_in(line),
                None => Some(line),
            };
            if let Some(line) = separate {
                if items.len() == limit {
                    return Ok(Page { items, next: Some(before) });
                }
                items.push(line);
            }
            before = id;
        }
        if last_chunk {
            return Ok(Page { items, next: None });
        }
        if read >= READ {
            return Ok(Page { items, next: Some(before) });
        }
    }
}
