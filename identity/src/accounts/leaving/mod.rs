//! Leaving: taking a copy of everything along, asking to be forgotten, changing one's mind, and being forgotten.
//!
//! Seven days lie between asking and the end, in which the account stays usable. Then the sessions end, and once no access token
//! of theirs can be alive on any node, the account goes with everything that is its own. What happened to it stays in the events,
//! about nobody. Never decides who may ask: that is [`Proven`](crate::sessions::Proven).

mod ask;
mod erase;
mod export;
mod held;

pub use ask::{UNDO, due, keep, keep_by_letter, request};
pub use erase::erase_due;
pub(super) use erase::forget_events;
pub(crate) use erase::pseudonym;
pub use export::{Export, FORMAT, export};
pub use held::{Fate, HELD, Held, NOT_HELD};

pub(super) fn statements() -> Vec<crate::db::Statement> {
    [ask::STATEMENTS, erase::STATEMENTS, export::STATEMENTS].concat()
}
