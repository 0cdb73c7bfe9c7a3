//! Latchkey's rules: accounts, sessions, tokens, keys, mail, and the SQL beneath them.
//!
//! Knows no HTTP and no HTML. Everything that depends on time or chance takes them from [`Latchkey`], so a test can hold both.
//! The browser sees only [`words`]; the macro call below is the one place where the target decides what is compiled.

pub mod words;

/// Declares the modules that exist on the server only.
macro_rules! on_the_server {
    ($($vis:vis mod $name:ident;)+) => {
        $(#[cfg(not(target_arch = "wasm32"))] $vis mod $name;)+
    };
}

on_the_server! {
    pub mod accounts;
    pub mod address_counts;
    pub mod admin;
    pub mod audit;
    pub mod db;
    pub mod events;
    pub mod history;
    pub mod jobs;
    pub mod keys;
    mod latchkey;
    pub mod mail;
    mod pace;
    mod paging;
    pub mod passwords;
    pub mod policy;
    pub mod random;
    mod refusal;
    pub mod sessions;
    mod settings;
    pub mod throttle;
    pub mod time;
    pub mod tokens;
    pub mod transfer;
}

#[cfg(not(target_arch = "wasm32"))]
pub use {latchkey::Latchkey, refusal::Refusal, settings::Settings};
