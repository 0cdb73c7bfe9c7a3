//! Opening the installation that the settings describe: its key and its database.
//!
//! A start founds an installation where there is none. Whoever only wants to look at one, or to change something in it, must not:
//! a key and a database in the wrong directory would be taken for the real ones.

use super::{StartError, files};
use crate::{
    settings::{Database, Settings},
    words::start as words,
};
use identity::{
    Latchkey,
    db::{self, Db},
    keys::MasterKey,
    random::{Random, SystemSource},
    time::SystemClock,
    transfer,
};
use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Opens the installation the settings describe, making what is missing: directory, key, database.
///
/// # Errors
/// One line that says what is wrong.
pub async fn open(settings: &Settings) -> Result<Arc<Latchkey>, StartError> {
    files::prepare(&settings.data_dir)?;
    let random = Arc::new(SystemSource::new());
    let master = master_key(settings, &*random)?;
    let db = open_database(settings).await?;
    opened(settings, db, master, random).await
}

/// Opens an installation that is there, and makes nothing.
///
/// # Errors
/// As [`open`], and when there is none.
pub async fn open_existing(settings: &Settings) -> Result<Arc<Latchkey>, StartError> {
    let db = existing_database(settings).await?;
    // A database whose schema is older has been in use.
    let founded = match db.version().await? {
        None => false,
        Some(version) if version == db::schema_version() => transfer::is_founded(&db).await?,
        Some(_) => true,
    };
    if !founded {
        db.close().await;
        return Err(StartError::plain(words::empty_database(place(settings))));
    }
    if let Some(key) = missing_key(settings) {
        db.close().await;
        return Err(StartError::plain(words::key_missing(key.display())));
    }
    let random = Arc::new(SystemSource::new());
    let master = master_key(settings, &*random)?;
    opened(settings, db, master, random).await
}

async fn opened(
    settings: &Settings,
    db: Db,
    master: MasterKey,
    random: Arc<dyn Random>,
) -> Result<Arc<Latchkey>, StartError> {
    Ok(Latchkey::open(db, settings.rules.clone(), master, Arc::new(SystemClock), random).await?)
}

/// Where the master key should be, when it is neither there nor given. One made now could not be that of a database in use.
pub fn missing_key(settings: &Settings) -> Option<PathBuf> {
    let key = files::key_path(&settings.data_dir);
    (settings.master_key.is_none() && !key.exists()).then_some(key)
}

/// The key from the settings, or the one in the data directory.
///
/// # Errors
/// When neither can be used.
pub fn master_key(settings: &Settings, random: &dyn Random) -> Result<MasterKey, StartError> {
    let beside = match &settings.database {
        Database::File(path) => Some(path.as_path()),
        Database::Url(_) => None,
    };
    match &settings.master_key {
        Some(given) => MasterKey::parse(given.expose())
            .map_err(|fault| StartError::plain(words::unusable("LATCHKEY_MASTER_KEY", fault))),
        None => files::master_key(&settings.data_dir, beside, random),
    }
}

/// Opens the database without looking into it.
///
/// # Errors
/// The driver's reason.
pub async fn open_database(settings: &Settings) -> Result<Db, StartError> {
    match &settings.database {
        Database::File(path) => {
            make_private(path).map_err(|error| StartError::io(words::DATABASE_UNOPENED, path, &error))?;
            Ok(Db::open_file(path).await?)
        }
        Database::Url(url) => Ok(Db::open_with(url.expose(), settings.database_connections).await?),
    }
}

/// The same, of a database that must be there: opening a file would make it.
///
/// # Errors
/// As [`open_database`], and when there is none.
pub async fn existing_database(settings: &Settings) -> Result<Db, StartError> {
    match file(&settings.database) {
        Some(path) if !path.exists() => Err(StartError::plain(words::no_database(path.display(), place(settings)))),
        _ => open_database(settings).await,
    }
}

/// The file a database lives in, if it does. What a driver needs besides stands behind a question mark.
fn file(database: &Database) -> Option<PathBuf> {
    match database {
        Database::File(path) => Some(path.clone()),
        Database::Url(url) => {
            let path = url.expose().strip_prefix("sqlite:")?;
            let path = path.strip_prefix("//").unwrap_or(path);
            Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
        }
    }
}

/// The setting that decides where the database is.
fn place(settings: &Settings) -> &'static str {
    match settings.database {
        Database::File(_) => "LATCHKEY_DATA_DIR",
        Database::Url(_) => "LATCHKEY_DATABASE_URL",
    }
}

/// Makes the database's file for the owner alone; SQLite gives its log the same mode. In a directory that was there before us,
/// the umask would decide otherwise.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
