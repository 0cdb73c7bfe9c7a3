//! `latchkey migrate --to`, `backup` and `restore` as an operator runs them: beside a running server, and killed half-way.

#![cfg(unix)]

#[path = "../../identity/tests/support/postgres.rs"]
mod postgres;
mod running;

use postgres::Cluster;
use running::{Answer, Browser, PASSWORD, Server, latchkey, run, said, soon, unavailable};
use std::{
    io::Write,
    net::TcpStream,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

/// An account, so that there is something to carry.
fn account(home: &Path, settings: &[(&str, &str)], name: &str) {
    let email = format!("{name}@example.org");
    let made =
        run(home, settings, &["user", "create", "--email", &email, "--password-stdin"], &format!("{PASSWORD}\n"));
    assert!(made.status.success(), "{}", said(&made));
}

/// A command that succeeds.
#[track_caller]
fn succeeds(home: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = run(home, settings, arguments, "");
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// A command that is refused with one line, which it answers.
#[track_caller]
fn refused(home: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> String {
    one_line(&run(home, settings, arguments, ""))
}

#[track_caller]
fn one_line(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    let lines = String::from_utf8_lossy(&output.stderr).into_owned();
    let complaints: Vec<_> = lines.lines().filter(|line| line.starts_with("latchkey: ")).collect();
    assert_eq!(complaints.len(), 1, "{lines}");
    complaints[0].to_owned()
}

/// The same person in front of another server, with an access token that has run out.
fn later(person: &Browser, server: &Server) -> Browser {
    let mut later = server.browser();
    later.refresh = person.refresh.clone();
    later
}

#[test]
fn a_live_installation_moves_to_postgresql_and_back_and_people_stay_signed_in() {
    let home = tempfile::tempdir().unwrap();
    let cluster = Cluster::start();
    let postgres = cluster.url();
    let server = Server::start(home.path(), &[]);
    account(home.path(), &[], "alice");
    let (mut alice, mut revoked) = (server.browser(), server.browser());
    assert!(alice.sign_in("alice@example.org") && revoked.sign_in("alice@example.org"));
    let _ = alice.post("/api/end_other_sessions", "").is(200);

    let told = succeeds(home.path(), &[], &["migrate", "--to", &postgres]);
    for part in ["users", "sessions", "comparing everything", "Moved.", "LATCHKEY_DATABASE_URL", "data/master.key"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains(&postgres), "no URL is shown");
    // The old server still shows pages, and acknowledges nothing any more.
    let _ = alice.access_only().get("/dashboard").is(200);
    unavailable(
        &server
            .browser()
            .post("/api/login", &format!("email=alice@example.org&password={}", PASSWORD.replace(' ', "+"))),
    );
    // And says so to whoever sends requests here, as soon as it has looked.
    soon("it is still ready", || server.get("/readyz").status == 503);
    assert_eq!(server.stop(), Some(0));
    let told = refused(home.path(), &[], &["serve", "--listen", "127.0.0.1:0"]);
    assert!(told.contains("has moved to another database"), "{told}");

    let moved = [("LATCHKEY_DATABASE_URL", postgres.as_str())];
    let server = Server::start(home.path(), &moved);
    let mut alice = later(&alice, &server);
    let _ = alice.get("/dashboard").is(200);
    assert!(alice.access.is_some(), "renewed");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(later(&revoked, &server).head("GET", "/api/me", 0).as_bytes()).unwrap();
    let out = Answer::read(&mut stream);
    assert!(out.head.contains("__Host-Http-refresh=;") && out.body.contains("signed_out_elsewhere"), "{out:?}");
    account(home.path(), &moved, "bob");

    let told = refused(home.path(), &moved, &["migrate", "--to", "data/latchkey.db"]);
    assert!(told.contains("the target holds this very installation"), "{told}");
    succeeds(home.path(), &moved, &["migrate", "--to", "sqlite:data/second.db"]);
    assert_eq!(server.stop(), Some(0));
    let back = [("LATCHKEY_DATABASE_URL", "sqlite:data/second.db")];
    let server = Server::start(home.path(), &back);
    let mut alice = later(&alice, &server);
    let _ = alice.get("/dashboard").is(200);
    assert!(server.browser().sign_in("bob@example.org"));
    assert_eq!(server.stop(), Some(0));
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&home.path().join("data/second.db").metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    succeeds(home.path(), &moved, &["migrate", "--reopen"]);
    succeeds(home.path(), &moved, &["doctor"]);
}

/// SIGKILL at any moment. The target cannot be opened until the move is over; run again, it ends, and nobody is missing.
#[test]
fn a_move_that_is_killed_is_run_again() {
    let home = tempfile::tempdir().unwrap();
    let cluster = Cluster::start();
    let postgres = cluster.url();
    for name in ["alice", "bob"] {
        account(home.path(), &[], name);
    }
    let mut killed = 0;
    for wait in (0..30).map(|step| Duration::from_millis(20 + step * 8)) {
        let mut moving = latchkey(home.path(), &[]);
        let mut moving =
            moving.args(["migrate", "--to", &postgres]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(wait);
        moving.kill().unwrap();
        if moving.wait().unwrap().success() {
            break;
        }
        killed += 1;
        let target = [("LATCHKEY_DATABASE_URL", postgres.as_str())];
        let looked = run(home.path(), &target, &["doctor"], "");
        let told = said(&looked);
        assert!(
            told.contains("is empty") || told.contains("an unfinished move or restore") || looked.status.success(),
            "{told}"
        );
    }
    assert!(killed > 3);
    let again = run(home.path(), &[], &["migrate", "--to", &postgres], "");
    assert!(again.status.success() || said(&again).contains("has moved to another database"), "{}", said(&again));
    let moved = [("LATCHKEY_DATABASE_URL", postgres.as_str())];
    let server = Server::start(home.path(), &moved);
    assert!(server.browser().sign_in("alice@example.org") && server.browser().sign_in("bob@example.org"));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_backup_of_a_running_server_is_restored_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), &[]);
    account(home.path(), &[], "alice");
    let mut alice = server.browser();
    assert!(alice.sign_in("alice@example.org"));
    let told = succeeds(home.path(), &[], &["backup", "monday"]);
    assert!(
        told.contains("users") && told.contains("The master key is not in it") && told.contains("data/master.key"),
        "{told}"
    );
    let told = refused(home.path(), &[], &["backup", "monday"]);
    assert!(told.contains("monday exists already"), "{told}");
    account(home.path(), &[], "bob");

    let new = tempfile::tempdir().unwrap();
    let file = home.path().join("monday");
    let file = file.to_str().unwrap();
    let told = refused(new.path(), &[], &["restore", file]);
    assert!(told.contains("master.key is missing"), "{told}");
    assert!(!new.path().join("data/master.key").exists(), "no key is made up");
    let other = [("LATCHKEY_MASTER_KEY", "bGF0Y2hrZXkgdGVzdCBrZXksIDMyIGJ5dGVzIGxvbmc=")];
    let told = refused(new.path(), &other, &["restore", file]);
    assert!(told.contains("the master key does not fit this backup"), "{told}");

    std::fs::copy(home.path().join("data/master.key"), new.path().join("data/master.key")).unwrap();
    let told = succeeds(new.path(), &[], &["restore", file]);
    assert!(told.contains("Restored from"), "{told}");
    let told = refused(new.path(), &[], &["restore", file]);
    assert!(told.contains("the target holds this very installation"), "{told}");
    let restored = Server::start(new.path(), &[]);
    let mut alice = later(&alice, &restored);
    let _ = alice.get("/dashboard").is(200);
    let unknown = format!("email=bob@example.org&password={}", PASSWORD.replace(' ', "+"));
    let _ = restored.browser().post("/api/login", &unknown).is(401);
    assert_eq!((restored.stop(), server.stop()), (Some(0), Some(0)));
}

/// A file may grow only so far: what a full disk does to it.
#[test]
fn a_full_disk_leaves_no_half_backup() {
    let home = tempfile::tempdir().unwrap();
    account(home.path(), &[], "alice");
    std::fs::create_dir(home.path().join("safe")).unwrap();
    let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" backup safe/monday";
    let full = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_latchkey")])
        .current_dir(home.path())
        .output()
        .unwrap();
    let told = one_line(&full);
    assert!(told.contains("no backup was made"), "{told}");
    let left = std::fs::read_dir(home.path().join("safe")).unwrap().count();
    assert_eq!(left, 0, "{told}");
}

#[test]
fn a_backup_or_a_move_of_nothing_makes_nothing() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [&["backup", "monday"][..], &["migrate", "--to", "new.db"], &["migrate", "--reopen"]] {
        let told = refused(home.path(), &[], arguments);
        assert!(told.contains("there is no database at"), "{told}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn many_processes_may_begin_on_nothing_at_once() {
    let cluster = Cluster::start();
    let postgres = cluster.url();
    for settings in [&[][..], &[("LATCHKEY_DATABASE_URL", postgres.as_str())]] {
        let home = tempfile::tempdir().unwrap();
        // The key is made before: which of several first starts makes it is another test's business.
        let key = [("LATCHKEY_DATABASE_URL", "sqlite:data/other.db")];
        succeeds(home.path(), &key, &["migrate"]);
        let begun: Vec<_> = (0..8)
            .map(|_| {
                let mut command = latchkey(home.path(), settings);
                command.arg("migrate").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for process in begun {
            let output = process.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
        }
        succeeds(home.path(), settings, &["doctor"]);
    }
}
