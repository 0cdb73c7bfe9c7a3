//! The binary itself, as an operator runs it: first start, a second one, commands beside it, and the stop.

#![cfg(unix)]

#[path = "../../identity/tests/support/postgres.rs"]
mod postgres;
mod running;

use running::{Server, said};
use std::{
    io::ErrorKind,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Output, Stdio},
};

fn run(home: &Path, arguments: &[&str], input: &str) -> Output {
    running::run(home, &[], arguments, input)
}

const PASSWORD: &str = "correct horse battery staple\n";

#[test]
fn a_first_start_makes_everything_and_a_stop_leaves_it_tidy() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), &[]);
    assert!(server.greeting.contains("/setup?token="), "{}", server.greeting);
    assert!(server.get("/healthz").status == 200);
    assert!(server.get("/readyz").status == 200);
    assert!(server.get("/.well-known/jwks.json").body.contains("\"EdDSA\""));

    // Everything beside a running server.
    let made = run(home.path(), &["admin", "create", "--email", "root@example.org", "--password-stdin"], PASSWORD);
    assert!(made.status.success(), "{}", said(&made));
    let keys = |server: &Server| server.get("/.well-known/jwks.json").body.matches("\"kid\"").count();
    assert_eq!(keys(&server), 1);
    assert!(run(home.path(), &["keys", "rotate"], "").status.success());
    let healthy = run(home.path(), &["doctor"], "");
    assert!(healthy.status.success() && said(&healthy).contains("administrators: 1"), "{}", said(&healthy));
    // It learns of the new key within a second or two, by itself.
    assert!((0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        keys(&server) == 2
    }));

    assert_eq!(server.stop(), Some(0));
    let mut left: Vec<_> =
        std::fs::read_dir(home.path().join("data")).unwrap().map(|f| f.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["latchkey.db", "master.key"], "the log of the database is folded into it");

    let again = Server::start(home.path(), &[]);
    assert!(!again.greeting.contains("/setup"), "{}", again.greeting);
    assert_eq!(again.stop(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_one_line_and_touches_nothing() {
    let home = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(home.path(), &["serve", "--listen", &address], "");
    assert_eq!(refused.status.code(), Some(1));
    let lines = String::from_utf8(refused.stderr).unwrap();
    let line = lines.lines().last().unwrap();
    assert!(
        line.starts_with(&format!("latchkey: cannot listen on {address}")) && line.contains("LATCHKEY_LISTEN"),
        "{lines}"
    );
    assert!(!home.path().join("data").exists());
}

#[test]
fn nobody_can_knock_before_the_node_can_answer() {
    let home = tempfile::tempdir().unwrap();
    // Free now, and taken in a moment: nobody else is given it so soon.
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
    // A database that takes calls and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://latchkey@{}/latchkey", silent.local_addr().unwrap());
    let mut child = running::latchkey(home.path(), &[("LATCHKEY_DATABASE_URL", &url)])
        .args(["serve", "--listen", &address.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (_call, _) = silent.accept().unwrap();
    let knocked = TcpStream::connect(address);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(knocked.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn two_servers_on_one_data_directory_live_together() {
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (Server::start(home.path(), &[]), Server::start(home.path(), &[]));
    assert_eq!(one.get("/.well-known/jwks.json").body, two.get("/.well-known/jwks.json").body);
    assert_eq!((one.stop(), two.stop()), (Some(0), Some(0)));
}

#[test]
fn a_master_key_of_another_installation_is_refused() {
    let home = tempfile::tempdir().unwrap();
    assert!(run(home.path(), &["migrate"], "").status.success());
    let other = "bGF0Y2hrZXkgdGVzdCBrZXksIDMyIGJ5dGVzIGxvbmc=";
    let refused = run(home.path(), &["serve", "--listen", "127.0.0.1:0", "--master-key", other], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("does not fit this database") && !said(&refused).contains(other),
        "{}",
        said(&refused)
    );
}

#[test]
fn in_a_wrong_directory_commands_found_nothing() {
    let home = tempfile::tempdir().unwrap();
    let refused = |settings: &[(&str, &str)], line: &str| {
        let refused = running::run(home.path(), settings, &line.split(' ').collect::<Vec<_>>(), PASSWORD);
        assert_eq!(refused.status.code(), Some(1), "{line}: {}", said(&refused));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "{line} has made something");
        said(&refused)
    };
    let whom = "--email alice@example.org";
    for line in [
        "keys list".to_owned(),
        "keys rotate".to_owned(),
        "letters list".to_owned(),
        "letters retry".to_owned(),
        "backup file.db".to_owned(),
        "migrate --reopen".to_owned(),
        format!("admin promote {whom}"),
        format!("admin demote {whom}"),
        format!("admin unlock {whom}"),
        format!("admin reset-password --password-stdin {whom}"),
    ] {
        let told = refused(&[], &line);
        assert_eq!(
            told, "latchkey: there is no database at ./data/latchkey.db; LATCHKEY_DATA_DIR says where it is\n",
            "{line}"
        );
        let told = refused(&[("LATCHKEY_DATABASE_URL", "sqlite:other.db?mode=rwc")], &line);
        assert_eq!(
            told, "latchkey: there is no database at other.db; LATCHKEY_DATABASE_URL says where it is\n",
            "{line}"
        );
    }
    let cluster = postgres::Cluster::start();
    let (url, keys) = (("LATCHKEY_DATABASE_URL", &*cluster.url()), "keys list");
    assert_eq!(refused(&[url], keys), "latchkey: the database is empty; LATCHKEY_DATABASE_URL says where it is\n");
    // Founded elsewhere, with a key that is not here.
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(running::run(elsewhere.path(), &[url], &["migrate"], "").status.success());
    assert!(refused(&[url], keys).contains("master.key is missing"));
    assert!(running::run(elsewhere.path(), &[url], &["keys", "list"], "").status.success());
}

#[test]
fn a_database_server_that_is_not_there_is_one_line_with_advice() {
    let home = tempfile::tempdir().unwrap();
    // Free now, and nobody is given it so soon.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
    for url in [
        format!("postgres://latchkey:hunter2@{free}/latchkey"),
        "postgres://latchkey:hunter2@nobody.invalid/latchkey".to_owned(),
        "postgres://latchkey:hunter2@localhost/latchkey?host=/nowhere".to_owned(),
    ] {
        let refused = running::run(home.path(), &[("LATCHKEY_DATABASE_URL", &url)], &["keys", "list"], "");
        let line = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{line}");
        assert!(line.starts_with("latchkey: ") && line.ends_with("can it be reached from here?)\n"), "{line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
}

#[test]
fn a_bad_setting_is_one_line_on_standard_error() {
    let home = tempfile::tempdir().unwrap();
    let refused = running::latchkey(home.path(), &[("LATCHKEY_ACCESS_TTL", "10")]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let line = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(line, "latchkey: LATCHKEY_ACCESS_TTL: \"10\" has no unit: s, m, h or d; for example 10m\n");
}

/// The driver tells its log of parameters that it does not know, with their values.
#[test]
fn a_misspelt_parameter_of_the_database_is_not_shown() {
    let home = tempfile::tempdir().unwrap();
    let cluster = postgres::Cluster::start();
    let url = format!("{}&pasword=hunter2", cluster.url());
    let plain = [("LATCHKEY_DATABASE_URL", &*url)];
    let talkative = [plain[0], ("LATCHKEY_LOG", "trace,sqlx_postgres::options::parse=trace")];
    let command = running::run(home.path(), &plain, &["migrate"], "");
    assert!(command.status.success() && !said(&command).contains("hunter2"), "{}", said(&command));
    for settings in [&plain[..], &talkative] {
        let server = Server::start(home.path(), settings);
        assert!(!server.log().contains("hunter2"), "{}", server.log());
        assert_eq!(server.stop(), Some(0));
    }
}

#[test]
fn accounts_are_managed_from_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let answer = |arguments: &[&str], input: &str| {
        let output = run(home.path(), arguments, input);
        (output.status.success(), said(&output))
    };
    let create = |email, role, password| {
        let arguments = ["user", "create", "--email", email, "--role", role, "--password-stdin"];
        answer(&arguments, password)
    };
    assert!(create("alice@example.org", "admin", PASSWORD).0);
    assert!(create("bob@example.org", "user", PASSWORD).0);
    let (done, told) = create("BOB@example.org", "user", PASSWORD);
    assert!(!done && told.contains("bob@example.org has an account already"), "{told}");
    let (done, told) = create("carol@example.org", "user", "short\n");
    assert!(!done && told.contains("at least 15 characters"), "{told}");
    assert!(!create("carol@example.org", "king", PASSWORD).0);
    let (done, told) = answer(&["admin", "create", "--email", "carol@example.org"], PASSWORD);
    assert!(!done && told.contains("--password-stdin"), "{told}");

    let (done, told) = answer(&["admin", "demote", "--email", "alice@example.org"], "");
    assert!(!done && told.contains("last administrator"), "{told}");
    assert!(answer(&["admin", "promote", "--email", "bob@example.org"], "").0);
    assert!(answer(&["admin", "demote", "--email", "alice@example.org"], "").0);
    assert!(answer(&["admin", "unlock", "--email", "alice@example.org"], "").0);
    assert!(
        answer(
            &["admin", "reset-password", "--email", "alice@example.org", "--password-stdin"],
            "a new and long one\n"
        )
        .0
    );
    let (done, told) = answer(&["admin", "unlock", "--email", "nobody@example.org"], "");
    assert!(!done && told.contains("nobody@example.org has no account"), "{told}");
}

/// What an operator who is locked out of the panel does beside a running server.
#[test]
fn everything_a_locked_out_operator_needs_works_beside_a_running_server() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), &[("LATCHKEY_LOG", "warn")]);
    let answer = |line: &str, input: &str| {
        let output = run(home.path(), &line.split(' ').collect::<Vec<_>>(), input);
        (output.status.code(), said(&output))
    };
    let good = |line: &str, part: &str| {
        let (code, told) = answer(line, PASSWORD);
        assert!(code == Some(0) && told.contains(part), "{line}: {code:?} {told}");
        told
    };
    let bad = |line: &str, part: &str| {
        let (code, told) = answer(line, "");
        assert!(code == Some(1) && told.contains(part) && told.lines().count() == 1, "{line}: {code:?} {told}");
    };
    let alice = "--email alice@example.org";
    good("admin create --email root@example.org --password-stdin", "is an administrator");
    good(&format!("user create {alice} --password-stdin"), "has an account");
    good("admin list", "root@example.org");
    assert!(!good("admin list", "").contains("alice"));
    assert_eq!(good("user list", "").lines().count(), 2);
    assert!(good("user list --search alice --json", "\"email\": \"alice@example.org\"").starts_with('['));
    good(&format!("user show {alice}"), "active");
    good(&format!("user disable {alice}"), "is disabled");
    good(&format!("user show {alice} --json"), "\"disabled_at\": 1");
    good(&format!("user enable {alice}"), "can sign in again");
    good(&format!("user end-sessions {alice}"), "Sessions ended: 0");
    good(&format!("user delete {alice}"), "seven days");
    good(&format!("user undelete {alice}"), "stays");
    good("user invite --email bob@example.org --name Bob", "was invited");
    good("user verify --email bob@example.org", "is confirmed");
    bad("user show --email nobody@example.org", "nobody@example.org has no account");
    bad("user disable --email root@example.org", "last administrator");

    good("roles set --name support --permissions users:read --permissions letters:read", "support");
    good(&format!("user set-role {alice} --role support"), "has the role support now");
    good("roles list", "letters:read users:read");
    bad("roles remove --name support", "somebody has that role");
    good(&format!("user set-role {alice} --role user"), "user");
    good("roles remove --name support", "is gone");
    bad("roles set --name admin --permissions users:read", "is no role");

    good("settings list", "sign_up               default      open");
    good("settings set sign_up closed", "sign_up is closed now.");
    running::soon("the server knows that nobody may register", || server.get("/register").body.contains("closed"));
    good("settings list", "sign_up               run_time     closed".replace("run_time", "run time").as_str());
    bad("settings set sign_up maybe", "is none of open, closed, invite and domains");
    bad("settings set listen 127.0.0.1:1", "cannot be changed while Latchkey runs");
    good("settings reset sign_up", "sign_up is open now.");
    let fixed = [("LATCHKEY_SIGN_UP", "invite")];
    let refused = running::run(home.path(), &fixed, &["settings", "set", "sign_up", "open"], "");
    assert!(
        !refused.status.success() && said(&refused).contains("is given by flag, environment"),
        "{}",
        said(&refused)
    );

    let listed = good("keys list", "signs");
    let kid = listed.split(' ').next().unwrap();
    bad("keys plan --at 2020-01-01T00:00", "at least ten minutes");
    bad("keys plan --at tomorrow", "no moment");
    good("keys plan --cancel", "Nothing is planned");
    good(&format!("keys distrust --kid {kid}"), "is gone");
    running::soon("the server has dropped the key", || !server.get("/.well-known/jwks.json").body.contains(kid));
    bad("keys distrust --kid nothing", "there is no key");
    good("keys list --json", "\"state\": \"signing\"");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        good(&format!("completions {shell}"), "end-sessions");
    }
    assert_eq!(server.stop(), Some(0));
}
