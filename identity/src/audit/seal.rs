//! Sealing: giving recorded events their place in the chain.
//!
//! Not done by the act itself, which would then wait for every other act to end: sign-ins would queue behind each other. One node at a time
//! does it, about once a second, a batch in a transaction; the row of the chain's end is the lock. Whoever commits late gets a later
//! place, so places are in order of sealing, and nearly in order of time.

use super::{
    chain::{BEGINNING, Digest, Entry, Personal, end_mac},
    figures::Tally,
};
use crate::{
    Latchkey, Refusal,
    db::{Tx, on, patient, statements, within},
    keys::same,
    pace::Pace,
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    WAITS = "select id from events where seq is null order by id limit 1";
    FOUND = "insert into audit_chain (one, seq, digest, mac) values (1, 0, $1, $2) on conflict do nothing";
    /// Changes nothing and locks the end of the chain.
    LOCK = "update audit_chain set seq = seq where one = 1 returning seq, digest, mac";
    ONE = "select id, at, kind, actor_id, subject_id, session_id, ip, detail, note from events where id = $1";
    PLACE = "update events set seq = $2, salt = $3, personal = $4, digest = $5 where id = $1 and seq is null";
    MOVE_END = "update audit_chain set seq = $1, digest = $2, mac = $3 where one = 1";
}

/// The same on SQLite, which by itself prefers the index of places, and would sort everything that waits for every batch.
const WAITS_INDEXED: &str = "select id from events indexed by events_unsealed where seq is null order by id limit 1";

/// What waits, oldest first, on SQLite.
const TAKE: &str = "select id, at, kind, actor_id, subject_id, session_id, ip, detail, note
                      from events indexed by events_unsealed where seq is null order by id limit $1";

/// The same on PostgreSQL, where somebody may be forgotten while we hash what was said about them: those rows are left for later.
const TAKE_LOCKED: &str = "select id, at, kind, actor_id, subject_id, session_id, ip, detail, note
                             from events where seq is null order by id limit $1 for update skip locked";

/// All of a batch with one question, where each would be a way to a server and back.
const PLACE_ALL: &str = "update events set seq = s.seq, salt = s.salt, personal = s.personal, digest = s.digest
                           from unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[])
                                as s (id, seq, salt, personal, digest)
                          where events.id = s.id and events.seq is null";

/// Events sealed in one transaction, at least.
const FEWEST: i64 = 50;

/// And at most.
const MOST: i64 = 200;

/// Events sealed in one turn at most.
pub const TURN: i64 = 10_000;

/// Where the chain ends.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct End {
    pub seq: i64,
    pub digest: Vec<u8>,
    pub mac: Vec<u8>,
}

impl End {
    /// Whether this installation wrote it.
    pub fn is_ours(&self, house: &Latchkey) -> bool {
        self.digest.len() == BEGINNING.len() && same(&self.mac, &end_mac(&house.audit_key, self.seq, &self.digest))
    }
}

#[derive(sqlx::FromRow)]
struct Waiting {
    id: Uuid,
    at: Timestamp,
    kind: String,
    actor_id: Option<Uuid>,
    subject_id: Option<Uuid>,
    session_id: Option<Uuid>,
    ip: String,
    detail: String,
    note: Option<String>,
}

impl Waiting {
    fn placed(self, seq: i64, prev: Digest, salt: [u8; 16]) -> Entry {
        let people = Personal {
            actor: self.actor_id,
            subject: self.subject_id,
            session: self.session_id,
            ip: self.ip,
            note: self.note,
        };
        let mut entry = Entry {
            seq,
            id: self.id,
            at: self.at.0,
            kind: self.kind,
            detail: self.detail,
            personal: people.hash(&salt),
            people,
            salt: Some(salt.to_vec()),
            prev,
            digest: BEGINNING,
        };
        entry.digest = entry.expected_digest();
        entry
    }
}

/// Seals what waits, oldest first, and answers how many events it were. To be called about once a second, and again at once where it was
/// a whole [`TURN`]; costs one small read when nothing waits. What somebody else is at is left for the next call.
///
/// # Errors
/// When the database does not answer; what was left is sealed at the next turn.
pub async fn seal(house: &Latchkey) -> Result<i64, Refusal> {
    seal_some(house, TURN).await
}

/// The oldest event that waits for its place.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn first_waiting(house: &Latchkey) -> Result<Option<Uuid>, Refusal> {
    let sql = if house.db.is_shared() { WAITS } else { WAITS_INDEXED };
    let waiting: Option<(Uuid,)> = on!(house.db, read, |p| sqlx::query_as(sql).fetch_optional(p).await)?;
    Ok(waiting.map(|(id,)| id))
}

/// The same for whoever has no time for all that may wait: so many at most.
pub(super) async fn seal_some(house: &Latchkey, most: i64) -> Result<i64, Refusal> {
    if first_waiting(house).await?.is_none() {
        return Ok(0);
    }
    let (mut sealed, mut pace) = (0, Pace::between(house, FEWEST, MOST));
    while sealed < most {
        let asked = pace.rows().min(most - sealed);
        let done = batch(house, asked, &mut pace).await?;
        sealed += done;
        if done < asked || sealed == most || pace.is_over(house) {
            break;
        }
        pace.rest(house, done).await;
    }
    Ok(sealed)
}

/// Locks the end of the chain until the transaction's end, and begins the chain where there is none.
pub(super) async fn lock_end(house: &Latchkey, tx: &mut Tx) -> Result<End, Refusal> {
    let end: Option<End> = within!(*tx, |c| sqlx::query_as(LOCK).fetch_optional(c).await)?;
    if let Some(end) = end {
        return Ok(end);
    }
    let mac = end_mac(&house.audit_key, 0, &BEGINNING);
    within!(*tx, |c| sqlx::query(FOUND).bind(&BEGINNING[..]).bind(&mac[..]).execute(c).await.map(drop))?;
    Ok(within!(*tx, |c| sqlx::query_as(LOCK).fetch_one(c).await)?)
}

async fn batch(house: &Latchkey, most: i64, pace: &mut Pace) -> Result<i64, Refusal> {
    let mut tx = house.db.begin().await?;
    pace.begun();
    let end = lock_end(house, &mut tx).await?;
    let waiting = take(&mut tx, most).await?;
    let count = waiting.len() as i64;
    if count > 0 {
        append(house, &mut tx, end, waiting).await?;
        tx.commit().await?;
    }
    Ok(count)
}

/// Gives an event that this transaction has recorded its place, before everything that waits. `end` is locked.
pub(super) async fn seal_one(house: &Latchkey, tx: &mut Tx, end: End, event: Uuid) -> Result<(), Refusal> {
    let event: Waiting = within!(*tx, |c| sqlx::query_as(ONE).bind(event).fetch_one(c).await)?;
    append(house, tx, end, vec![event]).await
}

/// Puts events behind the end of the chain.
async fn append(house: &Latchkey, tx: &mut Tx, end: End, waiting: Vec<Waiting>) -> Result<(), Refusal> {
    let mut prev: Digest = end.digest.as_slice().try_into().map_err(|_| damaged())?;
    let (mut seq, mut tally) = (end.seq, Tally::default());
    let mut entries = Vec::with_capacity(waiting.len());
    for event in waiting {
        seq = seq.checked_add(1).ok_or_else(damaged)?;
        tally.add(event.at.0, &event.kind);
        let entry = event.placed(seq, prev, house.random.bytes());
        prev = entry.digest;
        entries.push(entry);
    }
    if place(tx, &entries).await? != entries.len() as u64 {
        return Err(Refusal::Broken("an event was sealed by somebody else".into()));
    }
    tally.record(tx).await?;
    // An end that somebody else has written stays without our word for it: the log goes on, and whoever verifies it is told.
    let mac = if end.is_ours(house) { end_mac(&house.audit_key, seq, &prev).to_vec() } else { end.mac };
    within!(*tx, |c| sqlx::query(MOVE_END).bind(seq).bind(&prev[..]).bind(&mac).execute(c).await.map(drop))?;
    Ok(())
}

fn damaged() -> Refusal {
    Refusal::Broken("the end of the audit log is damaged: run `latchkey audit verify`".into())
}

/// So many events without a place, oldest first, that nobody may change before we have committed.
async fn take(tx: &mut Tx, most: i64) -> Result<Vec<Waiting>, sqlx::Error> {
    match tx {
        Tx::Sqlite(tx) => patient(async { sqlx::query_as(TAKE).bind(most).fetch_all(&mut **tx).await }).await,
        Tx::Postgres(tx) => patient(async { sqlx::query_as(TAKE_LOCKED).bind(most).fetch_all(&mut **tx).await }).await,
    }
}

/// Writes their places down. Answers of how many.
async fn place(tx: &mut Tx, entries: &[Entry]) -> Result<u64, sqlx::Error> {
    match tx {
        Tx::Sqlite(tx) => {
            patient(async {
                let mut placed = 0;
                for entry in entries {
                    placed += sqlx::query(PLACE)
                        .bind(entry.id)
                        .bind(entry.seq)
                        .bind(entry.salt.as_deref())
                        .bind(&entry.personal[..])
                        .bind(&entry.digest[..])
                        .execute(&mut **tx)
                        .await?
                        .rows_affected();
                }
                Ok(placed)
            })
            .await
        }
        Tx::Postgres(tx) => {
            let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
            let seqs: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
            let salts: Vec<&[u8]> = entries.iter().map(|entry| entry.salt.as_deref().unwrap_or_default()).collect();
            let hashes: Vec<&[u8]> = entries.iter().map(|entry| &entry.personal[..]).collect();
            let digests: Vec<&[u8]> = entries.iter().map(|entry| &entry.digest[..]).collect();
            let query = sqlx::query(PLACE_ALL).bind(ids).bind(seqs).bind(salts).bind(hashes).bind(digests);
            patient(async { query.execute(&mut **tx).await.map(|done| done.rows_affected()) }).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use sqlx::AssertSqlSafe;

    /// After an upgrade millions wait. Were they sorted for every batch, sealing them would take days.
    #[tokio::test]
    async fn what_waits_is_read_in_order_and_never_sorted() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_file(&dir.path().join("latchkey.db")).await.unwrap();
        db.migrate().await.unwrap();
        let Db::Sqlite { read, .. } = &db else { panic!("not SQLite") };
        for sql in [TAKE, WAITS_INDEXED] {
            let explain = AssertSqlSafe(format!("explain query plan {sql}"));
            let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(read).await.unwrap();
            let plan: Vec<String> = plan.into_iter().map(|step| step.3).collect();
            assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{plan:?}");
            assert!(plan.iter().any(|step| step.contains("events_unsealed")), "{plan:?}");
        }
        db.close().await;
    }
}
