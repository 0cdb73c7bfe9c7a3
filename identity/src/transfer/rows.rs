//! Reading and writing rows of the tables in [`super::tables`], on either database.
//!
//! Statements are put together from our own constants; values are always bound.

use super::{
    hold::bounded,
    tables::{Kind, Row, Table, Value},
};
use crate::db::Tx;
use sqlx::{AssertSqlSafe, Error, Row as _};
use std::collections::VecDeque;

/// Rows that are read at a time.
const AT_A_TIME: usize = 1000;

/// Values bound to one statement at most. SQLite allows 32 766, PostgreSQL 65 535.
const VALUES: usize = 8000;

/// Like `db::within!`, but without its limit in time: what is done here may take longer, and no request waits for it.
macro_rules! through {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::db::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}
pub(super) use through;

macro_rules! bind {
    ($query:expr, $value:expr) => {
        match $value {
            Value::Int(value) => $query.bind(*value),
            Value::Text(value) => $query.bind(value.as_deref()),
            Value::Bytes(value) => $query.bind(value.as_deref()),
            Value::Id(value) => $query.bind(*value),
        }
    };
}

macro_rules! value {
    ($row:expr, $at:expr, $kind:expr) => {
        match $kind {
            Kind::Int => Value::Int($row.try_get($at)?),
            Kind::Text => Value::Text($row.try_get($at)?),
            Kind::Bytes => Value::Bytes($row.try_get($at)?),
            Kind::Id => Value::Id($row.try_get($at)?),
        }
    };
}

impl Table<'_> {
    /// What rows are told apart and ordered by: bytes, on both databases.
    fn key(&self, tx: &Tx) -> String {
        let (name, kind) = self.columns[0];
        match (tx, kind) {
            (Tx::Postgres(_), Kind::Text) => format!("{name} collate \"C\""),
            _ => name.to_owned(),
        }
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// The rows after a key, in order, some at a time.
async fn read(tx: &mut Tx, table: &Table<'_>, after: Option<&Value>) -> Result<Vec<Row>, Error> {
    let key = table.key(tx);
    let from = after.map_or_else(String::new, |_| format!("where {key} > $1"));
    let sql = format!("select {} from {} {from} order by {key} limit {AT_A_TIME}", table.names(), table.name);
    through!(tx, |c| {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        if let Some(key) = after {
            query = bind!(query, key);
        }
        let found = bounded(query.fetch_all(c)).await?;
        let mut rows = Vec::with_capacity(found.len());
        for found in found {
            let mut row = Row::with_capacity(table.columns.len());
            for (at, (_, kind)) in table.columns.iter().enumerate() {
                row.push(value!(found, at, kind));
            }
            rows.push(row);
        }
        Ok(rows)
    })
}

/// Places for so many values, the first with this number. To SQLite `$1` is a name, and it looks names up one after the other:
/// with thousands in a statement that takes longer than all the rest.
fn places(tx: &Tx, first: usize, many: usize) -> String {
    let place = |at| match tx {
        Tx::Sqlite(_) => "?".to_owned(),
        Tx::Postgres(_) => format!("${at}"),
    };
    (first..first + many).map(place).collect::<Vec<_>>().join(", ")
}

/// Inserts rows that are not there.
pub async fn insert(tx: &mut Tx, table: &Table<'_>, rows: &[Row]) -> Result<(), Error> {
    let width = table.columns.len();
    for some in rows.chunks(VALUES / width) {
        let mut sql = format!("insert into {} ({}) values ", table.name, table.names());
        for row in 0..some.len() {
            sql += if row == 0 { "(" } else { ", (" };
            sql += &places(tx, row * width + 1, width);
            sql += ")";
        }
        through!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for value in some.iter().flatten() {
                query = bind!(query, value);
            }
            bounded(query.execute(c)).await?;
        });
    }
    Ok(())
}

/// Deletes the rows with these keys.
pub async fn delete(tx: &mut Tx, table: &Table<'_>, keys: &[Value]) -> Result<(), Error> {
    for some in keys.chunks(VALUES) {
        let places = places(tx, 1, some.len());
        let sql = format!("delete from {} where {} in ({places})", table.name, table.columns[0].0);
        through!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for key in some {
                query = bind!(query, key);
            }
            bounded(query.execute(c)).await?;
        });
    }
    Ok(())
}

/// How many rows there are.
pub async fn count(tx: &mut Tx, table: &Table<'_>) -> Result<i64, Error> {
    let sql = AssertSqlSafe(format!("select count(*) from {}", table.name));
    through!(tx, |c| sqlx::query_scalar(sql).fetch_one(c).await)
}

/// Whether there are none.
pub async fn is_empty(tx: &mut Tx, table: &Table<'_>) -> Result<bool, Error> {
    let sql = AssertSqlSafe(format!("select not exists (select 1 from {})", table.name));
    through!(tx, |c| bounded(sqlx::query_scalar(sql).fetch_one(c)).await)
}

/// Lets the database know that a transaction is still wanted.
pub async fn keep(tx: &mut Tx) -> Result<(), Error> {
    through!(tx, |c| bounded(sqlx::query("select 1").execute(c)).await.map(drop))
}

/// A table read from its first row to its last.
pub struct Cursor<'t> {
    table: &'t Table<'t>,
    ahead: VecDeque<Row>,
    after: Option<Value>,
    at_end: bool,
}

impl<'t> Cursor<'t> {
    pub fn new(table: &'t Table<'t>) -> Self {
        Self { table, ahead: VecDeque::new(), after: None, at_end: false }
    }

    /// Reads ahead if nothing is left of what was read; afterwards `peek` is right. Answers whether it did.
    pub async fn ready(&mut self, tx: &mut Tx) -> Result<bool, Error> {
        let reads = self.ahead.is_empty() && !self.at_end;
        if reads {
            let rows = read(tx, self.table, self.after.as_ref()).await?;
            self.at_end = rows.len() < AT_A_TIME;
            if let Some(last) = rows.last() {
                self.after = Some(last[0].clone());
            }
            self.ahead.extend(rows);
        }
        Ok(reads)
    }

    /// Whether everything was taken.
    pub fn is_over(&self) -> bool {
        self.ahead.is_empty() && self.at_end
    }

    /// The next row, as far as it was read.
    pub fn peek(&self) -> Option<&Row> {
        self.ahead.front()
    }

    pub fn take(&mut self) -> Option<Row> {
        self.ahead.pop_front()
    }
}
