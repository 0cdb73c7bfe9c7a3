//! Randomness as an argument, so that a test can repeat itself. Production has one source: the operating system's CSPRNG
//! through aws-lc (ASVS 11.5.1).

use crate::time::Timestamp;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills `into` completely.
    fn fill(&self, into: &mut [u8]);
}

impl dyn Random {
    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A UUID version 7 (RFC 9562 section 5.7): sorts by time of creation. An identifier, never a secret.
    pub fn id(&self, now: Timestamp) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(now.0.max(0) as u64, &self.bytes()).into_uuid()
    }
}

/// The operating system's source.
pub struct SystemSource(SystemRandom);

impl SystemSource {
    /// Opens it.
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Default for SystemSource {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemSource {
    fn fill(&self, into: &mut [u8]) {
        // aws-lc aborts the process rather than hand out weak bytes, so the error is unreachable.
        self.0.fill(into).expect("the system's random source answers");
    }
}

/// A repeatable sequence. For tests and simulations only: it is predictable by design.
pub struct SeededSource(AtomicU64);

impl SeededSource {
    /// A sequence of its own for every seed.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed << 32))
    }
}

impl Random for SeededSource {
    fn fill(&self, into: &mut [u8]) {
        for chunk in into.chunks_mut(32) {
            let block = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &block);
            chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
        }
    }
}
