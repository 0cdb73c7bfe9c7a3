//! Verifying the log where it lies: the chain as [`Verifier`] does, and its end, which carries a MAC that needs the master key.

use super::{
    read::Chain,
    seal::End,
    verify::{Fault, Place, Verdict, Verifier},
};
use crate::{
    Latchkey, Refusal,
    accounts::leaving::pseudonym,
    db::{on, statements},
};
use std::collections::HashSet;
use uuid::Uuid;

statements! {
    END = "select seq, digest, mac from audit_chain where one = 1";
    /// Later than `$2`, for forgetting comes first, and with its salt, or anybody could be put into it. The kind is written so that
    /// no database goes through everybody who was ever deleted: a person's events are fewer.
    DELETED = "select id from events
                where subject_id = $1 and coalesce(kind, '') = 'account_deleted'
                  and (seq is null or (seq > $2 and salt is not null)) limit 1";
    /// They are being forgotten at the moment, and what tells of it comes last.
    LEAVING = "select id from users where delete_at <= $1";
    /// Right after an upgrade it can be millions, which nobody wants to wait for.
    WAITING = "select count(*) from (select id from events where seq is null limit 10001) w";
}

/// Pieces between two questions about who was deleted.
const PORTION: usize = 500;

/// How often the end is looked for that moves on meanwhile.
const ATTEMPTS: usize = 100;

/// How the chain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The last place; 0 before anything was sealed.
    pub seq: i64,
    /// Its digest in hexadecimal: to be noted down elsewhere.
    pub digest: String,
    /// Events that have no place yet; 10 001 for more.
    pub waiting: i64,
}

/// Where the chain ends. The caller has asked whether the reader may.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(house: &Latchkey) -> Result<Standing, Refusal> {
    let (waiting,): (i64,) = on!(house.db, read, |p| sqlx::query_as(WAITING).fetch_one(p).await)?;
    let (seq, digest) = end(house).await?.map_or((0, Vec::new()), |end| (end.seq, end.digest));
    Ok(Standing { seq, digest: super::hex(&digest), waiting })
}

async fn end(house: &Latchkey) -> Result<Option<End>, Refusal> {
    Ok(on!(house.db, read, |p| sqlx::query_as(END).fetch_optional(p).await)?)
}

/// Verifies the whole log, an entry after the other, however many there are. Changes nothing; people may go on meanwhile.
///
/// # Errors
/// When the database does not answer. What is wrong with the log is the value inside.
pub async fn verify(house: &Latchkey, mut verifier: Verifier) -> Result<Result<Verdict, Fault>, Refusal> {
    let mut chain = Chain::from_the_beginning();
    for attempt in 0..ATTEMPTS {
        let mut pieces = 0;
        while let Some(piece) = chain.next(house).await? {
            if let Err(fault) = verifier.next(&piece, 0) {
                return Ok(Err(fault));
            }
            pieces += 1;
            if pieces % PORTION == 0
                && let Err(fault) = forgotten(house, &mut verifier).await?
            {
                return Ok(Err(fault));
            }
        }
        if let Err(fault) = forgotten(house, &mut verifier).await? {
            return Ok(Err(fault));
        }
        let (reached, digest) = verifier.reached();
        let Some(end) = end(house).await? else {
            return Ok(if reached == 0 { verifier.finish() } else { Err(Fault::ForeignEnd) });
        };
        if end.seq == reached {
            if end.digest != digest || !end.is_ours(house) {
                return Ok(Err(Fault::ForeignEnd));
            }
            return Ok(verifier.finish());
        }
        if end.seq < reached {
            return Ok(Err(Fault::ForeignEnd));
        }
        // Either somebody has sealed more since, or the last entries are missing: those that an end told of before we looked again.
        if pieces == 0 && attempt > 0 {
            return Ok(Err(Fault::CutOff { last: reached, end: end.seq }));
        }
    }
    Err(Refusal::Busy { retry_after: std::time::Duration::from_secs(60) })
}

/// Whether everybody who is said to have been forgotten was deleted, or is about to be.
async fn forgotten(house: &Latchkey, verifier: &mut Verifier) -> Result<Result<(), Fault>, Refusal> {
    let mut leaving = HashSet::new();
    for (ids, place) in verifier.take_owed() {
        let excused = |leaving: &HashSet<Uuid>| ids.iter().flatten().any(|id| leaving.contains(id));
        if excused(&leaving) || deleted(house, &ids, &place).await? {
            continue;
        }
        let due: Vec<(Uuid,)> = on!(house.db, read, |p| sqlx::query_as(LEAVING).bind(house.now()).fetch_all(p).await)?;
        leaving = due.into_iter().map(|(user,)| pseudonym(house, user)).collect();
        // Whoever was about to be deleted when we asked first may have been by now.
        if !excused(&leaving) && !deleted(house, &ids, &place).await? {
            return Ok(Err(Fault::NotForgotten(place)));
        }
    }
    Ok(Ok(()))
}

/// Whether a later entry tells that one of them was deleted.
async fn deleted(house: &Latchkey, ids: &[Option<Uuid>; 2], place: &Place) -> Result<bool, Refusal> {
    for id in ids.iter().flatten() {
        let found: Option<(Uuid,)> =
            on!(house.db, read, |p| sqlx::query_as(DELETED).bind(id).bind(place.seq).fetch_optional(p).await)?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
