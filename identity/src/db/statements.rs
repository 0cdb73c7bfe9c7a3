//! The register of every SQL statement, so that one test can prepare them all on both databases: our compile-time check.

/// A statement and where it is defined.
pub type Statement = (&'static str, &'static str);

/// Defines a module's statements as constants and lists them in `STATEMENTS`.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+

        /// This module's entries in the register of `db::statements`.
        pub(crate) const STATEMENTS: &[$crate::db::Statement] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;

/// Every statement of the crate.
pub fn all_statements() -> Vec<Statement> {
    [
        crate::accounts::statements(),
        crate::address_counts::STATEMENTS.to_vec(),
        crate::admin::statements(),
        crate::audit::statements(),
        super::STATEMENTS.to_vec(),
        crate::events::STATEMENTS.to_vec(),
        crate::history::STATEMENTS.to_vec(),
        crate::jobs::STATEMENTS.to_vec(),
        crate::keys::statements(),
        crate::latchkey::STATEMENTS.to_vec(),
        crate::mail::statements(),
        crate::policy::STATEMENTS.to_vec(),
        crate::sessions::statements(),
        crate::throttle::STATEMENTS.to_vec(),
        crate::transfer::statements(),
    ]
    .concat()
}
