//! The register of every SQL statement, so that one test can prepare them all on both databases: our compile-time check.

use sqlx::{Database, IntoArguments, database::HasStatementCache, query::QueryAs};

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

/// A query that PostgreSQL plans for the very values it is given, each time. What it prepared once it plans for any values after a few
/// runs; for a page out of a million rows, narrowed by half a dozen conditions that may all be empty, that guess reads them all.
/// It has to be asked so by every caller of a text: what one has prepared, another would use. SQLite reads the text anew too, in
/// some twenty microseconds.
pub(crate) fn afresh<'q, DB, O, A>(query: QueryAs<'q, DB, O, A>) -> QueryAs<'q, DB, O, A>
where
    DB: Database + HasStatementCache,
    A: IntoArguments<DB>,
{
    query.persistent(false)
}

/// What SQLite is asked: every statement, and those it has in a way of its own.
pub fn statements_on_sqlite() -> Vec<Statement> {
    [all_statements(), crate::sessions::STATEMENTS_ON_SQLITE.to_vec()].concat()
}

/// What PostgreSQL is asked: every statement, and those it has in a way of its own; but not how it passes over rows that others are at.
pub fn statements_on_postgres() -> Vec<Statement> {
    [all_statements(), crate::sessions::STATEMENTS_ON_POSTGRES.to_vec()].concat()
}

/// Every statement of the crate that both databases understand.
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

/// A statement that takes some rows at a time, and the question that picks them.
///
/// On PostgreSQL rows that somebody else is at are passed over and left for the next time, so that whoever cleans up waits for nobody and
/// nobody can wait for them in a circle. As an array, because the rows of a subquery may be asked for twice, and would then be others.
pub(crate) struct Picked {
    /// For SQLite, where there is one writer anyway, and for the register.
    pub plain: &'static str,
    locking: &'static str,
}

impl Picked {
    pub const fn new(plain: &'static str, locking: &'static str) -> Self {
        Self { plain, locking }
    }

    /// The text for this database.
    pub const fn on(&self, db: &super::Db) -> &'static str {
        if db.is_shared() { self.locking } else { self.plain }
    }

    /// The text for the database of this transaction.
    pub const fn within(&self, tx: &super::Tx) -> &'static str {
        match tx {
            super::Tx::Sqlite(_) => self.plain,
            super::Tx::Postgres(_) => self.locking,
        }
    }
}

/// `picked!("delete from t where id", "select id from t where … limit $2")`, perhaps with what follows, such as `returning`.
macro_rules! picked {
    ($what:literal, $pick:literal $(, $then:literal)?) => {
        $crate::db::Picked::new(
            concat!($what, " in (", $pick, ")" $(, " ", $then)?),
            concat!($what, " = any(array(", $pick, " for update skip locked))" $(, " ", $then)?),
        )
    };
}
pub(crate) use picked;
