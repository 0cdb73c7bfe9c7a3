//! The two tokens: the access token anyone with the public key can check, and the refresh token only we can.

pub mod access;
pub mod jws;
mod known;
pub mod refresh;

pub use known::Known;

/// What a browser is given at sign-in and at every refresh.
#[derive(Clone)]
pub struct TokenPair {
    /// The access token: a JWT, minutes long.
    pub access: String,
    /// The refresh token: opaque, good for one thing only, a new pair.
    pub refresh: String,
    /// Whether and for how long the browser should keep them: seconds, or `None` for "until it closes".
    pub keep_seconds: Option<i64>,
    /// Who the access token speaks of.
    pub viewer: crate::words::Viewer,
}

impl std::fmt::Debug for TokenPair {
    /// Without the tokens: a log line is forever.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenPair").field("session", &self.viewer.session).finish_non_exhaustive()
    }
}
