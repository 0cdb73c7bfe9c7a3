//! Outages: the database is stopped, crashes, is silent, slow, full, read-only or has no room, under the real binary.
//!
//! Always the same promises: what needs no database is shown at once, and that includes everybody with a valid access token;
//! the rest is told "not now" within the limit; nobody is signed out; nothing that was acknowledged is lost; and when it is
//! over, everything works again by itself.

#![cfg(unix)]

mod mounts;
mod namespace;
#[path = "../../../identity/tests/support/postgres.rs"]
mod postgres;
mod postgresql;
#[path = "../running/mod.rs"]
mod running;
mod slow;
mod sqlite;
mod world;
