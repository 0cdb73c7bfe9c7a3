//! The one engine: makes the target equal to the source, whatever is there already.
//!
//! Both sides are read in the order of their keys and compared row by row. First everything that should not be there goes,
//! parents before children (a child that falls with its parent is then seen to be missing); afterwards what is missing comes,
//! in the same order. So no constraint is ever in the way, an interrupted run is resumed by running again, and a second run
//! repairs what has changed since the first. The sums at the end are taken by reading everything once more.

use super::{
    Progress, Report,
    hold::Target,
    rows::{Cursor, count, delete, insert},
    tables::{Adder, Row, Sum, TABLES, Table, Value},
};
use crate::{Refusal, db::Tx};
use sqlx::Error;
use std::cmp::Ordering;

/// Rows that are written at a time.
const BATCH: usize = 500;

/// Missing rows that are kept in memory at most; when there are more, the source is read again instead.
const FEW: usize = 20_000;

/// Where two tables differ.
enum Difference {
    Missing(Row),
    Changed(Row),
    Extra(Value),
}

/// What the target lacks.
enum Missing {
    These(Vec<Row>),
    Many,
}

/// Makes every table of the target equal to the source's.
pub async fn make_equal(source: &mut Tx, target: &mut Target<'_>, report: Report<'_>) -> Result<(), Error> {
    let mut missing = Vec::new();
    for table in TABLES {
        missing.push(prune(source, target, table).await?);
    }
    for (table, missing) in TABLES.iter().zip(missing) {
        fill(source, target, table, missing, report).await?;
    }
    Ok(())
}

/// Deletes what the source does not have, or has otherwise.
async fn prune(source: &mut Tx, target: &mut Target<'_>, table: &Table<'_>) -> Result<Missing, Error> {
    if count(target.tx().await?, table).await? == 0 {
        return Ok(Missing::Many);
    }
    let (mut merge, mut keys, mut missing) = (Merge::new(table), Vec::new(), Missing::These(Vec::new()));
    while let Some(difference) = merge.next(source, target.tx().await?).await? {
        match difference {
            Difference::Extra(key) => keys.push(key),
            Difference::Missing(row) => missing.note(row),
            Difference::Changed(row) => {
                keys.push(row[0].clone());
                missing.note(row);
            }
        }
        if keys.len() == BATCH {
            remove(target, table, &mut keys).await?;
        }
    }
    remove(target, table, &mut keys).await?;
    Ok(missing)
}

async fn remove(target: &mut Target<'_>, table: &Table<'_>, keys: &mut Vec<Value>) -> Result<(), Error> {
    delete(target.tx().await?, table, keys).await?;
    target.wrote(keys.len()).await?;
    keys.clear();
    Ok(())
}

/// Inserts what is missing.
async fn fill(
    source: &mut Tx,
    target: &mut Target<'_>,
    table: &Table<'static>,
    missing: Missing,
    report: Report<'_>,
) -> Result<(), Error> {
    let mut rows = 0;
    let mut add = async |target: &mut Target<'_>, batch: &[Row]| {
        insert(target.tx().await?, table, batch).await?;
        rows += batch.len() as u64;
        report(Progress::Copied { table: table.name, rows });
        target.wrote(batch.len()).await
    };
    match missing {
        Missing::These(rows) => {
            for batch in rows.chunks(BATCH) {
                add(target, batch).await?;
            }
        }
        Missing::Many => {
            let (mut merge, mut batch) = (Merge::new(table), Vec::with_capacity(BATCH));
            while let Some(difference) = merge.next(source, target.tx().await?).await? {
                // Nothing else is left after `prune`.
                let Difference::Missing(row) = difference else { continue };
                batch.push(row);
                if batch.len() == BATCH {
                    add(target, &batch).await?;
                    batch.clear();
                }
            }
            add(target, &batch).await?;
        }
    }
    Ok(())
}

/// Reads both sides completely and compares their sums.
///
/// # Errors
/// When a table differs: a fault of the database or of ours.
pub async fn verify(source: &mut Tx, target: &mut Tx, report: Report<'_>) -> Result<Vec<Sum>, Refusal> {
    let mut sums = Vec::new();
    for table in TABLES {
        report(Progress::Checking { table: table.name });
        let (ours, theirs) = tokio::try_join!(sum(source, table), sum(target, table))?;
        if ours != theirs {
            return Err(Refusal::Broken(format!("what arrived is not what was sent ({ours}; arrived: {theirs})")));
        }
        sums.push(ours);
    }
    Ok(sums)
}

/// The sum of one table.
pub async fn sum(tx: &mut Tx, table: &Table<'_>) -> Result<Sum, Error> {
    let (mut cursor, mut adder) = (Cursor::new(table), Adder::new(table));
    loop {
        cursor.ready(tx).await?;
        let Some(row) = cursor.take() else { return Ok(adder.sum()) };
        adder.add(&row);
    }
}

impl Missing {
    fn note(&mut self, row: Row) {
        match self {
            Self::These(rows) if rows.len() < FEW => rows.push(row),
            _ => *self = Self::Many,
        }
    }
}

/// One table on both sides, read in step.
struct Merge<'t> {
    source: Cursor<'t>,
    target: Cursor<'t>,
}

impl<'t> Merge<'t> {
    fn new(table: &'t Table<'t>) -> Self {
        Self { source: Cursor::new(table), target: Cursor::new(table) }
    }

    /// The next difference.
    async fn next(&mut self, source: &mut Tx, target: &mut Tx) -> Result<Option<Difference>, Error> {
        loop {
            tokio::try_join!(self.source.ready(source), self.target.ready(target))?;
            let order = match (self.source.peek(), self.target.peek()) {
                (None, None) => return Ok(None),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(ours), Some(theirs)) => ours[0].cmp(&theirs[0]),
            };
            match order {
                Ordering::Less => return Ok(self.source.take().map(Difference::Missing)),
                Ordering::Greater => {
                    return Ok(self.target.take().map(|mut row| Difference::Extra(row.swap_remove(0))));
                }
                Ordering::Equal => match (self.source.take(), self.target.take()) {
                    (Some(ours), Some(theirs)) if ours != theirs => return Ok(Some(Difference::Changed(ours))),
                    _ => {}
                },
            }
        }
    }
}
