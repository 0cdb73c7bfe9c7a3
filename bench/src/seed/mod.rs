//! Filling an installation in minutes with what years of use leave behind.
//!
//! Latchkey founds it and makes the account to sign in with; everything else is written by the database itself from running numbers,
//! a few million rows with one statement, and indexes are made when the rows are there. What the rows look like is `shape`'s business.
//!
//! Events have their places in the chain and hashes of the right length, but the hashes are no digests of anything: computing ten million
//! would measure the computer. A seeded installation therefore fails `latchkey audit verify`, as it should.

mod bulk;
mod shape;
mod words;

use crate::installation::Place;
use anyhow::{Result, ensure};
pub use bulk::Bulk;
use identity::{
    accounts,
    words::{Role, Secret},
};
pub use shape::Dialect;
use shape::Shape;
use std::time::{Duration, Instant, SystemTime};

/// Who can sign in: an administrator.
pub const EMAIL: &str = "scale@example.org";

/// With this password. So can everybody else who was made here.
pub const PASSWORD: &str = "correct horse battery staple";

/// Rows of one statement.
const CHUNK: u32 = 500_000;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub users: u32,
    pub sessions: u32,
    pub events: u32,
}

impl Sizes {
    /// Five sessions and ten events to an account, unless said otherwise.
    pub fn of(users: u32, sessions: Option<u32>, events: Option<u32>) -> Self {
        let times = |n: u32| users.saturating_mul(n).min(100_000_000);
        Self { users, sessions: sessions.unwrap_or(times(5)).max(1), events: events.unwrap_or(times(10)).max(1) }
    }
}

/// Founds an installation at a place where there is none, and fills it.
///
/// # Errors
/// When something is there already: then nothing was written. When the database does not do its part, the place should be cleared.
pub async fn fill(place: &Place, sizes: Sizes) -> Result<()> {
    let began = Instant::now();
    // Before anything else: whoever is made below can sign in with a password that everybody can read here.
    nothing_is_there(place).await?;
    let house = place.open().await?;
    accounts::create_verified(&house, "Scale", EMAIL, &Secret::new(PASSWORD), Role::Admin).await?;
    house.close().await;
    let mut bulk = Bulk::open(&place.url()).await?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis() as i64;
    let shape = Shape { dialect: bulk.dialect(), sizes, now: now - 60_000 };
    for (name, permissions) in words::ROLES {
        let sql = format!(
            "insert into roles (name, permissions, created_at, changed_at) values ('{name}', '{permissions}', {now}, {now})"
        );
        bulk.run(&sql).await?;
    }
    // The two events of the founding have no place in the chain yet; the first of ours would be theirs.
    bulk.run("delete from events").await?;
    table(&mut bulk, "users", sizes.users, |from, to| shape.users(from, to)).await?;
    table(&mut bulk, "sessions", sizes.sessions, |from, to| shape.sessions(from, to)).await?;
    table(&mut bulk, "events", sizes.events, |from, to| shape.events(from, to)).await?;
    let start = Instant::now();
    let figures = bulk.run(&shape.figures()).await?;
    said("figures", figures, start.elapsed(), Duration::ZERO);
    // Where the chain ends, so that sealing goes on from there. The MAC is nobody's: whoever verifies is told.
    let end = format!(
        "insert into audit_chain (one, seq, digest, mac) select 1, seq, digest, digest from events where seq = {}",
        sizes.events
    );
    bulk.run(&end).await?;
    let start = Instant::now();
    bulk.close().await?;
    println!("statistics          {:>8.1} s", start.elapsed().as_secs_f32());
    println!("altogether          {:>8.1} s", began.elapsed().as_secs_f32());
    Ok(())
}

/// Refuses a place where there is anything: looks, and writes nothing.
async fn nothing_is_there(place: &Place) -> Result<()> {
    let file = place.file();
    ensure!(!file.try_exists()?, "there is a database already: {}", file.display());
    if let Some(url) = &place.database_url {
        let mut bulk = Bulk::beside(url).await?;
        let tables =
            bulk.number("select count(*) from pg_tables where schemaname = any (current_schemas(false))").await?;
        ensure!(tables == 0, "the database is in use: it has {tables} tables");
    }
    Ok(())
}

/// Fills one table without its indexes, and makes them again.
async fn table(bulk: &mut Bulk, name: &str, rows: u32, sql: impl Fn(u32, u32) -> String) -> Result<()> {
    let indexes = bulk.indexes(name).await?;
    for (index, _) in &indexes {
        bulk.run(&format!("drop index {index}")).await?;
    }
    let start = Instant::now();
    let mut from = 0;
    while from < rows {
        let to = rows.min(from + CHUNK);
        bulk.run(&sql(from, to - 1)).await?;
        from = to;
    }
    let (wrote, start) = (start.elapsed(), Instant::now());
    for (_, make) in &indexes {
        bulk.run(make).await?;
    }
    said(name, u64::from(rows), wrote, start.elapsed());
    Ok(())
}

fn said(name: &str, rows: u64, wrote: Duration, indexed: Duration) {
    let (wrote, indexed) = (wrote.as_secs_f64(), indexed.as_secs_f64());
    println!(
        "{name:10} {rows:>10} rows {wrote:>8.1} s {:>9.0} rows/s, indexes {indexed:>6.1} s",
        rows as f64 / wrote.max(0.001)
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const SIZES: Sizes = Sizes { users: 100, sessions: 100, events: 100 };

    #[tokio::test]
    async fn an_installation_that_is_there_is_refused_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place { data_dir: dir.path().to_owned(), database_url: None };
        place.open().await.unwrap().close().await;
        let before = fs::read(place.file()).unwrap();
        let error = fill(&place, SIZES).await.unwrap_err().to_string();
        assert!(error.contains("there is a database already"), "{error}");
        assert_eq!(fs::read(place.file()).unwrap(), before, "nobody was made who can sign in");
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_of_ours_is_left_alone_too() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place { data_dir: dir.path().to_owned(), database_url: None };
        fs::write(place.file(), "somebody's").unwrap();
        fill(&place, SIZES).await.unwrap_err();
        assert_eq!(fs::read_to_string(place.file()).unwrap(), "somebody's");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "and no key was made beside it");
    }
}
