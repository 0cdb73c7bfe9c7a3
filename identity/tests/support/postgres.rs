//! PostgreSQL clusters made for tests: each in a temporary folder, reached by a socket in it, gone with its value.
//!
//! The server is a child of the test and not a daemon, and where the system can do it (Linux) it is told to die with the test:
//! whatever happens to a test run, no server is left behind. `xtask` and the tests of `server` include this file by its path,
//! therefore it needs the standard library and `tempfile` only.
#![allow(dead_code)] // everybody uses another part

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

/// The name of its superuser, who needs no password.
pub const SUPERUSER: &str = "latchkey";

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a server stops; the words are those of `pg_ctl`.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Waits until everybody has left.
    Smart,
    /// Ends every connection, and writes down what there is.
    Fast,
    /// As in a crash of the server, but not of the machine: the next start recovers from the log.
    Immediate,
}

/// What a cluster is to be like.
#[derive(Clone, Debug)]
pub struct Kind {
    durable: bool,
    base: Option<PathBuf>,
    tcp: Option<u16>,
    options: Vec<String>,
}

impl Kind {
    /// Loses everything in a power cut, which tests do not have. Reached by its socket only.
    pub fn quick() -> Self {
        Self { durable: false, base: None, tcp: None, options: Vec::new() }
    }

    /// As installed: what was acknowledged is on disk.
    pub fn durable() -> Self {
        Self { durable: true, ..Self::quick() }
    }

    /// Lives in a new folder of this one, for example of a disk that is soon full.
    pub fn within(mut self, base: &Path) -> Self {
        self.base = Some(base.to_owned());
        self
    }

    /// Also listens on a free port of 127.0.0.1, the same one after each start.
    pub fn tcp(mut self) -> Self {
        // Free now, and taken in a moment: nobody else is given it so soon.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        self.tcp = Some(free.expect("there is a free port").port());
        self
    }

    /// A setting of the server: `max_connections=5`.
    pub fn option(mut self, setting: impl Into<String>) -> Self {
        self.options.push(setting.into());
        self
    }

    /// Makes one and starts it. PostgreSQL refuses to run as root, so root becomes the user `postgres`.
    pub fn start(self) -> Cluster {
        let cluster = self.make();
        cluster.start_again();
        cluster
    }

    /// Makes one that does not run yet: its files can be changed before [`Cluster::start_again`].
    pub fn make(self) -> Cluster {
        let dir = folder(self.base.as_deref());
        let cluster = Cluster { dir, bin: binaries(), kind: self, server: Mutex::new(None) };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(cluster.dir.path()));
        }
        let user = format!("--username={SUPERUSER}");
        run(cluster
            .tool("initdb")
            .args(["--auth=trust", &user, "--no-sync", "--encoding=UTF8", "--no-locale", "-D"])
            .arg(cluster.data()));
        cluster
    }
}

/// A cluster, running or stopped.
pub struct Cluster {
    dir: tempfile::TempDir,
    bin: PathBuf,
    kind: Kind,
    server: Mutex<Option<Server>>,
}

/// The running server: its process, and the thread that waits for its end.
struct Server {
    id: u32,
    ended: mpsc::Receiver<()>,
}

impl Cluster {
    /// A quick one, running.
    pub fn start() -> Self {
        Kind::quick().start()
    }

    /// A durable one, running: for tests that crash it.
    pub fn start_durable() -> Self {
        Kind::durable().start()
    }

    /// How to reach it through its socket.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The same for one of its databases.
    pub fn url_of(&self, database: &str) -> String {
        // The port is part of the socket's name.
        let port = self.kind.tcp.unwrap_or(5432);
        format!("postgres:///{database}?host={}&port={port}&user={SUPERUSER}", self.dir.path().display())
    }

    /// How to reach it through TCP, if it was made with [`Kind::tcp`].
    pub fn tcp_url(&self) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/postgres", self.port())
    }

    /// Its TCP port.
    pub fn port(&self) -> u16 {
        self.kind.tcp.expect("the cluster was made to listen on TCP")
    }

    /// Where everything of it is.
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// Where its settings and data are.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What the server has said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Adds a line to its settings file, for the next start. The last one about a setting counts.
    pub fn configure(&self, line: &str) {
        let file = std::fs::File::options().append(true).open(self.data().join("postgresql.conf"));
        let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, format!("{line}\n").as_bytes()));
        written.expect("the settings can be written");
    }

    /// Gives a file to the user the server runs as, who alone may read it.
    pub fn hand_over(&self, file: &Path) {
        run(Command::new("chmod").arg("600").arg(file));
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(file));
        }
    }

    /// Starts it after [`Self::stop`], and waits until it accepts connections.
    pub fn start_again(&self) {
        let mut server = self.server();
        assert!(server.is_none(), "the server runs already");
        *server = Some(self.launch());
    }

    /// Stops it and waits until it has ended. A server that takes longer than a minute is killed.
    pub fn stop(&self, mode: Mode) {
        let Some(server) = self.server().take() else { return };
        let signal = match mode {
            Mode::Smart => "TERM",
            Mode::Fast => "INT",
            Mode::Immediate => "QUIT",
        };
        send(signal, &[server.id]);
        if server.ended.recv_timeout(PATIENCE).is_err() {
            send("KILL", &[server.id]);
            let _ = server.ended.recv();
        }
    }

    /// What `pg_ctl restart -m immediate` does: a crash, and the recovery from it.
    pub fn restart_immediate(&self) {
        self.stop(Mode::Immediate);
        self.start_again();
    }

    /// Stops the clock for the server and everybody who works for it: connections stay open, and nobody answers.
    pub fn freeze(&self) {
        // The server first, so that it makes no more workers.
        self.signal_first("STOP");
        send("STOP", &self.workers());
    }

    /// Lets it go on after [`Self::freeze`].
    pub fn thaw(&self) {
        send("CONT", &self.workers());
        self.signal_first("CONT");
    }

    fn server(&self) -> std::sync::MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signal_first(&self, signal: &str) {
        send(signal, &self.server().iter().map(|server| server.id).collect::<Vec<_>>());
    }

    /// The processes that the server has started: one a connection, and some of its own.
    fn workers(&self) -> Vec<u32> {
        let Some(id) = self.server().as_ref().map(|server| server.id) else { return Vec::new() };
        let all = Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output().expect("ps runs").stdout;
        let pairs = String::from_utf8_lossy(&all).into_owned();
        let pairs = pairs.lines().filter_map(|line| {
            let mut numbers = line.split_whitespace().map(|number| number.parse().ok());
            Some((numbers.next()??, numbers.next()??))
        });
        pairs.filter(|(parent, _): &(u32, u32)| *parent == id).map(|(_, worker)| worker).collect()
    }

    fn launch(&self) -> Server {
        let log = std::fs::File::options().create(true).append(true).open(self.dir.path().join("log"));
        let log = log.expect("the log can be written");
        let mut command = self.tool("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(self.dir.path()).args(["-h", self.listens()]);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        command.args(["-p", &self.kind.tcp.unwrap_or(5432).to_string()]);
        let quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"].map(String::from);
        let quick = if self.kind.durable { &[] } else { quick.as_slice() };
        for setting in quick.iter().chain(&self.kind.options) {
            command.args(["-c", setting]);
        }
        let (id, ended) = keep(command);
        let server = Server { id, ended };
        self.wait_until_ready(&server);
        server
    }

    fn listens(&self) -> &'static str {
        if self.kind.tcp.is_some() { "127.0.0.1" } else { "" }
    }

    /// Watches the file in which the server says how far it is, as `pg_ctl` does.
    fn wait_until_ready(&self, server: &Server) {
        let began = Instant::now();
        loop {
            let file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            let lines: Vec<&str> = file.lines().map(str::trim).collect();
            // The file may be left over from before a crash.
            if lines.first() == Some(&server.id.to_string().as_str()) && lines.get(7) == Some(&"ready") {
                return;
            }
            let over = !matches!(server.ended.try_recv(), Err(mpsc::TryRecvError::Empty));
            assert!(!over && began.elapsed() < PATIENCE, "PostgreSQL does not start: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// A program of PostgreSQL's, as the user who may run it, told to die with us where that can be told.
    fn tool(&self, name: &str) -> Command {
        let tool = self.bin.join(name);
        let mut command = Command::new("setpriv");
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        } else if !cfg!(target_os = "linux") {
            command = Command::new(tool);
            return in_neutral_folder(command);
        }
        command.args(["--pdeathsig", "QUIT", "--"]).arg(tool);
        in_neutral_folder(command)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A frozen server hears no signal.
        self.thaw();
        self.stop(Mode::Immediate);
    }
}

/// Starts a process and answers its id, and what tells its end. The thread that starts it lives as long as it does, because the
/// system takes the end of that thread, and not of our process, for its parent's death.
fn keep(mut command: Command) -> (u32, mpsc::Receiver<()>) {
    let (started, start) = mpsc::channel();
    let (over, ended) = mpsc::channel();
    thread::spawn(move || {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let _ = started.send(child.id());
        let _ = child.wait();
        let _ = over.send(());
    });
    (start.recv().expect("the program can be started"), ended)
}

/// In memory where that is possible. The path is short: a socket's may not have more than some hundred bytes.
fn folder(base: Option<&Path>) -> tempfile::TempDir {
    let usual = ["/dev/shm", "/tmp"].map(Path::new).into_iter().find(|base| base.is_dir());
    let base = base.or(usual).expect("there is a place for temporary files");
    tempfile::Builder::new().prefix("lkpg").tempdir_in(base).expect("a temporary folder can be made")
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

/// Whoever becomes another user may not be allowed to look into the current folder.
fn in_neutral_folder(mut command: Command) -> Command {
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// Sends a signal; to a process that has ended meanwhile it does not matter.
fn send(signal: &str, to: &[u32]) {
    if !to.is_empty() {
        let ids = to.iter().map(u32::to_string);
        let _ = Command::new("kill").args(["-s", signal, "--"]).args(ids).stderr(Stdio::null()).status();
    }
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
