//! What runs beside the requests: following other nodes, tidying up, sending letters.
//!
//! Every task can be cut off at any moment: what it does is one transaction at a time.

use crate::http::Site;
use identity::{
    Latchkey, Refusal,
    mail::{self, Transport},
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, timeout},
};

/// How soon this node knows what another one, or the command line, has ended.
const FOLLOW: Duration = Duration::from_secs(1);
/// How often spent tokens and old counts are removed.
const TIDY: Duration = Duration::from_secs(5 * 60);
/// How often quiet network addresses are forgotten.
const FORGET: Duration = Duration::from_secs(5);

/// How often letters are looked for when no bell rang: retries, and letters of other nodes.
const POST: Duration = Duration::from_secs(5);

/// Starts them all. Dropping the set, or shutting it down, ends them.
pub fn start(site: &Site, transport: Transport) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let house = site.house.clone();
    tasks.spawn(every(FOLLOW, "following other nodes", move || {
        let house = house.clone();
        async move { house.follow().await }
    }));
    let house = site.house.clone();
    tasks.spawn(every(TIDY, "tidying up", move || {
        let house = house.clone();
        async move { house.tidy().await }
    }));
    tasks.spawn(deliver(site.house.clone(), transport));
    let limits = site.limits.clone();
    tasks.spawn(every(FORGET, "forgetting quiet addresses", move || {
        limits.tidy();
        std::future::ready(Ok(()))
    }));
    tasks
}

/// Sends letters when the bell rings, and every few seconds.
async fn deliver(house: Arc<Latchkey>, transport: Transport) {
    let mut failing = false;
    loop {
        // Running out of time is the other way of being called.
        let _ = timeout(POST, house.outbox_bell.notified()).await;
        let outcome = mail::deliver_due(&house, &transport).await.map(drop);
        failing = report("sending letters", &outcome, failing);
    }
}

/// Does something again and again.
async fn every<F>(period: Duration, what: &'static str, mut act: impl FnMut() -> F)
where
    F: Future<Output = Result<(), Refusal>>,
{
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        ticks.tick().await;
        failing = report(what, &act().await, failing);
    }
}

/// A failure is logged when it begins and when it is over, not each time. Answers whether it fails now.
fn report(what: &str, outcome: &Result<(), Refusal>, failing: bool) -> bool {
    match outcome {
        Err(error) if !failing => tracing::warn!(%error, "{what} fails; it is tried again"),
        Ok(()) if failing => tracing::info!("{what} works again"),
        _ => {}
    }
    outcome.is_err()
}
