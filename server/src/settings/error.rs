//! What stops the start: one line that names the setting, the fault and an example.

use super::{Key, Origin};
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
                match origin {
                    Origin::Flag => write!(f, "--{}", key.flag())?,
                    Origin::Environment => write!(f, "{}", key.variable())?,
                    Origin::File => write!(f, "{} in the settings file", about.name)?,
                    Origin::Default => write!(f, "{} (not set)", key.variable())?,
                }
                let subject = if shown.is_empty() { "the value " } else { shown };
                write!(f, ": {subject}{fault}; for example {}", about.example)
            }
            Self::File { path, fault } => write!(f, "{path}: {fault}"),
        }
    }
}

impl std::error::Error for SettingError {}
