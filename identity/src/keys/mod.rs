//! Keys: the master key outside the database, what is derived from it, and the signing keys it wraps.
//!
//! Private keys never leave this module unsealed. Exists so that a copy of the database alone opens nothing.

mod master;
mod plan;
mod ring;
mod seal;
mod signing;

pub use master::{MasterKey, Purpose};
pub(crate) use plan::{cancel, distrust, plan, succeed_if_due};
pub use ring::{ANNOUNCED, AT_ONCE, KeyRow, Keyring, list, rotate};
pub(crate) use ring::{found, is_coming, load, marks, rotate_by, rotate_if_old, tidy, verifies_for};
pub use seal::Sealer;
pub use signing::{SigningAlg, SigningKey};

use aws_lc_rs::hmac;

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [plan::STATEMENTS, ring::STATEMENTS].concat()
}

/// HMAC-SHA-256 (RFC 2104) over parts that are joined unambiguously: each is preceded by its length.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// Compares without telling where the difference is.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
