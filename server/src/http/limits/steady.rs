//! The injected clock as governor wants it.

use governor::{clock, nanos::Nanos};
use identity::time::Clock;
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that never goes back. When the machine's is set back, the missing time is added, or every address that is known would be
/// refused until it has caught up.
#[derive(Clone)]
pub(super) struct SteadyClock {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<Steady>>,
}

struct Steady {
    last: i64,
    lead: i64,
}

impl SteadyClock {
    pub(super) fn over(clock: Arc<dyn Clock>) -> Self {
        let last = clock.now().0;
        Self { clock, state: Arc::new(Mutex::new(Steady { last, lead: 0 })) }
    }
}

impl clock::Clock for SteadyClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let now = self.clock.now().0;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now < state.last {
            state.lead += state.last - now;
        }
        state.last = now;
        let millis = u64::try_from(now + state.lead).unwrap_or(0);
        Nanos::new(millis.saturating_mul(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::{Clock as _, Reference};
    use identity::time::Timestamp;
    use std::sync::atomic::{AtomicI64, Ordering};

    struct Wound(AtomicI64);

    impl Clock for Wound {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(Ordering::SeqCst))
        }
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on_from_where_it_was() {
        let wall = Arc::new(Wound(AtomicI64::new(1_700_000_000_000)));
        let clock = SteadyClock::over(wall.clone());
        let start = clock.now();
        wall.0.fetch_sub(3_600_000, Ordering::SeqCst);
        assert_eq!(clock.now(), start);
        wall.0.fetch_add(6_000, Ordering::SeqCst);
        assert_eq!(clock.now().duration_since(start), Nanos::new(6_000_000_000));
    }
}
