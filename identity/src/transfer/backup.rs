//! A copy of everything, taken while others write.
//!
//! All of it is of one moment: it is read from one snapshot. The file appears under its name when it is complete, checked and on
//! the disk; until then it lies beside it, and goes away if something fails.

use super::{
    Report, arrival,
    equal::{make_equal, verify},
    file,
    hold::{Target, snapshot},
    tables::Sum,
};
use crate::{Refusal, db::Db, time::Clock};
use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Writes a backup to `path`, where nothing may be yet. It holds what the database holds; the master key is not in it.
///
/// # Errors
/// When there is something at `path`, it cannot be written, or the source does not answer. Then nothing is at `path`.
pub async fn backup(source: &Db, path: &Path, clock: &dyn Clock, report: Report<'_>) -> Result<Vec<Sum>, Refusal> {
    let shown = path.display();
    let cannot = |error: io::Error| Refusal::Broken(format!("cannot write {shown}: {error}"));
    if path.symlink_metadata().is_ok() {
        return Err(Refusal::Broken(format!("{shown} exists already: a backup replaces nothing, give another name")));
    }
    source.is_current().await?;
    let mut view = snapshot(source).await?;
    if arrival::unfinished(&mut view).await?.is_some() {
        return Err(super::unfinished());
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    // For the owner alone, and gone when it is dropped.
    let aside = tempfile::Builder::new().prefix(".latchkey-").suffix(".part").tempfile_in(folder).map_err(cannot)?;
    let aside = aside.into_temp_path();
    let db = file::create(&aside).await?;
    let written = async {
        db.migrate().await?;
        let mut target = Target::our_own(&db);
        make_equal(&mut view, &mut target, report).await?;
        let sums = verify(&mut view, target.tx().await?, report).await?;
        file::sign(target.tx().await?, &sums, clock.now()).await?;
        if !file::is_sound(target.tx().await?).await? {
            return Err(Refusal::Broken("the file came out damaged".into()));
        }
        target.commit().await?;
        Ok(sums)
    };
    let written = written.await;
    db.close().await;
    let sums = written.map_err(|refusal: Refusal| {
        let why = if let Refusal::Broken(why) = refusal { why } else { refusal.to_string() };
        Refusal::Broken(format!("no backup was made: {why}"))
    })?;
    OpenOptions::new().write(true).open(&aside).and_then(|file| file.sync_all()).map_err(cannot)?;
    aside.persist_noclobber(path).map_err(|error| cannot(error.error))?;
    // The name as well; where directories cannot be synchronised, they need not be.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(sums)
}
