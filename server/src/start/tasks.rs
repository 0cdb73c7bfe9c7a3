//! What runs beside the requests: following other nodes, background jobs, sending letters.
//!
//! Every task can be cut off at any moment, because what it does is one transaction at a time. Only a letter on its way to the
//! mail server should be let go: cut off after the server took it, it would be sent again.

use crate::http::Site;
use identity::{
    Latchkey, Refusal, jobs,
    mail::{self, Transport},
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, sleep, timeout},
};

/// How soon this node knows what another one, or the command line, has ended, when no bell was heard. A second is what is
/// promised, and looking takes time too.
const FOLLOW: Duration = Duration::from_millis(500);
/// How long the database may take to tell before it counts as away.
const SOON: Duration = Duration::from_millis(1500);
/// How long to wait after the connection to the bells was refused.
const BREATH: Duration = Duration::from_secs(1);
/// How often background jobs are looked at; how often each is done is theirs to say.
const JOBS: Duration = Duration::from_secs(60);
/// How often quiet network addresses are forgotten.
const FORGET: Duration = Duration::from_secs(5);
/// How often letters are looked for when no bell rang: retries, and bells that were missed.
const POST: Duration = Duration::from_secs(5);

/// Starts them all. Dropping the set, or shutting it down, ends them.
pub fn start(site: &Site, transport: Transport) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let house = site.house.clone();
    tasks.spawn(every(FOLLOW, "following other nodes", move || follow(house.clone())));
    tasks.spawn(listen(site.house.clone()));
    let house = site.house.clone();
    tasks.spawn(every(JOBS, "background jobs", move || {
        let house = house.clone();
        async move { jobs::run_due(&house).await }
    }));
    tasks.spawn(deliver(site.house.clone(), transport));
    let limits = site.limits.clone();
    tasks.spawn(every(FORGET, "forgetting quiet addresses", move || {
        limits.tidy();
        std::future::ready(Ok(()))
    }));
    tasks
}

/// Looks what others did. Is not cut short when the database is slow: then nothing would ever be learned.
async fn follow(house: Arc<Latchkey>) -> Result<(), Refusal> {
    let mut look = std::pin::pin!(house.follow());
    match timeout(SOON, &mut look).await {
        Ok(done) => done,
        Err(_) => {
            house.missing();
            look.await
        }
    }
}

/// Does at once what the bells of other nodes ask for.
async fn listen(house: Arc<Latchkey>) {
    let mut failing = false;
    loop {
        let outcome = hear(&house).await;
        failing = report("listening to other nodes", &outcome, failing);
        sleep(BREATH).await;
    }
}

/// Hears one bell after the other, until the database does not answer.
async fn hear(house: &Latchkey) -> Result<(), Refusal> {
    let mut bells = house.bells().await?;
    house.heard(None).await?;
    loop {
        house.heard(bells.next().await?).await?;
    }
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
