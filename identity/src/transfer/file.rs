//! The backup file: an SQLite database of our own schema, with two tables more that say what is in it.
//!
//! It is one file without a log beside it, made by one process and never changed afterwards. Reading it trusts nothing: SQLite
//! checks its structure, the sums check every value, and nothing in it is executed.

use super::{
    equal::sum,
    hold::snapshot,
    rows::through,
    tables::{Sum, TABLES, Table, is_name, read_columns},
};
use crate::{
    Refusal,
    db::{Db, Group, Tx},
    time::Timestamp,
};
use sqlx::{
    Error,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::path::Path;

// These tables exist in backups only, therefore their statements are not in the register.
const MAKE: [&str; 2] = [
    "create table backup (one integer primary key check (one = 1), made_at integer not null, tables integer not null) strict",
    "create table backup_contents (name text primary key, columns text not null, rows integer not null, checksum blob not null) strict",
];
const SIGN: &str = "insert into backup (one, made_at, tables) values (1, $1, $2)";
const LIST: &str = "insert into backup_contents (name, columns, rows, checksum) values ($1, $2, $3, $4)";
const TABLES_IN_IT: &str = "select tables from backup where one = 1";
const CONTENTS: &str = "select name, columns, rows, checksum from backup_contents order by name";
const IS_BACKUP: &str = "select exists (select 1 from sqlite_master where type = 'table' and name = 'backup')";

/// How every SQLite database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// A line of the list of contents: table, columns, rows, checksum.
type Listed = (String, String, i64, Vec<u8>);

/// Opens an empty file to be filled. Durable only once it is synchronised as a whole, which is faster.
pub async fn create(path: &Path) -> Result<Db, Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(true);
    one_connection(options).await
}

/// Opens a file that must not be changed.
pub async fn open(path: &Path) -> Result<Db, Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(true)
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on");
    one_connection(options).await
}

async fn one_connection(options: SqliteConnectOptions) -> Result<Db, Error> {
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = pool.connect_with(options).await?;
    Ok(Db::Sqlite { read: pool.clone(), group: Group::on(pool.clone()), write: pool })
}

/// Writes down what is in it, at the end.
pub async fn sign(tx: &mut Tx, sums: &[Sum], now: Timestamp) -> Result<(), Error> {
    through!(tx, |c| {
        for statement in MAKE {
            sqlx::query(statement).execute(&mut *c).await?;
        }
        sqlx::query(SIGN).bind(now).bind(sums.len() as i64).execute(&mut *c).await?;
        for (table, sum) in TABLES.iter().zip(sums) {
            let query = sqlx::query(LIST).bind(table.name).bind(table.written_columns());
            query.bind(sum.rows as i64).bind(&sum.checksum[..]).execute(&mut *c).await?;
        }
    });
    Ok(())
}

/// Whether this database is a backup and no installation.
pub async fn is_backup(tx: &mut Tx) -> Result<bool, Error> {
    match tx {
        Tx::Sqlite(tx) => sqlx::query_scalar(IS_BACKUP).fetch_one(&mut **tx).await,
        Tx::Postgres(_) => Ok(false),
    }
}

/// Whether SQLite finds the structure of the file in order.
pub async fn is_sound(tx: &mut Tx) -> Result<bool, Error> {
    let Tx::Sqlite(tx) = tx else { return Ok(true) };
    let found: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(&mut **tx).await?;
    Ok(found == ["ok"])
}

/// Opens a backup and checks everything in it.
///
/// # Errors
/// When it is none, or damaged. What is newer than this binary is not judged here.
pub async fn open_checked(path: &Path) -> Result<Db, Refusal> {
    let shown = path.display();
    let no_backup = || Refusal::Broken(format!("{shown} is no backup made by `latchkey backup`"));
    let damaged = |what: &str| Refusal::Broken(format!("{shown} is damaged ({what}): use another backup"));
    let begins = std::fs::File::open(path).and_then(|mut file| {
        let mut begins = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, MAGIC.len() as u64), &mut begins)?;
        Ok(begins)
    });
    if begins.map_err(|error| Refusal::Broken(format!("cannot read {shown}: {error}")))? != MAGIC {
        return Err(no_backup());
    }
    let db = open(path).await.map_err(|error| damaged(&error.to_string()))?;
    let mut tx = snapshot(&db).await?;
    match is_sound(&mut tx).await {
        Ok(true) => {}
        Ok(false) => return Err(damaged("its structure is broken")),
        Err(error) => return Err(damaged(&error.to_string())),
    }
    if !is_backup(&mut tx).await? {
        return Err(no_backup());
    }
    match compare(&mut tx).await {
        Ok(None) => {}
        Ok(Some(table)) => return Err(damaged(&format!("{table} is not what it was"))),
        Err(error) => return Err(damaged(&error.to_string())),
    }
    drop(tx);
    Ok(db)
}

/// Takes every sum again; answers the first table that is not what it was.
async fn compare(tx: &mut Tx) -> Result<Option<String>, Error> {
    let (tables, contents): (i64, Vec<Listed>) = through!(tx, |c| {
        (sqlx::query_scalar(TABLES_IN_IT).fetch_one(&mut *c).await?, sqlx::query_as(CONTENTS).fetch_all(&mut *c).await?)
    });
    for (name, columns, rows, checksum) in &contents {
        let columns = read_columns(columns).filter(|_| is_name(name));
        let Some(columns) = columns else { return Ok(Some("the list of contents".to_owned())) };
        let found = sum(tx, &Table { name, columns: &columns, left: &[] }).await?;
        if found.rows as i64 != *rows || found.checksum[..] != **checksum {
            return Ok(Some(name.clone()));
        }
    }
    Ok((contents.len() as i64 != tables).then(|| "the list of contents".to_owned()))
}
