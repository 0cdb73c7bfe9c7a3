//! The list of settings: one line each, from which flags, environment variables, file keys and help are made.
//!
//! Adding a setting here makes the compiler ask for its meaning in `about` and for its place in [`super::Settings`]. What the help
//! says about it is in `crate::words::settings`.

use crate::words::settings as words;

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
    /// Who may register.
    SignUp,
    /// At which mail domains.
    SignUpDomains,
    /// Wrong passwords before an account slows down.
    SignInAttempts,
    /// Sign-ins of one network address.
    SignInsPerMinute,
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
    /// For how long sign-ins are remembered.
    RetentionSignIns,
    /// For how long changes of accounts are remembered.
    RetentionAccounts,
    /// For how long what administrators did is remembered.
    RetentionAdministration,
    /// For how long alarms are remembered.
    RetentionAlarms,
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

const fn about(name: &'static str, value: &'static str, example: &'static str, told: words::Told) -> About {
    About { name, value, default: told.default, example, help: told.help, secret: false }
}

const fn secret(mut about: About) -> About {
    about.secret = true;
    about
}

impl Key {
    /// Every setting, in the order of the help.
    pub const ALL: [Self; 32] = [
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
        Self::SignUp,
        Self::SignUpDomains,
        Self::SignInAttempts,
        Self::SignInsPerMinute,
        Self::BreachCheck,
        Self::SigningAlg,
        Self::KeyRotation,
        Self::ProfileClaims,
        Self::Audience,
        Self::Argon2,
        Self::RetentionSignIns,
        Self::RetentionAccounts,
        Self::RetentionAdministration,
        Self::RetentionAlarms,
        Self::MetricsListen,
        Self::ShutdownDelay,
    ];

    /// Its description.
    pub const fn about(self) -> About {
        match self {
            Self::Listen => about("listen", "IP:PORT", "0.0.0.0:3000", words::LISTEN),
            Self::PublicUrl => about("public_url", "URL", "https://login.example.org", words::PUBLIC_URL),
            Self::DataDir => about("data_dir", "DIR", "/var/lib/latchkey", words::DATA_DIR),
            Self::DatabaseUrl => secret(about(
                "database_url",
                "URL",
                "postgres://latchkey:PASSWORD@db.example.org/latchkey",
                words::DATABASE_URL,
            )),
            Self::DatabaseConnections => about("database_connections", "NUMBER", "16", words::DATABASE_CONNECTIONS),
            Self::MasterKey => {
                secret(about("master_key", "BASE64", "the output of `openssl rand -base64 32`", words::MASTER_KEY))
            }
            Self::AccessTtl => about("access_ttl", "TIME", "10m", words::ACCESS_TTL),
            Self::SmtpUrl => {
                secret(about("smtp_url", "URL", "smtps://user:PASSWORD@mail.example.org", words::SMTP_URL))
            }
            Self::MailFrom => about("mail_from", "MAILBOX", "Latchkey <latchkey@example.org>", words::MAIL_FROM),
            Self::TrustedProxies => {
                about("trusted_proxies", "NETWORKS", "10.0.0.0/8,192.168.1.7", words::TRUSTED_PROXIES)
            }
            Self::Limits => about("limits", "on|off", "on", words::LIMITS),
            Self::Log => about("log", "FILTER", "info,server=debug", words::LOG),
            Self::LogFormat => about("log_format", "text|json", "json", words::LOG_FORMAT),
            Self::InsecureCookies => about("insecure_cookies", "true|false", "true", words::INSECURE_COOKIES),
            Self::Stays => about("stays", "WORDS", "visit,day", words::STAYS),
            Self::MinPassword => about("min_password", "NUMBER", "15", words::MIN_PASSWORD),
            Self::SignUp => about("sign_up", "WORD", "invite", words::SIGN_UP),
            Self::SignUpDomains => {
                about("sign_up_domains", "DOMAINS", "example.org,.example.org", words::SIGN_UP_DOMAINS)
            }
            Self::SignInAttempts => about("sign_in_attempts", "NUMBER", "5", words::SIGN_IN_ATTEMPTS),
            Self::SignInsPerMinute => about("sign_ins_per_minute", "NUMBER", "20", words::SIGN_INS_PER_MINUTE),
            Self::BreachCheck => {
                about("breach_check", "URL|off", "https://api.pwnedpasswords.com/range/", words::BREACH_CHECK)
            }
            Self::SigningAlg => about("signing_alg", "ALG", "ES256", words::SIGNING_ALG),
            Self::KeyRotation => about("key_rotation", "TIME|off", "30d", words::KEY_ROTATION),
            Self::ProfileClaims => about("profile_claims", "true|false", "false", words::PROFILE_CLAIMS),
            Self::Audience => about("audience", "TEXT", "https://api.example.org", words::AUDIENCE),
            Self::Argon2 => about("argon2", "COST", "m=65536,t=3,p=1", words::ARGON2),
            Self::RetentionSignIns => about("retention_sign_ins", "TIME|forever", "400d", words::RETENTION_SIGN_INS),
            Self::RetentionAccounts => about("retention_accounts", "TIME|forever", "1100d", words::RETENTION_ACCOUNTS),
            Self::RetentionAdministration => {
                about("retention_administration", "TIME|forever", "3700d", words::RETENTION_ADMINISTRATION)
            }
            Self::RetentionAlarms => about("retention_alarms", "TIME|forever", "1100d", words::RETENTION_ALARMS),
            Self::MetricsListen => about("metrics_listen", "IP:PORT", "127.0.0.1:9464", words::METRICS_LISTEN),
            Self::ShutdownDelay => about("shutdown_delay", "TIME", "10s", words::SHUTDOWN_DELAY),
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
