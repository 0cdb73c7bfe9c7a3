//! Small file systems for tests, in a world of their own: the test starts itself anew in a mount namespace, where it may mount
//! what it likes and nobody else sees it. Everything is gone with the last process.

use crate::namespace;
use std::{
    env,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// Says that we are inside.
const INSIDE: &str = "LATCHKEY_TEST_MOUNTS";

/// Runs the rest of the test called `name` with a disk of so many megabytes. Fails where neither root nor a user namespace can
/// be had, because a test that is skipped proves nothing.
pub fn with_small_disk(name: &str, megabytes: u32, test: impl FnOnce(&Path)) {
    if env::var_os(INSIDE).is_none() {
        return again_inside(name);
    }
    let folder = tempfile::Builder::new().prefix("lkdisk").tempdir_in("/tmp").unwrap();
    let size = format!("size={megabytes}m,mode=755");
    mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], folder.path());
    test(folder.path());
    // The folder under the disk can go only without it.
    let _ = Command::new("umount").arg("--lazy").arg(folder.path()).status();
}

/// Makes a disk read-only. Refused while somebody has a file open to write.
pub fn make_read_only(disk: &Path) {
    mount(&["-o", "remount,ro"], disk);
}

fn mount(arguments: &[&str], at: &Path) {
    assert!(Command::new("mount").args(arguments).arg(at).status().unwrap().success(), "cannot mount {arguments:?}");
}

fn again_inside(name: &str) {
    assert!(namespace::possible(), "this test mounts a small disk: {}", namespace::REMEDY);
    let mut inside = namespace::command();
    inside.arg(env::current_exe().unwrap()).args([name, "--exact", "--nocapture"]).env(INSIDE, "yes");
    let output = inside.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// A file that takes all the room there is.
pub struct Filler(PathBuf);

impl Filler {
    /// Fills a disk to the last byte.
    pub fn fill(disk: &Path) -> Self {
        let path = disk.join("filler");
        let mut file = File::create(&path).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Self(path)
    }

    /// Makes room.
    pub fn remove(self) {
        std::fs::remove_file(self.0).unwrap();
    }
}
