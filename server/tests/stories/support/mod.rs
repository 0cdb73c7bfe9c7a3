//! One installation in a temporary folder behind the real router: real layers, real rules, a real database of either kind. The
//! clock moves only when told, and randomness repeats itself. Nothing here listens or sleeps.

mod answer;
mod browser;
#[path = "../../../../identity/tests/support/database.rs"]
mod database;
pub mod form;
pub mod mailbox;
pub mod routes;

pub use answer::Answer;
pub use browser::{Browser, Kind, encoded};

use axum::Router;
use database::TestDatabase;
use identity::{
    Latchkey, Settings as Rules, accounts,
    admin::{self, Admin, Wish},
    db::Db,
    keys::MasterKey,
    random::SeededSource,
    sessions::{self, Device},
    time::{MovedClock, Timestamp},
    tokens::TokenPair,
    words::{EmailAddress, Role, Secret, SessionView, Stay},
};
use server::{
    http::{self, mailbox as dev_mailbox},
    settings::{Given, Layer, Settings},
    start,
};
use std::{
    ffi::OsString,
    net::IpAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// A Tuesday in November.
const START: Timestamp = Timestamp(1_795_000_000_000);

/// Where the installation is reached.
pub const ORIGIN: &str = "https://id.example.org";

/// A password that passes every rule.
pub const PASSWORD: &str = "correct horse battery staple";

/// What the cookies are called, and what follows their value.
pub const ACCESS: &str = "__Host-Http-access";
pub const REFRESH: &str = "__Host-Http-refresh";
pub const FLASH: &str = "__Host-Http-flash";
pub const DEVICE: &str = "__Host-Http-device";

/// Just longer than an access token lives.
pub const ACCESS_LIFE: u64 = 10 * 60;

/// Just longer than a replaced refresh token stays good.
pub const WINDOW: u64 = 20;

pub const MINUTE: u64 = 60;
pub const HOUR: u64 = 3600;
pub const DAY: u64 = 24 * HOUR;

/// The installation and what moves it.
pub struct TestApp {
    pub house: Arc<Latchkey>,
    pub clock: Arc<MovedClock>,
    pub dir: tempfile::TempDir,
    router: Router,
    addresses: AtomicU32,
    seen: Seen,
    pub database: TestDatabase,
}

/// Every answer that any browser of an installation has received.
pub type Seen = Arc<Mutex<Vec<Answer>>>;

impl TestApp {
    /// With the default settings.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With other settings, as environment variables.
    pub async fn with(more: &[(&str, &str)]) -> Self {
        let dir = temp_dir();
        let database = TestDatabase::new(dir.path()).await;
        let settings = settings(dir.path(), &database, more);
        let clock = Arc::new(MovedClock::at(START));
        let house = open(&database, &settings.rules, clock.clone(), 7).await;
        let router = http::router(start::site(&settings, house.clone()), dev_mailbox::routes(&settings));
        Self { house, clock, dir, router, addresses: AtomicU32::new(1), seen: Seen::default(), database }
    }

    /// The same installation as another process sees it.
    pub async fn reopen(&self) -> Arc<Latchkey> {
        open(&self.database, &self.house.settings, self.clock.clone(), 8).await
    }

    /// A browser without JavaScript, on a network address of its own.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), self.clock.clone(), self.address(), self.seen.clone())
    }

    /// A program, or a script on one of our pages: asks for JSON.
    pub fn program(&self) -> Browser {
        self.browser().asking(Kind::Json)
    }

    fn address(&self) -> IpAddr {
        let n = self.addresses.fetch_add(1, Ordering::Relaxed);
        IpAddr::from([198, 18, (n >> 8) as u8, n as u8])
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// A confirmed account: `alice` is alice@example.org.
    pub async fn account(&self, name: &str, role: Role) -> Uuid {
        let password = Secret::new(PASSWORD);
        accounts::create_verified(&self.house, name, &email(name), &password, role).await.unwrap()
    }

    /// Tokens of a new session, without a request.
    pub async fn tokens(&self, name: &str, stay: Stay) -> TokenPair {
        let device = Device::new("198.18.0.0", "Story");
        accounts::sign_in(&self.house, &email(name), &Secret::new(PASSWORD), stay, &device).await.unwrap()
    }

    /// A browser that signed in a moment ago, for a day.
    pub async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        browser.take(&self.tokens(name, Stay::Day).await);
        browser
    }

    /// A browser of the administrator `root` who acts as somebody, and its tokens.
    pub async fn acting(&self, name: &str, writes: bool) -> Browser {
        let root = self.tokens("root", Stay::Day).await;
        let mut browser = self.browser();
        browser.take(&self.acting_as(name, writes, &root).await);
        browser
    }

    /// The tokens of whoever acts as somebody, coming from the session of an administrator.
    pub async fn acting_as(&self, name: &str, writes: bool, root: &TokenPair) -> TokenPair {
        let address = EmailAddress::parse(&email(name)).unwrap();
        let of = admin::find_by_email(&self.house, &Admin::operator(), &address).await.unwrap().id;
        let proof = sessions::prove(&self.house, &root.viewer).await.unwrap();
        let admin = Admin::of(&root.viewer, &Device::new("198.18.0.0", "Story")).unwrap().proven(&proof).unwrap();
        let wish = Wish { of, reason: "They asked for help", writes, returns: true };
        admin::impersonate(&self.house, &admin, &root.viewer, &wish).await.unwrap()
    }

    /// The living sessions of an account, newest first.
    pub async fn sessions(&self, user: Uuid) -> Vec<SessionView> {
        sessions::list(&self.house, user).await.unwrap()
    }

    /// The generation of an account's only living session.
    pub async fn generation(&self, user: Uuid) -> i64 {
        let sessions = self.sessions(user).await;
        assert_eq!(sessions.len(), 1, "one living session");
        sessions[0].generation
    }

    /// Everything that requests could change, as text to compare: accounts, living sessions, events.
    pub async fn state(&self) -> String {
        let filter = admin::Filter { limit: 200, ..admin::Filter::default() };
        let users = admin::users(&self.house, &Admin::operator(), &filter).await.unwrap().items;
        let mut sessions = Vec::new();
        for user in &users {
            sessions.push(self.sessions(user.id).await);
        }
        format!("{users:#?}\n{sessions:#?}\n{:?}", self.events().await)
    }

    /// All answers so far.
    pub fn seen(&self) -> Vec<Answer> {
        self.seen.lock().unwrap().clone()
    }

    /// What has happened, oldest first, in words.
    pub async fn events(&self) -> Vec<String> {
        let mut events = admin::audit(&self.house, &Admin::operator(), None, None, 200).await.unwrap().items;
        events.reverse();
        events.into_iter().map(|event| event.kind).collect()
    }
}

async fn open(database: &TestDatabase, rules: &Rules, clock: Arc<MovedClock>, seed: u64) -> Arc<Latchkey> {
    let db = Db::open(database.url()).await.unwrap();
    let master = MasterKey::generate(&SeededSource::new(99));
    Latchkey::open(db, rules.clone(), master, clock, Arc::new(SeededSource::new(seed))).await.unwrap()
}

/// The address of a person.
pub fn email(name: &str) -> String {
    format!("{name}@example.org")
}

/// A folder in memory where there is one: a test need not wait for a disk to be durable.
fn temp_dir() -> tempfile::TempDir {
    let shm = Path::new("/dev/shm");
    let made = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
    made.expect("a temporary folder can be made")
}

/// Settings as an operator gives them, without a settings file.
fn settings(data: &Path, database: &TestDatabase, more: &[(&str, &str)]) -> Settings {
    let mut given = vec![("LATCHKEY_DATA_DIR", data.to_str().unwrap()), ("LATCHKEY_PUBLIC_URL", ORIGIN)];
    if database.is_postgres() {
        given.push(("LATCHKEY_DATABASE_URL", database.url()));
    }
    let variables = given.iter().chain(more).map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Settings::parse(Given::read(Layer::new(), None, variables, Path::new("/nowhere")).unwrap()).unwrap()
}
