//! Medians.

use anyhow::Result;
use std::{
    future::Future,
    time::{Duration, Instant},
};

/// Runs that are not counted: the first finds nothing in memory.
const WARM_UP: u32 = 3;

/// Does something so many times and answers the median, in milliseconds. Each run is told its number.
///
/// # Errors
/// When one fails.
pub async fn median<F>(runs: u32, mut act: impl FnMut(u32) -> F) -> Result<f64>
where
    F: Future<Output = Result<()>>,
{
    let mut took = Vec::new();
    for run in 0..WARM_UP + runs {
        let start = Instant::now();
        act(run).await?;
        if run >= WARM_UP {
            took.push(start.elapsed());
        }
    }
    Ok(millis(middle(took)))
}

/// The one in the middle.
fn middle(mut took: Vec<Duration>) -> Duration {
    took.sort();
    took.get(took.len() / 2).copied().unwrap_or_default()
}

/// In milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_run_does_not_move_the_median() {
        let took = [9, 1, 2, 900, 3].map(Duration::from_millis).to_vec();
        assert_eq!(middle(took), Duration::from_millis(3));
    }
}
