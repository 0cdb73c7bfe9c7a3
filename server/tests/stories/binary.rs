//! The binary alone: copied to an empty folder it serves everything, and killed between two requests it loses no session.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

const KEYS: &str = "email=alice%40example.org&password=correct+horse+battery+staple&stay=month";

/// A copy of the binary in a folder of its own, and nothing else.
struct Machine {
    dir: tempfile::TempDir,
}

struct Running {
    child: Child,
    address: String,
}

impl Machine {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::copy(env!("CARGO_BIN_EXE_latchkey"), Self::binary(dir.path())).unwrap();
        Self { dir }
    }

    fn binary(dir: &Path) -> PathBuf {
        dir.join(format!("latchkey{}", std::env::consts::EXE_SUFFIX))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(Self::binary(self.dir.path()));
        // Not even the environment of whoever runs the tests.
        command.env_clear().current_dir(self.dir.path());
        command
    }

    fn start(&self) -> Running {
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address =
            lines.map_while(Result::ok).filter_map(|line| Some(line.trim().strip_prefix("Listens")?.trim().to_owned()));
        let address = address.next().expect("the greeting says where it listens");
        Running { child, address }
    }

    fn account(&self) {
        let mut child = self
            .command()
            .args(["user", "create", "--email", "alice@example.org", "--name", "Alice", "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"correct horse battery staple\n").unwrap();
        assert!(child.wait().unwrap().success());
    }
}

struct Heard {
    status: u16,
    cookies: BTreeMap<String, String>,
    body: String,
}

impl Running {
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Heard {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let cookies =
            head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()?.split_once('='));
        let cookies = cookies.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Heard { status, cookies, body: body.to_owned() }
    }

    fn get(&self, path: &str, cookies: &[(&str, &str)]) -> Heard {
        let cookies: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = if cookies.is_empty() { String::new() } else { format!("Cookie: {}\r\n", cookies.join("; ")) };
        self.ask("GET", path, &format!("Accept: application/json\r\n{cookie}"), "")
    }

    /// Without a chance to tidy up: SIGKILL, where there are signals.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn copied_alone_to_an_empty_folder_it_serves_everything() {
    let machine = Machine::new();
    let server = machine.start();
    assert_eq!(server.get("/healthz", &[]).body, "ok\n");
    assert_eq!(server.get("/readyz", &[]).status, 200);
    let login = server.get("/login", &[]);
    assert_eq!(login.status, 200);
    assert!(login.body.contains(r#"action="/api/login""#), "{}", login.body);
    // Whatever the page names is there, too. A build without assets names nothing but the icon.
    let named: Vec<&str> = login.body.split(&['"', '\''][..]).filter(|word| word.starts_with("/pkg/")).collect();
    for path in &named {
        assert_eq!(server.get(path, &[]).status, 200, "{path}");
    }
    assert_eq!(named.is_empty(), !server::http::assets::available());
}

#[test]
fn killed_between_requests_it_loses_no_session() {
    const ACCESS: &str = "__Host-Http-access";
    const REFRESH: &str = "__Host-Http-refresh";
    let machine = Machine::new();
    machine.account();
    let server = machine.start();
    let form = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";
    let login = server.ask("POST", "/api/login", form, KEYS);
    assert_eq!(login.status, 200, "{}", login.body);
    server.kill();

    // Signed in, and the process is gone.
    let server = machine.start();
    let me = server.get("/api/me", &[(ACCESS, &login.cookies[ACCESS]), (REFRESH, &login.cookies[REFRESH])]);
    assert_eq!(me.status, 200, "{}", me.body);
    // Renewed, and gone before the browser has used what it got.
    let renewed = server.get("/api/me", &[(REFRESH, &login.cookies[REFRESH])]);
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    server.kill();

    // The browser never saw that answer, and shows the old token again.
    let server = machine.start();
    let again = server.get("/api/me", &[(REFRESH, &login.cookies[REFRESH])]);
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.cookies[REFRESH], renewed.cookies[REFRESH], "the same successor, from another process");
    // The receipt, and gone.
    assert_eq!(server.get("/api/me", &[(ACCESS, &again.cookies[ACCESS])]).status, 200);
    server.kill();

    let server = machine.start();
    let next = server.get("/api/me", &[(REFRESH, &again.cookies[REFRESH])]);
    assert_eq!(next.status, 200, "{}", next.body);
    assert!(next.body.contains(r#""generation":3"#), "{}", next.body);
    // A session that was ended stays ended, too.
    let cookies = format!("Cookie: {REFRESH}={}\r\nSec-Fetch-Site: same-origin\r\n{form}", next.cookies[REFRESH]);
    assert_eq!(server.ask("POST", "/api/logout", &cookies, "").status, 200);
    server.kill();
    let server = machine.start();
    for cookie in [(ACCESS, &next.cookies[ACCESS]), (REFRESH, &next.cookies[REFRESH])] {
        let refused = server.get("/api/me", &[(cookie.0, cookie.1)]);
        assert_eq!(refused.status, 401, "{}: {}", cookie.0, refused.body);
    }
}
