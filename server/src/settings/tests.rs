//! One table of good values, one of bad ones, and the order of precedence.

use super::*;
use std::{ffi::OsString, path::Path};

fn read(flags: &[(Key, &str)], variables: &[(&str, &str)], file: Option<&str>) -> Result<Settings, String> {
    let directory = tempfile::tempdir().unwrap();
    if let Some(file) = file {
        std::fs::write(directory.path().join("latchkey.toml"), file).unwrap();
    }
    let flags = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let given = Given::read(flags, None, variables, directory.path()).map_err(|e| e.to_string())?;
    Settings::parse(given).map_err(|e| e.to_string())
}

fn from_variable(key: Key, value: &str) -> Result<Settings, String> {
    read(&[], &[(&key.variable(), value)], None)
}

#[test]
fn nothing_given_means_the_documented_defaults() {
    let settings = read(&[], &[], None).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.rules.public_url.as_str(), "http://localhost:3000/");
    assert_eq!(settings.data_dir, Path::new("./data"));
    assert!(matches!(&settings.database, Database::File(path) if path == Path::new("./data/latchkey.db")));
    assert_eq!(settings.rules.access_ttl.as_secs(), 600);
    assert_eq!(settings.rules.policy.min_password, 15);
    assert_eq!(settings.rules.policy.stays.len(), 4);
    assert_eq!(settings.rules.audience, "http://localhost:3000");
    assert!(settings.rules.limits && settings.rules.profile_claims && !settings.insecure_cookies);
    assert!(settings.smtp_url.is_none() && settings.master_key.is_none() && settings.metrics_listen.is_none());
    assert_eq!((settings.log.as_str(), settings.log_format), ("info", LogFormat::Text));
}

/// The example every error message shows must itself be accepted, or it would mislead.
#[test]
fn every_example_is_a_good_value() {
    for key in Key::ALL {
        let example = match key {
            Key::MasterKey => "bGF0Y2hrZXkgdGVzdCBrZXksIDMyIGJ5dGVzIGxvbmc=",
            other => other.about().example,
        };
        if let Err(error) = from_variable(key, example) {
            panic!("{error}");
        }
    }
}

#[test]
fn bad_values_are_refused_with_the_settings_name_and_an_example() {
    let table: &[(Key, &[&str])] = &[
        (Key::Listen, &["3000", "localhost", "127.0.0.1", "127.0.0.1:99999", "[::1:80"]),
        (
            Key::PublicUrl,
            &[
                "login.example.org",
                "ftp://example.org",
                "https://example.org/login",
                "https://example.org/?a",
                "https://example.org/#a",
                "https://user:secret@example.org",
                "http://example.org",
                "http://192.168.1.4:3000",
                "javascript:alert(1)",
            ],
        ),
        (Key::DatabaseUrl, &["mysql://h/d", "latchkey.db", "postgres"]),
        (Key::MasterKey, &["secret", "c2hvcnQ=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]),
        (Key::AccessTtl, &["10", "m", "0s", "2h", "-1m", "10 minutes", "1.5h", "99999999999999999999h"]),
        (Key::SmtpUrl, &["mail.example.org", "http://mail.example.org", "smtp:", "smtp://"]),
        (Key::MailFrom, &["latchkey", "Latchkey <latchkey@example.org", "a\r\nBcc: x@example.org <a@b.c>", "<>"]),
        (Key::TrustedProxies, &["proxy", "10.0.0.0/99", "10.0.0.1/8", "all"]),
        (Key::Limits, &["maybe", "10"]),
        (Key::Log, &["info,=", "server=loud"]),
        (Key::LogFormat, &["xml", "JSON"]),
        (Key::InsecureCookies, &["perhaps"]),
        (Key::Stays, &["week", "visit,visit", ","]),
        (Key::MinPassword, &["7", "65", "fifteen", "-1"]),
        (
            Key::BreachCheck,
            &[
                "on",
                "api.pwnedpasswords.com",
                "http://api.pwnedpasswords.com/range/",
                "https://api.pwnedpasswords.com/range",
                "https://api.pwnedpasswords.com/range/?a=",
                "https://user:secret@example.org/range/",
                "ftp://example.org/",
            ],
        ),
        (Key::SigningAlg, &["none", "HS512", "RS257"]),
        (Key::ProfileClaims, &["name"]),
        (Key::Audience, &["a\u{0}b"]),
        (
            Key::Argon2,
            &[
                "m=19456",
                "m=19456,t=2,p=1,t=2",
                "m=x,t=2,p=1",
                "19456,2,1",
                "k=1,m=1,t=1",
                "m=8,t=1,p=1",
                "m=19456,t=1,p=1",
            ],
        ),
        (Key::MetricsListen, &["0.0.0.0:9464", "192.168.1.4:9464", "9464"]),
    ];
    for (key, values) in table {
        for value in *values {
            let error = from_variable(*key, value).err().unwrap_or_else(|| panic!("{value:?} passed as {key:?}"));
            assert!(error.contains(&key.variable()), "{error}");
            assert!(error.ends_with(key.about().example), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = Some("access_ttl = \"1m\"\nmin_password = 20\nlog_format = \"json\"\n");
    let variables = [("LATCHKEY_ACCESS_TTL", "2m"), ("LATCHKEY_MIN_PASSWORD", "30")];
    let settings = read(&[(Key::AccessTtl, "3m")], &variables, file).unwrap();
    assert_eq!(settings.rules.access_ttl.as_secs(), 180);
    assert_eq!(settings.rules.policy.min_password, 30);
    assert_eq!(settings.log_format, LogFormat::Json);
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    let settings =
        read(&[], &[("LATCHKEY_SMTP_URL", ""), ("LATCHKEY_MIN_PASSWORD", "")], Some("min_password = 16")).unwrap();
    assert!(settings.smtp_url.is_none());
    assert_eq!(settings.rules.policy.min_password, 16);
}

#[test]
fn the_file_takes_the_natural_types_of_toml() {
    let settings = read(
        &[],
        &[],
        Some("stays = [\"month\", \"visit\"]\nprofile_claims = false\nmin_password = 8\ntrusted_proxies = [\"::1\"]\n"),
    )
    .unwrap();
    assert_eq!(settings.rules.policy.stays, [identity::words::Stay::Visit, identity::words::Stay::Month]);
    assert_eq!(settings.trusted_proxies.len(), 1);
    assert!(!settings.rules.profile_claims);
}

#[test]
fn a_file_with_something_unknown_in_it_is_refused() {
    let error = read(&[], &[], Some("lissten = \"127.0.0.1:1\"")).unwrap_err();
    assert!(error.contains("\"lissten\" is no setting") && error.contains("public_url"), "{error}");
    let error = read(&[], &[], Some("[server]\nlisten = \"127.0.0.1:1\"")).unwrap_err();
    assert!(error.contains("\"server\" is no setting"), "{error}");
    let error = read(&[], &[], Some("log = \"info\"\nsmtp_url = \"smtps://u:hunter2@mail\nx")).unwrap_err();
    assert!(error.contains("is no valid TOML") && !error.contains("hunter2"), "{error}");
    let error = read(&[], &[], Some("listen = 3.5")).unwrap_err();
    assert!(error.starts_with("listen in the settings file"), "{error}");
}

#[test]
fn a_named_file_has_to_exist() {
    let nowhere = || Some(PathBuf::from("/nowhere/latchkey.toml"));
    let error = Given::read(Layer::new(), nowhere(), std::iter::empty(), Path::new(".")).err().unwrap().to_string();
    assert!(error.starts_with("/nowhere/latchkey.toml: cannot be read"), "{error}");
    let variables = [(OsString::from("LATCHKEY_CONFIG"), OsString::from("/nowhere/else.toml"))];
    let error = Given::read(Layer::new(), None, variables.into_iter(), Path::new(".")).err().unwrap().to_string();
    assert!(error.starts_with("/nowhere/else.toml"), "{error}");
}

#[test]
fn misspelt_variables_are_noticed() {
    let settings = read(&[], &[("LATCHKEY_LISSTEN", "x"), ("PATH", "y")], None).unwrap();
    assert_eq!(settings.strangers, ["LATCHKEY_LISSTEN"]);
}

#[test]
fn plain_http_works_at_home_and_elsewhere_only_when_asked_for() {
    for local in ["http://localhost", "http://127.0.0.1:8080", "http://[::1]:3000", "http://auth.localhost"] {
        assert!(from_variable(Key::PublicUrl, local).is_ok(), "{local}");
    }
    let lan = ("LATCHKEY_PUBLIC_URL", "http://192.168.1.4:3000");
    assert!(read(&[], &[lan, ("LATCHKEY_INSECURE_COOKIES", "true")], None).is_ok());
    let https = ("LATCHKEY_PUBLIC_URL", "https://example.org");
    let error = read(&[], &[https, ("LATCHKEY_INSECURE_COOKIES", "true")], None).unwrap_err();
    assert!(error.starts_with("LATCHKEY_INSECURE_COOKIES"), "{error}");
}

#[test]
fn the_default_public_url_follows_the_port() {
    assert_eq!(from_variable(Key::Listen, "0.0.0.0:8080").unwrap().rules.public_url.as_str(), "http://localhost:8080/");
}

#[test]
fn leaks_are_looked_up_only_when_asked_for() {
    assert!(read(&[], &[], None).unwrap().rules.breach_check.is_none());
    assert!(from_variable(Key::BreachCheck, "off").unwrap().rules.breach_check.is_none());
    for good in ["https://api.pwnedpasswords.com/range/", "http://127.0.0.1:8080/"] {
        assert_eq!(from_variable(Key::BreachCheck, good).unwrap().rules.breach_check.unwrap().as_str(), good);
    }
}

#[test]
fn secrets_are_in_no_error_and_no_debug_output() {
    let variables = [
        ("LATCHKEY_DATABASE_URL", "postgres://u:hunter2@db/x"),
        ("LATCHKEY_SMTP_URL", "smtps://u:hunter2@mail"),
        ("LATCHKEY_MASTER_KEY", "bGF0Y2hrZXkgdGVzdCBrZXksIDMyIGJ5dGVzIGxvbmc="),
    ];
    let shown = format!("{:?}", read(&[], &variables, None).unwrap());
    assert!(!shown.contains("hunter2") && !shown.contains("bGF0"), "{shown}");
    for (key, bad) in [
        (Key::DatabaseUrl, "mysql://u:hunter2@db"),
        (Key::SmtpUrl, "mail://u:hunter2@mail"),
        (Key::MasterKey, "hunter2"),
    ] {
        let error = from_variable(key, bad).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
    let error = from_variable(Key::Audience, "\u{1b}[31mred").unwrap_err();
    assert!(!error.contains('\u{1b}'), "{error}");
}
