//! Moving, backing up, restoring and upgrading an installation: real SQLite files and a real PostgreSQL.

#[path = "../support/mod.rs"]
mod support;

mod backups;
mod moving;
mod rivals;
mod schema;
mod upgrades;
mod world;
