//! Databases to move between, an installation with something in every table, and a look at every value past our own code.

use crate::support::{PASSWORD, START, device, master_key, postgres::Cluster, settings, temp_dir, tokens};
use identity::{
    Latchkey, Refusal, accounts,
    admin::{self, Admin},
    db::Db,
    keys,
    random::SeededSource,
    sessions::{self, Rotation},
    time::MovedClock,
    tokens::TokenPair,
    transfer::{self, LEFT, Progress, Sum, TABLES},
    words::{Role, Secret, Stay},
};
use sqlx::{AssertSqlSafe, Row};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

pub const BOTH: [On; 2] = [On::Sqlite, On::Postgres];

/// Room for databases of both kinds.
pub struct World {
    pub dir: tempfile::TempDir,
    pub clock: Arc<MovedClock>,
    cluster: Cluster,
    count: AtomicU64,
}

/// Who has an account in a filled installation.
#[derive(Clone)]
pub struct People {
    /// Signed in.
    pub alice: TokenPair,
    /// Was signed in, and was ended by herself from elsewhere.
    pub revoked: TokenPair,
}

impl World {
    pub fn start() -> Self {
        let clock = Arc::new(MovedClock::at(START));
        Self { dir: temp_dir(), clock, cluster: Cluster::start(), count: AtomicU64::new(1) }
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::SeqCst)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The URL of a database that holds nothing.
    pub async fn fresh(&self, on: On) -> String {
        let name = format!("home{}", self.next());
        match on {
            On::Sqlite => format!("sqlite:{}", self.path(&format!("{name}.db")).display()),
            On::Postgres => {
                let pool = sqlx::PgPool::connect(&self.cluster.url()).await.unwrap();
                sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&pool).await.unwrap();
                pool.close().await;
                self.cluster.url().replacen("/postgres?", &format!("/{name}?"), 1)
            }
        }
    }

    /// Opens the installation as a server would.
    pub async fn open(&self, url: &str) -> Result<Arc<Latchkey>, Refusal> {
        let random = Arc::new(SeededSource::new(1000 + self.next()));
        Latchkey::open(Db::open(url).await.unwrap(), settings(), master_key(), self.clock.clone(), random).await
    }

    /// Why it does not open.
    pub async fn refused(&self, url: &str) -> String {
        self.open(url).await.err().expect("it does not open").to_string()
    }

    /// `latchkey migrate --to`
    pub async fn relocate(&self, from: &str, to: &str) -> Result<Vec<Sum>, Refusal> {
        self.relocate_with(from, to, &|_| {}).await
    }

    pub async fn relocate_with(
        &self,
        from: &str,
        to: &str,
        report: &(dyn Fn(Progress) + Sync),
    ) -> Result<Vec<Sum>, Refusal> {
        let (source, target) = (Db::open(from).await.unwrap(), Db::open(to).await.unwrap());
        let done = transfer::relocate(&source, &target, &*self.clock, report).await;
        source.close().await;
        target.close().await;
        done
    }

    pub async fn backup(&self, from: &str, file: &str) -> Result<Vec<Sum>, Refusal> {
        let source = Db::open(from).await.unwrap();
        let done = transfer::backup(&source, &self.path(file), &*self.clock, &|_| {}).await;
        source.close().await;
        done
    }

    pub async fn restore(&self, file: &str, to: &str, choices: transfer::Choices) -> Result<Vec<Sum>, Refusal> {
        self.restore_with(file, to, choices, &|_| {}).await
    }

    pub async fn restore_with(
        &self,
        file: &str,
        to: &str,
        choices: transfer::Choices,
        report: &(dyn Fn(Progress) + Sync),
    ) -> Result<Vec<Sum>, Refusal> {
        let target = Db::open(to).await.unwrap();
        let done = transfer::restore(&self.path(file), &target, &master_key(), choices, &*self.clock, report).await;
        target.close().await;
        done
    }

    /// An installation with something in every table.
    pub async fn filled(&self, url: &str) -> People {
        let house = self.open(url).await.unwrap();
        let browser = device().with_cookie("a browser of hers");
        let sign_in = async |stay| {
            accounts::sign_in(&house, "alice@example.org", &Secret::new(PASSWORD), stay, &browser).await.unwrap()
        };
        for (name, role) in [("root", Role::Admin), ("alice", Role::User), ("bob", Role::User)] {
            let email = format!("{name}@example.org");
            let name = format!("{name} Ωmega 🦊");
            accounts::create_verified(&house, &name, &email, &Secret::new(PASSWORD), role).await.unwrap();
        }
        let (alice, revoked) = (sign_in(Stay::Forever).await, sign_in(Stay::Month).await);
        sessions::end_own(&house, &alice.viewer, revoked.viewer.session, &device()).await.unwrap();
        accounts::register(&house, "Carol", "carol@example.org", &Secret::new(PASSWORD), &device()).await.unwrap();
        let wrong = Secret::new("not the password at all");
        assert!(accounts::sign_in(&house, "bob@example.org", &wrong, Stay::Day, &device()).await.is_err());
        let bob = identity::words::EmailAddress::parse("bob@example.org").unwrap();
        let bob = admin::find_by_email(&house, &Admin::operator(), &bob).await.unwrap();
        admin::disable(&house, &admin::Proven::operator(), bob.id).await.unwrap();
        keys::rotate(&house, Duration::ZERO).await.unwrap();
        accounts::setup_link(&house).await.unwrap();
        house.close().await;
        self.crowd(url, 1200).await;
        self.panel(url).await;
        let empty: Vec<_> = self.dump(url).await.into_iter().filter(|(_, rows)| rows.is_empty()).collect();
        assert!(empty.is_empty(), "something in every table: {empty:?}");
        People { alice, revoked }
    }

    /// What the admin panel leaves in tables of its own.
    async fn panel(&self, url: &str) {
        let bytes = match on(url) {
            On::Sqlite => "x'00ff'",
            On::Postgres => "decode('00ff', 'hex')",
        };
        for row in [
            "roles values ('support', 'users:read', 1, 2)".to_owned(),
            "settings values ('sign_up', 'closed', 1)".to_owned(),
            "figures values ('0000000001 signed_in', 1, 'signed_in', 3)".to_owned(),
            format!("audit_chain values (1, 7, {bytes}, {bytes})"),
            format!("audit_gaps values (3, 1, {bytes})"),
        ] {
            self.run(url, &format!("insert into {row} on conflict do nothing")).await;
        }
    }

    /// More accounts than are read at a time, each with two sessions.
    async fn crowd(&self, url: &str, people: u32) {
        let (id, bytes) = match on(url) {
            On::Sqlite => ("randomblob(16)", "randomblob(32)"),
            On::Postgres => ("gen_random_uuid()", "decode(md5(random()::text), 'hex')"),
        };
        self.run(
            url,
            &format!(
                "insert into users (id, email, name, name_key, role, password_hash, created_at, tokens_void_before)
                 with recursive n (i) as (select 1 union all select i + 1 from n where i < {people})
                 select {id}, 'crowd' || i || '@example.org', 'Crowd', 'crowd', 'user', '', i, 0 from n"
            ),
        )
        .await;
        self.run(
            url,
            &format!(
                "insert into sessions (id, user_id, secret, generation, created_at, rotated_at, stay, user_agent, ip)
                 with two (i) as (select 1 union all select 2)
                 select {id}, users.id, {bytes}, i, i, i, 'day', '', '' from users, two where name_key = 'crowd'"
            ),
        )
        .await;
    }

    /// One statement, past the rules.
    pub async fn run(&self, url: &str, sql: &str) {
        self.try_run(url, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub async fn try_run(&self, url: &str, sql: &str) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        let db = Db::open(url).await.unwrap();
        let done = match &db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.map(drop),
            Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop),
        };
        db.close().await;
        done
    }

    /// One number.
    pub async fn number(&self, url: &str, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        let db = Db::open(url).await.unwrap();
        let found = match &db {
            Db::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await,
            Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        };
        db.close().await;
        found.unwrap()
    }

    /// Every value of every table that is carried over, as text, found by what the database itself says of its columns.
    pub async fn dump(&self, url: &str) -> Vec<(String, Vec<Vec<Option<String>>>)> {
        let mut tables = Vec::new();
        for (table, columns) in self.columns(url).await {
            if LEFT.iter().any(|(left, _)| *left == table) {
                continue;
            }
            let stays: &[&str] = TABLES.iter().find(|known| known.name == table).map_or(&[], |known| known.left);
            let shown: Vec<String> = columns
                .iter()
                .filter(|(name, _)| !stays.contains(&name.as_str()))
                .map(|(name, kind)| {
                    let shown = match kind.to_lowercase().as_str() {
                        "blob" => format!("lower(hex({name}))"),
                        "bytea" => format!("encode({name}, 'hex')"),
                        "uuid" => format!("replace({name}::text, '-', '')"),
                        _ => format!("cast({name} as text)"),
                    };
                    // SQLite's hex of nothing is an empty text.
                    format!("case when {name} is null then null else {shown} end")
                })
                .collect();
            let sql = AssertSqlSafe(format!("select {} from {table}", shown.join(", ")));
            let width = shown.len();
            let db = Db::open(url).await.unwrap();
            let mut rows: Vec<Vec<Option<String>>> = match &db {
                Db::Sqlite { read, .. } => {
                    let rows = sqlx::query(sql).fetch_all(read).await.unwrap();
                    rows.iter().map(|row| (0..width).map(|at| row.get(at)).collect()).collect()
                }
                Db::Postgres(pool) => {
                    let rows = sqlx::query(sql).fetch_all(pool).await.unwrap();
                    rows.iter().map(|row| (0..width).map(|at| row.get(at)).collect()).collect()
                }
            };
            db.close().await;
            rows.sort();
            tables.push((table, rows));
        }
        tables
    }

    /// Tables and their columns with types, as the database tells them, both by name.
    pub async fn columns(&self, url: &str) -> Vec<(String, Vec<(String, String)>)> {
        const OF_SQLITE: &str = "select m.name, c.name, c.type from sqlite_master m, pragma_table_info(m.name) c
                                  where m.type = 'table' and m.name not like 'sqlite%' order by m.name, c.name";
        const OF_POSTGRES: &str =
            "select table_name::text, column_name::text, data_type::text from information_schema.columns
                                    where table_schema = 'public' order by 1, 2";
        let db = Db::open(url).await.unwrap();
        let found: Vec<(String, String, String)> = match &db {
            Db::Sqlite { read, .. } => sqlx::query_as(OF_SQLITE).fetch_all(read).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_as(OF_POSTGRES).fetch_all(pool).await.unwrap(),
        };
        db.close().await;
        let mut tables: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for (table, column, kind) in found {
            match tables.last_mut() {
                Some((last, columns)) if *last == table => columns.push((column, kind)),
                _ => tables.push((table, vec![(column, kind)])),
            }
        }
        tables
    }

    /// Alice renews her session, and the one that was ended stays ended.
    pub async fn people_are_as_before(&self, url: &str, people: &mut People) {
        let house = self.open(url).await.unwrap();
        self.clock.advance(Duration::from_secs(700));
        people.alice = tokens(sessions::renew(&house, &people.alice.refresh, &device()).await.unwrap());
        let ended = sessions::renew(&house, &people.revoked.refresh, &device()).await.unwrap();
        assert!(matches!(ended, Rotation::Ended(_)), "{ended:?}");
        house.close().await;
    }
}

/// Which kind of database a URL names.
pub fn on(url: &str) -> On {
    if url.starts_with("sqlite:") { On::Sqlite } else { On::Postgres }
}
