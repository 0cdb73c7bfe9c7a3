//! Every word of the pages, one file for each area. One place, ready to be translated.
//!
//! Errors and causes reach a page as closed enums, so nobody can put words of their own into our mouth through a link. Where data
//! stands inside a sentence, a function here puts the sentence together: another language may want another order. What many
//! areas say is reached as `catalogue::role`, what one area says as `catalogue::account::TABS`. Must never load anything, nor
//! decide what is shown.

pub mod account;
pub mod acting;
pub mod admin;
pub mod dashboard;
pub mod entrance;
mod errors;
pub mod events;
pub mod fields;
pub mod frame;
pub mod import;
pub mod invite;
pub mod keys;
mod lengths;
pub mod letters;
pub mod listing;
pub mod lists;
pub mod messages;
pub mod moments;
mod notices;
pub mod overview;
pub mod passwords;
mod people;
pub mod person;
pub mod pieces;
pub mod plots;
pub mod reauthenticate;
pub mod recovery;
pub mod roles;
pub mod secure;
mod sessions;
pub mod settings;

pub use errors::{error, error_page, fault, reference};
pub use events::{event, event_actor, event_detail, event_subject};
pub use lengths::{length, number};
pub use letters::{letter, letter_state, letters};
pub use notices::{AWAY, ended_because, notice};
pub use people::{role, status};
pub use sessions::{SESSION_AWAY, SESSIONS_AWAY, UNKNOWN_DEVICE, browser_on, refreshes, stay, stay_reason};

/// The product's name.
pub const PRODUCT: &str = "Latchkey";

/// What it is for, as search engines tell it.
pub const DESCRIPTION: &str = "Sign in, and look after your account.";
