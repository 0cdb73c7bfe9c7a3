//! What stops the start: one line that names the setting, the fault and an example.

use super::{Key, Origin};
use crate::words::settings as words;
use std::fmt;

/// A setting that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum SettingError {
    /// The value of a known setting.
    Value {
        /// Which.
        key: Key,
        /// Where it was given.
        origin: Origin,
        /// The value as it may be shown: empty for a secret.
        shown: String,
        /// What is wrong with it.
        fault: String,
    },
    /// The settings file as a whole.
    File {
        /// Its path.
        path: String,
        /// What is wrong.
        fault: String,
    },
}

impl SettingError {
    pub(super) fn value(key: Key, origin: Origin, value: &str, fault: impl Into<String>) -> Self {
        let shown = if key.about().secret { String::new() } else { short(value) };
        Self::Value { key, origin, shown, fault: fault.into() }
    }

    pub(super) fn file(path: &std::path::Path, fault: impl Into<String>) -> Self {
        Self::File { path: path.display().to_string(), fault: fault.into() }
    }
}

/// Quoted, so that a line break or an escape sequence cannot reach the terminal, and cut.
fn short(value: &str) -> String {
    let mut cut: String = value.chars().take(60).collect();
    if cut.len() < value.len() {
        cut.push('…');
    }
    format!("{cut:?} ")
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { key, origin, shown, fault } => {
                let about = key.about();
                let origin = match origin {
                    Origin::Flag => format!("--{}", key.flag()),
                    Origin::Environment => key.variable(),
                    Origin::File => words::in_file(about.name),
                    Origin::Default | Origin::RunTime => words::not_set(&key.variable()),
                };
                let subject = if shown.is_empty() { words::THE_VALUE } else { shown };
                f.write_str(&words::complaint(&origin, subject, fault, about.example))
            }
            Self::File { path, fault } => f.write_str(&words::file_complaint(path, fault)),
        }
    }
}

impl std::error::Error for SettingError {}
