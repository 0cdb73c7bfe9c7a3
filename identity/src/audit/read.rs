//! Reading the chain from the database, in its order, some entries at a time: for exports and for verification.
//!
//! Old entries may be removed meanwhile. So entries and what is left of removed ones are read as of one moment, some at a time, and each
//! time as of a new one: no transaction stays open for as long as somebody takes to receive a file.

use super::{
    chain::{BEGINNING, Digest, Entry, Personal},
    lines::{Gap, Piece},
};
use crate::{
    Latchkey, Refusal,
    db::{statements, within},
    time::Timestamp,
};
use std::collections::VecDeque;
use uuid::Uuid;

/// The columns of an entry with the digest it is chained to, of the events that `e` names.
macro_rules! entries {
    ($from:expr) => {
        concat!(
            "select e.seq, e.id, e.at, e.kind, e.detail, e.actor_id, e.subject_id, e.session_id, e.ip, e.note, e.salt,
                    e.personal, coalesce(p.digest, g.digest) as prev, e.digest
               from ",
            $from,
            " e left join events p on p.seq = e.seq - 1 left join audit_gaps g on g.last_seq = e.seq - 1"
        )
    };
}

pub(super) use entries;

statements! {
    ENTRIES = concat!(entries!("(select * from events where seq > $1 order by seq limit $2)"), " order by e.seq");
    GAPS = "select first_seq, last_seq, digest from audit_gaps where last_seq > $1 order by last_seq limit $2";
}

/// Entries read with one question.
pub(super) const CHUNK: i64 = 500;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    id: Uuid,
    at: Timestamp,
    kind: String,
    detail: String,
    actor_id: Option<Uuid>,
    subject_id: Option<Uuid>,
    session_id: Option<Uuid>,
    ip: String,
    note: Option<String>,
    salt: Option<Vec<u8>>,
    personal: Option<Vec<u8>>,
    prev: Option<Vec<u8>>,
    digest: Option<Vec<u8>>,
}

impl From<Row> for Entry {
    /// Hashes that are missing, or none, are written as nothing but zeros: no entry has such.
    fn from(row: Row) -> Self {
        let digest = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or(BEGINNING);
        Self {
            seq: row.seq,
            id: row.id,
            at: row.at.0,
            kind: row.kind,
            detail: row.detail,
            people: Personal {
                actor: row.actor_id,
                subject: row.subject_id,
                session: row.session_id,
                ip: row.ip,
                note: row.note,
            },
            salt: row.salt,
            personal: digest(row.personal),
            prev: digest(row.prev),
            digest: digest(row.digest),
        }
    }
}

/// The chain, piece by piece.
pub(super) struct Chain {
    reached: i64,
    ahead: VecDeque<Piece>,
}

impl Chain {
    pub const fn from_the_beginning() -> Self {
        Self { reached: 0, ahead: VecDeque::new() }
    }

    /// The next piece; `None` at the end, after which more may come later.
    pub async fn next(&mut self, house: &Latchkey) -> Result<Option<Piece>, Refusal> {
        if self.ahead.is_empty() {
            self.ahead = self.read(house).await?;
        }
        let piece = self.ahead.pop_front();
        match &piece {
            Some(Piece::Entry(entry)) => self.reached = entry.seq,
            Some(Piece::Gap(gap)) => self.reached = gap.last,
            None => {}
        }
        Ok(piece)
    }

    /// Some pieces more.
    async fn read(&self, house: &Latchkey) -> Result<VecDeque<Piece>, Refusal> {
        let reached = self.reached;
        let mut now = house.db.snapshot().await?;
        let gaps: Vec<(i64, i64, Vec<u8>)> =
            within!(now, |c| sqlx::query_as(GAPS).bind(reached).bind(CHUNK).fetch_all(c).await)?;
        let entries: Vec<Row> = within!(now, |c| sqlx::query_as(ENTRIES).bind(reached).bind(CHUNK).fetch_all(c).await)?;
        drop(now);
        // Beyond the last row of an answer that was cut short we know nothing.
        let full = |len: usize, last: Option<i64>| last.filter(|_| len as i64 == CHUNK).unwrap_or(i64::MAX);
        let known =
            full(gaps.len(), gaps.last().map(|gap| gap.1)).min(full(entries.len(), entries.last().map(|e| e.seq)));
        let gaps = gaps.into_iter().map(|(first, last, digest)| {
            let digest: Digest = digest.try_into().unwrap_or(BEGINNING);
            // Its beginning may have been read before it was removed.
            Piece::Gap(Gap { first: first.max(reached.saturating_add(1)), last, digest })
        });
        let entries = entries.into_iter().map(|row| Piece::Entry(row.into()));
        let mut pieces: Vec<Piece> = gaps.chain(entries).filter(|piece| last(piece) <= known).collect();
        pieces.sort_by_key(last);
        Ok(pieces.into())
    }
}

const fn last(piece: &Piece) -> i64 {
    match piece {
        Piece::Entry(entry) => entry.seq,
        Piece::Gap(gap) => gap.last,
    }
}
