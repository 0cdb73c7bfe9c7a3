//! What this node lacked when somebody looked last.
//!
//! Anybody may ask, as often as they like, and looking takes connections, a write and, when something is wrong, a line in the log.
//! So one looks at a time, the answer serves everybody for a moment, and the log hears of changes only.

use std::{future::Future, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

/// How long an answer counts. Shorter than any load balancer looks again.
const KEPT: Duration = Duration::from_millis(500);

/// Within this everybody is answered. A database that takes longer is as good as gone for whoever asks.
const PATIENCE: Duration = Duration::from_secs(2);

/// The word for a database that takes longer.
const LATE: &str = "the database does not answer in time";

/// What is missing: a word for everybody, and the reason for the log.
pub struct Lack {
    pub word: &'static str,
    pub cause: String,
}

/// The last answer.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Instant, Option<&'static str>)>>);

impl Readiness {
    /// The word of a moment ago, or else what `look` finds. `look` is not begun when it is not needed.
    pub async fn lack(&self, look: impl Future<Output = Option<Lack>>) -> Option<&'static str> {
        let until = Instant::now() + PATIENCE;
        let Ok(mut last) = timeout_at(until, self.0.lock()).await else { return Some(LATE) };
        let before = match *last {
            Some((at, word)) if at.elapsed() < KEPT => return word,
            Some((_, word)) => word,
            None => None,
        };
        let late = |_| Some(Lack { word: LATE, cause: format!("nothing came within {PATIENCE:?}") });
        let lack = timeout_at(until, look).await.unwrap_or_else(late);
        let word = lack.as_ref().map(|lack| lack.word);
        match lack {
            Some(Lack { word, cause }) if before != Some(word) => tracing::warn!(cause, "not ready: {word}"),
            None if before.is_some() => tracing::info!("ready again"),
            _ => {}
        }
        *last = Some((Instant::now(), word));
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::time::sleep;

    /// Finds that nothing is missing, and is counted.
    async fn look(looks: &AtomicU32) -> Option<Lack> {
        looks.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(20)).await;
        None
    }

    #[tokio::test]
    async fn a_crowd_is_told_what_one_has_seen_until_a_moment_has_passed() {
        let (readiness, looks) = (Readiness::default(), AtomicU32::new(0));
        let ask = async || assert_eq!(readiness.lack(look(&looks)).await, None);
        tokio::join!(ask(), ask(), ask(), ask());
        ask().await;
        assert_eq!(looks.load(Ordering::Relaxed), 1);
        sleep(KEPT).await;
        tokio::join!(ask(), ask());
        assert_eq!(looks.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn whoever_waits_behind_one_who_waits_is_answered_in_time_too() {
        let readiness = Readiness::default();
        let ask = async |after| {
            sleep(after).await;
            let began = Instant::now();
            assert_eq!(readiness.lack(std::future::pending()).await, Some(LATE));
            assert!(began.elapsed() < PATIENCE * 2, "{:?}", began.elapsed());
        };
        tokio::join!(ask(Duration::ZERO), ask(Duration::from_millis(100)), ask(Duration::from_secs(1)));
    }

    #[tokio::test]
    async fn somebody_who_goes_away_while_looking_leaves_the_door_open() {
        let (readiness, looks) = (Readiness::default(), AtomicU32::new(0));
        let gone = tokio::time::timeout(Duration::from_millis(10), readiness.lack(std::future::pending()));
        assert!(gone.await.is_err());
        assert_eq!(readiness.lack(look(&looks)).await, None);
    }
}
