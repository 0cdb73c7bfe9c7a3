//! What the operator has given and where, for those who look at it. The server fills it, because it alone reads flags and files.

crate::spelled! {
    /// Where the value of a setting comes from. Those that come later win.
    Origin {
        /// Nowhere.
        Default = "default",
        /// The admin panel, or `latchkey settings`.
        RunTime = "run_time",
        /// The settings file.
        File = "file",
        /// An environment variable.
        Environment = "environment",
        /// The command line.
        Flag = "flag",
    }
}

/// One setting as it stands when the process starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name in the settings file.
    pub name: &'static str,
    /// What was given, as text; empty where it is secret. `None` when it was not given.
    pub value: Option<String>,
    /// Where.
    pub origin: Origin,
    /// Whether the value must never be shown.
    pub secret: bool,
    /// What it means, in one line.
    pub help: &'static str,
    /// The default, in words where it is no value.
    pub default: &'static str,
}
