//! Moving an installation to another database while it serves.
//!
//! In this order, so that at no moment two databases take writes and a crash anywhere is mended by running again:
//!
//! 1. The target says that something is arriving: nobody can open it. Every step there first asks whether a later run has taken
//!    over.
//! 2. Everything is copied from a snapshot, while the source goes on.
//! 3. The source's write lock is taken, when no letter is on its way; what has changed since is copied; everything is read on both sides and compared; the
//!    target is committed.
//! 4. The source is marked as left for this very arrival, and the lock goes with that commit: it takes no write any more.
//! 5. The target says that the arrival has ended: it can be opened.

use super::{
    Progress, Report,
    arrival::{self, What},
    departure::{Departure, departure, mark},
    equal::{make_equal, verify},
    hold::{Target, locked, snapshot},
    tables::Sum,
};
use crate::{
    Refusal,
    db::{Db, Tx},
    mail::{ON_ITS_WAY, on_their_way},
    time::Clock,
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How often to look whether a letter is still on its way.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Moves everything from `source` to `target` and leaves the source.
///
/// # Errors
/// When there is nothing to move, the target is occupied, a database fails, or what arrived is not what was sent. Then the source
/// is still in use, unless the error comes after [`Progress::Left`]; running again goes on from there.
pub async fn relocate(source: &Db, target: &Db, clock: &dyn Clock, report: Report<'_>) -> Result<Vec<Sum>, Refusal> {
    source.is_current().await?;
    let mut before = snapshot(source).await?;
    let Some(whose) = arrival::installation(&mut before).await? else {
        return Err(Refusal::Broken("there is no installation in the source: nothing to move".into()));
    };
    if arrival::unfinished(&mut before).await?.is_some() {
        return Err(super::unfinished());
    }
    if let Some(left) = departure(&mut before).await?
        && !awaits(target, whose, left).await?
    {
        return Err(super::has_moved(left));
    }
    super::check_no_backup(target).await?;
    target.migrate().await?;
    let arrival = arrival::begin(target, whose, What::Move, clock.now()).await?;

    report(Progress::Began);
    let mut steps = Target::in_steps(target, arrival);
    make_equal(&mut before, &mut steps, report).await?;
    steps.commit().await?;
    drop(before);

    report(Progress::Locking);
    let (mut lock, left) = locked_between_letters(source, clock, report).await?;
    // Another run may have been quicker, and have left for another target.
    if let Some(left) = left
        && left.to != Some(arrival.id)
    {
        return Err(super::has_moved(left));
    }
    let mut rest = Target::at_once(target, arrival);
    make_equal(&mut lock, &mut rest, report).await?;
    let sums = verify(&mut lock, rest.tx().await?, report).await?;
    rest.commit().await?;

    report(Progress::Leaving);
    if left.is_none() {
        mark(&mut lock, arrival.id, clock.now()).await?;
        lock.commit().await?;
    } else {
        drop(lock);
    }
    report(Progress::Left);
    rest.end(clock.now()).await?;
    Ok(sums)
}

/// The source's write lock, at a moment when no node is handing a letter over: that the mail server has accepted it could not be
/// written down any more, and the new home would send it again. When there is no such moment for a while, at any.
async fn locked_between_letters(
    source: &Db,
    clock: &dyn Clock,
    report: Report<'_>,
) -> Result<(Tx, Option<Departure>), Refusal> {
    let (began, mut told) = (Instant::now(), false);
    loop {
        let mut lock = locked(source).await?;
        let left = departure(&mut lock).await?;
        if left.is_some() || began.elapsed() >= ON_ITS_WAY || !on_their_way(&mut lock, clock.now()).await? {
            return Ok((lock, left));
        }
        // Nothing was written: this lets go.
        lock.commit().await?;
        if !told {
            report(Progress::Waiting);
            told = true;
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

/// Whether the target holds the arrival that an installation has left for.
async fn awaits(target: &Db, whose: Uuid, left: Departure) -> Result<bool, Refusal> {
    if target.version().await?.is_none() {
        return Ok(false);
    }
    target.is_current().await?;
    let arriving = arrival::unfinished(&mut snapshot(target).await?).await?;
    Ok(arriving.is_some_and(|arriving| arriving.whose == whose && left.to == Some(arriving.id)))
}
