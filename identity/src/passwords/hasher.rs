//! The one door to hashing, and its queue.
//!
//! Each hash takes tens of milliseconds of a core and megabytes of memory, and anybody can ask for one. So at most as many run
//! at once as there are cores, on [`threads`](super::threads) of their own; a bounded number of people wait, first come, first
//! served; whoever comes after them is told to come back (ASVS 15.2.2). Memory is bounded by cores times the cost.

use super::{
    HashCost, Password,
    engine::{Engine, SALT_LEN, TAG_LEN},
    normal,
    threads::{Memory, Threads},
};
use crate::{Refusal, random::Random, words::Secret};
use std::{sync::Arc, time::Duration};
use tokio::sync::{Semaphore, oneshot};

/// The salt of what no password fits, and of nothing else: SQL tells it by that.
const NOBODYS_SALT: [u8; SALT_LEN] = [0; SALT_LEN];

/// Part of a condition: whether no password fits what is stored for an account ([`Hasher::nobodys`]). `$users` is what the table `users`
/// is called there.
macro_rules! worthless {
    ($users:literal) => {
        concat!("(", $users, ".password_hash like '%$AAAAAAAAAAAAAAAAAAAAAA$%')")
    };
}
pub(crate) use worthless;

/// How many may wait for each one that is served: about two seconds at the default cost, where nothing else wants the cores.
const WAITING_PER_CORE: usize = 64;

/// When somebody turned away may come back: a full queue is empty by then, or has at least moved on.
const RETRY_AFTER: Duration = Duration::from_secs(3);

/// What came of comparing a typed password with a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not the password, or no such account.
    Wrong,
    /// The password.
    Right,
    /// The password, hashed at another cost than today's: hash it again while it is known.
    RightButOutdated,
}

/// Hashes and verifies passwords.
pub struct Hasher {
    engine: Arc<Engine>,
    random: Arc<dyn Random>,
    /// What looks like a hash, for people who do not exist. It costs as much to compare with, and that some password fits is as likely as
    /// that somebody guesses a key of 256 bits.
    decoy: String,
    /// Everybody inside, waiting or served.
    places: Arc<Semaphore>,
    /// Those being served. Fair: tokio's semaphore keeps the order of arrival.
    turns: Arc<Semaphore>,
    /// As many as there are turns, so whoever has one is served at once.
    threads: Threads,
}

impl Hasher {
    /// A hasher of this cost, keyed with `pepper`, argon2's secret input (RFC 9106 section 3.1), which is kept outside the
    /// database.
    ///
    /// # Errors
    /// `Broken`, with a sentence for the operator, when the cost is refused by [`HashCost::check`].
    pub fn new(cost: HashCost, pepper: [u8; 32], random: Arc<dyn Random>) -> Result<Self, Refusal> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with_room(cost, pepper, random, cores, WAITING_PER_CORE * cores)
    }

    fn with_room(
        cost: HashCost,
        pepper: [u8; 32],
        random: Arc<dyn Random>,
        at_once: usize,
        waiting: usize,
    ) -> Result<Self, Refusal> {
        let engine = Engine::new(cost, pepper)?;
        let decoy = engine.written(NOBODYS_SALT, random.bytes::<TAG_LEN>())?;
        let threads = Threads::start(at_once).map_err(|error| Refusal::Broken(format!("hashing: {error}")))?;
        Ok(Self {
            engine: Arc::new(engine),
            random,
            decoy,
            places: Arc::new(Semaphore::new(at_once + waiting)),
            turns: Arc::new(Semaphore::new(at_once)),
            threads,
        })
    }

    /// The hash to store: an argon2id PHC string with a fresh salt.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub async fn hash(&self, password: &Password) -> Result<String, Refusal> {
        let password = password.normalised().clone();
        let salt = self.random.bytes::<SALT_LEN>();
        self.in_turn(move |engine, memory| engine.hash(&password, salt, memory)).await
    }

    /// Whether a typed password is the stored one. `stored` is `None` for somebody who does not exist: the same work is done on
    /// the decoy, so that the time taken tells nothing (ASVS 6.3.8). Nor does a password longer than any can be save work.
    ///
    /// # Errors
    /// `Busy` when the queue is full; `Broken` when `stored` is no hash of ours.
    pub async fn verify(&self, typed: &Secret, stored: Option<&str>) -> Result<Verdict, Refusal> {
        let password = normal::normalise(typed.expose());
        let hopeless = password.is_none() || stored.is_none();
        let password = password.unwrap_or_default();
        let stored = stored.unwrap_or(&self.decoy).to_owned();
        let verdict = self.in_turn(move |engine, memory| engine.verify(&password, &stored, memory)).await?;
        Ok(if hopeless { Verdict::Wrong } else { verdict })
    }

    /// What no password fits, at the usual cost: for an account whose password must not work any more. Drawn at the start.
    pub fn nobodys(&self) -> &str {
        &self.decoy
    }

    /// Whether a hash that was made elsewhere can be stored for an account: see `Engine::takes`.
    pub(crate) fn takes(&self, hash: &str) -> bool {
        self.engine.takes(hash)
    }

    /// How many hashes were computed since the start.
    pub fn hashes(&self) -> u64 {
        self.engine.hashes()
    }

    /// Waits for a turn and has the work done. A caller who gives up while waiting leaves the queue at once; one who gives up during
    /// the work keeps the place until the work is done, because the core is still taken.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine, &mut Memory) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place =
            Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::Busy { retry_after: RETRY_AFTER })?;
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|_| Refusal::Broken("the hashing queue is closed".into()))?;
        let engine = Arc::clone(&self.engine);
        let (done, end) = oneshot::channel();
        self.threads.give(move |memory| {
            let outcome = work(&engine, memory);
            // The place is free before anybody learns that it is.
            drop((place, turn));
            let _ = done.send(outcome);
        });
        end.await.map_err(|_| Refusal::Broken("hashing broke off".into()))?
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Rules, *};
    use crate::random::SeededSource;

    const TYPED: &str = "seventeen purple doors";

    fn hasher(at_once: usize, waiting: usize) -> Arc<Hasher> {
        let random = Arc::new(SeededSource::new(1));
        Arc::new(Hasher::with_room(HashCost::default(), [5; 32], random, at_once, waiting).unwrap())
    }

    fn password(typed: &str) -> Password {
        let rules = Rules { min_chars: 15, name: "", email: "", host: "" };
        Password::parse(&Secret::new(typed), &rules).unwrap()
    }

    async fn verify(hasher: &Hasher, typed: &str, stored: Option<&str>) -> Verdict {
        hasher.verify(&Secret::new(typed), stored).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_hashed_verifies_and_nothing_else() {
        let hasher = hasher(1, 1);
        let stored = hasher.hash(&password(TYPED)).await.unwrap();
        assert_ne!(stored, hasher.hash(&password(TYPED)).await.unwrap(), "each hash has its own salt");
        assert_eq!(verify(&hasher, TYPED, Some(&stored)).await, Verdict::Right);
        for wrong in [
            "",
            "Seventeen purple doors",
            "seventeen purple doors ",
            " seventeen purple doors",
            "seventeen purple door",
        ] {
            assert_eq!(verify(&hasher, wrong, Some(&stored)).await, Verdict::Wrong, "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn the_same_letters_typed_on_another_keyboard_are_the_same_password() {
        let hasher = hasher(1, 1);
        let stored = hasher.hash(&password("trois cafés brûlés")).await.unwrap();
        assert_eq!(verify(&hasher, "trois cafe\u{301}s bru\u{302}le\u{301}s", Some(&stored)).await, Verdict::Right);
    }

    #[tokio::test]
    async fn all_128_characters_count_and_a_129th_is_not_cut_off() {
        let hasher = hasher(1, 1);
        let longest = "🔑🚪".repeat(64);
        let stored = hasher.hash(&password(&longest)).await.unwrap();
        assert_eq!(verify(&hasher, &longest, Some(&stored)).await, Verdict::Right);
        assert_eq!(verify(&hasher, &(longest.clone() + "x"), Some(&stored)).await, Verdict::Wrong);
        assert_eq!(verify(&hasher, &"🔑🚪".repeat(63), Some(&stored)).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn every_attempt_costs_one_hash_whoever_is_asked_for() {
        let hasher = hasher(1, 1);
        let stored = hasher.hash(&password(TYPED)).await.unwrap();
        let endless = "x".repeat(100_000);
        let attempts = [
            (TYPED, Some(&*stored)),
            ("wrong", Some(&*stored)),
            (TYPED, None),
            ("", None),
            (&endless, Some(&*stored)),
            (&endless, None),
        ];
        for (typed, stored) in attempts {
            let before = hasher.hashes();
            verify(&hasher, typed, stored).await;
            assert_eq!(hasher.hashes(), before + 1);
        }
        let cost_of = |hash: &str| hash.split('$').nth(3).map(str::to_owned);
        assert_eq!(cost_of(&hasher.decoy), cost_of(&stored));
    }

    #[tokio::test]
    async fn nobody_is_let_in_as_somebody_who_does_not_exist() {
        let hasher = hasher(1, 1);
        for typed in [TYPED, "", &hasher.decoy] {
            assert_eq!(verify(&hasher, typed, None).await, Verdict::Wrong);
            assert_eq!(verify(&hasher, typed, Some(hasher.nobodys())).await, Verdict::Wrong);
        }
        let other = Hasher::with_room(HashCost::default(), [5; 32], Arc::new(SeededSource::new(2)), 1, 1).unwrap();
        assert_ne!(hasher.decoy, other.decoy, "it is drawn and not known");
        // Should it be guessed nevertheless, it is still nobody.
        let mut hasher = Arc::into_inner(hasher).unwrap();
        hasher.decoy = hasher.hash(&password(TYPED)).await.unwrap();
        assert_eq!(verify(&hasher, TYPED, None).await, Verdict::Wrong);
        assert!(other.decoy.contains("$AAAAAAAAAAAAAAAAAAAAAA$"), "as SQL looks for it: {}", other.decoy);
    }

    #[tokio::test]
    async fn a_full_queue_says_so_at_once_and_recovers() {
        let hasher = hasher(1, 2);
        let core = Arc::clone(&hasher.turns).acquire_owned().await.unwrap();
        let ask = || {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move { hasher.verify(&Secret::new(TYPED), None).await })
        };
        let inside = [ask(), ask(), ask()];
        while hasher.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let before = hasher.hashes();
        assert!(matches!(ask().await.unwrap(), Err(Refusal::Busy { retry_after }) if retry_after == RETRY_AFTER));
        assert_eq!(hasher.hashes(), before);
        drop(core);
        for one in inside {
            assert_eq!(one.await.unwrap().unwrap(), Verdict::Wrong);
        }
        assert_eq!(verify(&hasher, TYPED, None).await, Verdict::Wrong);
        assert_eq!(hasher.places.available_permits(), 3);
    }

    #[tokio::test]
    async fn somebody_who_hangs_up_while_waiting_frees_the_place() {
        let hasher = hasher(1, 1);
        let core = Arc::clone(&hasher.turns).acquire_owned().await.unwrap();
        let waiting = tokio::spawn({
            let hasher = Arc::clone(&hasher);
            async move { hasher.verify(&Secret::new(TYPED), None).await.map(drop) }
        });
        while hasher.places.available_permits() == 2 {
            tokio::task::yield_now().await;
        }
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.places.available_permits(), 2);
        drop(core);
        assert_eq!(hasher.turns.available_permits(), 1);
    }

    #[tokio::test]
    async fn somebody_who_hangs_up_during_the_work_holds_the_core_until_it_is_done() {
        let hasher = hasher(1, 0);
        let (start, started) = std::sync::mpsc::channel();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let working = tokio::spawn({
            let hasher = Arc::clone(&hasher);
            async move {
                let work = move |_: &Engine, _: &mut Memory| {
                    start.send(()).map_err(|e| Refusal::Broken(e.to_string()))?;
                    finished.recv().map_err(|e| Refusal::Broken(e.to_string()))
                };
                hasher.in_turn(work).await
            }
        });
        while started.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        working.abort();
        assert!(working.await.unwrap_err().is_cancelled());
        assert!(matches!(hasher.verify(&Secret::new(TYPED), None).await, Err(Refusal::Busy { .. })));
        finish.send(()).unwrap();
        while hasher.places.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(verify(&hasher, TYPED, None).await, Verdict::Wrong);
    }
}
