//! Every sentence of this crate that a person reads, one file for each kind of reader: [`browser`] for visitors, [`start`],
//! [`settings`] and [`cli`] for operators. One place, ready to be translated; what pages say is in `app::catalogue`.
//!
//! Not here: log lines (`tracing`) and the one word in the answer of `/readyz`. They are searched for and alarmed upon by their text, so they
//! stay in English, where they are written. Names that are typed (flags, variables, commands) are part of a sentence and the
//! same in every language. Must never decide what is said, nor hold a secret.

pub mod browser;
pub mod cli;
pub mod settings;
pub mod start;
