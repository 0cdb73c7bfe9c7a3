//! The pages: one file each, named like its URL.

pub mod accept_invitation;
pub mod account;
pub mod admin;
mod by_letter;
pub mod confirm_address;
pub mod dashboard;
pub mod forgot;
pub mod keep_account;
pub mod login;
pub mod message;
pub mod reauthenticate;
pub mod register;
pub mod reset;
pub mod secure_account;
pub mod setup;
pub mod verify;
