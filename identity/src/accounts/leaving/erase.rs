//! Being forgotten: what is done when the seven days are over.
//!
//! In three steps, each of which may be repeated and none of which can be taken back. *Closing* ends the sessions; nobody can sign in
//! any more. *Anonymising* puts one other id in the place of the person in all events and empties what else leads to them, a batch at a
//! time, so that nobody waits long for a turn to write. *Erasing* deletes the sessions, a batch at a time too, and then the account with
//! everything that still hangs on it, in one transaction with the goodbye letter and the last event.
//!
//! Access tokens are checked without the database, and a node that was cut off for a while learns from the rows of sessions
//! which of them have ended. So the rows stay for as long as a token could, and a node that has not heard the bell still refuses
//! it.

use crate::{
    Latchkey, Refusal,
    admin::another_admin,
    db::{Picked, Tx, on, statements, within},
    events::{self, Event, Kind, kinds_that_keep_their_note},
    keys::mac,
    mail,
    pace::Pace,
    sessions::{self, revocations},
    throttle,
    time::Timestamp,
    words::EndCause,
};
use std::time::Duration;
use uuid::Uuid;

/// Puts the id that leads nowhere, `$1`, in the place of `$2`, in the oldest events that name them, found by two indexes. Of what they
/// did to others, or to nobody, it stays told what it was.
macro_rules! forget {
    ($open:literal, $close:literal) => {
        concat!(
            "update events set subject_id = case when subject_id = $2 then $1 else subject_id end,
                               actor_id = case when actor_id = $2 then $1 else actor_id end,
                               ip = '', session_id = null, salt = null,
                               note = case when (subject_id is null or subject_id <> $2) and kind in ",
            kinds_that_keep_their_note!(),
            " then note end where id",
            $open,
            "select id from events
              where id in (select id from (select id from events where subject_id = $2 order by id limit $3) s
                           union select id from (select id from events where actor_id = $2 order by id limit $3) a)
              order by id limit $3",
            $close
        )
    };
}

/// On PostgreSQL rows are locked in the order of their ids, by everybody who forgets, and whoever removes or seals passes them over: nobody
/// waits for anybody in a circle.
const FORGET: Picked = Picked::new(forget!(" in (", ")"), forget!(" = any(array(", " for update))"));

statements! {
    /// Those for whom something can be done: nothing can while an access token may be alive of a session that has been ended. With limits, because
    /// PostgreSQL would else read all sessions once instead of those of some accounts.
    DUE = "select id from users
            where delete_at <= $1 and id > $2
              and ((select 1 from sessions s where s.user_id = users.id and s.ended_at is null limit 1) is not null
                   or (select 1 from sessions s where s.user_id = users.id and s.ended_at > $4 limit 1) is null)
            order by id limit $3";
    /// The last administrator stays, whoever has made it the last one in the meantime.
    POSTPONE = concat!(
        "update users set delete_at = $1
          where id = $2 and delete_at <= $3 and role = 'admin' and disabled_at is null and verified_at is not null and not ",
        another_admin!("$2"),
        " returning id"
    );
    /// Changes nothing and locks the account: whoever keeps it from now on comes too late.
    STILL_DUE = "update users set delete_at = delete_at where id = $1 and delete_at <= $2 returning id";
    READY = "select id from users
              where id = $1 and delete_at <= $2
                and not exists (select 1 from sessions s
                                 where s.user_id = users.id and (s.ended_at is null or s.ended_at > $2))";
    FORGET_PLAIN = FORGET.plain;
    /// What would otherwise go with the account in one piece: those of many years, with every token they ever had.
    SHED = "delete from sessions
             where id in (select id from sessions where user_id = $1 and ended_at <= $2 limit $3)
               and exists (select 1 from users where id = $1 and delete_at <= $2)";
    ERASE = "delete from users
              where id = $1 and delete_at <= $2
                and not exists (select 1 from sessions s
                                 where s.user_id = users.id and (s.ended_at is null or s.ended_at > $2))
          returning name, email, deletion_ordered_at is not null as ordered";
}

/// Accounts looked at with one question.
const AT_A_TIME: i64 = 100;

/// Events or sessions in one transaction, at least.
const FEWEST: i64 = 50;

/// And at most: each stands in many indexes.
const MOST: i64 = 200;

/// How long the deletion of the last administrator is put off.
const ANOTHER_DAY: Duration = Duration::from_secs(86_400);

/// Transactions of one turn, some seconds of work: other jobs have theirs, and somebody may wait for those.
const TURN: u32 = 250;

/// What is left of a turn, and how it goes on.
struct Turn {
    transactions: u32,
    pace: Pace,
}

impl Turn {
    /// A transaction is done, which touched so many of the rows it might.
    async fn step(&mut self, house: &Latchkey, touched: i64) {
        self.transactions = self.transactions.saturating_sub(1);
        self.pace.rest(house, touched).await;
    }

    fn is_over(&self, house: &Latchkey) -> bool {
        self.transactions == 0 || self.pace.is_over(house)
    }
}

/// Forgets those whose time has come, as far as one turn goes. An account that cannot be forgotten does not hold up the others. Answers
/// whether there is more to do at once.
///
/// # Errors
/// When the database does not answer; what was left is done at the next turn.
pub async fn erase_due(house: &Latchkey) -> Result<bool, Refusal> {
    let mut after = Uuid::nil();
    let mut turn = Turn { transactions: TURN, pace: Pace::between(house, FEWEST, MOST) };
    loop {
        let now = house.now();
        let due: Vec<(Uuid,)> = on!(house.db, read, |p| sqlx::query_as(DUE)
            .bind(now)
            .bind(after)
            .bind(AT_A_TIME)
            .bind(revocations::horizon(house))
            .fetch_all(p)
            .await)?;
        let Some((last,)) = due.last() else { return Ok(false) };
        after = *last;
        for (user,) in due {
            if turn.is_over(house) {
                return Ok(true);
            }
            match forget(house, user, &mut turn).await {
                Err(refusal @ Refusal::Unavailable(_)) => return Err(refusal),
                Err(refusal) => tracing::error!(account = %user, error = %refusal, "an account could not be deleted"),
                Ok(()) => {}
            }
        }
    }
}

async fn forget(house: &Latchkey, user: Uuid, turn: &mut Turn) -> Result<(), Refusal> {
    if !close(house, user, &mut turn.pace).await? {
        tracing::warn!(account = %user, "the last administrator who can sign in is not deleted; looked at again tomorrow");
        return Ok(());
    }
    turn.step(house, 0).await;
    let before = revocations::horizon(house);
    let ready: Option<(Uuid,)> =
        on!(house.db, read, |p| sqlx::query_as(READY).bind(user).bind(before).fetch_optional(p).await)?;
    if ready.is_none() {
        return Ok(());
    }
    let nobody = pseudonym(house, user);
    loop {
        let mut tx = house.db.begin().await?;
        turn.pace.begun();
        let changed = anonymise(&mut tx, user, nobody, turn.pace.rows()).await?;
        tx.commit().await?;
        if changed == 0 {
            break;
        }
        turn.step(house, changed as i64).await;
        if turn.is_over(house) {
            return Ok(());
        }
    }
    loop {
        let asked = turn.pace.rows();
        let shed = shed(house, user, before, &mut turn.pace).await?;
        if shed < asked {
            break;
        }
        turn.step(house, shed).await;
        if turn.is_over(house) {
            return Ok(());
        }
    }
    erase(house, user, nobody, before, &mut turn.pace).await?;
    turn.step(house, 0).await;
    Ok(())
}

/// The id that takes the person's place, the same one however often it is begun: the audit log is asked whether everybody who is
/// said to have been forgotten was deleted. Leads nowhere without a key that is outside the database.
pub(crate) fn pseudonym(house: &Latchkey, user: Uuid) -> Uuid {
    let mac = mac(&house.audit_key, &[b"a person who was forgotten", user.as_bytes()]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&mac[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Ends every session of an account whose time has come. Answers false when it has to stay a while longer. One that was kept since
/// it was listed is left alone.
async fn close(house: &Latchkey, user: Uuid, pace: &mut Pace) -> Result<bool, Refusal> {
    let now = house.now();
    let mut tx = house.db.begin().await?;
    pace.begun();
    tx.in_turn().await?;
    let later = now.plus(ANOTHER_DAY);
    let stays: Option<(Uuid,)> =
        within!(tx, |c| sqlx::query_as(POSTPONE).bind(later).bind(user).bind(now).fetch_optional(c).await)?;
    if stays.is_some() {
        tx.commit().await?;
        return Ok(false);
    }
    let due: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(STILL_DUE).bind(user).bind(now).fetch_optional(c).await)?;
    if due.is_none() {
        return Ok(true);
    }
    let ended = sessions::end_all_within(house, &mut tx, user, None, EndCause::DeletionRequested).await?;
    tx.commit().await?;
    house.revocations.sessions(&ended, now);
    Ok(true)
}

/// One batch of events. Answers how many there were.
async fn anonymise(tx: &mut Tx, user: Uuid, nobody: Uuid, most: i64) -> Result<u64, Refusal> {
    let sql = FORGET.within(tx);
    Ok(within!(*tx, |c| sqlx::query(sql)
        .bind(nobody)
        .bind(user)
        .bind(most)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// Puts the id `nobody` in the place of an account in every event, within the transaction that deletes it.
pub(in crate::accounts) async fn forget_events(tx: &mut Tx, user: Uuid, nobody: Uuid) -> Result<(), Refusal> {
    while anonymise(tx, user, nobody, MOST).await? > 0 {}
    Ok(())
}

/// One batch of sessions of an account that is still to be erased. Answers how many there were.
async fn shed(house: &Latchkey, user: Uuid, before: Timestamp, pace: &mut Pace) -> Result<i64, Refusal> {
    let mut tx = house.db.begin().await?;
    pace.begun();
    let shed = within!(tx, |c| sqlx::query(SHED)
        .bind(user)
        .bind(before)
        .bind(pace.rows())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    tx.commit().await?;
    Ok(shed as i64)
}

/// The last step. Of two nodes that have come this far, one finds the row.
async fn erase(house: &Latchkey, user: Uuid, nobody: Uuid, before: Timestamp, pace: &mut Pace) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    pace.begun();
    let erased: Option<(String, String, bool)> =
        within!(tx, |c| sqlx::query_as(ERASE).bind(user).bind(before).fetch_optional(c).await)?;
    let Some((name, email, ordered)) = erased else { return Ok(()) };
    // What was recorded since the last batch.
    forget_events(&mut tx, user, nobody).await?;
    throttle::forget(house, &mut tx, user, &email).await?;
    events::record(house, &mut tx, Event::new(Kind::AccountDeleted).on(nobody)).await?;
    // To an address that belongs to nobody here any more: sealed like every letter, and emptied when it is sent.
    let letter = mail::account_deleted(&house.settings, &name, &email, ordered);
    mail::post(house, &mut tx, None, &letter).await?;
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(())
}
