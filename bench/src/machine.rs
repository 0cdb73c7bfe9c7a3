//! What it was measured on.

use anyhow::{Context, Result};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::{fs, process::Command};

/// One line: day, version, database, processor, memory.
///
/// # Errors
/// When the database does not answer.
pub async fn describe(url: &str) -> Result<String> {
    let database: String = if url.starts_with("sqlite:") {
        let sql = "select 'SQLite ' || sqlite_version()";
        sqlx::query_scalar(sql).fetch_one(&mut SqliteConnection::connect(url).await?).await?
    } else {
        let sql = "select 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1)";
        sqlx::query_scalar(sql).fetch_one(&mut PgConnection::connect(url).await?).await?
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = line("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = line("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let memory = memory.map_or(String::new(), |kib| format!(", {} GiB of memory", kib.div_ceil(1 << 20)));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let build = if cfg!(debug_assertions) { "quick build, not for comparing" } else { "optimised build" };
    let (day, commit) =
        (said("date", &["-u", "+%F"])?, said("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_default());
    Ok(format!(
        "{day}, {commit}, {database}; {processor}, {cores} cores{memory}; load average {load} at the end; {build}"
    ))
}

fn line(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| format!("cannot start {program}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
