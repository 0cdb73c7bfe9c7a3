//! Randomness as an argument, so that a test can repeat itself. Production has one source: the operating system's CSPRNG
//! through aws-lc (ASVS 11.5.1). Beside it, what makes identifiers of it: [`Ids`].

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

    /// A single UUID version 7, where there is no row of them to stand in. Elsewhere [`Ids`] makes them.
    pub fn id(&self, now: Timestamp) -> Uuid {
        Ids::default().next(now, self)
    }
}

/// How many of an id's bits count within a millisecond: all of `rand_a`.
const COUNTER_BITS: u32 = 12;

/// UUIDs version 7 (RFC 9562 section 5.7), each greater than the one before, whichever thread asks and wherever the clock goes.
///
/// Method 1 of section 6.2: `rand_a` counts. It begins each millisecond at a random number of eleven bits, so at least 2048 ids fit;
/// what does not fit, and what is asked for while the clock is behind, takes the following numbers and so the next millisecond. A
/// clock that was wrong by years and set right is followed again after a restart only. `rand_b`, 62 bits, is random each time: no
/// id tells another. They are identifiers all the same, never secrets: whatever opens something carries a MAC or bytes of its own.
///
/// Ids of several processes are in order as far as their clocks agree, and within a millisecond in none.
#[derive(Default)]
pub struct Ids(AtomicU64);

impl Ids {
    /// The next one.
    pub fn next(&self, now: Timestamp, random: &dyn Random) -> Uuid {
        let [first, second, rest @ ..]: [u8; 10] = random.bytes();
        let begin = u64::from(u16::from_be_bytes([first, second])) >> (16 - COUNTER_BITS + 1);
        let fresh = (now.0.max(0).unsigned_abs() << COUNTER_BITS) | begin;
        // The closure never declines, so this is what is now behind; its successor is ours alone.
        let step = |last: u64| Some(fresh.max(last + 1));
        let (Ok(last) | Err(last)) = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        let mine = fresh.max(last + 1);
        let mut tail = [0; 10];
        tail[..2].copy_from_slice(&((mine & ((1 << COUNTER_BITS) - 1)) as u16).to_be_bytes());
        tail[2..].copy_from_slice(&rest);
        uuid::Builder::from_unix_timestamp_millis(mine >> COUNTER_BITS, &tail).into_uuid()
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

#[cfg(test)]
mod tests {
    use super::{Ids, SeededSource, SystemSource};
    use crate::time::Timestamp;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn millis(id: Uuid) -> i64 {
        (id.as_u128() >> 80) as i64
    }

    #[test]
    fn ids_grow_although_the_clock_stands_and_several_threads_ask() {
        let (ids, random) = (Ids::default(), SystemSource::new());
        let take = || (0..20_000).map(|_| ids.next(NOW, &random)).collect::<Vec<_>>();
        let taken: Vec<Vec<Uuid>> = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(take));
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for own in &taken {
            assert!(own.is_sorted_by(|one, next| one < next), "what a thread asks for later is greater");
        }
        let all: BTreeSet<Uuid> = taken.iter().flatten().copied().collect();
        assert_eq!(all.len(), 80_000);
        let ahead = millis(*all.last().unwrap()) - NOW.0;
        assert!((19..=20).contains(&ahead), "4096 to a millisecond: {ahead}");
        assert!(ids.next(NOW, &random) > *all.last().unwrap(), "and greater than what all others had");
    }

    #[test]
    fn ids_grow_although_the_clock_goes_backward_and_follow_it_when_it_has_caught_up() {
        let (ids, random) = (Ids::default(), SeededSource::new(1));
        let hour = 3_600_000;
        let mut last = ids.next(NOW, &random);
        for back in [1, 1000, hour, NOW.0, 5, 0] {
            let next = ids.next(Timestamp(NOW.0 - back), &random);
            assert!(next > last, "{back} ms back");
            last = next;
        }
        assert_eq!(millis(last), NOW.0, "no further ahead than the clock has been");
        assert_eq!(millis(ids.next(Timestamp(NOW.0 + 1), &random)), NOW.0 + 1);
    }

    #[test]
    fn an_id_is_a_uuid_of_version_7_that_tells_its_moment_and_not_its_neighbour() {
        let (ids, random) = (Ids::default(), SystemSource::new());
        let (one, next) = (ids.next(NOW, &random), ids.next(NOW, &random));
        for id in [one, next] {
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
            assert_eq!(millis(id), NOW.0);
        }
        let random_part = |id: Uuid| id.as_u128() as u64 & (u64::MAX >> 2);
        assert!(random_part(one).abs_diff(random_part(next)) > 1 << 20, "62 random bits each");
    }
}
