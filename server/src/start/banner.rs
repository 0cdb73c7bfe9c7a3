//! What an operator sees at the start: the warnings that must not be missed, and where to go.

use crate::{
    http::{assets, mailbox},
    settings::{Database, Settings},
    words::start as words,
};
use identity::db::is_exposed;
use std::{fmt::Write as _, io::Write as _, net::SocketAddr};

/// Says loudly what is dangerous about these settings.
pub fn warn(settings: &Settings) {
    for name in &settings.strangers {
        tracing::warn!("{name} is set and is no setting of Latchkey: misspelt?");
    }
    for line in dangers(settings) {
        tracing::warn!("{line}");
    }
    if !assets::available() {
        tracing::warn!(
            "this binary carries no style and no scripts, pages will look bare: script/serve builds one that does"
        );
    }
}

fn dangers(settings: &Settings) -> Vec<String> {
    let mut lines = Vec::new();
    if settings.insecure_cookies {
        lines.push(words::INSECURE_COOKIES.to_owned());
    }
    if !settings.rules.limits {
        lines.push(words::NO_LIMITS.to_owned());
    }
    if let Database::Url(url) = &settings.database
        && is_exposed(url.expose())
    {
        lines.push(words::EXPOSED_DATABASE.to_owned());
    }
    if !settings.listen.ip().is_loopback() && settings.rules.public_url.host_str() == Some("localhost") {
        lines.push(words::unreachable_links(settings.listen, &settings.rules.public_url));
    }
    lines
}

/// Says that this machine's clock and the database server's disagree. `difference` in milliseconds.
pub fn warn_of_clock(difference: i64) {
    tracing::warn!(
        "this machine's clock is {} seconds {} the database server's: with several nodes, sessions and revocations rest on \
         clocks that agree",
        difference.abs() / 1000,
        if difference > 0 { "ahead of" } else { "behind" }
    );
}

/// Says where to go. To standard output, because it is for a person and not a line of the log; the setup link is a secret that
/// a log must not keep.
pub fn greet(settings: &Settings, listening: SocketAddr, setup: Option<&str>) {
    // Nobody reading it is no reason not to serve, and `println!` would panic.
    let _ = writeln!(std::io::stdout(), "{}", greeting(settings, listening, setup));
}

fn greeting(settings: &Settings, listening: SocketAddr, setup: Option<&str>) -> String {
    let url = settings.rules.public_url.as_str().trim_end_matches('/');
    let mut text = format!("\n  {}\n\n", words::ready(env!("CARGO_PKG_VERSION")));
    let mut row = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<10}{value}");
    };
    row(words::OPEN, url);
    row(words::LISTENS, &listening.to_string());
    row(words::DATA, &settings.data_dir.display().to_string());
    match (&settings.smtp_url, mailbox::is_open(settings)) {
        (Some(_), _) => row(words::LETTERS, words::LETTERS_SENT),
        (None, true) => row(words::LETTERS, &words::letters_kept(format_args!("{url}/dev/mailbox"))),
        (None, false) => row(words::LETTERS, &words::letters_kept(mailbox::directory(settings).display())),
    }
    if let Some(link) = setup {
        let _ = write!(text, "\n  {}\n\n  {link}\n", words::SETUP);
    }
    let _ = write!(text, "\n  {}\n", words::STOP);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Given, Layer};
    use std::{ffi::OsString, path::Path};

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let given = Given::read(Layer::new(), None, variables, Path::new("/nowhere")).unwrap();
        Settings::parse(given).unwrap()
    }

    #[test]
    fn what_is_dangerous_is_said() {
        assert!(dangers(&settings(&[])).is_empty());
        let lines = dangers(&settings(&[("LATCHKEY_LIMITS", "off"), ("LATCHKEY_INSECURE_COOKIES", "true")]));
        assert!(lines[0].starts_with("COOKIES ARE INSECURE") && lines[1].starts_with("ABUSE LIMITS ARE OFF"));
        let lines = dangers(&settings(&[("LATCHKEY_DATABASE_URL", "postgres://a:secret@db.example.org/b")]));
        assert!(lines[0].contains("sslmode=verify-full") && !lines[0].contains("secret"));
        let lines = dangers(&settings(&[("LATCHKEY_LISTEN", "0.0.0.0:3000")]));
        assert!(lines[0].contains("LATCHKEY_PUBLIC_URL"));
    }

    #[test]
    fn the_greeting_names_the_url_the_mailbox_and_the_setup_link() {
        let settings = settings(&[]);
        let text = greeting(&settings, settings.listen, Some("http://localhost:3000/setup?token=x"));
        assert!(text.contains("Open      http://localhost:3000\n"), "{text}");
        assert!(text.contains("http://localhost:3000/dev/mailbox") && text.contains("/setup?token=x"), "{text}");
        assert!(!greeting(&settings, settings.listen, None).contains("/setup"));
    }
}
