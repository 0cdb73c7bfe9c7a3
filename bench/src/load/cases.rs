//! What is measured of one installation, in which order.

use super::{
    calibrate,
    drive::{Caller, Outcome, Same, Until, closed, open},
    person::{Person, sign_in},
    process::{Server, get},
    report::{Line, Sheet},
    wire::Connection,
};
use crate::installation::Place;
use anyhow::{Context, Result};
use std::{fs, path::Path, slice, time::Duration};
use tokio::time::sleep;

/// Connections of most loads: those of the wrk runs that the goals were taken from.
const USUAL: usize = 32;

/// How many starts are timed.
const STARTS: usize = 5;

/// Requests of the open loop, each second.
const A_SECOND: u32 = 100;

/// People who sign in at once while others work.
const STORM: usize = 64;

/// How long a server is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(3);

/// How much is done.
#[derive(Clone, Copy)]
pub struct Extent {
    /// How long each load lasts.
    pub time: Duration,
    /// How many requests a server must have answered before its memory is looked at again.
    pub many: usize,
}

/// What the machine can do.
///
/// # Errors
/// When the bare route does not work.
pub async fn calibrate(extent: Extent, folder: &Path, sheet: &mut Sheet) -> Result<()> {
    let hashes = calibrate::hashes(extent.time)?;
    sheet.add(Line::of("argon2id alone, a thread a core", 0, &hashes));
    let syncs = calibrate::syncs(folder, extent.time)?;
    sheet.add(Line::of("4 KiB written to the disk and waited for, one after the other", 1, &syncs));
    let server = Server::hello().await?;
    for connections in [1, USUAL, 64, 1024] {
        let outcome = warm(vec![get(server.at, "/", "*/*", None); connections], extent).await?;
        sheet.add(Line::of("a bare axum route", connections, &outcome));
    }
    Ok(())
}

/// Everything about one installation.
///
/// # Errors
/// When something is not answered as it should be.
pub async fn measure(binary: &Path, place: &Place, extent: Extent, sheet: &mut Sheet) -> Result<()> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(Server::latchkey(binary, place).await?.started);
    }
    starts.sort_unstable();
    sheet.figure("start to the first answer, ms, median of five", starts[STARTS / 2].as_secs_f64() * 1e3);
    sheet.figure("binary, MiB", fs::metadata(binary)?.len() as f64 / f64::from(1 << 20));
    let server = Server::latchkey(binary, place).await?;
    sleep(IDLE).await;
    sheet.figure("memory, idle, MiB", server.usage()?.resident);
    let person = Person::new(server.at).await?;
    let (check, dashboard) = (person.check(), person.page("/dashboard"));
    let login = get(server.at, "/login", "text/html", None);
    let mut bench = Bench { server: &server, extent, sheet };
    for connections in [1, USUAL, 64, 1024] {
        bench.load("session check", connections, vec![check.clone(); connections]).await?;
        bench.load("dashboard, the page", connections, vec![dashboard.clone(); connections]).await?;
    }
    bench.load("login, the page", USUAL, vec![login; USUAL]).await?;
    bench.probe(&check, &dashboard, "nothing else happens").await?;
    for connections in [8, 64] {
        bench.load("sign-in", connections, vec![person.again(); connections]).await?;
    }
    bench.load("sign-in from a new browser", 64, vec![sign_in(server.at); 64]).await?;
    bench.storm(&person, &check, &dashboard).await?;
    bench.renewals(&[1, USUAL, 64, 1024]).await?;
    bench.memory(&check).await
}

/// The same installation served by several nodes at once, a client of each. Only what nodes share is worth it.
///
/// # Errors
/// As [`measure`].
pub async fn nodes(binary: &Path, place: &Place, nodes: usize, extent: Extent, sheet: &mut Sheet) -> Result<()> {
    let mut servers = Vec::new();
    for _ in 0..nodes {
        servers.push(Server::latchkey(binary, place).await?);
    }
    let (mut checks, mut renewing) = (Vec::new(), Vec::new());
    for number in 0..64 {
        let person = Person::new(servers[number % nodes].at).await?;
        checks.push(person.check());
        renewing.push(person.renewing());
    }
    let named =
        |what: &str| format!("{what}, {}", if nodes == 1 { "one node".to_owned() } else { format!("{nodes} nodes") });
    sheet.add(Line::of(&named("session check"), 64, &warm(checks, extent).await?));
    sheet.add(Line::of(&named("renewal"), 64, &closed(renewing, Until::Elapsed(extent.time)).await?));
    Ok(())
}

/// A short load that does not count.
async fn warm_up(callers: Vec<Same>, extent: Extent) -> Result<()> {
    closed(callers, Until::Elapsed(extent.time / 4)).await.map(drop)
}

/// A load that counts, after one that does not.
async fn warm(callers: Vec<Same>, extent: Extent) -> Result<Outcome> {
    warm_up(callers.clone(), extent).await?;
    closed(callers, Until::Elapsed(extent.time)).await
}

struct Bench<'a> {
    server: &'a Server,
    extent: Extent,
    sheet: &'a mut Sheet,
}

impl Bench<'_> {
    async fn load(&mut self, name: &str, connections: usize, callers: Vec<Same>) -> Result<()> {
        warm_up(callers.clone(), self.extent).await?;
        self.counted(name, connections, callers).await
    }

    async fn counted<C: Caller + 'static>(&mut self, name: &str, connections: usize, callers: Vec<C>) -> Result<()> {
        let before = self.server.usage()?.cpu;
        let outcome = closed(callers, Until::Elapsed(self.extent.time)).await?;
        let cpu = self.server.usage()?.cpu.saturating_sub(before);
        self.sheet.add(Line::of(name, connections, &outcome).costing(cpu));
        Ok(())
    }

    async fn renewals(&mut self, sizes: &[usize]) -> Result<()> {
        for connections in sizes {
            let mut callers = Vec::new();
            for _ in 0..*connections {
                callers.push(Person::new(self.server.at).await?.renewing());
            }
            self.counted("renewal of a session", *connections, callers).await?;
        }
        Ok(())
    }

    /// What somebody waits who does not press: the check of a session, and a page.
    async fn probe(&mut self, check: &Same, dashboard: &Same, when: &str) -> Result<()> {
        let time = self.extent.time * 2;
        let checks = open(slice::from_ref(check), A_SECOND, time).await?;
        self.sheet.add(Line::of(&format!("session check while {when}"), 0, &checks));
        let pages = open(slice::from_ref(dashboard), A_SECOND, time).await?;
        self.sheet.add(Line::of(&format!("dashboard while {when}"), 0, &pages));
        Ok(())
    }

    /// The same while very many sign in.
    async fn storm(&mut self, person: &Person, check: &Same, dashboard: &Same) -> Result<()> {
        let sign_in = person.again();
        let time = self.extent.time * 4 + Duration::from_secs(4);
        self.server.forget_peak()?;
        // A thread of its own, as it would be another machine.
        let storm = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(closed(vec![sign_in; STORM], Until::Elapsed(time)))
        });
        sleep(Duration::from_secs(1)).await;
        self.probe(check, dashboard, "64 people sign in").await?;
        let storm = tokio::task::spawn_blocking(move || storm.join()).await?;
        let outcome = storm.ok().context("the storm broke")??;
        self.sheet.add(Line::of("sign-in meanwhile", STORM, &outcome));
        self.sheet.figure("memory, most during sign-ins, MiB", self.server.usage()?.peak);
        sleep(IDLE).await;
        self.sheet.figure("memory, a moment after them, MiB", self.server.usage()?.resident);
        Ok(())
    }

    /// What is held after very many requests, and after as many connections that were given up in the middle of one.
    async fn memory(&mut self, check: &Same) -> Result<()> {
        closed(vec![check.clone(); 64], Until::Answered(self.extent.many)).await?;
        self.sheet.figure(&format!("memory after {} requests, MiB", self.extent.many), self.server.usage()?.resident);
        for _ in 0..self.extent.many / 50 {
            Connection::open(self.server.at).await?.abandon(&check.request).await?;
        }
        sleep(IDLE).await;
        let given_up = self.extent.many / 50;
        self.sheet
            .figure(&format!("memory after {given_up} more that were given up, MiB"), self.server.usage()?.resident);
        Ok(())
    }
}
