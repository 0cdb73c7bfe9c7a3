//! Passwords: what a new one has to satisfy, and how it is kept.
//!
//! A [`Password`] is one that passed the rules and may be hashed; a typed attempt stays a [`Secret`] and can only be verified.
//! Nothing here prints, compares or stores a password in clear, and no rule looks inside it for kinds of characters (NIST SP
//! 800-63B-4 section 3.1.1.2, ASVS 6.2.5). Exists so that hashing has one door, with one cost and a bounded number of people in it.

mod accept;
mod breaches;
mod common;
mod cost;
mod engine;
mod hasher;
mod normal;
mod password;
mod personal;
mod strength;
mod threads;

pub use accept::accept;
pub(crate) use breaches::Breaches;
pub use cost::HashCost;
pub(crate) use hasher::worthless;
pub use hasher::{Hasher, Verdict};
pub use password::{Password, Rules};
pub use strength::strength;
