//! What is held about people: of every column of every table about a person, under which name it leaves in the export, or why it
//! does not. A test compares the list with the schema and with what the export writes, so a new column cannot be forgotten.

/// What becomes of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Leaves under its own name.
    Leaves,
    /// Leaves under another.
    As(&'static str),
    /// Stays, for a reason.
    Stays(&'static str),
}

/// A table about people, and where its rows are in the document.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Its name.
    pub table: &'static str,
    /// The parts of the document with its rows.
    pub parts: &'static [&'static str],
    /// Its columns.
    pub columns: &'static [(&'static str, Fate)],
}

use Fate::{As, Leaves, Stays};

const SAME: Fate = Stays("is the id of the account in every row");

/// Every table about people.
pub const HELD: &[Held] = &[
    Held {
        table: "users",
        parts: &["account"],
        columns: &[
            ("id", Leaves),
            ("email", Leaves),
            ("name", Leaves),
            ("name_key", Leaves),
            ("role", Leaves),
            ("password_hash", Stays("helps who guesses")),
            ("created_at", Leaves),
            ("verified_at", Leaves),
            ("disabled_at", Leaves),
            ("last_sign_in_at", Leaves),
            ("tokens_void_before", Leaves),
            ("password_changed_at", Leaves),
            ("delete_at", Leaves),
            ("role_name", As("role")),
            ("invited_at", Leaves),
            ("deletion_ordered_at", Leaves),
            ("disabled_before", Leaves),
            ("leaving_before", Leaves),
        ],
    },
    Held {
        table: "sessions",
        parts: &["sessions"],
        columns: &[
            ("id", Leaves),
            ("user_id", SAME),
            ("secret", Stays("half of the key of a living session")),
            ("generation", Leaves),
            ("confirmed_at", Leaves),
            ("created_at", Leaves),
            ("rotated_at", Leaves),
            ("stay", Leaves),
            ("expires_at", Leaves),
            ("user_agent", Leaves),
            ("ip", Leaves),
            ("ended_at", Leaves),
            ("end_cause", Leaves),
            ("authenticated_at", Leaves),
            ("acting_id", Stays("is an administrator")),
            ("acting_from", Stays("is an administrator's")),
            ("acting_writes", Leaves),
            ("acting_back", Stays("is an administrator's")),
        ],
    },
    Held {
        table: "devices",
        parts: &["devices"],
        columns: &[
            ("key", Stays("a keyed hash of a cookie")),
            ("user_id", SAME),
            ("created_at", Leaves),
            ("seen_at", Leaves),
        ],
    },
    Held {
        table: "mailed_tokens",
        parts: &["mailed_tokens"],
        columns: &[
            ("id", Leaves),
            ("user_id", SAME),
            ("purpose", Leaves),
            ("address", Leaves),
            ("token_hash", Stays("a hash of what opens the account")),
            ("code_hash", Stays("a hash of what opens the account")),
            ("name", Leaves),
            ("password_hash", Stays("helps who guesses, and may be a stranger's")),
            ("created_at", Leaves),
            ("expires_at", Leaves),
            ("spent_at", Leaves),
        ],
    },
    Held {
        table: "letters",
        parts: &["letters"],
        columns: &[
            ("id", Leaves),
            ("kind", Leaves),
            ("sealed", As("state")),
            ("created_at", Leaves),
            ("due_at", Leaves),
            ("attempts", Leaves),
            ("sent_at", Leaves),
            ("failure", Leaves),
            ("user_id", SAME),
        ],
    },
    Held {
        table: "events",
        parts: &["events", "events_as_actor"],
        columns: &[
            ("id", Leaves),
            ("at", Leaves),
            ("kind", Leaves),
            ("actor_id", As("by")),
            ("subject_id", Stays("is the id of the account, or somebody else's")),
            ("session_id", Leaves),
            ("ip", Leaves),
            ("detail", Leaves),
            ("note", Leaves),
            ("seq", Leaves),
            ("salt", Stays("only serves to check the hash")),
            ("personal", Stays("a salted hash of what leaves")),
            ("digest", Stays("a hash over what leaves")),
        ],
    },
];

/// Tables that hold nothing about a person, and why that is so.
pub const NOT_HELD: &[(&str, &str)] = &[
    ("installation", "is about the installation"),
    ("settings", "are the installation's"),
    ("roles", "are the installation's; which one a person holds leaves with the account"),
    ("audit_chain", "is a hash and its place"),
    ("audit_gaps", "are hashes and their places"),
    ("figures", "counts events of all people"),
    ("signing_keys", "are the installation's"),
    ("throttles", "counts attempts under keyed hashes, for an hour or two"),
];
