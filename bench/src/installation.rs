//! Opening an installation the way `latchkey` itself does: the same settings, the same key file, the same migrations.

use crate::seed::Dialect;
use anyhow::Result;
use identity::Latchkey;
use server::{
    settings::{Given, Layer, Settings},
    start,
};
use std::{ffi::OsString, path::PathBuf, sync::Arc, time::SystemTime};

/// Where an installation is.
pub struct Place {
    /// Its folder.
    pub data_dir: PathBuf,
    /// Its PostgreSQL database; without one, a file in the folder.
    pub database_url: Option<String>,
}

impl Place {
    /// Settings as an operator would give them, with nothing from this process's environment.
    ///
    /// # Errors
    /// When the folder or the URL cannot be used.
    pub fn settings(&self) -> Result<Settings> {
        let mut given = vec![
            ("LATCHKEY_DATA_DIR", self.data_dir.as_os_str().to_owned()),
            ("LATCHKEY_PUBLIC_URL", OsString::from("https://id.example.org")),
            // Limits per address and per account would be measured instead of what lies behind them.
            ("LATCHKEY_LIMITS", OsString::from("off")),
        ];
        if let Some(url) = &self.database_url {
            given.push(("LATCHKEY_DATABASE_URL", OsString::from(url)));
        }
        let given = given.into_iter().map(|(name, value)| (OsString::from(name), value));
        // A settings file of the working directory is somebody else's.
        let given = Given::read(Layer::new(), None, given, &self.data_dir)?;
        Ok(Settings::parse(given)?)
    }

    /// Opens it, or founds it where there is none.
    ///
    /// # Errors
    /// As a start of `latchkey`.
    pub async fn open(&self) -> Result<Arc<Latchkey>> {
        Ok(start::open(&self.settings()?).await?)
    }

    /// Where the database is, if it is a file.
    pub fn file(&self) -> PathBuf {
        self.data_dir.join("latchkey.db")
    }

    /// The URL by which a driver reaches the database.
    pub fn url(&self) -> String {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite://{}", self.file().display()),
        }
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self, table: &str) -> Result<i64> {
        crate::seed::Bulk::beside(&self.url()).await?.number(&format!("select count(*) from {table}")).await
    }

    /// Lets the time of so many accounts have come, those with most sessions and events: they are erased by the next job.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn make_leave(&self, accounts: u32) -> Result<()> {
        let mut bulk = crate::seed::Bulk::beside(&self.url()).await?;
        let who = format!("select id from users where role = 'user' order by id limit {accounts}");
        // Their rows stay until no access token of theirs can be alive; as if that were so.
        let over = "update sessions set ended_at = created_at, end_cause = 'deletion_requested'";
        bulk.run(&format!("{over} where user_id in ({who}) and ended_at is null")).await?;
        bulk.run(&format!("update users set delete_at = 1 where id in ({who})")).await?;
        Ok(())
    }

    /// Records so many events at once that wait for their places in the chain, as after an outage of what gives them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn make_wait(&self, events: u32) -> Result<()> {
        let mut bulk = crate::seed::Bulk::beside(&self.url()).await?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
        // Of this moment, as ids are.
        let id = match bulk.dialect() {
            Dialect::Sqlite => format!("unhex(printf('%012x7000%s', {now}, hex(randomblob(8))))"),
            Dialect::Postgres => {
                format!("(lpad(to_hex({now}::bigint), 12, '0') || '7000' || substr(md5(id::text), 1, 16))::uuid")
            }
        };
        bulk.run(&format!(
            "insert into events (id, at, kind, actor_id, subject_id, ip, detail)
             select {id}, {now}, kind, actor_id, subject_id, ip, detail from events order by id desc limit {events}"
        ))
        .await?;
        Ok(())
    }
}
