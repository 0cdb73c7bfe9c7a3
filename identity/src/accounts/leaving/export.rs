//! Everything held about a person, as one JSON document: page after page, so that a long life needs no more memory than a short one.
//!
//! Secrets stay out, the hashes of secrets too, and so does what would tell about somebody else: `held.rs` has the list. Who stops in the middle leaves a document without an end, which no reader takes for a whole one.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    events::{self, Event, Kind},
    history::By,
    sessions::{Device, Proven},
    throttle::{self, Throttle},
};
use serde::{Serialize, Serializer};
use std::sync::Arc;
use uuid::Uuid;

statements! {
    ACCOUNT = "select id, email, name, name_key, coalesce(role_name, role) as role, created_at, verified_at, disabled_at, last_sign_in_at,
                      nullif(tokens_void_before, 0) as tokens_void_before, password_changed_at, delete_at,
                      invited_at, deletion_ordered_at, disabled_before, leaving_before
                 from users where id = $1";
    SESSIONS = "select id, generation, confirmed_at, created_at, rotated_at, stay, expires_at, user_agent, ip, ended_at, end_cause,
                       nullif(authenticated_at, 0) as authenticated_at, acting_writes
                  from sessions where user_id = $1 and id > $2 order by id limit $3";
    DEVICES = "select key, created_at, seen_at from devices where user_id = $1 and key > $2 order by key limit $3";
    TOKENS = "select id, purpose, address, name, created_at, expires_at, spent_at
                from mailed_tokens where user_id = $1 and id > $2 order by id limit $3";
    /// Without the letter that confirms a new address: it is written only if nobody has an account there, which is nobody's to know.
    /// That a change was asked for is among the tokens and events.
    LETTERS = "select id, kind, case when sent_at is not null then 'sent' when sealed is null then 'given_up' else 'waiting' end as state,
                      created_at, due_at, attempts, sent_at, failure
                 from letters where user_id = $1 and kind <> 'address_confirmation' and id > $2 order by id limit $3";
    EVENTS = "select e.id, e.at, e.kind, e.actor_id, a.id as known_actor, e.session_id, e.ip, e.detail, e.note, e.seq
                from events e left join users a on a.id = e.actor_id
               where e.subject_id = $1 and e.id > $2 order by e.id limit $3";
    ACTS = "select id, at, kind, session_id, ip, detail, note, seq from events
             where actor_id = $1 and (subject_id is null or actor_id <> subject_id) and id > $2 order by id limit $3";
}

/// The version of the document. A reader of version 1 may rely on what is there; more may be added to it.
pub const FORMAT: u32 = 1;

/// Rows in memory at a time.
const CHUNK: usize = 500;

/// A moment, as RFC 3339 writes it.
#[derive(Clone, Copy, sqlx::Type)]
#[sqlx(transparent)]
struct Moment(i64);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => serializer.collect_str(&at),
            Err(_) => serializer.serialize_none(),
        }
    }
}

#[derive(Serialize, sqlx::FromRow)]
struct Account {
    id: Uuid,
    email: String,
    name: String,
    name_key: String,
    role: String,
    created_at: Moment,
    verified_at: Option<Moment>,
    disabled_at: Option<Moment>,
    last_sign_in_at: Option<Moment>,
    tokens_void_before: Option<Moment>,
    password_changed_at: Option<Moment>,
    delete_at: Option<Moment>,
    invited_at: Option<Moment>,
    deletion_ordered_at: Option<Moment>,
    disabled_before: Option<Moment>,
    leaving_before: Option<Moment>,
}

#[derive(Serialize, sqlx::FromRow)]
struct Session {
    id: Uuid,
    generation: i64,
    confirmed_at: Option<Moment>,
    created_at: Moment,
    rotated_at: Moment,
    stay: String,
    expires_at: Option<Moment>,
    user_agent: String,
    ip: String,
    ended_at: Option<Moment>,
    end_cause: Option<String>,
    authenticated_at: Option<Moment>,
    acting_writes: Option<i64>,
}

#[derive(Serialize, sqlx::FromRow)]
struct KnownDevice {
    #[serde(skip)]
    key: Vec<u8>,
    created_at: Moment,
    seen_at: Moment,
}

#[derive(Serialize, sqlx::FromRow)]
struct MailedToken {
    id: Uuid,
    purpose: String,
    address: String,
    name: Option<String>,
    created_at: Moment,
    expires_at: Moment,
    spent_at: Option<Moment>,
}

#[derive(Serialize, sqlx::FromRow)]
struct Posted {
    id: Uuid,
    kind: String,
    state: String,
    created_at: Moment,
    due_at: Moment,
    attempts: i64,
    sent_at: Option<Moment>,
    failure: Option<String>,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: Uuid,
    at: Moment,
    kind: String,
    actor_id: Option<Uuid>,
    known_actor: Option<Uuid>,
    session_id: Option<Uuid>,
    ip: String,
    detail: String,
    note: Option<String>,
    seq: Option<i64>,
}

#[derive(Serialize)]
struct Happened {
    id: Uuid,
    at: Moment,
    kind: String,
    by: By,
    session_id: Option<Uuid>,
    ip: String,
    detail: String,
    note: Option<String>,
    seq: Option<i64>,
}

#[derive(Serialize, sqlx::FromRow)]
struct Act {
    id: Uuid,
    at: Moment,
    kind: String,
    session_id: Option<Uuid>,
    ip: String,
    detail: String,
    note: Option<String>,
    seq: Option<i64>,
}

impl EventRow {
    /// Without what is somebody else's: who they are, and where they sat.
    fn told_to(self, owner: Uuid) -> Happened {
        let by = By::of(owner, self.actor_id, self.known_actor.is_some(), &self.ip);
        Happened {
            id: self.id,
            at: self.at,
            kind: self.kind,
            by,
            session_id: self.session_id,
            ip: if by.is_placed() { self.ip } else { String::new() },
            detail: self.detail,
            note: self.note,
            seq: self.seq,
        }
    }
}

/// The lists of the document, in its order.
#[derive(Clone, Copy)]
enum Part {
    Sessions,
    Devices,
    MailedTokens,
    Letters,
    Events,
    EventsAsActor,
}

impl Part {
    const ALL: [Self; 6] =
        [Self::Sessions, Self::Devices, Self::MailedTokens, Self::Letters, Self::Events, Self::EventsAsActor];

    const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Devices => "devices",
            Self::MailedTokens => "mailed_tokens",
            Self::Letters => "letters",
            Self::Events => "events",
            Self::EventsAsActor => "events_as_actor",
        }
    }
}

/// A document that is being written.
pub struct Export {
    house: Arc<Latchkey>,
    user: Uuid,
    head: Option<String>,
    part: usize,
    /// The key of the last row that was written of this part; empty at its beginning.
    after: Vec<u8>,
    open: bool,
    done: bool,
}

/// Begins the document, and records that it was asked for.
///
/// # Errors
/// `TooMany` within an hour, `SignedOut` when the account is gone, or when the database does not answer.
pub async fn export(house: &Arc<Latchkey>, proven: &Proven, device: &Device) -> Result<Export, Refusal> {
    let user = proven.user();
    throttle::take_by(house, Throttle::Export, user.as_bytes()).await?;
    let mut tx = house.db.begin().await?;
    let event = Event::new(Kind::DataExported).by(user).on(user).session(proven.session()).from(device);
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    let account: Option<Account> = on!(house.db, read, |p| sqlx::query_as(ACCOUNT).bind(user).fetch_optional(p).await)?;
    let account = account.ok_or(Refusal::SignedOut(None))?;
    let head = format!(
        "{{\n\"format\": {FORMAT},\n\"generated_at\": {},\n\"service\": {},\n\"account\": {}",
        json(&Moment(house.now().0))?,
        json(&house.settings.issuer())?,
        json(&account)?
    );
    Ok(Export { house: house.clone(), user, head: Some(head), part: 0, after: Vec::new(), open: false, done: false })
}

impl Export {
    /// The next piece of the document; `None` after its end.
    ///
    /// # Errors
    /// When the database does not answer. What was written so far is no JSON, and must not be made to look like it.
    pub async fn next(&mut self) -> Result<Option<String>, Refusal> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let Some(part) = Part::ALL.get(self.part).copied() else {
            return Ok((!std::mem::replace(&mut self.done, true)).then(|| "\n}\n".to_owned()));
        };
        let rows = self.rows(part).await?;
        let mut piece = String::new();
        if !self.open {
            piece = format!(",\n\"{}\": [", part.name());
        }
        for (at, (_, row)) in rows.iter().enumerate() {
            piece.push_str(if self.open || at > 0 { ",\n" } else { "\n" });
            piece.push_str(row);
        }
        self.open = true;
        match rows.last() {
            Some((key, _)) if rows.len() == CHUNK => self.after.clone_from(key),
            _ => {
                piece.push(']');
                (self.part, self.open) = (self.part + 1, false);
                self.after.clear();
            }
        }
        Ok(Some(piece))
    }

    /// The rows of a part that come next, each with its key.
    async fn rows(&self, part: Part) -> Result<Vec<(Vec<u8>, String)>, Refusal> {
        let (house, user) = (&*self.house, self.user);
        let after = Uuid::from_slice(&self.after).unwrap_or_default();
        macro_rules! list {
            ($sql:expr, $row:ty, $key:expr) => {{
                let rows: Vec<$row> = on!(house.db, read, |p| sqlx::query_as($sql)
                    .bind(user)
                    .bind($key)
                    .bind(CHUNK as i64)
                    .fetch_all(p)
                    .await)?;
                rows
            }};
        }
        macro_rules! by_id {
            ($sql:expr, $row:ty) => {
                list!($sql, $row, after).into_iter().map(|row| Ok((row.id.as_bytes().to_vec(), json(&row)?))).collect()
            };
        }
        match part {
            Part::Sessions => by_id!(SESSIONS, Session),
            Part::MailedTokens => by_id!(TOKENS, MailedToken),
            Part::Letters => by_id!(LETTERS, Posted),
            Part::EventsAsActor => by_id!(ACTS, Act),
            Part::Devices => list!(DEVICES, KnownDevice, &self.after[..])
                .into_iter()
                .map(|row| Ok((row.key.clone(), json(&row)?)))
                .collect(),
            Part::Events => list!(EVENTS, EventRow, after)
                .into_iter()
                .map(|row| {
                    let happened = row.told_to(user);
                    Ok((happened.id.as_bytes().to_vec(), json(&happened)?))
                })
                .collect(),
        }
    }
}

fn json(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|error| Refusal::Broken(format!("export: {error}")))
}
