//! Servers of our own, each a process: started, watched, and stopped with their values.

use super::{drive::Same, wire::Connection};
use crate::installation::Place;
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsStr,
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks whether it answers.
const LOOK: Duration = Duration::from_millis(1);

/// A running server; ended with the value.
pub struct Server {
    child: Child,
    pub at: SocketAddr,
    /// From its start to its first good answer.
    pub started: Duration,
}

/// What a process holds and has used.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Resident memory, in MiB.
    pub resident: f64,
    /// The most it ever was since [`Server::forget_peak`], in MiB.
    pub peak: f64,
    /// Time on processors.
    pub cpu: Duration,
}

impl Server {
    /// `latchkey serve` as an operator would start it, with limits off and only errors logged.
    ///
    /// # Errors
    /// When it does not answer in time.
    pub async fn latchkey(binary: &Path, place: &Place) -> Result<Self> {
        let at = free()?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .env("LATCHKEY_LISTEN", at.to_string())
            .env("LATCHKEY_PUBLIC_URL", format!("http://{at}"))
            .env("LATCHKEY_DATA_DIR", &place.data_dir)
            .env("LATCHKEY_LIMITS", "off")
            .env("LATCHKEY_LOG", "error")
            .env_remove("LATCHKEY_BIN");
        if let Some(url) = &place.database_url {
            command.env("LATCHKEY_DATABASE_URL", url);
        }
        Self::start(command, at, "/healthz").await
    }

    /// The bare route that everything is compared with: see [`super::calibrate::hello`].
    ///
    /// # Errors
    /// As [`Self::latchkey`].
    pub async fn hello() -> Result<Self> {
        let at = free()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("hello").arg(at.to_string());
        Self::start(command, at, "/").await
    }

    async fn start(mut command: Command, at: SocketAddr, path: &str) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let began = Instant::now();
        let child =
            command.spawn().with_context(|| format!("cannot start {}", Path::new(command.get_program()).display()))?;
        let mut server = Self { child, at, started: Duration::ZERO };
        let request = get(at, path, "*/*", None);
        loop {
            if let Ok(mut connection) = Connection::open(at).await
                && connection.ask(&request.request, false).await.is_ok_and(|answer| answer.status == request.expect)
            {
                server.started = began.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("{} ended at once ({status})", Path::new(command.get_program()).display());
            }
            if began.elapsed() > PATIENCE {
                bail!("no answer from {at}");
            }
            sleep(LOOK).await;
        }
    }

    /// Forgets the most memory it ever held: counted anew from here.
    ///
    /// # Errors
    /// When it has ended, or this is no Linux.
    pub fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    /// What it holds and has used until now (`proc(5)`).
    ///
    /// # Errors
    /// When it has ended, or this is no Linux.
    pub fn usage(&self) -> Result<Usage> {
        let dir = PathBuf::from(format!("/proc/{}", self.child.id()));
        let status = fs::read_to_string(dir.join("status"))?;
        let mib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
            kib.map(|kib| kib / 1024.0).with_context(|| format!("no {name} in /proc"))
        };
        // After the name, which may hold anything: user and system time in hundredths of a second, of threads that have ended too.
        let stat = fs::read_to_string(dir.join("stat"))?;
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        let cpu = Duration::from_millis(ticks * 10);
        Ok(Usage { resident: mib("VmRSS:")?, peak: mib("VmHWM:")?, cpu })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // As an operator would: what it was asked is finished, the database is closed.
        let told = Command::new("kill").arg(OsStr::new(&self.child.id().to_string())).status();
        if told.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// A port that is free now, and taken in a moment.
fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A `GET`, with a session's cookies or without.
pub fn get(at: SocketAddr, path: &str, accept: &str, cookie: Option<&str>) -> Same {
    let cookie = cookie.map(|cookie| format!("cookie: {cookie}\r\n")).unwrap_or_default();
    let text = format!("GET {path} HTTP/1.1\r\nhost: {at}\r\nuser-agent: bench\r\naccept: {accept}\r\n{cookie}\r\n");
    Same { to: at, request: text.into_bytes(), expect: 200 }
}
