//! A string that must not be seen.

use serde::{Deserialize, Serialize};

/// A password or mailed token on its way through a function. `Debug` shows nothing, because Leptos derives `Debug` on the
/// argument structs of server functions, and a log line is forever. `Serialize` exists because the browser's half of a server
/// function has to send the value; nothing on the server serialises one.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Drop for Secret {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}
