//! The binary as an operator runs it, and a browser that meets it through a socket. Nothing in here looks inside.
#![allow(dead_code)] // everybody uses another part

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A good password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Within this every request is answered, whatever happens: Latchkey promises half a minute.
pub const LIMIT: Duration = Duration::from_secs(32);

/// The binary, in a working directory of its own, with nothing of ours in the environment.
pub fn latchkey(home: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(home);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LATCHKEY_")) {
        command.env_remove(name);
    }
    command.envs(settings.iter().copied());
    command
}

/// A command, with something typed.
pub fn run(home: &Path, settings: &[(&str, &str)], arguments: &[&str], input: &str) -> Output {
    let mut command = latchkey(home, settings);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that refuses before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What a command said, one way or the other.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Waits until something is so.
pub fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LIMIT, "still not: {what}");
        thread::sleep(Duration::from_millis(25));
    }
}

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// What it said when it was ready.
    pub greeting: String,
    log: PathBuf,
}

impl Server {
    /// Starts one and waits until it is ready. What it writes to its log is `log` in `home`.
    pub fn start(home: &Path, settings: &[(&str, &str)]) -> Self {
        let log = home.join("log");
        let mut child = latchkey(home, settings)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(std::fs::File::options().create(true).append(true).open(&log).unwrap())
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            greeting += &(line.unwrap() + "\n");
            if greeting.contains("Ctrl+C") {
                break;
            }
        }
        let listens = greeting.lines().find_map(|line| line.trim().strip_prefix("Listens"));
        let Some(address) = listens else { panic!("no start: {}", std::fs::read_to_string(&log).unwrap()) };
        let address = address.trim().to_owned();
        Self { child, address, greeting, log }
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A request of a program that is nobody.
    pub fn get(&self, path: &str) -> Answer {
        self.browser().get(path)
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser { address: self.address.clone(), access: None, refresh: None, html: false }
    }

    /// SIGTERM.
    pub fn tell_to_stop(&self) {
        terminate(self.child.id());
    }

    /// Waits for the end.
    pub fn end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// SIGTERM, and the exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.tell_to_stop();
        self.end().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- the server's log\n{}", self.log());
        }
    }
}

/// SIGTERM.
pub fn terminate(process: u32) {
    assert!(Command::new("kill").arg(process.to_string()).status().unwrap().success());
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The rest.
    pub body: String,
    /// How long it took.
    pub took: Duration,
}

impl Answer {
    /// Reads one from a connection that the server closes after it.
    pub fn read(stream: &mut TcpStream) -> Self {
        let (began, mut answer) = (Instant::now(), Vec::new());
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.read_to_end(&mut answer).expect("an answer within the limit");
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned(), took: began.elapsed() }
    }

    /// A header, if there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head.lines().skip(1).filter_map(|line| line.split_once(": "))
    }

    /// Asserts the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }
}

/// Somebody at the other end. Every request comes on a connection of its own.
#[derive(Clone, Debug)]
pub struct Browser {
    address: String,
    /// The access token.
    pub access: Option<String>,
    /// The refresh token.
    pub refresh: Option<String>,
    html: bool,
}

impl Browser {
    /// One that wants pages; a program wants JSON.
    pub fn html(&self) -> Self {
        Self { html: true, ..self.clone() }
    }

    /// Without the refresh token: whatever is shown is shown for the access token.
    pub fn access_only(&self) -> Self {
        Self { refresh: None, ..self.clone() }
    }

    /// As after the access token has run out.
    pub fn refresh_only(&self) -> Self {
        Self { access: None, ..self.clone() }
    }

    /// Signs in, and says whether that worked; otherwise the server must have said "not now".
    pub fn sign_in(&mut self, email: &str) -> bool {
        let answer = self.post("/api/login", &format!("email={email}&password={}", PASSWORD.replace(' ', "+")));
        match answer.status {
            200 => assert!(self.access.is_some() && self.refresh.is_some(), "{answer:?}"),
            _ => unavailable(&answer),
        }
        answer.status == 200
    }

    /// A page, or data.
    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// A form.
    pub fn post(&mut self, path: &str, form: &str) -> Answer {
        self.ask("POST", path, form)
    }

    fn ask(&mut self, method: &str, path: &str, form: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let began = Instant::now();
        let request = self.head(method, path, form.len()) + form;
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Answer::read(&mut stream);
        answer.took = began.elapsed();
        assert!(answer.took < LIMIT, "{path} took {:?}", answer.took);
        self.keep(&answer, path);
        answer
    }

    /// A request up to where its body begins.
    pub fn head(&self, method: &str, path: &str, length: usize) -> String {
        let accept = if self.html { "text/html" } else { "application/json" };
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n");
        let named = [("access", &self.access), ("refresh", &self.refresh)];
        let cookies: Vec<_> = named
            .iter()
            .filter_map(|(name, value)| Some(format!("__Host-Http-{name}={}", (*value).as_ref()?)))
            .collect();
        if !cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        if method == "POST" {
            head += "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n";
            head += &format!("Content-Length: {length}\r\n");
        }
        head + "\r\n"
    }

    /// Takes what the server hands out. No server in these tests has a reason to take a session away.
    fn keep(&mut self, answer: &Answer, path: &str) {
        for (key, cookie) in answer.headers() {
            let Some((name, rest)) = cookie.split_once('=').filter(|_| key == "set-cookie") else { continue };
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            let kept = match name {
                "__Host-Http-access" => &mut self.access,
                "__Host-Http-refresh" => &mut self.refresh,
                _ => continue,
            };
            assert!(!value.is_empty(), "{path} signs out: {}", answer.head);
            *kept = Some(value);
        }
    }
}

/// Asserts that an answer says "not now" as it should: when to come back, and nothing about who somebody is.
#[track_caller]
pub fn unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}\n{}", answer.head, answer.body);
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{}", answer.head);
    assert!(answer.header("set-cookie").is_none(), "{}", answer.head);
}
