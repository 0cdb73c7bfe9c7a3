//! `latchkey audit`: the log exported, verified without anything beside the file, and found out when it was changed.

#![cfg(unix)]

mod running;

use running::{PASSWORD, said};
use std::{fs, path::Path, process::Output};

fn run(home: &Path, arguments: &[&str], input: &str) -> Output {
    running::run(home, &[], arguments, input)
}

/// An installation in which something has happened.
fn installation() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for (kind, email) in [("admin", "root@example.org"), ("user", "alice@example.org")] {
        let made = run(home.path(), &[kind, "create", "--email", email, "--password-stdin"], &format!("{PASSWORD}\n"));
        assert!(made.status.success(), "{}", said(&made));
    }
    let promoted = run(home.path(), &["admin", "promote", "--email", "alice@example.org"], "");
    assert!(promoted.status.success(), "{}", said(&promoted));
    home
}

/// What an export wrote to standard output.
fn exported(home: &Path, arguments: &[&str]) -> String {
    let export = run(home, &[&["audit", "export"], arguments].concat(), "");
    assert!(export.status.success(), "{}", said(&export));
    String::from_utf8(export.stdout).unwrap()
}

/// Verified far away from the installation, with settings that nobody could use.
fn verify(file: &str, more: &[&str]) -> (bool, String) {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("audit"), file).unwrap();
    let nonsense = [("LATCHKEY_DATABASE_URL", "nonsense"), ("LATCHKEY_LISTEN", "nonsense")];
    let found = running::run(elsewhere.path(), &nonsense, &[&["audit", "verify", "audit"], more].concat(), "");
    let left = fs::read_dir(elsewhere.path()).unwrap().count();
    assert_eq!(left, 1, "it makes nothing");
    (found.status.success(), said(&found))
}

#[test]
fn an_export_is_verified_far_away_and_what_was_changed_is_named() {
    let home = installation();
    for format in ["jsonl", "csv"] {
        let file = exported(home.path(), &["--format", format]);
        let head = usize::from(format == "csv");
        let (fine, text) = verify(&file, &[]);
        let count = file.lines().count() - head;
        assert!(fine && text.starts_with(&format!("{count} entries, 1 to {count}, unbroken; 0 forgotten")), "{text}");
        let end = text.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(verify(&file, &["--expect", &end]).0);

        let changed =
            file.replacen("\"role_changed\"", "\"signed_out\"", 1).replacen(",role_changed,", ",signed_out,", 1);
        let (fine, text) = verify(&changed, &[]);
        let line = 3 + head;
        let named = format!("latchkey: entry 3 (line {line}), signed_out of 20");
        assert!(!fine && text.starts_with(&named) && text.contains("does not match its hash"), "{text}");

        let without: String =
            file.split_inclusive('\n').enumerate().filter(|it| it.0 != 1 + head).map(|it| it.1).collect();
        let (fine, text) = verify(&without, &[]);
        assert!(!fine && text.contains("entry 3 (line") && text.contains("does not follow 1"), "{text}");

        let cut: String = file.split_inclusive('\n').take(2 + head).collect();
        assert!(verify(&cut, &[]).0, "nobody can see that in the file alone");
        let (fine, text) = verify(&cut, &["--expect", &end]);
        assert!(!fine && text.contains("no entry has the digest that was expected"), "{text}");

        let (fine, text) = verify(&format!("{file}nonsense\n"), &[]);
        assert!(!fine && text.contains(&format!("line {} is not what an export has", count + 1 + head)), "{text}");
    }
}

#[test]
fn a_choice_is_listed_exported_and_verified_as_one() {
    let home = installation();
    let file = exported(home.path(), &["--subject", "alice@example.org", "--action", "role_changed"]);
    assert_eq!(file.lines().count(), 1);
    assert!(!file.contains("@example.org"));
    assert!(!verify(&file, &[]).0 && verify(&file, &["--filtered"]).0);
    let list = run(home.path(), &["audit", "list", "--action", "role_changed"], "");
    let text = said(&list);
    assert!(text.contains("role_changed") && text.contains("alice@example.org") && text.contains("admin"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    let misspelt = run(home.path(), &["audit", "list", "--action", "role-changed"], "");
    assert!(!misspelt.status.success() && said(&misspelt).contains("--action is a word"), "{}", said(&misspelt));
    let none = run(home.path(), &["audit", "list", "--to", "2001-01-01"], "");
    assert!(none.status.success() && said(&none).contains("no such events"), "{}", said(&none));
}

#[test]
fn the_log_is_verified_where_it_lies() {
    let home = installation();
    let file = exported(home.path(), &[]);
    let found = run(home.path(), &["audit", "verify"], "");
    assert!(found.status.success() && said(&found).contains("unbroken"), "{}", said(&found));
    let (_, there) = verify(&file, &[]);
    assert_eq!(said(&found), there);
    let other = "0".repeat(64);
    let missing = run(home.path(), &["audit", "verify", "--expect", &other], "");
    assert_eq!(missing.status.code(), Some(1), "{}", said(&missing));
    let none = tempfile::tempdir().unwrap();
    let nothing = run(none.path(), &["audit", "verify"], "");
    assert!(!nothing.status.success() && !none.path().join("data").exists(), "{}", said(&nothing));
}
