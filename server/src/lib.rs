//! Latchkey's HTTP end: routes, middleware, cookies, command line and start-up.
//!
//! A library with a thin binary on top, so that a test can build the router and move the clock. Rules and SQL live in
//! `identity`, pages in `app`; what is here knows about sockets, headers and files.

pub mod cli;
pub mod http;
pub mod listen;
pub mod logs;
pub mod settings;
pub mod start;
mod words;
