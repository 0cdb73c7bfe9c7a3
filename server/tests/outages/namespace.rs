//! A mount namespace to run a command in, and whether this machine lets us make one.
//!
//! `xtask` includes this file by its path, to ask before anything is compiled. Therefore it needs the standard library only.

use std::process::{Command, Stdio};

/// What to do where it is not possible.
pub const REMEDY: &str = "it has to run as root, or where a user may make namespaces (util-linux 2.38 and \
    kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0); in a container, with --cap-add SYS_ADMIN";

/// Runs what is appended in a namespace of its own, where it may mount.
pub fn command() -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let mut world = Command::new("unshare");
    world.arg("--mount");
    if !root {
        // Not as root inside: PostgreSQL would refuse to run.
        world.args(["--user", "--map-current-user", "--keep-caps"]);
    }
    world.arg("--");
    world
}

/// Tries it. Some systems let anybody make a namespace and then do nothing in it, so a mount is tried too.
pub fn possible() -> bool {
    let mut attempt = command();
    attempt.args(["mount", "-t", "tmpfs", "tmpfs", "/tmp"]);
    attempt.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    attempt.status().is_ok_and(|status| status.success())
}
