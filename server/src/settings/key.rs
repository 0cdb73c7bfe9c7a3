//! The list of settings: one line each, from which flags, environment variables, file keys and help are made.
//!
//! Adding a setting here makes the compiler ask for its meaning in `about` and for its place in [`super::Settings`].

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Where to listen.
    Listen,
    /// What people type into the browser.
    PublicUrl,
    /// Where files are kept.
    DataDir,
    /// Which database.
    DatabaseUrl,
    /// Connections to a PostgreSQL server.
    DatabaseConnections,
    /// The root of all keys.
    MasterKey,
    /// Life of an access token.
    AccessTtl,
    /// The mail server.
    SmtpUrl,
    /// Sender of letters.
    MailFrom,
    /// Whose forwarding headers are believed.
    TrustedProxies,
    /// Abuse limits.
    Limits,
    /// Which log lines are written.
    Log,
    /// How log lines are written.
    LogFormat,
    /// Cookies over plain HTTP.
    InsecureCookies,
    /// Lifetimes offered at sign-in.
    Stays,
    /// Shortest password.
    MinPassword,
    /// Where to ask for leaked passwords.
    BreachCheck,
    /// Algorithm of new signing keys.
    SigningAlg,
    /// Age at which signing keys are replaced.
    KeyRotation,
    /// Name and address inside access tokens.
    ProfileClaims,
    /// Audience of access tokens.
    Audience,
    /// Cost of hashing a password.
    Argon2,
    /// Where to show metrics.
    MetricsListen,
    /// How long to go on serving after SIGTERM.
    ShutdownDelay,
}

/// What the help and the error messages say about a setting.
pub struct About {
    /// The key in `latchkey.toml`; flag and variable are spelled after it.
    pub name: &'static str,
    /// What kind of value, for the help.
    pub value: &'static str,
    /// The default, in words.
    pub default: &'static str,
    /// A good value, for the error message.
    pub example: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Whether the value must never be shown.
    pub secret: bool,
}

const fn about(
    name: &'static str,
    value: &'static str,
    default: &'static str,
    example: &'static str,
    help: &'static str,
) -> About {
    About { name, value, default, example, help, secret: false }
}

const fn secret(mut about: About) -> About {
    about.secret = true;
    about
}

impl Key {
    /// Every setting, in the order of the help.
    pub const ALL: [Self; 24] = [
        Self::Listen,
        Self::PublicUrl,
        Self::DataDir,
        Self::DatabaseUrl,
        Self::DatabaseConnections,
        Self::MasterKey,
        Self::AccessTtl,
        Self::SmtpUrl,
        Self::MailFrom,
        Self::TrustedProxies,
        Self::Limits,
        Self::Log,
        Self::LogFormat,
        Self::InsecureCookies,
        Self::Stays,
        Self::MinPassword,
        Self::BreachCheck,
        Self::SigningAlg,
        Self::KeyRotation,
        Self::ProfileClaims,
        Self::Audience,
        Self::Argon2,
        Self::MetricsListen,
        Self::ShutdownDelay,
    ];

    /// Its description.
    pub const fn about(self) -> About {
        match self {
            Self::Listen => {
                about("listen", "IP:PORT", "127.0.0.1:3000", "0.0.0.0:3000", "Address and port to listen on")
            }
            Self::PublicUrl => about(
                "public_url",
                "URL",
                "http://localhost and the port of --listen",
                "https://login.example.org",
                "Where people reach this installation; base of mailed links and issuer of tokens",
            ),
            Self::DataDir => about(
                "data_dir",
                "DIR",
                "./data",
                "/var/lib/latchkey",
                "Directory of the database, the master key and outgoing mail",
            ),
            Self::DatabaseUrl => secret(about(
                "database_url",
                "URL",
                "an SQLite file in the data directory",
                "postgres://latchkey:PASSWORD@db.example.org/latchkey",
                "Database, sqlite: or postgres:",
            )),
            Self::DatabaseConnections => about(
                "database_connections",
                "NUMBER",
                "16",
                "16",
                "Connections to a PostgreSQL server, of this node alone: 2 to 1000",
            ),
            Self::MasterKey => secret(about(
                "master_key",
                "BASE64",
                "made on the first start, in the data directory",
                "the output of `openssl rand -base64 32`",
                "32 random bytes that every key is derived from; rather set it in the environment, flags are public",
            )),
            Self::AccessTtl => about("access_ttl", "TIME", "10m", "10m", "Life of an access token, 1s to 1h"),
            Self::SmtpUrl => secret(about(
                "smtp_url",
                "URL",
                "none: letters are written to the data directory",
                "smtps://user:PASSWORD@mail.example.org",
                "Mail server, smtp: or smtps:",
            )),
            Self::MailFrom => about(
                "mail_from",
                "MAILBOX",
                "latchkey@ and the host of --public-url",
                "Latchkey <latchkey@example.org>",
                "Sender of letters",
            ),
            Self::TrustedProxies => about(
                "trusted_proxies",
                "NETWORKS",
                "none",
                "10.0.0.0/8,192.168.1.7",
                "Proxies whose X-Forwarded-For or Forwarded header is believed",
            ),
            Self::Limits => about(
                "limits",
                "on|off",
                "on",
                "on",
                "Limits against abuse, by address and account; off for benchmarks only",
            ),
            Self::Log => about("log", "FILTER", "info", "info,server=debug", "Which log lines are written"),
            Self::LogFormat => about("log_format", "text|json", "text", "json", "How log lines are written"),
            Self::InsecureCookies => about(
                "insecure_cookies",
                "true|false",
                "false",
                "true",
                "Cookies that also work over plain HTTP, for trials in a local network",
            ),
            Self::Stays => {
                about("stays", "WORDS", "visit,day,month,forever", "visit,day", "Lifetimes offered at sign-in")
            }
            Self::MinPassword => {
                about("min_password", "NUMBER", "15", "15", "Fewest characters of a new password, 8 to 64")
            }
            Self::BreachCheck => about(
                "breach_check",
                "URL|off",
                "off",
                "https://api.pwnedpasswords.com/range/",
                "Where to ask whether a new password has leaked; only five digits of its SHA-1 are sent",
            ),
            Self::SigningAlg => about(
                "signing_alg",
                "ALG",
                "EdDSA",
                "ES256",
                "Algorithm of new signing keys: EdDSA, ES256, RS256 or HS256",
            ),
            Self::KeyRotation => about(
                "key_rotation",
                "TIME|off",
                "90d",
                "30d",
                "Age at which a new signing key takes over, a day at least, or off",
            ),
            Self::ProfileClaims => {
                about("profile_claims", "true|false", "true", "false", "Whether access tokens carry name and address")
            }
            Self::Audience => about(
                "audience",
                "TEXT",
                "the public URL",
                "https://api.example.org",
                "Audience (aud) of access tokens",
            ),
            Self::Argon2 => about(
                "argon2",
                "COST",
                "m=19456,t=2,p=1",
                "m=65536,t=3,p=1",
                "Cost of hashing a password: KiB of memory, passes, lanes",
            ),
            Self::MetricsListen => {
                about("metrics_listen", "IP:PORT", "none", "127.0.0.1:9464", "Loopback address for /metrics")
            }
            Self::ShutdownDelay => about(
                "shutdown_delay",
                "TIME",
                "0s",
                "10s",
                "After SIGTERM: time for the load balancer to see /readyz fail before the port closes, at most 5m",
            ),
        }
    }

    /// The environment variable.
    pub fn variable(self) -> String {
        format!("LATCHKEY_{}", self.about().name.to_ascii_uppercase())
    }

    /// The flag, without dashes in front.
    pub fn flag(self) -> String {
        self.about().name.replace('_', "-")
    }

    /// The setting with this key in the file.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.about().name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_listed_once() {
        for (index, key) in Key::ALL.into_iter().enumerate() {
            assert_eq!(key as usize, index);
            assert_eq!(Key::from_name(key.about().name), Some(key));
        }
        assert_eq!(Key::ShutdownDelay as usize + 1, Key::ALL.len());
        assert_eq!(Key::PublicUrl.variable(), "LATCHKEY_PUBLIC_URL");
        assert_eq!(Key::PublicUrl.flag(), "public-url");
    }
}
