//! Some of what an installation holds, to ask for: accounts, and places in the middle of lists.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

/// Different ones of everything, so that not one row alone is in memory.
pub const MANY: usize = 40;

/// Rows of a page.
const PAGE: i64 = 25;

/// An account: id, address, name as it is searched, last sign-in or 0.
pub type Account = (Uuid, String, String, i64);

/// The sample.
pub struct Sample {
    /// From everywhere.
    pub accounts: Vec<Account>,
    /// Around page 10 000 of the list, or its middle where it is shorter: by id, by address, by name, by last sign-in.
    pub by_id: Account,
    pub by_address: Account,
    pub by_name: Account,
    pub by_seen: Account,
    /// The event at the same place of the log.
    pub event: Uuid,
    /// An administrator who has done something.
    pub admin: Uuid,
    /// An account with more events than most.
    pub busy: Uuid,
}

impl Sample {
    /// Takes it from the database behind the installation's back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Self::of(&mut Looker::Sqlite(SqliteConnection::connect(url).await?)).await
        } else {
            Self::of(&mut Looker::Postgres(PgConnection::connect(url).await?)).await
        }
    }

    async fn of(db: &mut Looker) -> Result<Self> {
        let users = db.number("select count(*) from users").await?;
        let events = db.number("select count(*) from events").await?;
        let place = |count: i64| (count / 2).min(10_000 * PAGE);
        let mut accounts = Vec::new();
        let columns = "select id, email, name_key, coalesce(last_sign_in_at, 0) from users";
        for step in 0..MANY as i64 {
            let sql = format!("{columns} order by id limit 1 offset {}", users * step / MANY as i64);
            accounts.push(db.account(&sql).await?);
        }
        let mut at = Vec::new();
        for order in ["id desc", "email", "name_key, id", "coalesce(last_sign_in_at, 0) desc, id desc"] {
            at.push(db.account(&format!("{columns} order by {order} limit 1 offset {}", place(users))).await?);
        }
        let [by_id, by_address, by_name, by_seen] = <[_; 4]>::try_from(at).ok().context("four orders")?;
        let event = db.id(&format!("select id from events order by id desc limit 1 offset {}", place(events))).await?;
        let admin = db.id("select actor_id from events where kind = 'role_changed' limit 1").await?;
        let busy = db.id("select id from users order by id limit 1").await?;
        Ok(Self { accounts, by_id, by_address, by_name, by_seen, event, admin, busy })
    }

    /// The account of a run.
    pub fn account(&self, run: u32) -> &Account {
        &self.accounts[run as usize % self.accounts.len()]
    }
}

/// Places in the list of accounts, as `identity::admin::Cursor` writes them.
pub fn cursor(order: char, key: &[&[u8]]) -> String {
    let mut bytes = vec![order as u8, 0, 0];
    key.iter().for_each(|part| bytes.extend(*part));
    URL_SAFE_NO_PAD.encode(bytes)
}

enum Looker {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

macro_rules! ask {
    ($looker:expr, $sql:expr, $ask:ident) => {{
        let sql = AssertSqlSafe($sql.to_owned());
        match $looker {
            Looker::Sqlite(c) => sqlx::$ask(sql).fetch_one(c).await,
            Looker::Postgres(c) => sqlx::$ask(sql).fetch_one(c).await,
        }
        .with_context(|| $sql.to_owned())
    }};
}

impl Looker {
    async fn number(&mut self, sql: &str) -> Result<i64> {
        ask!(self, sql, query_scalar)
    }

    async fn id(&mut self, sql: &str) -> Result<Uuid> {
        ask!(self, sql, query_scalar)
    }

    async fn account(&mut self, sql: &str) -> Result<Account> {
        ask!(self, sql, query_as)
    }
}
