//! How the installation itself fares: the database, letters, signing keys, clocks, this process. Each part for whoever may read what it
//! is about, and each by a question that is answered at once however much there is.

use super::Admin;
use crate::{
    Latchkey, Refusal, audit,
    db::{on, schema_version, statements},
    keys, mail,
    time::Timestamp,
    words::Permission,
};
use serde::{Deserialize, Serialize};
use std::time::Instant;

statements! {
    /// By the index of letters that were not sent: what is due first was posted first, unless it was tried since.
    OLDEST_WAITING = "select min(created_at)
                        from (select created_at from letters where sent_at is null and sealed is not null order by due_at limit 10001) l";
    /// What failed last is due last. No more than so many of those that were tried are looked at.
    LAST_FAILURE = concat!(
        "select failure from (select failure, due_at from letters where ",
        mail::tried!(),
        " order by due_at desc limit 10001) l
          where failure is not null order by due_at desc limit 1"
    );
}

/// The database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseHealth {
    /// Whether it is a server that several nodes may share, PostgreSQL, and not a file, SQLite.
    pub shared: bool,
    /// How long it took to answer, in microseconds.
    pub answered_in: u64,
    /// What it takes on the disk, in bytes.
    pub size: i64,
    /// The version of its schema.
    pub schema: i64,
    /// How far our clock is from its, in milliseconds, where that is too far.
    pub clock_off: Option<i64>,
}

/// This process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessHealth {
    /// The version of Latchkey.
    pub version: String,
    /// Since when it runs, in milliseconds since 1970.
    pub since: i64,
}

/// Letters on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterHealth {
    /// Not tried yet.
    pub waiting: i64,
    /// Tried in vain, and to be tried again.
    pub failing: i64,
    /// Given up within a week.
    pub given_up: i64,
    /// Since when the oldest of them waits, in milliseconds since 1970.
    pub oldest: Option<i64>,
    /// What the last failure was.
    pub failure: Option<String>,
}

/// The key that signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyHealth {
    /// Its id.
    pub kid: String,
    /// Its algorithm.
    pub alg: String,
    /// Since when it signs, in milliseconds since 1970.
    pub since: i64,
    /// When another will take over, if that is known.
    pub until: Option<i64>,
}

/// The audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHealth {
    /// How many entries are chained.
    pub sealed: i64,
    /// How many have no place yet. More than a few are a sign that nobody seals.
    pub waiting: i64,
}

/// The parts the reader may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// With `settings:read`.
    pub database: Option<DatabaseHealth>,
    /// With `settings:read`.
    pub process: Option<ProcessHealth>,
    /// With `letters:read`.
    pub letters: Option<LetterHealth>,
    /// With `keys:read`.
    pub key: Option<KeyHealth>,
    /// With `audit:read`.
    pub log: Option<LogHealth>,
}

/// How the installation fares.
///
/// # Errors
/// When the database does not answer.
pub async fn health(house: &Latchkey, admin: &Admin) -> Result<Health, Refusal> {
    let may = |permission| admin.may(permission).is_ok();
    let mut health = Health::default();
    if may(Permission::SettingsRead) {
        health.database = Some(database(house).await?);
        health.process =
            Some(ProcessHealth { version: env!("CARGO_PKG_VERSION").to_owned(), since: house.opened_at.0 });
    }
    if may(Permission::LettersRead) {
        health.letters = Some(letters(house).await?);
    }
    if may(Permission::KeysRead) {
        health.key = signing(house).await?;
    }
    if may(Permission::AuditRead) {
        let audit::Standing { seq, waiting, .. } = audit::standing(house).await?;
        health.log = Some(LogHealth { sealed: seq, waiting });
    }
    Ok(health)
}

async fn database(house: &Latchkey) -> Result<DatabaseHealth, Refusal> {
    let asked = Instant::now();
    house.ping().await?;
    let answered_in = u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(DatabaseHealth {
        shared: house.db.is_shared(),
        answered_in,
        size: house.db.size().await?,
        // Nobody opens a database with another.
        schema: schema_version(),
        clock_off: house.clock_difference().await?,
    })
}

async fn letters(house: &Latchkey) -> Result<LetterHealth, Refusal> {
    let mail::Standing { waiting, failing, given_up } = mail::standing(house).await?;
    let oldest: Option<Timestamp> = on!(house.db, read, |p| sqlx::query_scalar(OLDEST_WAITING).fetch_one(p).await)?;
    let failure: Option<String> = on!(house.db, read, |p| sqlx::query_scalar(LAST_FAILURE).fetch_optional(p).await)?;
    Ok(LetterHealth { waiting, failing, given_up, oldest: oldest.map(|at| at.0), failure })
}

async fn signing(house: &Latchkey) -> Result<Option<KeyHealth>, Refusal> {
    let now = house.now();
    let kid = house.keyring().signer_kid(now).to_owned();
    let key = keys::list(house).await?.into_iter().find(|key| key.kid == kid);
    Ok(key.map(|key| {
        let rotation = house.settings.key_rotation.map(|age| key.signs_from.plus(age));
        let until = key.retired_at.or(rotation).map(|at| at.0);
        KeyHealth { kid: key.kid, alg: key.alg, since: key.signs_from.0, until }
    }))
}
