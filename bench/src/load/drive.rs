//! Two ways to load a server. Closed: so many people, each of whom asks again when answered, which finds the highest rate. Open: so many
//! requests a second whatever the answers do, timed from the moment each was due, which finds what people wait (without coordinated
//! omission).
//!
//! Everything runs on the caller's thread, so that the load takes one core at most.

use super::wire::{Answer, Connection};
use anyhow::{Result, bail};
use std::{
    cell::RefCell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{task::LocalSet, time::sleep_until};

/// What one connection asks, again and again.
pub trait Caller {
    /// Whom it asks.
    fn to(&self) -> SocketAddr;

    /// The next request.
    fn request(&mut self) -> &[u8];

    /// Whether cookies and body are looked at.
    fn whole(&self) -> bool {
        false
    }

    /// Looks at an answer.
    ///
    /// # Errors
    /// When it is not what was to be measured: a fast error must not count as a fast server.
    fn answered(&mut self, answer: Answer) -> Result<()>;
}

/// The same request again and again.
#[derive(Clone)]
pub struct Same {
    pub to: SocketAddr,
    pub request: Vec<u8>,
    pub expect: u16,
}

impl Caller for Same {
    fn to(&self) -> SocketAddr {
        self.to
    }

    fn request(&mut self) -> &[u8] {
        &self.request
    }

    fn answered(&mut self, answer: Answer) -> Result<()> {
        if answer.status != self.expect {
            bail!("status {} instead of {}", answer.status, self.expect);
        }
        Ok(())
    }
}

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub per_second: f64,
    waits: Vec<u32>,
}

impl Outcome {
    pub fn new(mut waits: Vec<u32>, took: Duration) -> Self {
        waits.sort_unstable();
        Self { per_second: waits.len() as f64 / took.as_secs_f64(), waits }
    }

    /// How many were answered.
    pub fn count(&self) -> usize {
        self.waits.len()
    }

    /// What a share of all waited at most, in milliseconds; 0.5 is the median.
    pub fn wait(&self, share: f64) -> f64 {
        let last = self.waits.len().saturating_sub(1);
        self.waits
            .get((self.waits.len() as f64 * share) as usize)
            .or(self.waits.get(last))
            .map_or(f64::NAN, |us| f64::from(*us) / 1e3)
    }
}

/// When a closed loop ends.
#[derive(Clone, Copy)]
pub enum Until {
    Elapsed(Duration),
    Answered(usize),
}

/// As many connections as there are callers, each of whom waits for an answer before asking again.
///
/// # Errors
/// The first fault of any of them.
pub async fn closed<C: Caller + 'static>(callers: Vec<C>, until: Until) -> Result<Outcome> {
    let waits = Rc::new(RefCell::new(Vec::with_capacity(1 << 20)));
    let local = LocalSet::new();
    let start = Instant::now();
    let over = {
        let waits = waits.clone();
        move || match until {
            Until::Elapsed(time) => start.elapsed() >= time,
            Until::Answered(number) => waits.borrow().len() >= number,
        }
    };
    let tasks: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            let (to, waits, over) = (caller.to(), waits.clone(), over.clone());
            local.spawn_local(async move {
                let mut connection = Connection::open(to).await?;
                while !over() {
                    let began = Instant::now();
                    let whole = caller.whole();
                    let answer = connection.ask(caller.request(), whole).await?;
                    waits.borrow_mut().push(micros(began));
                    let last = answer.last;
                    caller.answered(answer)?;
                    if last {
                        connection = Connection::open(to).await?;
                    }
                }
                anyhow::Ok(())
            })
        })
        .collect();
    local
        .run_until(async {
            for task in tasks {
                task.await??;
            }
            anyhow::Ok(())
        })
        .await?;
    Ok(Outcome::new(waits.take(), start.elapsed()))
}

/// So many requests a second for so long, the callers of one server in turn. Answers what they waited from the moment they were due.
///
/// # Errors
/// The first fault of any of them.
pub async fn open<C: Caller + Clone + 'static>(callers: &[C], a_second: u32, time: Duration) -> Result<Outcome> {
    let (waits, idle) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::<Connection>::new())));
    let local = LocalSet::new();
    let start = Instant::now();
    let total = (f64::from(a_second) * time.as_secs_f64()) as u32;
    local
        .run_until(async {
            let mut tasks = Vec::new();
            for (number, caller) in (0..total).zip(callers.iter().cycle()) {
                let due = start + time * number / total;
                sleep_until(due.into()).await;
                let (waits, idle, mut caller) = (waits.clone(), idle.clone(), caller.clone());
                tasks.push(tokio::task::spawn_local(async move {
                    let free = idle.borrow_mut().pop();
                    let mut connection = match free {
                        Some(connection) => connection,
                        None => Connection::open(caller.to()).await?,
                    };
                    let whole = caller.whole();
                    let answer = connection.ask(caller.request(), whole).await?;
                    waits.borrow_mut().push(micros(due));
                    if !answer.last {
                        idle.borrow_mut().push(connection);
                    }
                    caller.answered(answer)
                }));
            }
            for task in tasks {
                task.await??;
            }
            anyhow::Ok(())
        })
        .await?;
    Ok(Outcome::new(waits.take(), start.elapsed()))
}

fn micros(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX)
}
