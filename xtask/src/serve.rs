//! Building and running `latchkey`: for a person, and for checks that need a live one.

use crate::assets;
use crate::paths::{root, target};
use crate::run::{run, say};
use crate::setup::{self, Purpose};
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a started server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// Builds everything for release and becomes `latchkey`, which then receives signals itself.
pub fn run_release(arguments: &[String]) -> Result<()> {
    let binary = build_release()?;
    say(format!("{} {}", binary.display(), arguments.join(" ")));
    Err(Command::new(&binary).args(arguments).exec()).with_context(|| format!("cannot start {}", binary.display()))
}

/// Installs what is missing, builds everything for release and returns the path of `latchkey`.
pub fn build_release() -> Result<PathBuf> {
    setup::run(Purpose::Build)?;
    assets::build(true)?;
    say("cargo build --release (the first time takes some minutes)");
    run(Command::new("cargo")
        .args(["build", "--release", "--locked", "--package", "server", "--bin", "latchkey"])
        .current_dir(root()))?;
    Ok(target()?.join("release/latchkey"))
}

/// The packages of the product, for every command that compiles or runs tests.
///
/// One selection for tests, budget and browser, because another would mean other features of shared dependencies, and cargo
/// would compile those a second time. `xtask` stays out for the same reason: it was compiled alone when it was started.
pub const PRODUCT: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// Builds all binaries and tests in the dev profile and returns the path of `latchkey`.
pub fn build_dev() -> Result<PathBuf> {
    run(Command::new("cargo").arg("build").args(PRODUCT).args(["--bins", "--tests", "--locked"]).current_dir(root()))?;
    Ok(target()?.join("debug/latchkey"))
}

/// A server of our own on a free port with an empty data directory; gone when dropped.
pub struct Server {
    child: Child,
    data: PathBuf,
    address: String,
}

impl Server {
    /// Starts it and waits until it answers.
    pub fn start(binary: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let data = std::env::temp_dir().join(format!("latchkey-xtask-{}", std::process::id()));
        let child = Command::new(binary)
            .env("LATCHKEY_LISTEN", &address)
            .env("LATCHKEY_PUBLIC_URL", format!("http://{address}"))
            .env("LATCHKEY_DATA_DIR", &data)
            .env("LATCHKEY_LOG", "warn")
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut server = Self { child, data, address };
        let start = Instant::now();
        while server.get("/healthz").is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("latchkey stopped at once ({status})");
            }
            if start.elapsed() > PATIENCE {
                bail!("latchkey does not answer at {} after {} s", server.address, PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(server)
    }

    /// The body of a page. HTTP/1.0, so that it comes in one piece and the connection ends.
    ///
    /// # Errors
    /// When the server does not answer, or not with status 200.
    pub fn get(&self, path: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\nAccept: text/html\r\n\r\n", self.address)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").context("no end of headers")?;
        let head = String::from_utf8_lossy(&answer[..end]);
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        if status != "200" {
            bail!("GET {path} answered {status}");
        }
        Ok(answer.split_off(end + 4))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}
