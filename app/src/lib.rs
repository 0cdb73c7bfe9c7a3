//! Latchkey's pages, components and server functions: what a person sees and what a browser may ask for.
//!
//! Rules live in `identity`; headers and cookies in `server`. The browser's build holds the islands and nothing else, so that
//! neither a page nor a word of the admin panel is ever downloaded as code. The macro call below is the one place where the
//! target decides what is compiled.
#![recursion_limit = "512"] // the type of a page is as deep as its HTML

pub mod islands;

/// Declares the modules that exist on the server only.
macro_rules! on_the_server {
    ($($vis:vis mod $name:ident;)+) => {
        $(#[cfg(not(target_arch = "wasm32"))] $vis mod $name;)+
    };
}

on_the_server! {
    pub mod answer;
    pub mod api;
    pub mod catalogue;
    pub mod components;
    pub mod error;
    pub mod flash;
    pub mod next;
    pub mod pages;
    pub mod shell;
    pub mod visit;
}
