//! Moving an installation between databases, and keeping copies of it.
//!
//! A move, a backup and a restore are the same act: [`equal`] makes one database equal to another, whichever kinds they are,
//! over the list of [`tables`]. The rest is about when it is safe to do so, and when it is done. Nothing here knows the master
//! key but to compare it: what is sealed stays sealed on the way.

mod arrival;
mod backup;
mod departure;
mod equal;
mod file;
mod hold;
mod relocate;
mod restore;
mod rows;
mod tables;

pub use backup::backup;
use departure::Departure;
pub use departure::reopen;
pub use relocate::relocate;
pub use restore::{Choices, restore};
pub use tables::{Kind, LEFT, Sum, TABLES, Table};

use crate::{
    Refusal,
    db::{Db, Statement},
};

/// How far a transfer is. `Display` is one short line for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The target is ready.
    Began,
    /// Rows were written.
    Copied {
        /// Where.
        table: &'static str,
        /// How many of this table by now.
        rows: u64,
    },
    /// The source is about to be locked for the last part.
    Locking,
    /// A letter is on its way; the source goes on until it is known how that went.
    Waiting,
    /// A table is being compared on both sides.
    Checking {
        /// Which.
        table: &'static str,
    },
    /// Everything is in the target; the source is about to be marked.
    Leaving,
    /// The source takes no writes any more.
    Left,
}

/// Who is told about progress.
pub type Report<'r> = &'r (dyn Fn(Progress) + Sync);

/// Refuses a backup, of whatever version. To be asked before anything is written, migrations included.
///
/// # Errors
/// One line that says what to do.
pub async fn check_no_backup(db: &Db) -> Result<(), Refusal> {
    if file::is_backup(&mut hold::snapshot(db).await?).await? {
        return Err(Refusal::Broken("this file is a backup: `latchkey restore` makes an installation of it".into()));
    }
    Ok(())
}

/// Refuses what looks like an installation and is none: a backup, a database that was left, one in which something is still arriving.
///
/// # Errors
/// One line that says what to do.
pub async fn check_open(db: &Db) -> Result<(), Refusal> {
    check_no_backup(db).await?;
    let mut tx = hold::snapshot(db).await?;
    if arrival::unfinished(&mut tx).await?.is_some() {
        return Err(unfinished());
    }
    departure::departure(&mut tx).await?.map_or(Ok(()), |left| Err(has_moved(left)))
}

/// Whether there is an installation in a database that has the schema. Looks, and founds none.
///
/// # Errors
/// When the database does not answer.
pub async fn is_founded(db: &Db) -> Result<bool, Refusal> {
    let mut tx = hold::snapshot(db).await?;
    Ok(arrival::installation(&mut tx).await?.is_some())
}

fn unfinished() -> Refusal {
    Refusal::Broken(
        "an unfinished move or restore lies in this database: run it again, or drop the database and begin anew".into(),
    )
}

fn has_moved(left: Departure) -> Refusal {
    let at = jiff::Timestamp::from_millisecond(left.at.0).unwrap_or_default().strftime("%Y-%m-%d %H:%M");
    Refusal::Broken(format!(
        "this installation has moved to another database (on {at} UTC): LATCHKEY_DATABASE_URL should name the new one; \
         `latchkey migrate --reopen` goes back to this one as it was then"
    ))
}

/// The statements of this module that are the same on both databases.
pub(crate) fn statements() -> Vec<Statement> {
    [arrival::STATEMENTS, departure::STATEMENTS, restore::STATEMENTS].concat()
}
