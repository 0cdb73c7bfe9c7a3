//! How the binary stops: told by a signal, while somebody is served.

#![cfg(unix)]

#[path = "../../identity/tests/support/mail_server.rs"]
mod mail_server;
mod running;

use mail_server::MailServer;
use running::{Answer, LIMIT, Server, latchkey, soon, terminate};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::Stdio,
    time::{Duration, Instant},
};

const LONG: (&str, &str) = ("LATCHKEY_SHUTDOWN_DELAY", "1m");
const FORM: &str = "name=Alice&email=alice%40example.org&password=correct+horse+battery+staple";

/// A registration of which the second half is still to come, so that it is in progress as long as the test wants.
fn half_a_registration(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = server.browser().head("POST", "/api/register", FORM.len());
    stream.write_all((head + &FORM[..20]).as_bytes()).unwrap();
    stream
}

#[test]
fn a_request_in_progress_is_answered_and_what_it_did_is_there() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path(), &[]);
    let mut stream = half_a_registration(&server);
    // The server has seen the first half once it answers what came later.
    server.get("/healthz").is(200);
    server.tell_to_stop();
    soon("the port is closed", || TcpStream::connect(&server.address).is_err());
    stream.write_all(&FORM.as_bytes()[20..]).unwrap();
    let answer = Answer::read(&mut stream).is(200);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(server.end().code(), Some(0));

    // Whether she is registered is told to nobody but her, by letter.
    let _again = Server::start(home.path(), &[]);
    let mail = home.path().join("data/mail");
    soon("her letter is there", || std::fs::read_dir(&mail).is_ok_and(|letters| letters.flatten().any(is_letter)));
}

fn is_letter(file: std::fs::DirEntry) -> bool {
    file.path().extension().is_some_and(|ending| ending == "eml")
}

#[test]
fn until_the_port_closes_pages_are_served_and_everybody_is_told_to_go_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path(), &[("LATCHKEY_SHUTDOWN_DELAY", "3s")]);
    let mut kept = TcpStream::connect(&server.address).unwrap();
    let ask = b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n";
    kept.write_all(ask).unwrap();
    let mut first = [0; 15];
    kept.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let began = Instant::now();
    server.tell_to_stop();
    soon("it is not ready", || server.get("/readyz").status == 503);
    let unready = server.get("/readyz").is(503);
    assert_eq!((unready.body.as_str(), unready.header("connection")), ("stopping\n", Some("close")));
    assert_eq!(server.get("/healthz").is(200).header("connection"), Some("close"));
    assert_eq!(server.get("/login").is(200).header("connection"), Some("close"));
    // The one that was open before is served once more, and then closed by the server.
    kept.write_all(ask).unwrap();
    let mut rest = String::new();
    kept.read_to_string(&mut rest).unwrap();
    let (_, last) = rest.rsplit_once("HTTP/1.1 200 OK").expect("a second answer");
    assert!(last.to_lowercase().contains("\r\nconnection: close\r\n"), "{last}");
    soon("the port is closed", || TcpStream::connect(&server.address).is_err());
    assert!(began.elapsed() >= Duration::from_secs(3), "the balancer has its time");
    assert_eq!(server.end().code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "nobody is waited for");
}

#[test]
fn a_second_signal_ends_at_once() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path(), &[LONG]);
    let began = Instant::now();
    server.tell_to_stop();
    soon("it is not ready", || server.get("/readyz").status == 503);
    server.tell_to_stop();
    assert_eq!(server.end().code(), Some(130));
    assert!(began.elapsed() < LIMIT);
}

#[test]
fn a_stop_during_the_start_is_heard() {
    let home = tempfile::tempdir().unwrap();
    // A database that takes calls and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://latchkey@{}/latchkey", silent.local_addr().unwrap());
    let mut child = latchkey(home.path(), &[("LATCHKEY_DATABASE_URL", &url)])
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (_call, _) = silent.accept().unwrap();
    let began = Instant::now();
    terminate(child.id());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(4), "sooner than the start would have failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_on_its_way_is_handed_over_before_the_end() {
    let home = tempfile::tempdir().unwrap();
    let mail = MailServer::hesitant().await;
    let mut server = Server::start(home.path(), &[("LATCHKEY_SMTP_URL", mail.url())]);
    server.browser().post("/api/register", FORM).is(200);
    soon("the letter is with the mail server", || mail.taken().len() == 1);
    server.tell_to_stop();
    soon("the port is closed", || TcpStream::connect(&server.address).is_err());
    mail.acknowledge();
    assert_eq!(server.end().code(), Some(0));
    assert!(!server.log().contains("cut off"), "{}", server.log());

    let file = format!("sqlite:{}", home.path().join("data/latchkey.db").display());
    let database = sqlx::SqlitePool::connect(&file).await.unwrap();
    let sent: bool = sqlx::query_scalar("select sent_at is not null from letters").fetch_one(&database).await.unwrap();
    assert!(sent, "and written down, so that nobody sends it again");
}
