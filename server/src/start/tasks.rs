//! What runs beside the requests: following other nodes, background jobs, sending letters.
//!
//! Two kinds, by how they end. Who only looks goes on as long as requests are answered, because what another node ends must be
//! over here too, and is cut off afterwards. Who works begins nothing new once we are told to stop, and what was begun is let go
//! on for a while: a letter that is cut off after the mail server took it would be sent again.

use crate::{
    http::Site,
    listen::{Stage, Stages},
};
use identity::{
    Latchkey, Refusal, audit, jobs,
    mail::{self, Transport},
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, sleep, timeout, timeout_at},
};

/// How soon this node knows what another one, or the command line, has ended, when no bell was heard. A second is what is
/// promised, and looking takes time too.
const FOLLOW: Duration = Duration::from_millis(500);
/// How long the database may take to tell before it counts as away.
const SOON: Duration = Duration::from_millis(1500);
/// How long to wait after the connection to the bells was refused.
const BREATH: Duration = Duration::from_secs(1);
/// How long one connection to the bells is trusted.
const LISTEN_ANEW: Duration = Duration::from_secs(5 * 60);
/// How often background jobs are looked at; how often each is done is theirs to say.
const JOBS: Duration = Duration::from_secs(60);
/// How soon an event has its place in the audit log.
const SEAL: Duration = Duration::from_secs(1);
/// Between two turns of work where one was not enough.
const PAUSE: Duration = Duration::from_millis(50);
/// How often quiet network addresses are forgotten.
const FORGET: Duration = Duration::from_secs(5);
/// How often letters are looked for when no bell rang: retries, and bells that were missed.
const POST: Duration = Duration::from_secs(5);

/// All of them, running.
pub struct Tasks {
    lookers: JoinSet<()>,
    workers: JoinSet<()>,
}

/// Starts them all. Dropping the value cuts them off.
pub fn start(site: &Site, transport: Transport, stages: &Stages) -> Tasks {
    let mut lookers = JoinSet::new();
    let house = site.house.clone();
    lookers.spawn(every(FOLLOW, "following other nodes", move || follow(house.clone())));
    lookers.spawn(listen(site.house.clone()));
    let limits = site.limits.clone();
    lookers.spawn(every(FORGET, "forgetting quiet addresses", move || {
        limits.tidy();
        std::future::ready(Ok(()))
    }));
    let mut workers = JoinSet::new();
    workers.spawn(work(site.house.clone(), stages.clone()));
    workers.spawn(seal(site.house.clone(), stages.clone()));
    workers.spawn(deliver(site.house.clone(), transport, stages.clone()));
    Tasks { lookers, workers }
}

impl Tasks {
    /// One more of those that only look; it is cut off at the end.
    pub fn also(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.lookers.spawn(task);
    }

    /// Ready when one has ended that should not have: nobody does before the stop, and those who look do not after it either.
    pub async fn died(&mut self, stages: &Stages) {
        tokio::select! {
            _ = self.lookers.join_next() => {}
            Some(_) = self.workers.join_next(), if stages.now() == Stage::Serving => {}
        }
    }

    /// Lets work in progress go on until the deadline, and answers whether it was finished by then. Then nobody runs any more.
    pub async fn end(mut self, deadline: Instant) -> bool {
        let finished = timeout_at(deadline, async { while self.workers.join_next().await.is_some() {} }).await.is_ok();
        self.workers.shutdown().await;
        self.lookers.shutdown().await;
        finished
    }
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
    let began = Instant::now();
    // A connection on which nothing comes may be one to nobody: now and then there is a new one.
    while let Ok(bell) = timeout_at(began + LISTEN_ANEW, bells.next()).await {
        house.heard(bell?).await?;
    }
    Ok(())
}

/// Sends letters when the bell rings, and every few seconds.
async fn deliver(house: Arc<Latchkey>, transport: Transport, stages: Stages) {
    let mut failing = false;
    let mut leaving = std::pin::pin!(stages.reach(Stage::Leaving));
    loop {
        tokio::select! {
            biased;
            () = &mut leaving => return,
            // Running out of time is the other way of being called.
            _ = timeout(POST, house.outbox_bell.notified()) => {}
        }
        // Stops by itself between two letters.
        let outcome = mail::deliver_due(&house, &transport).await.map(drop);
        failing = report("sending letters", &outcome, failing);
    }
}

/// Gives events their place in the audit log.
async fn seal(house: Arc<Latchkey>, stages: Stages) {
    let mut failing = false;
    let mut leaving = std::pin::pin!(stages.reach(Stage::Leaving));
    loop {
        let sealed = audit::seal(&house).await;
        let wait = if matches!(sealed, Ok(audit::TURN..)) { PAUSE } else { SEAL };
        failing = report("sealing the audit log", &sealed.map(drop), failing);
        tokio::select! {
            biased;
            () = &mut leaving => return,
            () = sleep(wait) => {}
        }
    }
}

/// Does background jobs when they are due.
async fn work(house: Arc<Latchkey>, stages: Stages) {
    let mut failing = false;
    let mut leaving = std::pin::pin!(stages.reach(Stage::Leaving));
    loop {
        let done = jobs::run_due(&house).await;
        let wait = if matches!(done, Ok(true)) { PAUSE } else { JOBS };
        failing = report("background jobs", &done.map(drop), failing);
        tokio::select! {
            biased;
            () = &mut leaving => return,
            () = sleep(wait) => {}
        }
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
