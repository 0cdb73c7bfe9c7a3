//! The one engine: makes the target equal to the source, whatever is there already.
//!
//! Both sides are read in the order of their keys and compared row by row. First everything that should not be there goes,
//! parents before children (a child that falls with its parent is then seen to be missing); afterwards what is missing comes,
//! in the same order. So no constraint is ever in the way, an interrupted run is resumed by running again, and a second run
//! repairs what has changed since the first. The sums at the end are taken by reading everything once more.

use super::{
    Progress, Report,
    hold::Target,
    rows::{Cursor, delete, insert, is_empty, keep},
    tables::{Adder, Row, Sum, TABLES, Table, Value, size},
};
use crate::{Refusal, db::Tx};
use sqlx::Error;
use std::cmp::Ordering;

/// Rows that are written at a time.
const BATCH: usize = 500;

/// Missing rows that are kept in memory at most; when there are more, the source is read again instead.
const FEW: usize = 20_000;

/// And so many bytes of them: letters are large.
const FEW_BYTES: usize = 16 << 20;

/// Where two tables differ.
enum Difference {
    Missing(Row),
    Changed(Row),
    Extra(Value),
}

/// What the target lacks.
enum Missing {
    These { rows: Vec<Row>, bytes: usize },
    Many,
}

/// Makes every table of the target equal to the source's.
pub async fn make_equal(source: &mut Tx, target: &mut Target<'_>, report: Report<'_>) -> Result<(), Refusal> {
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
async fn prune(source: &mut Tx, target: &mut Target<'_>, table: &Table<'_>) -> Result<Missing, Refusal> {
    if is_empty(target.tx().await?, table).await? {
        return Ok(Missing::Many);
    }
    let (mut merge, mut keys, mut missing) = (Merge::new(table), Vec::new(), Missing::none());
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
            remove(source, target, table, &mut keys).await?;
        }
        // Only more of what will be read again.
        if matches!(missing, Missing::Many) && merge.target.is_over() {
            break;
        }
    }
    remove(source, target, table, &mut keys).await?;
    Ok(missing)
}

async fn remove(
    source: &mut Tx,
    target: &mut Target<'_>,
    table: &Table<'_>,
    keys: &mut Vec<Value>,
) -> Result<(), Refusal> {
    delete(target.tx().await?, table, keys).await?;
    target.wrote(keys.len()).await?;
    keys.clear();
    Ok(keep(source).await?)
}

/// Inserts what is missing.
async fn fill(
    source: &mut Tx,
    target: &mut Target<'_>,
    table: &Table<'static>,
    missing: Missing,
    report: Report<'_>,
) -> Result<(), Refusal> {
    let mut rows = 0;
    let mut add = async |source: &mut Tx, target: &mut Target<'_>, batch: &[Row]| -> Result<(), Refusal> {
        insert(target.tx().await?, table, batch).await?;
        rows += batch.len() as u64;
        report(Progress::Copied { table: table.name, rows });
        target.wrote(batch.len()).await?;
        Ok(keep(source).await?)
    };
    match missing {
        Missing::These { rows, .. } => {
            for batch in rows.chunks(BATCH) {
                add(source, target, batch).await?;
            }
        }
        Missing::Many => {
            let (mut merge, mut batch) = (Merge::new(table), Vec::with_capacity(BATCH));
            while let Some(difference) = merge.next(source, target.tx().await?).await? {
                // Nothing else is left after `prune`.
                let Difference::Missing(row) = difference else { continue };
                batch.push(row);
                if batch.len() == BATCH {
                    add(source, target, &batch).await?;
                    batch.clear();
                }
            }
            add(source, target, &batch).await?;
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
        let (mut both, mut ours, mut theirs) = (Merge::new(table), Adder::new(table), Adder::new(table));
        loop {
            both.ready(source, target).await?;
            let (our, their) = (both.source.take(), both.target.take());
            if our.is_none() && their.is_none() {
                break;
            }
            our.iter().for_each(|row| ours.add(row));
            their.iter().for_each(|row| theirs.add(row));
        }
        let (ours, theirs) = (ours.sum(), theirs.sum());
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
    const fn none() -> Self {
        Self::These { rows: Vec::new(), bytes: 0 }
    }

    fn note(&mut self, row: Row) {
        match self {
            Self::These { rows, bytes } if rows.len() < FEW && *bytes + size(&row) <= FEW_BYTES => {
                *bytes += size(&row);
                rows.push(row);
            }
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

    /// Reads ahead where nothing is left. While one side is read, the other must not be idle for long: it would be given up.
    async fn ready(&mut self, source: &mut Tx, target: &mut Tx) -> Result<(), Error> {
        match tokio::try_join!(self.source.ready(source), self.target.ready(target))? {
            (true, false) => keep(target).await,
            (false, true) => keep(source).await,
            _ => Ok(()),
        }
    }

    /// The next difference.
    async fn next(&mut self, source: &mut Tx, target: &mut Tx) -> Result<Option<Difference>, Error> {
        loop {
            self.ready(source, target).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_many_rows_nor_large_ones_are_kept_in_memory() {
        for (row, most) in [(vec![Value::Int(Some(1))], FEW), (vec![Value::Bytes(Some(vec![0; 1 << 20]))], 16)] {
            let (mut missing, mut kept) = (Missing::none(), 0);
            while let Missing::These { rows, .. } = &missing {
                kept = rows.len();
                missing.note(row.clone());
            }
            assert!(kept <= most && kept > most / 2, "{kept}");
        }
    }
}
