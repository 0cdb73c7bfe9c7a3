//! An installation in a temporary folder, with a clock that moves only when told and randomness that repeats itself.
#![allow(dead_code, unused_imports)] // every test binary uses another part

pub mod authority;
pub mod database;
pub mod mailbox;
pub mod postgres;

use database::TestDatabase;
use identity::{
    Latchkey, Refusal, Settings, accounts,
    db::Db,
    keys::MasterKey,
    random::SeededSource,
    sessions::{self, Device, Rotation},
    time::{MovedClock, Timestamp},
    tokens::TokenPair,
    words::{Role, Secret, Stay},
};
use sqlx::{AssertSqlSafe, FromRow, postgres::PgRow, sqlite::SqliteRow};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// A Tuesday in November.
pub const START: Timestamp = Timestamp(1_795_000_000_000);

/// A password that passes every rule.
pub const PASSWORD: &str = "correct horse battery staple";

/// The house and what moves it.
pub struct TestHouse {
    pub house: Arc<Latchkey>,
    pub clock: Arc<MovedClock>,
    pub dir: tempfile::TempDir,
    /// Its database, for looking into the tables behind its back.
    pub db: Db,
    url: String,
    own: Option<TestDatabase>,
    seeds: AtomicU64,
}

/// Runs the same expression on whichever database a house lives on: `look!(home, |p| sqlx::query(SQL).execute(p).await)`.
macro_rules! look {
    ($home:expr, |$pool:ident| $body:expr) => {
        match &$home.db {
            identity::db::Db::Sqlite { write: $pool, .. } => $body,
            identity::db::Db::Postgres($pool) => $body,
        }
    };
}
pub(crate) use look;

/// A folder in memory where there is one: a test need not wait for a disk to be durable.
pub fn temp_dir() -> tempfile::TempDir {
    let shm = Path::new("/dev/shm");
    let made = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
    made.expect("a temporary folder can be made")
}

pub fn master_key() -> MasterKey {
    MasterKey::generate(&SeededSource::new(99))
}

/// Another installation's.
pub fn other_master_key() -> MasterKey {
    MasterKey::generate(&SeededSource::new(100))
}

pub fn settings() -> Settings {
    Settings::new("https://id.example.org".parse().unwrap())
}

impl TestHouse {
    /// On a fresh database.
    pub async fn start() -> Self {
        Self::with(settings()).await
    }

    /// On a fresh database, with other settings.
    pub async fn with(settings: Settings) -> Self {
        Self::founded(settings, master_key()).await
    }

    /// Another installation: everything alike but the master key.
    pub async fn with_master(master: MasterKey) -> Self {
        Self::founded(settings(), master).await
    }

    /// On the database at `url`, whatever the environment says.
    pub async fn at(url: &str) -> Self {
        Self::on(url, settings(), master_key(), temp_dir()).await
    }

    async fn founded(settings: Settings, master: MasterKey) -> Self {
        let dir = temp_dir();
        let own = TestDatabase::new(dir.path()).await;
        let home = Self::on(own.url(), settings, master, dir).await;
        Self { own: Some(own), ..home }
    }

    async fn on(url: &str, settings: Settings, master: MasterKey, dir: tempfile::TempDir) -> Self {
        let db = Db::open(url).await.unwrap();
        let clock = Arc::new(MovedClock::at(START));
        let random = Arc::new(SeededSource::new(7));
        let house = Latchkey::open(db.clone(), settings, master, clock.clone(), random).await.unwrap();
        Self { house, clock, dir, db, url: url.to_owned(), own: None, seeds: AtomicU64::new(8) }
    }

    /// Opens the same database once more, as another process would: perhaps with other settings or another key. The clock is
    /// shared.
    pub async fn reopen(&self, settings: Settings, master: MasterKey) -> Result<Arc<Latchkey>, Refusal> {
        let db = Db::open(&self.url).await.unwrap();
        // Two processes that make the same ids would be an accident of this test only.
        let seed = self.seeds.fetch_add(1, Ordering::Relaxed);
        Latchkey::open(db, settings, master, self.clock.clone(), Arc::new(SeededSource::new(seed))).await
    }

    /// So many processes on the same database, this one among them.
    pub async fn nodes(&self, count: usize) -> Vec<Arc<Latchkey>> {
        let mut nodes = vec![self.house.clone()];
        while nodes.len() < count {
            nodes.push(self.reopen(self.house.settings.clone(), master_key()).await.unwrap());
        }
        nodes
    }

    /// The database that was made for this house.
    pub fn database(&self) -> &TestDatabase {
        self.own.as_ref().expect("a database of its own")
    }

    /// What a query answers, past the rules.
    pub async fn rows<R>(&self, sql: &str) -> Vec<R>
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let sql = AssertSqlSafe(sql.to_owned());
        look!(self, |p| sqlx::query_as(sql).fetch_all(p).await).unwrap()
    }

    /// The only row of a query.
    pub async fn row<R>(&self, sql: &str) -> R
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut rows = self.rows(sql).await;
        assert_eq!(rows.len(), 1, "one row: {sql}");
        rows.remove(0)
    }

    /// Changes something past the rules; answers how many rows.
    pub async fn change(&self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        look!(self, |p| sqlx::query(sql).execute(p).await.map(|done| done.rows_affected())).unwrap()
    }

    /// A confirmed account.
    pub async fn person(&self, name: &str) -> Uuid {
        self.account(name, Role::User).await
    }

    /// The same at an address of its own.
    pub async fn person_at(&self, name: &str, email: &str) -> Uuid {
        accounts::create_verified(&self.house, name, email, &Secret::new(PASSWORD), Role::User).await.unwrap()
    }

    pub async fn account(&self, name: &str, role: Role) -> Uuid {
        let email = format!("{name}@example.org");
        accounts::create_verified(&self.house, name, &email, &Secret::new(PASSWORD), role).await.unwrap()
    }

    /// Signs in.
    pub async fn sign_in(&self, name: &str, stay: Stay) -> TokenPair {
        let email = format!("{name}@example.org");
        accounts::sign_in(&self.house, &email, &Secret::new(PASSWORD), stay, &device()).await.unwrap()
    }

    /// Presents a refresh token.
    pub async fn renew(&self, pair: &TokenPair) -> Rotation {
        sessions::renew(&self.house, &pair.refresh, &device()).await.unwrap()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

pub fn device() -> Device {
    Device::new("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
}

/// The tokens of a rotation that gave some.
pub fn tokens(rotation: Rotation) -> TokenPair {
    match rotation {
        Rotation::Renewed(pair) | Rotation::Raced(pair) => pair,
        other => panic!("no tokens: {other:?}"),
    }
}
