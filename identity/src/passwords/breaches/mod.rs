//! Whether a password is known from a data leak, asked of a server on the network (ASVS 6.2.12). Off unless the operator names one.
//!
//! That server must never learn the password: it gets five hexadecimal digits of its SHA-1, one of a million groups, and
//! answers all the leaked ones of that group (k-anonymity). And it must never decide who can register: when it does not answer,
//! or answers nonsense, every password passes.

mod client;
mod range;
#[cfg(test)]
mod tests;

use super::Password;
use crate::Refusal;
use client::Client;
use range::Fingerprint;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use url::Url;

/// How long somebody waits for the answer, at most. Everything counts: the name, the connection, the whole answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the log hears that the check does not work.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);

/// The server to ask, if there is one.
pub(crate) struct Breaches {
    client: Option<Client>,
    patience: Duration,
    next_warning: Mutex<Option<Instant>>,
}

impl Breaches {
    /// Asks at `range`, followed by the five digits. Without one nothing is ever asked.
    ///
    /// # Errors
    /// `Broken` when no connection could ever be made.
    pub(crate) fn at(range: Option<&Url>) -> Result<Self, Refusal> {
        Self::within(range, PATIENCE)
    }

    fn within(range: Option<&Url>, patience: Duration) -> Result<Self, Refusal> {
        let client = range.map(Client::new).transpose()?;
        Ok(Self { client, patience, next_warning: Mutex::new(None) })
    }

    /// Whether the password is known to have leaked. Not, when that cannot be found out.
    pub(super) async fn know(&self, password: &Password) -> bool {
        let Some(client) = &self.client else { return false };
        let fingerprint = Fingerprint::of(password.normalised());
        let asked = tokio::time::timeout(self.patience, client.range(fingerprint.prefix())).await;
        let answer = asked.unwrap_or(Err("no answer in time"));
        answer.and_then(|lines| fingerprint.is_among(&lines)).unwrap_or_else(|why| {
            self.warn(why);
            false
        })
    }

    /// Says why, in words of our own: an error of the network may repeat what was asked.
    fn warn(&self, why: &'static str) {
        let mut next = self.next_warning.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if next.is_none_or(|next| next <= now) {
            *next = Some(now + BETWEEN_WARNINGS);
            tracing::warn!(
                why,
                "new passwords are accepted without asking for leaks: the server of breach_check fails"
            );
        }
    }
}
