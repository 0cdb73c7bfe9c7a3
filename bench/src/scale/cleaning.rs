//! How long somebody who writes has to wait while what has served its time is removed.
//!
//! A session is renewed every few milliseconds, and the longest renewal of a window counts. Disks stop for a moment now and then, and more
//! often the more is written: so every window of clean-up has one beside it in which as much is written, as often, and nothing is
//! cleaned up. In turns before and after it, because what clean-up leaves behind has to be tidied by a server.

use super::{browser::device, clock::millis, otherwise::Log, results::Wait};
use crate::installation::Place;
use anyhow::{Result, bail};
use identity::{
    Latchkey, accounts, audit, jobs,
    sessions::{self, Rotation},
    tokens::TokenPair,
    words::{Secret, Stay},
};
use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep};

/// Windows of each kind: one alone says nothing on a machine that others use too.
const WINDOWS: usize = 5;

/// How long each is at most where there may be always more to do.
const WATCHED: Duration = Duration::from_secs(5);

/// Events that wait for their places in each.
const WAITING: u32 = 20_000;

/// Accounts whose time has come in each.
const LEAVING: u32 = 4;

/// Between two writes of the one who measures.
const BETWEEN: Duration = Duration::from_millis(3);

/// The longest waits of somebody who writes, while nothing else happens, and during each kind of clean-up.
///
/// # Errors
/// When the database does not do its part.
pub async fn measure(house: &Arc<Latchkey>, place: &Place) -> Result<Vec<Wait>> {
    let mut witness = Witness { house, log: Log::of(place).await?, at_rest: 0.0, control_first: false };
    let mut waits = [
        "nothing else happens",
        "expired rows are removed",
        "old events are removed",
        "a backlog of events gets its places",
        "busy accounts are erased",
    ]
    .map(Wait::new);
    for round in 0..WINDOWS {
        witness.control_first = round % 2 == 1;
        let [nothing, expired, old, backlog, busy] = &mut waits;
        witness.rest(nothing).await?;
        let held = place.count("sessions").await?;
        witness
            .window(expired, async {
                let start = Instant::now();
                while start.elapsed() < WATCHED && jobs::tidy(house).await? {}
                Ok(())
            })
            .await?;
        if place.count("sessions").await? >= held {
            expired.take_back();
        }
        let held = place.count("events").await?;
        witness
            .window(old, async {
                let start = Instant::now();
                while start.elapsed() < WATCHED && audit::remove_old(house).await?.more {}
                Ok(())
            })
            .await?;
        if place.count("events").await? >= held {
            old.take_back();
        }
        place.make_wait(WAITING).await?;
        witness
            .window(backlog, async {
                while audit::seal(house).await? > 0 {}
                Ok(())
            })
            .await?;
        place.make_leave(LEAVING).await?;
        witness
            .window(busy, async {
                while accounts::leaving::erase_due(house).await? {}
                Ok(())
            })
            .await?;
    }
    Ok(waits.into())
}

/// Watches while something is done.
struct Witness<'a> {
    house: &'a Arc<Latchkey>,
    log: Log,
    /// Bytes a second that renewing alone writes.
    at_rest: f64,
    /// Whether the window beside comes first, with what the last one of its kind has written.
    control_first: bool,
}

impl Witness<'_> {
    /// A window in which nothing is done.
    async fn rest(&mut self, wait: &mut Wait) -> Result<()> {
        let before = self.log.end().await?;
        let longest = watch(self.house, async {
            sleep(WATCHED).await;
            Ok(())
        })
        .await?;
        wait.during.push(longest);
        self.at_rest = (self.log.end().await? - before) as f64 / WATCHED.as_secs_f64();
        Ok(())
    }

    /// A window in which something is done, and one in which as much is written.
    async fn window(&mut self, wait: &mut Wait, work: impl Future<Output = Result<()>>) -> Result<()> {
        let ahead = wait.written.filter(|_| self.control_first);
        if let Some(written) = ahead {
            self.control(wait, written).await?;
        }
        let (before, start) = (self.log.end().await?, Instant::now());
        wait.during.push(watch(self.house, work).await?);
        let time = start.elapsed();
        let bytes = (self.log.end().await? - before) as f64 - self.at_rest * time.as_secs_f64();
        let written = (bytes.max(0.0) as u64, time);
        wait.written = Some(written);
        if ahead.is_none() {
            self.control(wait, written).await?;
        }
        Ok(())
    }

    async fn control(&mut self, wait: &mut Wait, (bytes, time): (u64, Duration)) -> Result<()> {
        wait.otherwise.push(watch(self.house, self.log.write(bytes, time)).await?);
        Ok(())
    }
}

/// Renews a session again and again while something is done, and answers the longest that took, in milliseconds.
async fn watch(house: &Arc<Latchkey>, work: impl Future<Output = Result<()>>) -> Result<f64> {
    let password = Secret::new(crate::seed::PASSWORD);
    let pair = accounts::sign_in(house, crate::seed::EMAIL, &password, Stay::Day, &device()).await?;
    let (stop, stopped) = watch::channel(false);
    let watcher = tokio::spawn(renew_until(house.clone(), pair, stopped));
    let done = work.await;
    stop.send_replace(true);
    let longest = watcher.await?;
    done?;
    longest
}

async fn renew_until(house: Arc<Latchkey>, mut pair: TokenPair, stop: watch::Receiver<bool>) -> Result<f64> {
    let mut longest = Duration::ZERO;
    while !*stop.borrow() {
        let start = Instant::now();
        pair = renewed(&house, &pair).await?;
        longest = longest.max(start.elapsed());
        sleep(BETWEEN).await;
    }
    Ok(millis(longest))
}

/// The next tokens of a session.
///
/// # Errors
/// When it has ended, or the database does not do its part.
pub async fn renewed(house: &Latchkey, pair: &TokenPair) -> Result<TokenPair> {
    match sessions::renew(house, &pair.refresh, &device()).await? {
        Rotation::Renewed(pair) => Ok(pair),
        other => bail!("the session was not renewed: {other:?}"),
    }
}
