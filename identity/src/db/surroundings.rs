//! What an operator should know about a database server: who may listen on the way to it, and whether its clock and ours agree.

use super::{Db, patient};
use crate::time::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{net::IpAddr, str::FromStr};

/// Whether what is sent to the server of this URL could be read or changed on its way: it is on another machine, and nobody
/// checks the certificate. The driver's own default goes on in the clear when the server offers no TLS.
pub fn is_exposed(url: &str) -> bool {
    let Ok(options) = PgConnectOptions::from_str(url) else { return false };
    let host = options.get_host();
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    !is_here && !matches!(options.get_ssl_mode(), PgSslMode::VerifyCa | PgSslMode::VerifyFull)
}

impl Db {
    /// What time it is by the server's clock; `None` where there is no other clock than ours.
    pub(crate) async fn clock(&self) -> Result<Option<Timestamp>, sqlx::Error> {
        // Only PostgreSQL has it, therefore it is not in the register of statements.
        const CLOCK: &str = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
        match self {
            Self::Sqlite { .. } => Ok(None),
            Self::Postgres(pool) => patient(async { sqlx::query_scalar(CLOCK).fetch_one(pool).await.map(Some) }).await,
        }
    }

    /// What the database takes on its disk, in bytes.
    pub(crate) async fn size(&self) -> Result<i64, sqlx::Error> {
        // Each has its own way, therefore neither is in the register of statements.
        const FILE: &str = "select c.page_count * s.page_size from pragma_page_count() c, pragma_page_size() s";
        const SERVER: &str = "select pg_database_size(current_database())";
        match self {
            Self::Sqlite { read, .. } => patient(async { sqlx::query_scalar(FILE).fetch_one(read).await }).await,
            Self::Postgres(pool) => patient(async { sqlx::query_scalar(SERVER).fetch_one(pool).await }).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_exposed;

    #[test]
    fn only_a_checked_certificate_protects_the_way_to_another_machine() {
        for url in [
            "postgres://a@db.example.org/b",
            "postgres://a@10.0.0.7/b?sslmode=require",
            "postgres://a@db/b?sslmode=prefer",
        ] {
            assert!(is_exposed(url), "{url}");
        }
        for url in [
            "postgres://a@db.example.org/b?sslmode=verify-full",
            "postgres://a@db.example.org/b?sslmode=verify-ca",
            "postgres://a@localhost/b",
            "postgres://a@127.0.0.1/b",
            "postgres://a@[::1]/b",
            "postgres:///b?host=/run/postgresql",
            "sqlite:data.db",
        ] {
            assert!(!is_exposed(url), "{url}");
        }
    }
}
