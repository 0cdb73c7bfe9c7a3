//! The database a test lives on: a SQLite file in the test's folder or, when `LATCHKEY_TEST_POSTGRES` names a running cluster, a
//! fresh database there. The same suite runs once on each.
#![allow(dead_code)] // everybody uses another part

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    path::{Path, PathBuf},
    thread,
};
use url::Url;

/// Names the maintenance database of a throw-away cluster, as its superuser.
const VARIABLE: &str = "LATCHKEY_TEST_POSTGRES";

/// A database nobody else uses, gone with its value.
pub struct TestDatabase {
    url: String,
    dir: PathBuf,
    cluster: Option<Url>,
}

impl TestDatabase {
    /// Makes one. SQLite's file is `latchkey.db` in `dir`, where the product puts it.
    pub async fn new(dir: &Path) -> Self {
        let Some(cluster) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else {
            let url = format!("sqlite:{}", dir.join("latchkey.db").display());
            return Self { url, dir: dir.to_owned(), cluster: None };
        };
        let cluster = Url::parse(&cluster).expect("the variable holds a URL");
        let name = format!("test_{:016x}", RandomState::new().build_hasher().finish());
        let mut own = cluster.clone();
        own.set_path(&name);
        execute(&cluster, &format!("create database {name}")).await.expect("the cluster makes a database");
        Self { url: own.into(), dir: dir.to_owned(), cluster: Some(cluster) }
    }

    /// For `Db::open`, as often as there are processes to play.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.cluster.is_some()
    }

    /// Every byte on disk: of the files in the test's folder and, on PostgreSQL, of those of the tables, for which its superuser
    /// may ask.
    pub async fn bytes(&self) -> Vec<u8> {
        let entries =
            std::fs::read_dir(&self.dir).expect("the folder is there").map(|entry| entry.expect("an entry").path());
        let files = entries.filter(|path| path.is_file()).map(|path| std::fs::read(path).expect("a file"));
        let mut all: Vec<u8> = files.flatten().collect();
        if self.is_postgres() {
            let tables = "select pg_read_binary_file(pg_relation_filepath(oid)) from pg_class
                           where relkind in ('r', 'i', 't') and relnamespace <> 'pg_catalog'::regnamespace
                             and pg_relation_filenode(oid) is not null";
            let mut superuser = PgConnection::connect(&self.url).await.expect("the cluster runs");
            superuser.execute("checkpoint").await.expect("a superuser may");
            let tables: Vec<Vec<u8>> = sqlx::query_scalar(tables).fetch_all(&mut superuser).await.expect("files");
            all.extend(tables.concat());
        }
        all
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(cluster) = self.cluster.take() else { return };
        let own = Url::parse(&self.url).expect("it was a URL");
        let drop = format!("drop database {} with (force)", own.path().trim_start_matches('/'));
        // Dropped within a runtime, where nothing may wait, so on a thread with a runtime of its own. A database that stays does
        // no harm: the cluster goes too.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(execute(&cluster, &drop)).map_err(std::io::Error::other)
        });
        let _ = dropping.join();
    }
}

async fn execute(cluster: &Url, sql: &str) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(cluster.as_str()).await?;
    connection.execute(AssertSqlSafe(sql.to_owned())).await?;
    connection.close().await
}
