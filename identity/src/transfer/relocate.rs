//! Moving an installation to another database while it serves.
//!
//! In this order, so that at no moment two databases take writes and a crash anywhere is mended by running again:
//!
//! 1. The target says that something is arriving: nobody can open it.
//! 2. Everything is copied from a snapshot, while the source goes on.
//! 3. The source's write lock is taken; what has changed since is copied; everything is read on both sides and compared; the
//!    target is committed.
//! 4. The source is marked as left, and the lock goes with that commit: it takes no write any more.
//! 5. The target says that the arrival has ended: it can be opened.

use super::{
    Progress, Report, arrival, departure,
    equal::{make_equal, verify},
    hold::{Target, locked, snapshot, writing},
    tables::Sum,
};
use crate::{Refusal, db::Db, time::Clock};

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
    if let Some(since) = departure::moved_at(&mut before).await?
        && !awaits(target, whose).await?
    {
        return Err(super::has_moved(since));
    }
    target.migrate().await?;
    arrival::begin(target, whose, clock.now()).await?;

    report(Progress::Began);
    let mut steps = Target::in_steps(target);
    make_equal(&mut before, &mut steps, report).await?;
    steps.commit().await?;
    drop(before);

    report(Progress::Locking);
    let mut lock = locked(source).await?;
    let mut rest = Target::at_once(target);
    // Another run may have been quicker.
    if arrival::unfinished(rest.tx().await?).await? != Some(whose) {
        return Err(Refusal::Broken("another run has finished this move".into()));
    }
    make_equal(&mut lock, &mut rest, report).await?;
    let sums = verify(&mut lock, rest.tx().await?, report).await?;
    rest.commit().await?;

    report(Progress::Leaving);
    if departure::moved_at(&mut lock).await?.is_none() {
        departure::mark(&mut lock, clock.now()).await?;
        lock.commit().await?;
    } else {
        drop(lock);
    }
    report(Progress::Left);
    let mut last = writing(target).await?;
    arrival::end(&mut last, clock.now()).await?;
    last.commit().await?;
    Ok(sums)
}

/// Whether the target holds an unfinished move of this installation.
async fn awaits(target: &Db, whose: uuid::Uuid) -> Result<bool, Refusal> {
    if target.version().await?.is_none() {
        return Ok(false);
    }
    target.is_current().await?;
    Ok(arrival::unfinished(&mut snapshot(target).await?).await? == Some(whose))
}
