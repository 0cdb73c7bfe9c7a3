//! Several nodes on one PostgreSQL, as an operator runs them: the real binary, real connections, a client that goes from node to
//! node with every request. Processes are killed and the database crashes; time passes here because it has to.

#![cfg(unix)]

mod browser;
mod company;
mod node;
#[path = "../../../identity/tests/support/postgres.rs"]
mod postgres;
mod rolling;
#[path = "../running/mod.rs"]
mod running;
mod together;
mod torture;
