//! Settings: from flags, environment and file to one struct that cannot be wrong.
//!
//! Everything is parsed here, once, before anything else happens; nothing later reads an environment variable. A bad value
//! stops the start with one line. Secrets are wrapped the moment they are read and never appear in help, errors or `Debug`.

mod error;
mod faults;
mod key;
mod networks;
mod sources;
#[cfg(test)]
mod tests;
mod values;

pub use error::SettingError;
pub use faults::of as fault_of;
pub use key::{About, Key};
pub use networks::Network;
pub use sources::{Given, Layer, Origin};

use crate::words::settings::fault;
use identity::{keys::MasterKey, policy::Knob, words::Secret};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use url::Url;

/// Which database to open.
#[derive(Clone, Debug)]
pub enum Database {
    /// The embedded one, in this file.
    File(PathBuf),
    /// What the operator named; the URL may hold a password.
    Url(Secret),
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Everything an operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to show metrics; loopback.
    pub metrics_listen: Option<SocketAddr>,
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// Which database.
    pub database: Database,
    /// Connections to a PostgreSQL server.
    pub database_connections: u32,
    /// The master key as base64, already checked; `None` means the file in the data directory.
    pub master_key: Option<Secret>,
    /// The mail server; `None` writes letters to files.
    pub smtp_url: Option<Secret>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// Which log lines are written, in the syntax of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// How.
    pub log_format: LogFormat,
    /// How long to go on serving after SIGTERM.
    pub shutdown_delay: Duration,
    /// Cookies without the prefix and the `Secure` flag.
    pub insecure_cookies: bool,
    /// What the rules want to know.
    pub rules: identity::Settings,
    /// Variables that look like ours and are not, for a warning.
    pub strangers: Vec<String>,
}

impl Settings {
    /// Makes sense of what was given.
    ///
    /// # Errors
    /// The first value that cannot be used.
    pub fn parse(given: Given) -> Result<Self, SettingError> {
        let listen =
            given.get(Key::Listen, values::address)?.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let insecure_cookies = given.get(Key::InsecureCookies, values::truth)?.unwrap_or(false);
        let data_dir = given.get(Key::DataDir, directory)?.unwrap_or_else(|| PathBuf::from("./data"));
        let database = given.get(Key::DatabaseUrl, values::database)?;
        Ok(Self {
            listen,
            metrics_listen: given.get(Key::MetricsListen, values::loopback)?,
            database: database.map_or_else(|| Database::File(data_dir.join("latchkey.db")), Database::Url),
            data_dir,
            database_connections: given
                .get(Key::DatabaseConnections, values::connections)?
                .unwrap_or(identity::db::CONNECTIONS),
            master_key: given
                .get(Key::MasterKey, |text| MasterKey::parse(text).map(|_| Secret::new(text)).map_err(sentence))?,
            smtp_url: given.get(Key::SmtpUrl, values::smtp)?,
            trusted_proxies: given.get(Key::TrustedProxies, networks::networks)?.unwrap_or_default(),
            log: given.get(Key::Log, crate::logs::check_filter)?.unwrap_or_else(|| "info".to_owned()),
            log_format: given.get(Key::LogFormat, log_format)?.unwrap_or(LogFormat::Text),
            shutdown_delay: given.get(Key::ShutdownDelay, values::shutdown_delay)?.unwrap_or_default(),
            insecure_cookies,
            rules: rules(&given, listen, insecure_cookies)?,
            strangers: given.strangers,
        })
    }
}

/// The part of the settings that belongs to accounts, sessions and letters.
fn rules(given: &Given, listen: SocketAddr, insecure_cookies: bool) -> Result<identity::Settings, SettingError> {
    let mut rules = identity::Settings::new(public_url(given, listen, insecure_cookies)?);
    macro_rules! set {
        ($($field:ident = $key:ident by $parse:expr;)+) => {
            $(if let Some(value) = given.get(Key::$key, $parse)? { rules.$field = value; })+
        };
    }
    set! {
        audience = Audience by values::audience;
        access_ttl = AccessTtl by values::access_ttl;
        profile_claims = ProfileClaims by values::truth;
        signing_alg = SigningAlg by values::signing_alg;
        key_rotation = KeyRotation by values::key_rotation;
        breach_check = BreachCheck by values::breach_check;
        hash_cost = Argon2 by values::hash_cost;
        mail_from = MailFrom by values::mailbox;
        limits = Limits by values::switch;
    }
    for knob in Knob::ALL {
        let Some(key) = Key::from_name(knob.as_str()) else { continue };
        given.get(key, |text| rules.policy.set(*knob, text).map_err(|fault| faults::of(*knob, fault)))?;
    }
    rules.shown = given.shown(&rules.policy).into();
    Ok(rules)
}

/// The public URL, and whether cookies can work there.
fn public_url(given: &Given, listen: SocketAddr, insecure_cookies: bool) -> Result<Url, SettingError> {
    let url = match given.get(Key::PublicUrl, values::public_url)? {
        Some(url) => url,
        None => default_url(listen).map_err(|fault| given.complain(Key::PublicUrl, &fault))?,
    };
    match (url.scheme(), insecure_cookies) {
        ("http", false) if !values::is_local(&url) => Err(given.complain(Key::PublicUrl, fault::INSECURE_PUBLIC_URL)),
        ("https", true) => Err(given.complain(Key::InsecureCookies, fault::NEEDLESS_INSECURITY)),
        _ => Ok(url),
    }
}

/// A link in a letter must lead to the port we listen on; port 0 (any free one) is for tests, which know theirs.
fn default_url(listen: SocketAddr) -> Result<Url, String> {
    let port = if listen.port() == 0 { 3000 } else { listen.port() };
    values::public_url(&format!("http://localhost:{port}"))
}

fn directory(text: &str) -> Result<PathBuf, &'static str> {
    if text.is_empty() { Err(fault::NO_DIRECTORY) } else { Ok(PathBuf::from(text)) }
}

fn log_format(text: &str) -> Result<LogFormat, &'static str> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(fault::NO_LOG_FORMAT),
    }
}

/// [`MasterKey::parse`] complains in whole sentences.
fn sentence(fault: &'static str) -> String {
    fault.strip_prefix("it ").unwrap_or(fault).to_owned()
}
