//! Accounts: registered by their owner or made by an administrator, confirmed by letter, signed in to with a password.
//!
//! Owns the tables `users`, `mailed_tokens`, `devices` and `installation`. Answers alike, at the same cost, for known and unknown addresses.

mod address;
mod asked;
mod change_name;
mod change_password;
mod chosen;
mod create;
mod devices;
mod invitation;
pub mod leaving;
mod mailed;
mod name;
mod profile;
mod recovery;
mod register;
pub(crate) mod renewal;
pub(crate) mod secure;
mod setup;
mod sign_in;
mod stale;
mod unlock;
mod verify;

pub use address::{
    Pending, cancel_address_change, change_address, confirm_address, pending_address, resend_address_change,
};
pub(crate) use asked::answer;
pub use change_name::change_name;
pub use change_password::change_password;
pub use create::create_verified;
pub(crate) use create::{hashed, insert};
pub use devices::KNOWN_FOR;
pub(crate) use devices::forget as forget_devices;
pub use invitation::accept_invitation;
pub(crate) use invitation::{displace, send as send_invitation};
pub use mailed::Purpose;
pub use name::PersonName;
pub(crate) use name::disturbs;
pub use profile::profile;
pub use recovery::{request_reset, reset_password};
pub(crate) use recovery::{tell, void_requests};
pub(crate) use register::void_registrations;
pub use register::{register, resend_verification};
pub use secure::secure_account;
pub(crate) use setup::close as close_setup;
pub use setup::{setup, setup_link};
pub use sign_in::sign_in;
pub(crate) use stale::mark as mark_stale;
pub use unlock::unlock;
pub use verify::verify_email;

use crate::{Latchkey, Refusal};

/// Columns of a question or an answer about accounts: the role, and what is stored as its permissions; made one by
/// [`Permissions::of`](crate::words::Permissions::of). `$users` is what the table `users` is called there.
macro_rules! granted {
    ($users:literal) => {
        concat!(
            "coalesce(",
            $users,
            ".role_name, ",
            $users,
            ".role) as role, (select g.permissions from roles g where g.name = ",
            $users,
            ".role_name) as permissions"
        )
    };
}
pub(crate) use granted;

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [
        asked::STATEMENTS,
        change_password::STATEMENTS,
        address::STATEMENTS,
        change_name::STATEMENTS,
        create::STATEMENTS,
        &leaving::statements(),
        devices::STATEMENTS,
        invitation::STATEMENTS,
        mailed::STATEMENTS,
        profile::STATEMENTS,
        recovery::STATEMENTS,
        register::STATEMENTS,
        renewal::STATEMENTS,
        secure::STATEMENTS,
        setup::STATEMENTS,
        sign_in::STATEMENTS,
        stale::STATEMENTS,
        unlock::STATEMENTS,
        verify::STATEMENTS,
    ]
    .concat()
}

pub(crate) async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    crate::jobs::both(devices::tidy(house).await, mailed::tidy(house).await)
}
