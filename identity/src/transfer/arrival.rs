//! The row that says that a move or a restore into this database has begun, and whether it has ended.
//!
//! From its first to its last moment a transfer's target is no installation: nobody may open it, and only a transfer of the same
//! installation may go on in it.

use super::{
    hold::writing,
    rows::{count, through},
    tables::TABLES,
};
use crate::{
    Refusal,
    db::{Db, Tx, statements},
    time::Timestamp,
};
use sqlx::Error;
use uuid::Uuid;

statements! {
    WHOSE = "select id from installation where one = 1";
    STATE = "select installation_id, ended_at from arrival where one = 1";
    BEGIN = "insert into arrival (one, installation_id, began_at) values (1, $1, $2)
             on conflict (one) do update set installation_id = excluded.installation_id, began_at = excluded.began_at, ended_at = null";
    END = "update arrival set ended_at = $1 where one = 1";
}

/// Which installation lives here.
pub async fn installation(tx: &mut Tx) -> Result<Option<Uuid>, Error> {
    through!(tx, |c| sqlx::query_scalar(WHOSE).fetch_optional(c).await)
}

/// Whose arrival is unfinished here.
pub async fn unfinished(tx: &mut Tx) -> Result<Option<Uuid>, Error> {
    let state: Option<(Uuid, Option<i64>)> = through!(tx, |c| sqlx::query_as(STATE).fetch_optional(c).await)?;
    Ok(state.filter(|(_, ended_at)| ended_at.is_none()).map(|(whose, _)| whose))
}

/// Makes sure that an installation may arrive here, and says that it does.
///
/// # Errors
/// When somebody lives here already.
pub async fn begin(target: &Db, whose: Uuid, now: Timestamp) -> Result<(), Refusal> {
    let mut tx = writing(target).await?;
    match unfinished(&mut tx).await? {
        Some(same) if same == whose => return Ok(()),
        Some(_) => {
            return Err(Refusal::Broken(
                "the target holds an unfinished move or restore of another installation: give an empty database".into(),
            ));
        }
        None => {}
    }
    let mut found = Vec::new();
    for table in TABLES {
        let rows = count(&mut tx, table).await?;
        if rows > 0 {
            found.push(format!("{} {rows}", table.name));
        }
    }
    if !found.is_empty() {
        let itself = installation(&mut tx).await? == Some(whose);
        let what = if itself { "the target holds this very installation" } else { "the target is not empty" };
        return Err(Refusal::Broken(format!("{what} (rows: {}): give an empty database", found.join(", "))));
    }
    through!(&mut tx, |c| sqlx::query(BEGIN).bind(whose).bind(now).execute(c).await.map(drop))?;
    Ok(tx.commit().await?)
}

/// Says that everything has arrived.
pub async fn end(tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
    through!(tx, |c| sqlx::query(END).bind(now).execute(c).await.map(drop))
}
