//! A PostgreSQL cluster of the test's own: made in a temporary folder, reached by a socket in it, gone with it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A running cluster.
pub struct Cluster {
    dir: tempfile::TempDir,
    bin: PathBuf,
}

impl Cluster {
    /// Makes and starts one. PostgreSQL refuses to run as root, so root becomes the user `postgres`.
    pub fn start() -> Self {
        let bin = binaries();
        let dir = super::temp_dir();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(dir.path()));
        }
        let cluster = Self { dir, bin };
        let data = cluster.data();
        run(cluster
            .tool("initdb")
            .args(["--auth=trust", "--username=latchkey", "--no-sync", "-E", "UTF8", "-D"])
            .arg(&data));
        let socket = cluster.dir.path().display();
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{socket}' -c fsync=off");
        run(cluster
            .tool("pg_ctl")
            .args(["start", "--wait", "--silent", "-o", &options, "-l"])
            .arg(cluster.dir.path().join("log"))
            .arg("-D")
            .arg(&data));
        cluster
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        format!("postgres:///postgres?host={}&user=latchkey", self.dir.path().display())
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn tool(&self, name: &str) -> Command {
        let tool = self.bin.join(name);
        if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(tool);
            command
        } else {
            Command::new(tool)
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.tool("pg_ctl").args(["stop", "--mode=immediate", "--silent", "-D"]).arg(self.data()).status();
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.trim_ascii() == b"0"
}

/// Debian keeps the server's programs out of PATH, one folder a version; elsewhere they are in PATH.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|v| v.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    let in_path =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).find(|dir| dir.join("initdb").exists());
    found.pop().or(in_path).expect("PostgreSQL's initdb is installed (script/setup does it)")
}

fn run(command: &mut Command) {
    let output =
        command.current_dir(Path::new("/")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
