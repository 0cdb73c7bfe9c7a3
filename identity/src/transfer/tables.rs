//! What is carried from one database to another: the tables, their columns, and how a row is written down for a checksum.
//!
//! Parents stand before children, so that rows can be inserted in this order under foreign keys. The first column of every table
//! is its primary key. A test compares this list with the real schema on both databases: a migration cannot forget it.

use aws_lc_rs::digest::{Context, SHA256};
use std::fmt;
use uuid::Uuid;

/// How a column is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `integer`, `bigint`.
    Int,
    /// `text`.
    Text,
    /// `blob`, `bytea`.
    Bytes,
    /// Sixteen bytes of a `blob`, `uuid`.
    Id,
}

impl Kind {
    /// As it is written in a backup.
    const fn word(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Id => "id",
        }
    }
}

/// A table that is carried over.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its columns with their kinds, the primary key first.
    pub columns: &'a [(&'a str, Kind)],
    /// Columns that say something about the database they stand in, and stay there.
    pub left: &'a [&'a str],
}

impl Table<'_> {
    /// Its columns as a backup writes them down: a later version, with other columns, can still take the same sum.
    pub fn written_columns(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|(name, kind)| format!("{name} {}", kind.word())).collect();
        columns.join(", ")
    }
}

/// Reads what [`Table::written_columns`] wrote; `None` when it is something else.
pub fn read_columns(text: &str) -> Option<Vec<(&str, Kind)>> {
    let column = |text| {
        let (name, word) = str::split_once(text, ' ')?;
        let kind = [Kind::Int, Kind::Text, Kind::Bytes, Kind::Id].into_iter().find(|kind| kind.word() == word)?;
        is_name(name).then_some((name, kind))
    };
    text.split(", ").map(column).collect()
}

/// Whether this can stand in a statement as it is.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

use Kind::{Bytes, Id, Int, Text};

/// Everything that is an installation's.
pub const TABLES: &[Table<'static>] = &[
    Table {
        name: "installation",
        columns: &[
            ("one", Int),
            ("id", Id),
            ("key_check", Bytes),
            ("setup_hash", Bytes),
            ("setup_closed_at", Int),
            ("created_at", Int),
        ],
        left: &["moved_at", "moved_to"],
    },
    Table { name: "settings", columns: &[("name", Text), ("value", Text), ("changed_at", Int)], left: &[] },
    Table {
        name: "roles",
        columns: &[("name", Text), ("permissions", Text), ("created_at", Int), ("changed_at", Int)],
        left: &[],
    },
    Table {
        name: "users",
        columns: &[
            ("id", Id),
            ("email", Text),
            ("name", Text),
            ("name_key", Text),
            ("role", Text),
            ("password_hash", Text),
            ("created_at", Int),
            ("verified_at", Int),
            ("disabled_at", Int),
            ("last_sign_in_at", Int),
            ("tokens_void_before", Int),
            ("password_changed_at", Int),
            ("delete_at", Int),
            ("role_name", Text),
            ("invited_at", Int),
            ("deletion_ordered_at", Int),
            ("disabled_before", Int),
            ("leaving_before", Int),
        ],
        left: &[],
    },
    Table {
        name: "sessions",
        columns: &[
            ("id", Id),
            ("user_id", Id),
            ("secret", Bytes),
            ("generation", Int),
            ("confirmed_at", Int),
            ("created_at", Int),
            ("rotated_at", Int),
            ("stay", Text),
            ("expires_at", Int),
            ("user_agent", Text),
            ("ip", Text),
            ("ended_at", Int),
            ("end_cause", Text),
            ("authenticated_at", Int),
            ("acting_id", Id),
            ("acting_from", Id),
            ("acting_writes", Int),
            ("acting_back", Int),
        ],
        left: &[],
    },
    Table {
        name: "devices",
        columns: &[("key", Bytes), ("user_id", Id), ("created_at", Int), ("seen_at", Int)],
        left: &[],
    },
    Table {
        name: "mailed_tokens",
        columns: &[
            ("id", Id),
            ("user_id", Id),
            ("purpose", Text),
            ("address", Text),
            ("token_hash", Bytes),
            ("code_hash", Bytes),
            ("name", Text),
            ("password_hash", Text),
            ("created_at", Int),
            ("expires_at", Int),
            ("spent_at", Int),
        ],
        left: &[],
    },
    Table {
        name: "signing_keys",
        columns: &[
            ("kid", Text),
            ("alg", Text),
            ("sealed", Bytes),
            ("jwk", Text),
            ("created_at", Int),
            ("retired_at", Int),
            ("signs_from", Int),
            ("retire_at", Int),
        ],
        left: &[],
    },
    Table {
        name: "letters",
        columns: &[
            ("id", Id),
            ("kind", Text),
            ("sealed", Bytes),
            ("created_at", Int),
            ("due_at", Int),
            ("attempts", Int),
            ("sent_at", Int),
            ("failure", Text),
            ("user_id", Id),
        ],
        left: &[],
    },
    Table {
        name: "throttles",
        columns: &[("key", Bytes), ("count", Int), ("started_at", Int), ("blocked_until", Int)],
        left: &[],
    },
    Table {
        name: "events",
        columns: &[
            ("id", Id),
            ("at", Int),
            ("kind", Text),
            ("actor_id", Id),
            ("subject_id", Id),
            ("session_id", Id),
            ("ip", Text),
            ("detail", Text),
            ("note", Text),
            ("seq", Int),
            ("salt", Bytes),
            ("personal", Bytes),
            ("digest", Bytes),
        ],
        left: &[],
    },
    Table { name: "audit_chain", columns: &[("one", Int), ("seq", Int), ("digest", Bytes), ("mac", Bytes)], left: &[] },
    Table { name: "audit_gaps", columns: &[("last_seq", Int), ("first_seq", Int), ("digest", Bytes)], left: &[] },
    Table { name: "figures", columns: &[("key", Text), ("hour", Int), ("kind", Text), ("count", Int)], left: &[] },
];

/// Tables that are not carried over, and why.
pub const LEFT: &[(&str, &str)] = &[
    ("_sqlx_migrations", "every database has its own history of migrations"),
    ("arrival", "tells of the database it stands in"),
    ("jobs", "only says when background work is due; a new home does it at once"),
    ("tallies", "is counted anew"),
    ("address_counts", "changes with every request and is forgotten within minutes"),
];

/// What takes no writes in a database that was left: what was carried over; and the jobs, which all its nodes share, and on which
/// each of them notices that it can do nothing more here, because `/readyz` writes there.
pub fn guarded() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name).chain(["jobs"])
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Of a column of kind [`Kind::Int`].
    Int(Option<i64>),
    /// [`Kind::Text`].
    Text(Option<String>),
    /// [`Kind::Bytes`].
    Bytes(Option<Vec<u8>>),
    /// [`Kind::Id`].
    Id(Option<Uuid>),
}

impl Value {
    /// About how many bytes it keeps.
    fn size(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Text(Some(text)) => text.len(),
                Self::Bytes(Some(bytes)) => bytes.len(),
                _ => 0,
            }
    }
}

/// About how many bytes a row keeps.
pub fn size(row: &Row) -> usize {
    row.iter().map(Value::size).sum()
}

/// One row, in the order of the table's columns.
pub type Row = Vec<Value>;

/// What a table holds, in two numbers that are the same on every database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Which table.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over its rows in the order of their keys.
    pub checksum: [u8; 32],
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<14} {:>9} rows  ", self.table, self.rows)?;
        self.checksum[..8].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Adds rows up to a [`Sum`].
pub struct Adder {
    table: String,
    rows: u64,
    context: Context,
}

impl Adder {
    pub fn new(table: &Table<'_>) -> Self {
        Self { table: table.name.to_owned(), rows: 0, context: Context::new(&SHA256) }
    }

    /// Every value is preceded by its kind and its length, so that no two rows are written down alike.
    pub fn add(&mut self, row: &Row) {
        self.rows += 1;
        let mut text = Vec::with_capacity(256);
        text.extend((row.len() as u64).to_be_bytes());
        for value in row {
            let number;
            let (tag, bytes) = match value {
                Value::Int(Some(value)) => {
                    number = value.to_be_bytes();
                    (b'i', &number[..])
                }
                Value::Text(Some(value)) => (b't', value.as_bytes()),
                Value::Bytes(Some(value)) => (b'b', value.as_slice()),
                Value::Id(Some(value)) => (b'u', &value.as_bytes()[..]),
                Value::Int(None) | Value::Text(None) | Value::Bytes(None) | Value::Id(None) => (b'-', &[][..]),
            };
            text.push(tag);
            text.extend((bytes.len() as u64).to_be_bytes());
            text.extend(bytes);
        }
        self.context.update(&text);
    }

    pub fn sum(self) -> Sum {
        let mut checksum = [0; 32];
        checksum.copy_from_slice(self.context.finish().as_ref());
        Sum { table: self.table, rows: self.rows, checksum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_differ_only_in_where_a_value_ends_have_different_checksums() {
        let text = |a: &str, b: &str| vec![Value::Text(Some(a.into())), Value::Text(Some(b.into()))];
        let rows = [
            vec![text("ab", "c")],
            vec![text("a", "bc")],
            vec![text("abc", "")],
            vec![vec![Value::Text(Some("abc".into())), Value::Text(None)]],
            vec![vec![Value::Bytes(Some(b"ab".to_vec())), Value::Text(Some("c".into()))]],
            vec![text("ab", "c"), text("", "")],
        ];
        let sums: std::collections::HashSet<_> = rows
            .iter()
            .map(|rows| {
                let mut adder = Adder::new(&TABLES[0]);
                rows.iter().for_each(|row| adder.add(row));
                adder.sum().checksum
            })
            .collect();
        assert_eq!(sums.len(), rows.len());
    }
}
