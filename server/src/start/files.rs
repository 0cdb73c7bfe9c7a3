//! The data directory and the master key in it.
//!
//! Nobody but the owner may read either. The key is written once, completely or not at all, and never again: whoever loses it
//! loses the installation, whoever overwrites it too.

use super::StartError;
use crate::words::start as words;
use identity::{keys::MasterKey, random::Random};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The key's file in the data directory.
const KEY_FILE: &str = "master.key";

/// Where the master key is kept when it is not given.
pub fn key_path(data_dir: &Path) -> PathBuf {
    data_dir.join(KEY_FILE)
}

/// Makes the data directory, if it is missing, for the owner alone.
///
/// # Errors
/// When it cannot be made, is a file, or cannot be written to.
pub fn prepare(data_dir: &Path) -> Result<(), StartError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data_dir).map_err(|error| StartError::io(words::NO_DATA_DIR, data_dir, &error))?;
    is_writable(data_dir)
}

/// Whether files can be made in it.
///
/// # Errors
/// The operating system's reason, in plain words.
pub fn is_writable(data_dir: &Path) -> Result<(), StartError> {
    let probe = data_dir.join(format!(".probe-{}", std::process::id()));
    let made = File::create(&probe).and_then(|mut file| file.write_all(b"x"));
    let _ = fs::remove_file(&probe);
    made.map_err(|error| StartError::io(words::DATA_DIR_UNWRITABLE, data_dir, &error))
}

/// Reads the master key, or makes one for an installation that has no database yet.
///
/// # Errors
/// When the file is missing beside a database that was made with it, can be read by others, or holds no key.
pub fn master_key(data_dir: &Path, database: Option<&Path>, random: &dyn Random) -> Result<MasterKey, StartError> {
    let path = key_path(data_dir);
    match read(&path) {
        Ok(Some(key)) => Ok(key),
        Ok(None) if database.is_some_and(Path::exists) => Err(StartError::plain(words::key_lost(path.display()))),
        Ok(None) => {
            write(&path, &MasterKey::generate(random))
                .map_err(|error| StartError::io(words::KEY_UNWRITABLE, &path, &error))?;
            // Read back: when two processes started at once, both use the key that got there first.
            read(&path)?.ok_or_else(|| StartError::plain(words::key_gone(path.display())))
        }
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> Result<Option<MasterKey>, StartError> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StartError::io(words::KEY_UNREADABLE, path, &error)),
    };
    refuse_open_doors(path, &about)?;
    let text = fs::read_to_string(path).map_err(|error| StartError::io(words::KEY_UNREADABLE, path, &error))?;
    let key = MasterKey::parse(&text).map_err(|fault| StartError::plain(words::no_key(path.display(), fault)))?;
    Ok(Some(key))
}

/// A key that others could read may already be theirs. Tightening the mode silently would hide that from the operator.
fn refuse_open_doors(path: &Path, about: &fs::Metadata) -> Result<(), StartError> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(StartError::plain(words::key_open(path.display(), mode)));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, about);
    Ok(())
}

/// Beside it first, then linked to its name, which succeeds for one process only: a crash leaves no half a key, and a key that is
/// there is never replaced.
fn write(path: &Path, key: &MasterKey) -> io::Result<()> {
    let aside = path.with_extension(format!("new-{}", std::process::id()));
    let written = write_new(&aside, &key.to_base64()).and_then(|()| link(&aside, path));
    let _ = fs::remove_file(&aside);
    written?;
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

fn link(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems know no links.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) && !to.exists() =>
        {
            fs::rename(from, to)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::random::SeededSource;

    #[test]
    fn the_first_start_makes_a_key_and_later_ones_find_it() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("a/b");
        prepare(&data).unwrap();
        let first = master_key(&data, None, &SeededSource::new(1)).unwrap();
        let again = master_key(&data, Some(&data), &SeededSource::new(2)).unwrap();
        assert_eq!(first.to_base64(), again.to_base64());
        let left: Vec<_> = fs::read_dir(&data).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, [KEY_FILE]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        prepare(&data).unwrap();
        master_key(&data, None, &SeededSource::new(1)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&data), mode(&key_path(&data))), (0o700, 0o600));
        fs::set_permissions(key_path(&data), fs::Permissions::from_mode(0o640)).unwrap();
        let error = master_key(&data, None, &SeededSource::new(1)).err().unwrap().to_string();
        assert!(error.contains("can be read by others (mode 640)") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_database_without_its_key_is_not_given_another() {
        let data = tempfile::tempdir().unwrap();
        let database = data.path().join("latchkey.db");
        fs::write(&database, "").unwrap();
        let error = master_key(data.path(), Some(&database), &SeededSource::new(1)).err().unwrap().to_string();
        assert!(error.contains("restore it from a backup"), "{error}");
        assert!(!key_path(data.path()).exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_holds_no_key_is_refused_without_being_shown() {
        let data = tempfile::tempdir().unwrap();
        write_new(&key_path(data.path()), "hunter2").unwrap();
        let error = master_key(data.path(), None, &SeededSource::new(1)).err().unwrap().to_string();
        assert!(error.contains("holds no master key") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn two_first_starts_at_once_agree_on_one_key() {
        let data = tempfile::tempdir().unwrap();
        let path = key_path(data.path());
        write(&path, &MasterKey::generate(&SeededSource::new(1))).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        write(&path, &MasterKey::generate(&SeededSource::new(2))).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
    }
}
