//! One node: a process of the binary that somebody starts again whenever it has ended, as an operator's supervisor does.

use crate::running;
use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    process::Command,
    sync::Notify,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// How long a node may take to start or to stop, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A supervised node.
pub struct Node {
    pub address: SocketAddr,
    pub dir: PathBuf,
    life: Arc<Life>,
    supervisor: JoinHandle<()>,
}

/// What the supervisor and the test share.
#[derive(Default)]
struct Life {
    pid: Mutex<Option<u32>>,
    starts: AtomicU32,
    over: AtomicBool,
    ended: Notify,
    codes: Mutex<Vec<Option<i32>>>,
}

impl Node {
    /// Starts one with these settings, and a data directory in `home`. It listens on the same port all its lives.
    pub fn start(home: &Path, name: &str, settings: &[(String, String)]) -> Self {
        let dir = home.join(name);
        std::fs::create_dir(&dir).unwrap();
        // Free now, and taken in a moment: nobody else is given it so soon.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
        let life = Arc::new(Life::default());
        let mut command = latchkey(&dir, settings);
        let log = File::create(dir.join("log")).unwrap();
        command.args(["serve", "--listen", &address.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let supervisor = tokio::spawn(supervise(command, life.clone()));
        Self { address, dir, life, supervisor }
    }

    /// Whether the process that runs now is another one than before.
    pub fn starts(&self) -> u32 {
        self.life.starts.load(Ordering::SeqCst)
    }

    /// SIGKILL. The supervisor starts it again. Answers whether there was a process to kill.
    pub fn kill(&self) -> bool {
        self.signal("KILL")
    }

    /// SIGTERM, and waits until the process has ended; its supervisor starts the next at once. Answers its exit code.
    pub async fn restart(&self) -> Option<i32> {
        let ended = self.life.ended.notified();
        self.signal("TERM");
        timeout(PATIENCE, ended).await.expect("the node stops");
        *self.life.codes.lock().unwrap().last().unwrap()
    }

    fn signal(&self, signal: &str) -> bool {
        let Some(pid) = *self.life.pid.lock().unwrap() else { return false };
        let sent = std::process::Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status();
        sent.is_ok_and(|status| status.success())
    }

    /// Ends it for good.
    pub async fn stop(self) {
        self.life.over.store(true, Ordering::SeqCst);
        self.kill();
        let _ = timeout(PATIENCE, self.supervisor).await;
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }
}

/// The binary with nothing of ours in the environment but these settings.
pub fn latchkey(dir: &Path, settings: &[(String, String)]) -> Command {
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut command = Command::from(running::latchkey(dir, &settings));
    command.kill_on_drop(true);
    command
}

async fn supervise(mut command: Command, life: Arc<Life>) {
    while !life.over.load(Ordering::SeqCst) {
        let mut child = command.spawn().unwrap();
        *life.pid.lock().unwrap() = child.id();
        life.starts.fetch_add(1, Ordering::SeqCst);
        let ended = child.wait().await.unwrap();
        *life.pid.lock().unwrap() = None;
        life.codes.lock().unwrap().push(ended.code());
        life.ended.notify_waiters();
        // A database that is away lets the start fail: no hurry then.
        if ended.code() == Some(1) {
            sleep(Duration::from_millis(200)).await;
        }
    }
}
