//! The audit log: security events, each in its place in a chain of hashes.
//!
//! An event is recorded by the act it tells of (`events`), without waiting for anybody. A moment later [`seal`] gives it its place:
//! a number without gaps, and a digest over the digest before it and everything it says. Whoever changes, removes or slips in an
//! entry breaks the chain there, and verification says where, without a database. The end of the chain carries a MAC by a key
//! that is outside the database. What is personal goes into the chain as a salted hash of its own, so that a person can be
//! forgotten and the chain still holds. Nothing here may write an event's words; only its place, and what forgetting takes away.

mod chain;
mod figures;
mod seal;

pub use chain::{Entry, Personal, hex};
pub use figures::{Figure, figures};
pub use seal::{BATCH, seal};

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [figures::STATEMENTS, seal::STATEMENTS].concat()
}
