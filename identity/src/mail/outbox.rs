//! Letters that wait: posted in the transaction that causes them, encrypted until they are sent.
//!
//! A row says how its letter stands, and four ways are all there are. *Sent*: `sent_at` is set. *Given up*: it is not, and the
//! sealed content is gone. *Failing*: an attempt has come to nothing, and there will be another. *Waiting*: none has been
//! made, or the first is being made. Once sent or given up, the content is emptied: what remains is a line in the history.

use super::{Ask, Kind, Letter};
use crate::{
    Latchkey, Refusal,
    db::{Picked, Topic, Tx, on, picked, statements, within},
    jobs,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Part of a condition: what was not sent and was tried, or never will be. In the words of the index `letters_tried`, without which it would
/// not be used.
macro_rules! tried {
    () => {
        "sent_at is null and (attempts > 0 or sealed is null)"
    };
}
pub(crate) use tried;

const TIDY: Picked = picked!(
    "delete from letters where id",
    "select id from letters where sealed is null and created_at < $1 order by created_at limit $2"
);

statements! {
    POST = "insert into letters (id, kind, sealed, created_at, due_at, attempts, user_id) values ($1, $2, $3, $4, $4, 0, $5)";
    TIDY_PLAIN = TIDY.plain;
    /// By the index of letters that were not sent, however many were; of these no more than so many, those that are due last. Those
    /// that were tried or given up have an index of their own: however many wait for a day to come, one that fails is seen.
    STANDING = concat!(
        "select (select count(*) from (select sealed, attempts, failure from letters where sent_at is null order by due_at desc limit 10001) l
                  where sealed is not null and attempts <= 1 and failure is null) as waiting,
                coalesce(sum(case when sealed is not null and (attempts > 1 or failure is not null) then 1 else 0 end), 0) as failing,
                coalesce(sum(case when sealed is null and created_at >= $1 then 1 else 0 end), 0) as given_up
           from (select sealed, attempts, failure, created_at from letters where ",
        tried!(),
        " order by due_at desc limit 10001) l"
    );
}

/// How long the history keeps a letter that was sent or given up.
pub(super) const KEEP: Duration = Duration::from_secs(30 * 86_400);

/// How long a letter that was given up is still news to an administrator.
const NEWS: Duration = Duration::from_secs(7 * 86_400);

/// How many letters there are that were not sent. Ten thousand and one that wait, or that fail and were given up together, are that many or
/// more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    /// Not tried yet, or being tried for the first time.
    pub waiting: i64,
    /// Tried in vain, and to be tried again.
    pub failing: i64,
    /// Never to be tried again, among those posted within a week.
    pub given_up: i64,
}

/// What is sealed in a row. Untagged: what an earlier version posted is a letter and nothing around it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    /// A letter as it will be sent.
    Letter(Letter),
    /// That somebody has asked for one.
    Ask(Ask),
}

/// Puts a letter into the outbox within the caller's transaction. Ring `house.outbox_bell` after the commit. A letter that
/// belongs to an account goes when the account goes.
///
/// # Errors
/// When the database does not answer.
pub async fn post(house: &Latchkey, tx: &mut Tx, owner: Option<Uuid>, letter: &Letter) -> Result<(), Refusal> {
    insert(house, tx, letter.kind, owner, letter).await
}

/// The same as of a later moment: it is due then, and counts as posted then.
pub(crate) async fn post_at(
    house: &Latchkey,
    tx: &mut Tx,
    owner: Option<Uuid>,
    letter: &Letter,
    at: Timestamp,
) -> Result<(), Refusal> {
    insert_at(house, tx, letter.kind, owner, letter, at).await
}

/// The same for what is not a letter yet.
pub(super) async fn insert(
    house: &Latchkey,
    tx: &mut Tx,
    kind: Kind,
    owner: Option<Uuid>,
    content: &impl Serialize,
) -> Result<(), Refusal> {
    insert_at(house, tx, kind, owner, content, house.now()).await
}

async fn insert_at(
    house: &Latchkey,
    tx: &mut Tx,
    kind: Kind,
    owner: Option<Uuid>,
    content: &impl Serialize,
    at: Timestamp,
) -> Result<(), Refusal> {
    let plain = serde_json::to_vec(content).map_err(|error| Refusal::Broken(format!("letter: {error}")))?;
    let plain = Zeroizing::new(plain);
    let id = house.new_id();
    let sealed = house.letters_sealer.seal(&bound_to(id), &plain);
    within!(*tx, |c| sqlx::query(POST)
        .bind(id)
        .bind(kind.as_str())
        .bind(sealed)
        .bind(at)
        .bind(owner)
        .execute(c)
        .await
        .map(drop))?;
    tx.ring(Topic::Letter).await?;
    Ok(())
}

/// Opens a sealed letter, or says why it never will be.
pub(super) fn open(house: &Latchkey, id: Uuid, sealed: &[u8]) -> Result<Content, String> {
    let plain = house
        .letters_sealer
        .open(&bound_to(id), sealed)
        .map(Zeroizing::new)
        .ok_or("cannot be decrypted with this installation's key")?;
    serde_json::from_slice(&plain).map_err(|error| format!("cannot be read: {error}"))
}

/// How many letters were not sent. Cheap: for monitoring and for the front page of the admin panel.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(house: &Latchkey) -> Result<Standing, Refusal> {
    let since = house.now().minus(NEWS);
    Ok(on!(house.db, read, |p| sqlx::query_as(STANDING).bind(since).fetch_one(p).await)?)
}

/// Forgets letters that were sent or given up a month ago. Answers whether there are more.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    jobs::clear(house, &TIDY, house.now().minus(KEEP)).await
}

/// What a letter is sealed to: its own row.
fn bound_to(id: Uuid) -> [u8; 23] {
    let mut aad = *b"letter 0123456789abcdef";
    aad[7..].copy_from_slice(id.as_bytes());
    aad
}
