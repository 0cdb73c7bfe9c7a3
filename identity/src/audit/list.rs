//! Looking through the log: chosen by who acted, whom it happened to, what it was and when; a page at a time, in both directions.
//!
//! One condition leads along its index; what meets the others is found on the way. Where that is rare, looking ends after a
//! bounded number of events and says so, so that a page never costs more than that, wherever it lies.

use super::{
    Shown,
    chain::Entry,
    lines::rfc3339,
    read::{Row as Sealed, entries},
    retention::first_id,
};
use crate::{
    Latchkey, Refusal,
    admin::Admin,
    db::{Tx, afresh, on, statements, within},
    events::Kind,
    paging::PageSize,
    time::Timestamp,
    words::{EventView, Listing, Permission},
};
use uuid::Uuid;

/// The conditions that do not lead: `$4` the actor, `$5` the subject, `$6` the kind or nothing.
macro_rules! others {
    () => {
        "(cast($4 as uuid) is null or actor_id = $4) and (cast($5 as uuid) is null or subject_id = $5)
         and ($6 = '' or kind = $6)"
    };
}

/// A page along an index: between `$1` and `$2`, looking at `$3` events for `$7`.
macro_rules! listing {
    ($leads:literal, $order:literal) => {
        concat!(
            "select c.id, c.at, c.kind, c.actor_id, c.subject_id, a.email as actor, s.email as subject, c.session_id, c.ip,
                    c.detail, c.note, c.seq, c.personal, c.digest
               from (select * from (select * from events where ",
            $leads,
            " id > $1 and id < $2 order by id ",
            $order,
            " limit $3) d where ",
            others!(),
            " order by id ",
            $order,
            " limit $7) c
               left join users a on a.id = c.actor_id left join users s on s.id = c.subject_id order by c.id ",
            $order
        )
    };
}

/// The last event that such a page has looked at: the one numbered `$3`, from 0. `$4` is what leads.
macro_rules! edge {
    ($leads:literal, $order:literal) => {
        concat!(
            "select id from events where ",
            $leads,
            " id > $1 and id < $2 order by id ",
            $order,
            " limit 1 offset $3"
        )
    };
}

/// What an export has of the same, oldest first. Events without a place are left out.
macro_rules! sealed {
    ($leads:literal) => {
        concat!(
            entries!(concat!(
                "(select * from (select * from events where ",
                $leads,
                " id > $1 and id < $2 order by id limit $3) d where seq is not null and ",
                others!(),
                ")"
            )),
            " order by e.id"
        )
    };
}

statements! {
    ALL_OLDER = listing!("", "desc");
    ALL_NEWER = listing!("", "asc");
    SUBJECT_OLDER = listing!("subject_id = $5 and", "desc");
    SUBJECT_NEWER = listing!("subject_id = $5 and", "asc");
    ACTOR_OLDER = listing!("actor_id = $4 and", "desc");
    ACTOR_NEWER = listing!("actor_id = $4 and", "asc");
    KIND_OLDER = listing!("kind = $6 and", "desc");
    KIND_NEWER = listing!("kind = $6 and", "asc");
    ALL_EDGE_OLDER = edge!("", "desc");
    ALL_EDGE_NEWER = edge!("", "asc");
    SUBJECT_EDGE_OLDER = edge!("subject_id = $4 and", "desc");
    SUBJECT_EDGE_NEWER = edge!("subject_id = $4 and", "asc");
    ACTOR_EDGE_OLDER = edge!("actor_id = $4 and", "desc");
    ACTOR_EDGE_NEWER = edge!("actor_id = $4 and", "asc");
    KIND_EDGE_OLDER = edge!("kind = $4 and", "desc");
    KIND_EDGE_NEWER = edge!("kind = $4 and", "asc");
    ALL_SEALED = sealed!("");
    SUBJECT_SEALED = sealed!("subject_id = $5 and");
    ACTOR_SEALED = sealed!("actor_id = $4 and");
    KIND_SEALED = sealed!("kind = $6 and");
    BY_ADDRESS = "select u.id from users u where u.email = $1";
}

/// Events that are looked at for one page at most.
pub const LOOK: i64 = 10_000;

/// Which events. Nothing chosen means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The account that acted.
    pub actor: Option<Uuid>,
    /// The account it happened to.
    pub subject: Option<Uuid>,
    /// What it was.
    pub kind: Option<Kind>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// Where a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The newest.
    Newest,
    /// Those that are older than the event with this id.
    OlderThan(Uuid),
    /// Those that are newer.
    NewerThan(Uuid),
}

/// The condition that leads along its index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    All,
    Subject,
    Actor,
    Kind,
}

impl Chosen {
    /// What it chooses, for the event of who takes it away.
    pub(super) fn told(&self) -> String {
        let parts = [
            self.actor.map(|id| format!("actor={id}")),
            self.subject.map(|id| format!("subject={id}")),
            self.kind.map(|kind| format!("kind={kind}")),
            self.from.map(|at| format!("from={}", rfc3339(at.0))),
            self.to.map(|at| format!("to={}", rfc3339(at.0))),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether it is every event.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// The rarest comes first.
    const fn lead(&self) -> Lead {
        match self {
            Self { subject: Some(_), .. } => Lead::Subject,
            Self { actor: Some(_), .. } => Lead::Actor,
            Self { kind: Some(_), .. } => Lead::Kind,
            Self { .. } => Lead::All,
        }
    }

    /// Whether the condition that leads is not the only one, but for the time.
    fn has_others(&self) -> bool {
        [self.subject.is_some(), self.actor.is_some(), self.kind.is_some()].into_iter().filter(|given| *given).count()
            > 1
    }

    /// Ids of the events all lie between these.
    fn bounds(&self) -> (Uuid, Uuid) {
        // One less than the first id that may be: ids lie between, and are never at the bound.
        let from = self.from.map_or(Uuid::nil(), |at| Uuid::from_u128(first_id(at).as_u128().saturating_sub(1)));
        (from, self.to.map_or(Uuid::max(), first_id))
    }

    fn kind(&self) -> &'static str {
        self.kind.map_or("", Kind::as_str)
    }
}

/// The account with this address or id, for choosing; `None` where there is none. Events of an account that was
/// deleted are found by the id they have now.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn who(house: &Latchkey, admin: &Admin, text: &str) -> Result<Option<Uuid>, Refusal> {
    admin.may(Permission::AuditRead)?;
    if let Ok(id) = text.trim().parse() {
        return Ok(Some(id));
    }
    let email = text.trim().to_lowercase();
    if email.contains('\0') {
        return Ok(None);
    }
    let found: Option<(Uuid,)> =
        on!(house.db, read, |p| sqlx::query_as(BY_ADDRESS).bind(&email).fetch_optional(p).await)?;
    Ok(found.map(|(id,)| id))
}

/// A page of events, newest first.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn list(
    house: &Latchkey,
    admin: &Admin,
    chosen: &Chosen,
    cursor: Cursor,
    limit: usize,
) -> Result<Listing<EventView>, Refusal> {
    admin.may(Permission::AuditRead)?;
    page(house, chosen, cursor, limit).await
}

/// The same for whoever has asked already.
pub(crate) async fn page(
    house: &Latchkey,
    chosen: &Chosen,
    cursor: Cursor,
    limit: usize,
) -> Result<Listing<EventView>, Refusal> {
    let size = PageSize::of(limit);
    let (from, to) = chosen.bounds();
    let (from, to, newer) = match cursor {
        Cursor::Newest => (from, to, false),
        Cursor::OlderThan(id) => (from, to.min(id), false),
        Cursor::NewerThan(id) => (from.max(id), to, true),
    };
    let statement = match (chosen.lead(), newer) {
        (Lead::All, false) => ALL_OLDER,
        (Lead::All, true) => ALL_NEWER,
        (Lead::Subject, false) => SUBJECT_OLDER,
        (Lead::Subject, true) => SUBJECT_NEWER,
        (Lead::Actor, false) => ACTOR_OLDER,
        (Lead::Actor, true) => ACTOR_NEWER,
        (Lead::Kind, false) => KIND_OLDER,
        (Lead::Kind, true) => KIND_NEWER,
    };
    let look = if chosen.has_others() { LOOK } else { size.ask() };
    let rows: Vec<Shown> = on!(house.db, read, |p| afresh(sqlx::query_as(statement))
        .bind(from)
        .bind(to)
        .bind(look)
        .bind(chosen.actor)
        .bind(chosen.subject)
        .bind(chosen.kind())
        .bind(size.ask())
        .fetch_all(p)
        .await)?;
    let cut = size.cut::<Shown, EventView>(rows, |row| row.id);
    let (mut items, mut further) = (cut.items, cut.next);
    let mut looked = false;
    if further.is_none() && chosen.has_others() {
        let mut now = house.db.snapshot().await?;
        further = edge(&mut now, chosen, newer, (from, to), LOOK - 1).await?;
        looked = further.is_some();
    }
    let (next, prev) = if newer {
        items.reverse();
        (items.last().map(|event| event.id), further)
    } else {
        let came_from = (cursor != Cursor::Newest).then(|| items.first().map(|event| event.id));
        (further, came_from.flatten())
    };
    let cursor = |id: Option<Uuid>| id.map(|id| id.to_string());
    Ok(Listing { items, next: cursor(next), prev: cursor(prev), looked_through: looked.then_some(LOOK) })
}

/// The event so many further along the index that leads, if it goes on as far.
async fn edge(
    now: &mut Tx,
    chosen: &Chosen,
    newer: bool,
    (from, to): (Uuid, Uuid),
    steps: i64,
) -> Result<Option<Uuid>, Refusal> {
    let found: Option<(Uuid,)> = match chosen.lead() {
        Lead::All => {
            let statement = if newer { ALL_EDGE_NEWER } else { ALL_EDGE_OLDER };
            within!(*now, |c| afresh(sqlx::query_as(statement))
                .bind(from)
                .bind(to)
                .bind(steps)
                .fetch_optional(c)
                .await)?
        }
        Lead::Kind => {
            let statement = if newer { KIND_EDGE_NEWER } else { KIND_EDGE_OLDER };
            within!(*now, |c| afresh(sqlx::query_as(statement))
                .bind(from)
                .bind(to)
                .bind(steps)
                .bind(chosen.kind())
                .fetch_optional(c)
                .await)?
        }
        lead @ (Lead::Subject | Lead::Actor) => {
            let (statement, id) = match (lead == Lead::Subject, newer) {
                (true, false) => (SUBJECT_EDGE_OLDER, chosen.subject),
                (true, true) => (SUBJECT_EDGE_NEWER, chosen.subject),
                (false, false) => (ACTOR_EDGE_OLDER, chosen.actor),
                (false, true) => (ACTOR_EDGE_NEWER, chosen.actor),
            };
            within!(*now, |c| afresh(sqlx::query_as(statement))
                .bind(from)
                .bind(to)
                .bind(steps)
                .bind(id)
                .fetch_optional(c)
                .await)?
        }
    };
    Ok(found.map(|(id,)| id))
}

/// Sealed entries after `after`, oldest first, with where to go on; `None` at the end. Both as of one moment: were anything removed
/// or recorded between the two, entries would come twice or never.
pub(super) async fn sealed(
    house: &Latchkey,
    chosen: &Chosen,
    after: Uuid,
) -> Result<(Vec<Entry>, Option<Uuid>), Refusal> {
    let (from, to) = chosen.bounds();
    let bounds = (from.max(after), to);
    let statement = match chosen.lead() {
        Lead::All => ALL_SEALED,
        Lead::Subject => SUBJECT_SEALED,
        Lead::Actor => ACTOR_SEALED,
        Lead::Kind => KIND_SEALED,
    };
    let look = if chosen.has_others() { LOOK } else { super::read::CHUNK };
    let mut now = house.db.snapshot().await?;
    let further = edge(&mut now, chosen, true, bounds, look - 1).await?;
    let rows: Vec<Sealed> = within!(now, |c| afresh(sqlx::query_as(statement))
        .bind(bounds.0)
        .bind(bounds.1)
        .bind(look)
        .bind(chosen.actor)
        .bind(chosen.subject)
        .bind(chosen.kind())
        .fetch_all(c)
        .await)?;
    Ok((rows.into_iter().map(Entry::from).collect(), further))
}
