//! How long somebody who writes has to wait while what has served its time is removed.

use super::{browser::device, clock::millis, results::Case};
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
use tokio::time::sleep;

/// How long each is watched.
const WATCHED: Duration = Duration::from_secs(10);

/// Events that wait for their places.
const WAITING: u32 = 100_000;

/// Accounts whose time has come.
const LEAVING: u32 = 20;

/// Between two writes of the one who measures.
const BETWEEN: Duration = Duration::from_millis(3);

/// The longest waits of a session that is renewed all the time: while nothing else happens, and while old rows are removed.
///
/// # Errors
/// When the database does not do its part.
pub async fn measure(house: &Arc<Latchkey>, place: &Place) -> Result<Vec<Case>> {
    let idle = watch(house, async {
        sleep(WATCHED).await;
        Ok(())
    })
    .await?;
    let removing = watch(house, async {
        let start = Instant::now();
        while start.elapsed() < WATCHED {
            jobs::tidy(house).await?;
        }
        Ok(())
    })
    .await?;
    let forgetting = watch(house, async {
        let start = Instant::now();
        while start.elapsed() < WATCHED {
            audit::remove_old(house).await?;
        }
        Ok(())
    })
    .await?;
    place.make_wait(WAITING).await?;
    let sealing = watch(house, async {
        while audit::seal(house).await? > 0 {}
        Ok(())
    })
    .await?;
    place.make_leave(LEAVING).await?;
    let erasing = watch(house, async {
        while accounts::leaving::erase_due(house).await? {}
        Ok(())
    })
    .await?;
    let case = |name: &str, millis| Case { name: name.to_owned(), millis, is_wait: true };
    Ok(vec![
        case("longest wait to write, nothing else happening", idle),
        case("longest wait to write, while old rows are removed", removing),
        case("longest wait to write, while old events are removed", forgetting),
        case("longest wait to write, while a backlog of events gets its places", sealing),
        case("longest wait to write, while busy accounts are erased", erasing),
    ])
}

/// Renews a session again and again while something is done, and answers the longest that took, in milliseconds.
async fn watch(house: &Arc<Latchkey>, work: impl Future<Output = Result<()>>) -> Result<f64> {
    let password = Secret::new(crate::seed::PASSWORD);
    let pair = accounts::sign_in(house, crate::seed::EMAIL, &password, Stay::Day, &device()).await?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let watcher = tokio::spawn(renew_until(house.clone(), pair, stopped));
    let done = work.await;
    stop.send_replace(true);
    let longest = watcher.await?;
    done?;
    longest
}

async fn renew_until(
    house: Arc<Latchkey>,
    mut pair: TokenPair,
    stop: tokio::sync::watch::Receiver<bool>,
) -> Result<f64> {
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
