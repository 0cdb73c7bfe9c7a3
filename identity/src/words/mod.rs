//! The plain words of Latchkey: what a role, a stay or the end of a session is called.
//!
//! Compiled for the server and for the browser alike, so nothing here may reach for a database, a clock or a key, and nothing
//! here may be secret. Sentences are not kept here either: `app` words these enums for people.

mod address;
mod client;
mod end_cause;
mod fault;
mod password;
mod permission;
mod role;
mod secret;
mod stay;
mod strength;
mod views;

pub use address::EmailAddress;
pub use client::Client;
pub use end_cause::EndCause;
pub use fault::{Fault, Field, FieldError};
pub use password::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, password_fault};
pub use permission::{MAX_PERMISSIONS, Permission, Permissions, is_permission};
pub use role::{MAX_ROLE_NAME, Role, RoleName};
pub use secret::Secret;
pub use stay::Stay;
pub use strength::{Strength, StrengthView};
pub use views::{Actor, Count, EventView, Listing, Page, SessionView, UserView, Viewer};

/// Defines how an enum of unit variants is written in URLs, forms, JSON and the database: one lower-case word per variant.
#[macro_export]
macro_rules! spelled {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every variant, in the order of definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in forms, JSON and the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The variant spelled exactly so, if there is one.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
