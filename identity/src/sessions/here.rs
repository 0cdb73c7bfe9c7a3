//! The session somebody is in, with what stands above every page of its owner: what the page most often asked for asks for.
//!
//! It asks the database each time, because what was ended elsewhere must not be shown as living. Whoever asks at the same moment asks
//! together: a question, and the way to a connection and back, cost more than an answer, and would bind the page of a busy installation.

use super::seen::Row;
use crate::{
    Latchkey, Refusal,
    db::{Db, Gather, Statement, patient},
    time::Timestamp,
    words::{SessionView, Viewer},
};
use sqlx::{ColumnIndex, Decode, FromRow, Postgres, Sqlite, Type, pool::PoolConnection};
use std::collections::HashMap;
use uuid::Uuid;

macro_rules! here {
    ($from:literal) => {
        concat!(
            "select s.id, s.created_at, s.rotated_at, s.generation, s.stay, s.expires_at, s.user_agent, s.ip, s.ended_at, s.end_cause,
                    s.acting_id, s.user_id, u.delete_at from ",
            $from
        )
    };
}

// Each database has a way of its own to be asked for several, and to be told that each is to be looked up by its index. SQLite counts
// rows when it is closed, and with the counts of a young installation would read both tables, one within the other, years later.
// PostgreSQL would plan anew for each list, because it knows how long it is, and not how long a list that it makes itself.
const ON_SQLITE: &str = here!(
    "json_each($1) j cross join sessions s indexed by sqlite_autoindex_sessions_1 on s.id = unhex(j.value)
       cross join users u indexed by sqlite_autoindex_users_1 on u.id = s.user_id"
);
const ON_POSTGRES: &str =
    here!("sessions s join users u on u.id = s.user_id where s.id = any(array(select unnest($1::uuid[])))");
pub(crate) const STATEMENTS_ON_SQLITE: &[Statement] = &[("ON_SQLITE", ON_SQLITE)];
pub(crate) const STATEMENTS_ON_POSTGRES: &[Statement] = &[("ON_POSTGRES", ON_POSTGRES)];

/// A session and its account.
pub struct Here {
    /// The session, living or not.
    pub session: SessionView,
    /// When the account is to be deleted, if that was asked for.
    pub delete_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct HereRow {
    #[sqlx(flatten)]
    session: Row,
    delete_at: Option<Timestamp>,
}

/// Who is in which session.
struct Asked {
    user: Uuid,
    session: Uuid,
}

/// What is there. Each reads the own row, because one that cannot be read is nobody else's fault.
type Found = Result<Option<HereRow>, sqlx::Error>;

/// How an installation looks for the sessions people are in.
pub(crate) struct Presence(Gather<Asked, Found>);

impl Presence {
    /// In this database.
    pub(crate) fn of(db: &Db) -> Self {
        Self(match db {
            // Patient, so that a connection which never answers is given back.
            Db::Sqlite { read, .. } => {
                Gather::on(read.clone(), |connection, asked| patient(on_sqlite(connection, asked)))
            }
            Db::Postgres(pool) => Gather::on(pool.clone(), |connection, asked| patient(on_postgres(connection, asked))),
        })
    }
}

/// The session somebody is in.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub async fn here(house: &Latchkey, viewer: &Viewer) -> Result<Here, Refusal> {
    let asked = Asked { user: viewer.id, session: viewer.session };
    let HereRow { session, delete_at } = patient(house.presence.0.ask(asked)).await??.ok_or(Refusal::NotFound)?;
    Ok(Here { session: session.into(), delete_at })
}

async fn on_sqlite(mut connection: PoolConnection<Sqlite>, asked: Vec<Asked>) -> Result<Vec<Found>, sqlx::Error> {
    let ids: serde_json::Value = asked.iter().map(|asked| asked.session.simple().to_string()).collect();
    let rows = sqlx::query(ON_SQLITE).bind(ids.to_string()).fetch_all(&mut *connection).await?;
    shared_out(&rows, &asked)
}

async fn on_postgres(mut connection: PoolConnection<Postgres>, asked: Vec<Asked>) -> Result<Vec<Found>, sqlx::Error> {
    let ids: Vec<_> = asked.iter().map(|asked| asked.session).collect();
    let rows = sqlx::query(ON_POSTGRES).bind(ids).fetch_all(&mut *connection).await?;
    shared_out(&rows, &asked)
}

/// To each the session that was asked for, and only if it is the session of whom it was asked for.
fn shared_out<R>(rows: &[R], asked: &[Asked]) -> Result<Vec<Found>, sqlx::Error>
where
    R: sqlx::Row,
    HereRow: for<'r> FromRow<'r, R>,
    Uuid: Type<R::Database> + for<'r> Decode<'r, R::Database>,
    for<'c> &'c str: ColumnIndex<R>,
{
    let owned = |row: &'_ R| Ok((row.try_get("user_id")?, row.try_get("id")?));
    let keys: Vec<(Uuid, Uuid)> = rows.iter().map(owned).collect::<Result<_, sqlx::Error>>()?;
    let found: HashMap<_, _> = keys.into_iter().zip(rows).collect();
    let of = |asked: &Asked| found.get(&(asked.user, asked.session)).map(|row| HereRow::from_row(row)).transpose();
    Ok(asked.iter().map(of).collect())
}
