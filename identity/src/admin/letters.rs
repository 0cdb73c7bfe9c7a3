//! How outgoing letters fare, and trying them again.
//!
//! To whom they go and what they say is sealed, from administrators too: a letter may carry a token that opens the account.

use super::{Admin, Proven};
use crate::{
    Latchkey, Refusal,
    db::{Topic, on, statements, within},
    events,
    mail::{self, Kind, Standing},
    paging::PageSize,
    time::Timestamp,
    words::{Page, Permission},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

statements! {
    /// Newest first. `$1` is the last id of the page before, `$2` is empty for "any".
    LIST = "select id, kind, created_at, due_at, attempts, sent_at, failure, sealed is null as emptied, user_id
              from letters
             where id < $1
               and ($2 = '' or ($2 = 'sent' and sent_at is not null)
                            or ($2 = 'given_up' and sent_at is null and sealed is null)
                            or ($2 = 'failing' and sent_at is null and sealed is not null and (attempts > 1 or failure is not null))
                            or ($2 = 'waiting' and sent_at is null and sealed is not null and attempts <= 1 and failure is null))
             order by id desc limit $3";
    /// Those of one account, newest first.
    OF = "select id, kind, created_at, due_at, attempts, sent_at, failure, sealed is null as emptied, user_id
            from letters where user_id = $1 order by id desc limit 50";
    /// A letter is given up within three days, so one that was sent lately is not much older: the primary key narrows it down.
    SENT_SINCE = "select count(*) from letters where id >= $1 and sent_at >= $2";
    EXISTS = "select id from letters where id = $1";
    /// Never a letter that is being sent: it has no failure, and a second worker would send it too.
    RETRY = "update letters set due_at = $2
              where id = $1 and failure is not null and sent_at is null and sealed is not null";
    RETRY_ALL = "update letters set due_at = $1
                  where due_at > $1 and failure is not null and sent_at is null and sealed is not null";
}

/// What "lately" is.
const DAY: Duration = Duration::from_secs(86_400);

/// How old a letter may have been when it was sent, generously.
const OLDEST: Duration = Duration::from_secs(5 * 86_400);

crate::spelled! {
    /// How a letter stands.
    LetterState {
        /// Not tried yet, or being tried for the first time.
        Waiting = "waiting",
        /// Tried in vain, and to be tried again.
        Failing = "failing",
        /// Never to be tried again.
        GivenUp = "given_up",
        /// The mail server took it.
        Sent = "sent",
    }
}

/// One letter as an administrator sees it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterView {
    /// The letter's id, in order of time.
    pub id: Uuid,
    /// What it is about, a word of `mail::Kind`.
    pub kind: String,
    /// How it stands.
    pub state: LetterState,
    /// When it was posted.
    pub posted_at: i64,
    /// The next attempt; `None` while one is being made, and when there will be none.
    pub next_at: Option<i64>,
    /// Attempts so far, the one being made included.
    pub attempts: i64,
    /// When the mail server took it.
    pub sent_at: Option<i64>,
    /// What the last attempt met, without the recipient.
    pub failure: Option<String>,
    /// Whose account it belongs to, where that is known and the reader may read accounts.
    pub user: Option<Uuid>,
}

/// How many letters there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterCounts {
    /// Those that were not sent.
    pub standing: Standing,
    /// Sent within a day.
    pub sent: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    created_at: Timestamp,
    due_at: Timestamp,
    attempts: i64,
    sent_at: Option<Timestamp>,
    failure: Option<String>,
    emptied: bool,
    user_id: Option<Uuid>,
}

impl From<Row> for LetterView {
    fn from(row: Row) -> Self {
        let state = match row {
            Row { sent_at: Some(_), .. } => LetterState::Sent,
            Row { emptied: true, .. } => LetterState::GivenUp,
            Row { attempts: 2.., .. } | Row { failure: Some(_), .. } => LetterState::Failing,
            _ => LetterState::Waiting,
        };
        let open = matches!(state, LetterState::Waiting | LetterState::Failing);
        let at_rest = row.attempts == 0 || row.failure.is_some();
        Self {
            id: row.id,
            kind: row.kind,
            state,
            posted_at: row.created_at.0,
            next_at: (open && at_rest).then_some(row.due_at.0),
            attempts: row.attempts,
            sent_at: row.sent_at.map(|at| at.0),
            failure: row.failure,
            user: row.user_id,
        }
    }
}

/// Letters of one state, or all, newest first. `after` is the `next` of the page before.
///
/// # Errors
/// When the database does not answer.
pub async fn letters(
    house: &Latchkey,
    admin: &Admin,
    state: Option<LetterState>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<LetterView>, Refusal> {
    admin.may(Permission::LettersRead)?;
    let size = PageSize::of(limit);
    let rows: Vec<Row> = on!(house.db, read, |p| sqlx::query_as(LIST)
        .bind(after.unwrap_or(Uuid::max()))
        .bind(state.map_or("", LetterState::as_str))
        .bind(size.ask())
        .fetch_all(p)
        .await)?;
    let mut page: Page<LetterView> = size.cut(rows, |row| row.id);
    if admin.may(Permission::UsersRead).is_err() {
        page.items.iter_mut().for_each(|letter| letter.user = None);
    }
    Ok(page)
}

/// The last fifty of one account. Whether the asker may is the caller's business.
pub(super) async fn of(house: &Latchkey, user: Uuid) -> Result<Vec<LetterView>, Refusal> {
    let rows: Vec<Row> = on!(house.db, read, |p| sqlx::query_as(OF).bind(user).fetch_all(p).await)?;
    Ok(rows.into_iter().map(LetterView::from).collect())
}

/// How many letters wait, fail, were given up lately, and were sent lately.
///
/// # Errors
/// When the database does not answer.
pub async fn letter_counts(house: &Latchkey, admin: &Admin) -> Result<LetterCounts, Refusal> {
    admin.may(Permission::LettersRead)?;
    let since = house.now().minus(DAY);
    let oldest = since.minus(OLDEST).0.max(0).unsigned_abs();
    let first = uuid::Builder::from_unix_timestamp_millis(oldest, &[0; 10]).into_uuid();
    let sent = on!(house.db, read, |p| sqlx::query_scalar(SENT_SINCE).bind(first).bind(since).fetch_one(p).await)?;
    Ok(LetterCounts { standing: mail::standing(house).await?, sent })
}

/// Makes a failing letter due now, or all of them. Answers how many; a letter that is being sent or was sent is none.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn retry_letters(house: &Latchkey, admin: &Proven, id: Option<Uuid>) -> Result<u64, Refusal> {
    let now = house.now();
    let (mut tx, admin) = admin.begin(house, Permission::LettersRetry).await?;
    let letters = match id {
        None => within!(tx, |c| sqlx::query(RETRY_ALL).bind(now).execute(c).await.map(|done| done.rows_affected()))?,
        Some(id) => {
            let found: Option<(Uuid,)> = within!(tx, |c| sqlx::query_as(EXISTS).bind(id).fetch_optional(c).await)?;
            found.ok_or(Refusal::NotFound)?;
            within!(tx, |c| sqlx::query(RETRY).bind(id).bind(now).execute(c).await.map(|done| done.rows_affected()))?
        }
    };
    if letters > 0 {
        events::record(house, &mut tx, admin.event(events::Kind::LettersRetried).detail(letters.to_string())).await?;
        tx.ring(Topic::Letter).await?;
    }
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(letters)
}

impl LetterView {
    /// What it is about, unless a newer version posted it.
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_word(&self.kind)
    }
}
