//! The audit log: security events, each in its place in a chain of hashes.
//!
//! An event is recorded by the act it tells of (`events`), without waiting for anybody. A moment later [`seal`] gives it its place:
//! a number without gaps, and a digest over the digest before it and everything it says. Whoever changes, removes or slips in an
//! entry breaks the chain there, and [`Verifier`] says where, without a database. The end of the chain carries a MAC by a key
//! that is outside the database. What is personal goes into the chain as a salted hash of its own, so that a person can be
//! forgotten and the chain still holds. Nothing here may write an event's words; only its place, and what forgetting takes away.

mod chain;
mod check;
mod choose;
mod class;
mod export;
mod figures;
mod lines;
mod list;
mod read;
mod retention;
mod seal;
mod shown;
mod verify;

pub use chain::{BEGINNING, Digest, Entry, Personal, hex};
pub use check::{Standing, standing, verify};
pub use choose::{Asked, choose};
pub use class::{Class, Retention};
pub use export::{Export, SEALED_FIRST};
pub(crate) use figures::daily;
pub use figures::{Figure, figures};
pub use lines::{Format, Gap, Piece, rfc3339, unhex};
pub use list::{Chosen, Cursor, LOOK, list, who};
pub use retention::{Removed, remove_old};
pub use seal::{TURN, seal};
pub(crate) use shown::Shown;
pub use verify::{Fault, Place, Verdict, Verifier, verify_export};

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [
        check::STATEMENTS,
        figures::STATEMENTS,
        list::STATEMENTS,
        read::STATEMENTS,
        retention::STATEMENTS,
        seal::STATEMENTS,
    ]
    .concat()
}
