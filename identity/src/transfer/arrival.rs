//! The row that says that a move or a restore into this database has begun, and whether it has ended.
//!
//! From its first to its last moment a transfer's target is no installation: nobody may open it, and only a transfer of the same
//! installation may go on in it. Of several runs the last to begin is at it: every transaction asks first whether it is still
//! its own run's turn, and nobody takes over before that transaction ends. So a run that was thought dead writes nothing more.

use super::{
    hold::{persistently, writing},
    rows::{count, through},
    tables::TABLES,
};
use crate::{
    Refusal,
    db::{Db, Tx, statements},
    random::{Random, SystemSource},
    time::Timestamp,
};
use sqlx::Error;
use uuid::Uuid;

statements! {
    WHOSE = "select id from installation where one = 1";
    STATE = "select installation_id, id, ended_at from arrival where one = 1";
    BEGIN = "insert into arrival (one, installation_id, id, run, began_at) values (1, $1, $2, $3, $4)
             on conflict (one) do update set installation_id = excluded.installation_id, id = excluded.id, run = excluded.run,
                 began_at = excluded.began_at, ended_at = null";
    /// Changes nothing, and locks the row until the end of the transaction.
    GO_ON = "update arrival set run = run where one = 1 and run = $1 and ended_at is null returning one";
    END = "update arrival set ended_at = $2 where one = 1 and run = $1 and ended_at is null returning one";
}

/// PostgreSQL's alone: those who begin do so one after the other, and none while a run is within a transaction.
const ONE_AT_A_TIME: &str = "lock table arrival in exclusive mode";

/// What is arriving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An installation that moves. It goes on with an arrival of the same installation.
    Move,
    /// A backup. It begins an arrival of its own: an installation that has left for another must not be found in it.
    Backup,
}

/// An arrival, and the run that is at it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Stays the same however often a move is run again.
    pub id: Uuid,
    run: Uuid,
}

/// An arrival without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Of which installation.
    pub whose: Uuid,
    /// Which.
    pub id: Uuid,
}

/// Which installation lives here.
pub async fn installation(tx: &mut Tx) -> Result<Option<Uuid>, Error> {
    through!(tx, |c| sqlx::query_scalar(WHOSE).fetch_optional(c).await)
}

/// What is arriving here.
pub async fn unfinished(tx: &mut Tx) -> Result<Option<Unfinished>, Error> {
    let state: Option<(Uuid, Uuid, Option<i64>)> = through!(tx, |c| sqlx::query_as(STATE).fetch_optional(c).await)?;
    Ok(state.filter(|(_, _, ended_at)| ended_at.is_none()).map(|(whose, id, _)| Unfinished { whose, id }))
}

/// Makes sure that an installation may arrive here, and says that it does. Who was at it before is not any more.
///
/// # Errors
/// When somebody lives here already.
pub async fn begin(target: &Db, whose: Uuid, what: What, now: Timestamp) -> Result<Arrival, Refusal> {
    let mut tx = persistently(async || {
        let mut tx = writing(target).await?;
        if let Tx::Postgres(tx) = &mut tx {
            sqlx::query(ONE_AT_A_TIME).execute(&mut **tx).await?;
        }
        Ok(tx)
    })
    .await?;
    let before = unfinished(&mut tx).await?;
    match before {
        Some(before) if before.whose == whose => {}
        Some(_) => {
            return Err(Refusal::Broken(
                "the target holds an unfinished move or restore of another installation: give an empty database".into(),
            ));
        }
        None => is_empty(&mut tx, whose).await?,
    }
    let random: &dyn Random = &SystemSource::new();
    let id = before.filter(|_| what == What::Move).map_or_else(|| random.id(now), |before| before.id);
    let arrival = Arrival { id, run: random.id(now) };
    through!(&mut tx, |c| {
        let query = sqlx::query(BEGIN).bind(whose).bind(arrival.id).bind(arrival.run).bind(now);
        query.execute(c).await.map(drop)
    })?;
    tx.commit().await?;
    Ok(arrival)
}

/// Whether there is nothing that would be lost.
async fn is_empty(tx: &mut Tx, whose: Uuid) -> Result<(), Refusal> {
    let mut found = Vec::new();
    for table in TABLES {
        let rows = count(tx, table).await?;
        if rows > 0 {
            found.push(format!("{} {rows}", table.name));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let itself = installation(tx).await? == Some(whose);
    let what = if itself { "the target holds this very installation" } else { "the target is not empty" };
    Err(Refusal::Broken(format!("{what} (rows: {}): give an empty database", found.join(", "))))
}

impl Arrival {
    /// Whether this run is still at it. If so, nobody takes over before the transaction ends.
    pub async fn goes_on(self, tx: &mut Tx) -> Result<bool, Error> {
        let still: Option<(i64,)> = through!(tx, |c| sqlx::query_as(GO_ON).bind(self.run).fetch_optional(c).await)?;
        Ok(still.is_some())
    }

    /// Says that everything has arrived.
    ///
    /// # Errors
    /// When another run has taken over.
    pub async fn end(self, tx: &mut Tx, now: Timestamp) -> Result<(), Refusal> {
        let ended: Option<(i64,)> =
            through!(tx, |c| sqlx::query_as(END).bind(self.run).bind(now).fetch_optional(c).await)?;
        ended.map(drop).ok_or_else(taken_over)
    }
}

/// What the earlier of two runs is told.
pub fn taken_over() -> Refusal {
    Refusal::Broken(
        "another run into the same target has taken over, or has finished: see how that one ends, and run nothing beside it".into(),
    )
}
