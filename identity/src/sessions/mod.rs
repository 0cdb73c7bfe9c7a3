//! Sessions: begun at sign-in, renewed by rotation, ended once with a cause.
//!
//! A session is one row, and no table of refresh tokens grows beside it. This module is the only one that writes the table.
//! Revocation is immediate although access tokens are checked without the database: see [`revocations`].

pub(crate) mod acting;
mod admit;
mod begin;
mod end;
mod here;
mod lifetime;
mod outlived;
mod owed;
mod receipts;
pub mod revocations;
mod rotation;
mod seen;
pub(crate) mod step_up;

pub(crate) use acting::{is_owner, may_write};
pub use admit::{Admission, admit};
pub use begin::Device;
pub(crate) use begin::{Subject, begin};
pub(crate) use end::{end_acting, end_acting_by_role, end_all_within, end_lapsed, end_one};
pub use end::{end_all, end_others, end_own, sign_out, sign_out_later, stop_acting};
pub use here::{Here, here};
pub(crate) use here::{Presence, STATEMENTS_ON_POSTGRES, STATEMENTS_ON_SQLITE};
pub(crate) use lifetime::ADMIN_CAP;
pub use outlived::REMEMBERED;
pub(crate) use outlived::tidy;
pub use owed::Owed;
pub(crate) use owed::settle;
pub use receipts::{Receipts, confirm};
pub(crate) use rotation::again;
pub use rotation::{Return, Rotation, Step, holds, judge, renew};
pub use seen::{LISTED, list, one};
pub use step_up::{PROOF_LIFE, Proven, prove, reauthenticate};

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [
        acting::STATEMENTS,
        begin::STATEMENTS,
        end::STATEMENTS,
        outlived::STATEMENTS,
        receipts::STATEMENTS,
        revocations::STATEMENTS,
        rotation::STATEMENTS,
        seen::STATEMENTS,
        step_up::STATEMENTS,
    ]
    .concat()
}
