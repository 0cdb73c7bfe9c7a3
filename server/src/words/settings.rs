//! What an operator reads about settings: the help, and what is wrong with a value. A fault is the end of a sentence that begins
//! with the value.

use std::fmt::Display;

/// What the help says about a setting.
pub struct Told {
    /// One line.
    pub help: &'static str,
    /// The default, in words where it is no value.
    pub default: &'static str,
}

const fn told(help: &'static str, default: &'static str) -> Told {
    Told { help, default }
}

pub const LISTEN: Told = told("Address and port to listen on", "127.0.0.1:3000");
pub const PUBLIC_URL: Told = told(
    "Where people reach this installation; base of mailed links and issuer of tokens",
    "http://localhost and the port of --listen",
);
pub const DATA_DIR: Told = told("Directory of the database, the master key and outgoing mail", "./data");
pub const DATABASE_URL: Told = told("Database, sqlite: or postgres:", "a file in the data directory");
pub const DATABASE_CONNECTIONS: Told = told("Connections to a PostgreSQL server, of this node alone: 2 to 1000", "16");
pub const MASTER_KEY: Told = told(
    "32 random bytes that every key is derived from; rather set it in the environment, flags are public",
    "made on the first start, in the data directory",
);
pub const ACCESS_TTL: Told = told("Life of an access token, 1s to 1h", "10m");
pub const SMTP_URL: Told = told("Mail server, smtp: or smtps:", "none: letters are written to the data directory");
pub const MAIL_FROM: Told = told("Sender of letters", "latchkey@ and the host of --public-url");
pub const TRUSTED_PROXIES: Told = told("Proxies whose X-Forwarded-For or Forwarded header is believed", "none");
pub const LIMITS: Told = told("Limits against abuse, by address and account; off for benchmarks only", "on");
pub const LOG: Told = told("Which log lines are written", "info");
pub const LOG_FORMAT: Told = told("How log lines are written", "text");
pub const INSECURE_COOKIES: Told =
    told("Cookies that also work over plain HTTP, for trials in a local network", "false");
pub const STAYS: Told = told("Lifetimes offered at sign-in", "visit,day,month,forever");
pub const MIN_PASSWORD: Told = told("Fewest characters of a new password, 8 to 64", "15");
pub const SIGN_UP: Told = told(
    "Who may register: open, closed, invite (only those whom an administrator invites), domains (see --sign-up-domains)",
    "open",
);
pub const SIGN_UP_DOMAINS: Told =
    told("Mail domains that may register; with a dot in front, everything below one: example.org,.example.org", "none");
pub const SIGN_IN_ATTEMPTS: Told =
    told("Attempts to sign in to one account within five minutes before each has to wait, 3 to 20", "5");
pub const SIGN_INS_PER_MINUTE: Told = told("Sign-ins of one network address in a minute, 5 to 600", "10");
pub const BREACH_CHECK: Told =
    told("Where to ask whether a new password has leaked; only five digits of its SHA-1 are sent", "off");
pub const SIGNING_ALG: Told = told("Algorithm of new signing keys: EdDSA, ES256, RS256 or HS256", "EdDSA");
pub const KEY_ROTATION: Told = told("Age at which a new signing key takes over, a day at least, or off", "90d");
pub const PROFILE_CLAIMS: Told = told("Whether access tokens carry name and address", "true");
pub const AUDIENCE: Told = told("Audience (aud) of access tokens", "the public URL");
pub const ARGON2: Told = told("Cost of hashing a password: KiB of memory, passes, lanes", "m=19456,t=2,p=1");
pub const RETENTION_SIGN_INS: Told =
    told("How long the audit log keeps who signed in and out, and who tried to; a day at least", "400d");
pub const RETENTION_ACCOUNTS: Told = told("How long it keeps what people changed about their accounts", "forever");
pub const RETENTION_ADMINISTRATION: Told = told("How long it keeps what administrators did", "forever");
pub const RETENTION_ALARMS: Told = told("How long it keeps alarms, such as a copied session", "forever");
pub const METRICS_LISTEN: Told = told("Loopback address for /metrics", "none");
pub const SHUTDOWN_DELAY: Told =
    told("After SIGTERM: time for the load balancer to see /readyz fail before the port closes, at most 5m", "0s");

/// Heading of the settings in the help.
pub const HEADING: &str = "Settings";
/// Help of `--config`.
pub const CONFIG: &str = "Settings file [env: LATCHKEY_CONFIG] [default: latchkey.toml, if there is one]";

/// A setting's line in the help.
pub fn help(help: &str, variable: &str, default: &str) -> String {
    format!("{help} [env: {variable}] [default: {default}]")
}

/// Where a value was given: the file.
pub fn in_file(name: &str) -> String {
    format!("{name} in the settings file")
}

/// Where a value was given: nowhere, so that it is the default.
pub fn not_set(variable: &str) -> String {
    format!("{variable} (not set)")
}

/// In place of a secret value.
pub const THE_VALUE: &str = "the value ";

/// The whole complaint. `origin` names the setting, `subject` is the value with a space behind.
pub fn complaint(origin: &str, subject: &str, fault: &str, example: &str) -> String {
    format!("{origin}: {subject}{fault}; for example {example}")
}

/// The whole complaint about a file.
pub fn file_complaint(path: &str, fault: &str) -> String {
    format!("{path}: {fault}")
}

/// The file cannot be opened.
pub fn file_unreadable(error: impl Display) -> String {
    format!("cannot be read: {error}")
}

/// The file's syntax is broken.
pub fn file_no_toml(line: usize) -> String {
    format!("line {line} is no valid TOML; for example listen = \"127.0.0.1:3000\"")
}

/// The file has a key that means nothing.
pub fn file_no_setting(name: &str, names: &str) -> String {
    format!("{name:?} is no setting; the settings are {names}")
}

/// What is wrong with a value.
pub mod fault {
    pub const NO_UNIT: &str = "has no unit: s, m, h or d";
    pub const NO_TIME_NOR_FOREVER: &str = "is neither a time such as 400d nor forever";
    pub const NOT_KEPT: &str = "is not allowed: at least 1d and at most 36500d; where it is decided at run time at least 30d, and 365d for \
                                administration and alarms";
    pub const NO_WHOLE_NUMBER_FIRST: &str = "does not begin with a whole number";
    pub const OTHER_UNIT: &str = "has a unit other than s, m, h or d";
    pub const TOO_LONG: &str = "is too long";
    pub const NOT_ACCESS_TTL: &str = "is not between 1s and 1h";
    pub const NOT_CONNECTIONS: &str = "is not a number from 2 to 1000";
    pub const LESS_THAN_A_DAY: &str = "is less than a day";
    pub const MORE_THAN_FIVE_MINUTES: &str = "is more than 5m";
    pub const NO_TRUTH: &str = "is neither true nor false";
    pub const NO_SWITCH: &str = "is neither on nor off";
    pub const NO_ADDRESS: &str = "is no IP address with a port";
    pub const NO_LOOPBACK: &str = "is not a loopback address";
    pub const NO_URL: &str = "is no URL";
    pub const NO_HTTP: &str = "does not begin with https:// or http://";
    pub const USER_IN_URL: &str = "has a user name or password in it";
    pub const MORE_THAN_HOST: &str = "has something after the host and port";
    pub const NO_DATABASE: &str = "does not begin with sqlite: or postgres://";
    pub const NO_SMTP_URL: &str = "is no URL (special characters in the password need %-encoding)";
    pub const NO_SMTP: &str = "does not begin with smtp:// or smtps://";
    pub const NO_HOST: &str = "has no host";
    pub const NO_MAILBOX: &str = "is no mailbox";
    pub const NO_STAY: &str = "has a word other than visit, day, month and forever";
    pub const STAY_TWICE: &str = "names a lifetime twice";
    pub const NO_STAYS: &str = "offers no lifetime at all";
    pub const NO_SIGN_UP: &str = "is none of open, closed, invite and domains";
    pub const NO_DOMAIN: &str = "has a part that is no domain";
    pub const DOMAIN_TWICE: &str = "names a domain twice";
    pub const NOT_SIGN_IN_ATTEMPTS: &str = "is not between 3 and 20";
    pub const NOT_SIGN_INS_PER_MINUTE: &str = "is not between 5 and 600";
    pub const NO_WHOLE_NUMBER: &str = "is no whole number";
    pub const NOT_MIN_PASSWORD: &str = "is not between 8 and 64";
    pub const NO_ALG: &str = "is none of EdDSA, ES256, RS256 and HS256";
    pub const NO_AUDIENCE: &str = "is not 1 to 255 printable characters";
    pub const NO_PART: &str = "has a part that is not NAME=NUMBER";
    pub const OTHER_PART: &str = "has a part other than m, t and p";
    pub const PART_TWICE: &str = "has a part twice";
    pub const PARTS_MISSING: &str = "does not have all of m, t and p";
    pub const NO_URL_NOR_OFF: &str = "is neither off nor a URL";
    pub const NO_HTTPS: &str = "does not begin with https://";
    pub const NO_SLASH: &str = "does not end with a slash, after which five digits could follow";
    pub const NO_DIRECTORY: &str = "names no directory";
    pub const NO_LOG_FORMAT: &str = "is neither text nor json";
    pub const INSECURE_PUBLIC_URL: &str =
        "is plain http, where browsers keep no secure cookies (LATCHKEY_INSECURE_COOKIES=true allows it for a trial)";
    pub const NEEDLESS_INSECURITY: &str =
        "goes with a plain http public URL only; this one is https and needs nothing insecure";
    pub const NO_UTF8: &str = "is not UTF-8";
    pub const NO_SCALAR: &str = "must be text, a number or a list of text";
    pub const NO_FILTER: &str = "is no list of levels and target=level";

    /// One part of a list of networks.
    pub fn no_network(part: &str) -> String {
        format!("has {part:?}, which is no network")
    }

    /// The same; `most` is the longest prefix.
    pub fn no_prefix(part: &str, most: u8) -> String {
        format!("has {part:?}, whose prefix length is not between 0 and {most}")
    }

    /// The same.
    pub fn beyond_prefix(part: &str) -> String {
        format!("has {part:?}, which has bits set beyond its prefix length")
    }
}
