//! An installation made again from a backup.
//!
//! Everything that can be known is checked before anything is written: the file, its version, the master key. While rows arrive,
//! the target can be opened by nobody; an interrupted restore is mended by running it again.

use super::{
    Progress, Report,
    arrival::{self, What},
    equal::{make_equal, verify},
    file,
    hold::{Target, snapshot},
    rows::through,
    tables::Sum,
};
use crate::{
    Refusal,
    db::{Db, Tx, schema_version, statements},
    keys::{MasterKey, same},
    latchkey::key_check,
    time::{Clock, Timestamp},
    words::EndCause,
};
use std::path::Path;
use uuid::Uuid;

statements! {
    WHOSE = "select id, key_check from installation where one = 1";
    END_SESSIONS = "update sessions set ended_at = $1, end_cause = $2 where ended_at is null";
    KEEP_LETTERS = "update letters set sealed = null, failure = $1 where sent_at is null and sealed is not null";
}

/// What only the operator can know about the time since the backup.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    /// End every session: one that was ended after the backup would live again.
    pub end_sessions: bool,
    /// Send the letters that waited at the time of the backup: they may have been sent since.
    pub send_letters: bool,
}

/// Makes `target`, which must be empty, what the database was when the backup at `path` was made.
///
/// # Errors
/// When the file is no backup, damaged or newer than this binary, the master key is another, or the target is occupied or fails.
pub async fn restore(
    path: &Path,
    target: &Db,
    master: &MasterKey,
    choices: Choices,
    clock: &dyn Clock,
    report: Report<'_>,
) -> Result<Vec<Sum>, Refusal> {
    let backup = file::open_checked(path).await?;
    let (backup, _copy) = up_to_date(backup, path).await?;
    let mut source = snapshot(&backup).await?;
    let found: Option<(Uuid, Vec<u8>)> = through!(&mut source, |c| sqlx::query_as(WHOSE).fetch_optional(c).await)?;
    let Some((whose, check)) = found else {
        return Err(Refusal::Broken(format!("there is no installation in {}", path.display())));
    };
    if !same(&check, &key_check(master)) {
        return Err(Refusal::Broken(
            "the master key does not fit this backup: give the key of the installation it was made of".into(),
        ));
    }
    super::check_no_backup(target).await?;
    target.migrate().await?;
    let arrival = arrival::begin(target, whose, What::Backup, clock.now()).await?;
    report(Progress::Began);
    let mut steps = Target::in_steps(target, arrival);
    make_equal(&mut source, &mut steps, report).await?;
    steps.commit().await?;

    let mut last = Target::at_once(target, arrival);
    let sums = verify(&mut source, last.tx().await?, report).await?;
    settle(last.tx().await?, choices, clock.now()).await?;
    last.end(clock.now()).await?;
    drop(source);
    backup.close().await;
    Ok(sums)
}

/// A backup of an older version is brought to ours, in a copy of it.
async fn up_to_date(backup: Db, path: &Path) -> Result<(Db, Option<tempfile::TempPath>), Refusal> {
    let theirs = backup.version().await?.unwrap_or(0);
    let ours = schema_version();
    if theirs > ours {
        return Err(Refusal::Broken(format!(
            "{} has schema version {theirs}, and this Latchkey knows only up to {ours}: restore it with the newer Latchkey",
            path.display()
        )));
    }
    if theirs == ours {
        backup.is_current().await?;
        return Ok((backup, None));
    }
    backup.close().await;
    let cannot = |error: std::io::Error| Refusal::Broken(format!("cannot copy the backup to upgrade it: {error}"));
    // For the owner alone, whoever may read the backup.
    let mut copy = tempfile::Builder::new().prefix("latchkey-").tempfile().map_err(cannot)?;
    std::fs::File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut copy)).map_err(cannot)?;
    let copy = copy.into_temp_path();
    let upgraded = file::create(&copy).await?;
    upgraded.migrate().await?;
    Ok((upgraded, Some(copy)))
}

/// What the operator decided about the time since.
async fn settle(tx: &mut Tx, choices: Choices, now: Timestamp) -> Result<(), sqlx::Error> {
    if choices.end_sessions {
        let cause = EndCause::EndedByAdmin.as_str();
        through!(tx, |c| sqlx::query(END_SESSIONS).bind(now).bind(cause).execute(c).await.map(drop))?;
    }
    if !choices.send_letters {
        through!(tx, |c| sqlx::query(KEEP_LETTERS).bind("restored from a backup").execute(c).await.map(drop))?;
    }
    Ok(())
}
