//! Server functions: every one a public endpoint under `/api/`, with a stable name.
//!
//! Each begins by asking for the authority it needs, because during server rendering no layer stands in front of it. None sets
//! a cookie or redirects: it answers data, or [`crate::answer::Done`], and the server's `answers.rs` does the rest.

mod account;
mod acting;
mod address;
mod admin;
mod admin_acts;
mod audit;
mod entrance;
mod hints;
mod import;
mod invitation;
mod keys;
mod leaving;
mod letters;
mod overview;
mod people;
mod recovery;
mod roles;
mod settings;
mod step_up;

pub use account::{WhoAmI, end_other_sessions, end_session, me, sessions};
pub use acting::{impersonate, stop_acting};
pub use address::{
    cancel_address_change, change_address, change_name, confirm_address, resend_address_change, secure_account,
};
pub use admin::{UserPage, disable, enable, end_sessions, set_role, user};
pub use admin_acts::{
    create, end_one_session, force_reset, invite, order_deletion, resend_invitation, revoke_deletion,
    revoke_invitation, verify,
};
pub use audit::{audit, audit_log, audit_standing};
pub use entrance::{login, logout, register, resend_verification, setup, verify_email};
pub use hints::password_strength;
pub use import::{ImportAnswer, import};
pub use invitation::accept_invitation;
pub use keys::{cancel_key_retirement, distrust_key, keys, plan_key_retirement, rotate_keys};
pub use leaving::{HISTORY_PAGE, delete_account, history, keep_account};
pub use letters::{LetterFigures, LetterPage, letters, retry_letters};
pub use overview::{Figures, People, overview};
pub use people::{Asked, PeoplePage, Told, bulk, roles_to_filter, ticked, told, users};
pub use recovery::{change_password, request_reset, reset_password};
pub use roles::{edit_role, make_role, remove_role, role_choices, roles};
pub use settings::{reset_setting, set_setting, settings};
pub use step_up::reauthenticate;

use crate::{error::AppError, visit::Visit};
use identity::words::{Fault, Field, FieldError};
use uuid::Uuid;

/// Reads the id of an account or session.
fn id(raw: &str) -> Result<Uuid, AppError> {
    Uuid::try_parse(raw).map_err(|_| AppError::NotFound)
}

/// One fault of one field.
fn fault(field: Field, fault: Fault) -> AppError {
    AppError::Invalid { fields: vec![FieldError::new(field, fault)] }
}

/// What a handler of this crate works with: the visit of the request in hand.
fn here() -> Result<Visit, AppError> {
    crate::visit::visit()
}
