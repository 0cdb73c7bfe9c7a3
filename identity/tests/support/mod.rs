//! An installation in a temporary folder, with a clock that moves only when told and randomness that repeats itself.
#![allow(dead_code)] // every test binary uses another part

pub mod mailbox;
pub mod postgres;

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
use std::{path::Path, sync::Arc, time::Duration};
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
}

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
    /// On a fresh SQLite file.
    pub async fn start() -> Self {
        Self::with(settings()).await
    }

    /// On a fresh SQLite file, with other settings.
    pub async fn with(settings: Settings) -> Self {
        let dir = temp_dir();
        let db = Db::open_file(&dir.path().join("latchkey.db")).await.unwrap();
        Self::on(db, settings, dir).await
    }

    /// Another installation: everything alike but the master key.
    pub async fn with_master(master: MasterKey) -> Self {
        let dir = temp_dir();
        let db = Db::open_file(&dir.path().join("latchkey.db")).await.unwrap();
        Self::founded(db, settings(), master, dir).await
    }

    /// On a given database.
    pub async fn on(db: Db, settings: Settings, dir: tempfile::TempDir) -> Self {
        Self::founded(db, settings, master_key(), dir).await
    }

    async fn founded(db: Db, settings: Settings, master: MasterKey, dir: tempfile::TempDir) -> Self {
        let clock = Arc::new(MovedClock::at(START));
        let random = Arc::new(SeededSource::new(7));
        let house = Latchkey::open(db, settings, master, clock.clone(), random).await.unwrap();
        Self { house, clock, dir }
    }

    /// A second connection to the same file: what another process sees and does.
    pub async fn sqlite(&self) -> sqlx::SqlitePool {
        let path = self.dir.path().join("latchkey.db");
        sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap()
    }

    /// Opens the same file once more, as another process would: perhaps with other settings or another key. The clock is shared.
    pub async fn reopen(&self, settings: Settings, master: MasterKey) -> Result<Arc<Latchkey>, Refusal> {
        let db = Db::open_file(&self.dir.path().join("latchkey.db")).await.unwrap();
        Latchkey::open(db, settings, master, self.clock.clone(), Arc::new(SeededSource::new(8))).await
    }

    /// A confirmed account.
    pub async fn person(&self, name: &str) -> Uuid {
        self.account(name, Role::User).await
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
