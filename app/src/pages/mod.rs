//! The pages: one file each, named like its URL, and the list of them.
//!
//! A list, and not the framework's router: axum has found the page before anything is rendered, and links are real navigations. The
//! router would build the types of all pages into one, match the path once more for each request, and read it more kindly than the
//! guard does: `/%61dmin` must not become `/admin` behind its back.

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

use leptos::prelude::{AnyView, IntoAny};

/// What renders a page.
pub type Page = fn() -> AnyView;

/// The page of everything that is none.
pub static NOT_FOUND: Page = || message::NotFound().into_any();

/// Every page by its path, as axum writes it. A `static`, so that the pages are compiled here and not in every crate that names it.
pub static PAGES: &[(&str, Page)] = &[
    // The guard leads on from here, wherever somebody stands.
    ("/", || message::NotFound().into_any()),
    ("/login", || login::Login().into_any()),
    ("/register", || register::Register().into_any()),
    ("/verify", || verify::Verify().into_any()),
    ("/forgot", || forgot::Forgot().into_any()),
    ("/reset", || reset::Reset().into_any()),
    ("/setup", || setup::Setup().into_any()),
    ("/reauthenticate", || reauthenticate::Reauthenticate().into_any()),
    ("/dashboard", || dashboard::Dashboard().into_any()),
    ("/account", || account::Profile().into_any()),
    ("/account/password", || account::Password().into_any()),
    ("/account/address", || account::Address().into_any()),
    ("/account/devices", || account::Devices().into_any()),
    ("/account/history", || account::History().into_any()),
    ("/account/data", || account::Data().into_any()),
    ("/confirm-address", || confirm_address::ConfirmAddress().into_any()),
    ("/secure-account", || secure_account::SecureAccount().into_any()),
    ("/accept-invitation", || accept_invitation::AcceptInvitation().into_any()),
    ("/keep-account", || keep_account::KeepAccount().into_any()),
    ("/admin", || admin::Overview().into_any()),
    ("/admin/users", || admin::Users().into_any()),
    ("/admin/users/new", || admin::New().into_any()),
    ("/admin/users/bulk", || admin::Bulk().into_any()),
    ("/admin/users/import", || admin::Import().into_any()),
    ("/admin/users/{id}", || admin::User().into_any()),
    ("/admin/roles", || admin::Roles().into_any()),
    ("/admin/letters", || admin::Letters().into_any()),
    ("/admin/keys", || admin::Keys().into_any()),
    ("/admin/settings", || admin::Settings().into_any()),
    ("/admin/audit", || admin::Audit().into_any()),
];
