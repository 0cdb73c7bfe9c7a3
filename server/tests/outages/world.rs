//! An installation with somebody in it, and the promises that an outage has to keep.

use crate::running::{Answer, Browser, PASSWORD, Server, run, said, soon, unavailable};
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// What needs no database is answered this soon, even on a busy machine. The real thing is milliseconds, or a second until the
/// outage is noticed.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The sentence in place of what only the database knows.
const AWAY: &str = "We cannot reach our records";

const ALICE: &str = "alice%40example.org";

/// Alice is signed in, on a server of her own.
pub struct World {
    pub server: Server,
    alice: Browser,
}

/// The sign-ins that were acknowledged.
pub struct Ledger(Vec<Browser>);

impl World {
    /// Starts a server with these settings.
    pub fn start(home: &Path, settings: &[(&str, &str)]) -> Self {
        let mut all = vec![("LATCHKEY_LIMITS", "off"), ("LATCHKEY_ARGON2", "m=12288,t=3,p=1")];
        all.extend(settings);
        let arguments = ["user", "create", "--email", "alice@example.org", "--role", "admin", "--password-stdin"];
        let made = run(home, &all, &arguments, PASSWORD);
        assert!(made.status.success(), "{}", said(&made));
        let server = Server::start(home, &all);
        let mut alice = server.browser();
        assert!(alice.sign_in(ALICE));
        server.get("/readyz").is(200);
        let world = Self { server, alice };
        world.dashboard_is_complete();
        world
    }

    /// Signs in again and again while something happens, and keeps what was acknowledged.
    pub fn signing_in(&self, meanwhile: impl FnOnce()) -> Ledger {
        let over = AtomicBool::new(false);
        let acknowledged = thread::scope(|scope| {
            let signing_in = scope.spawn(|| {
                let mut acknowledged = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let mut browser = self.server.browser();
                    if browser.sign_in(ALICE) {
                        acknowledged.push(browser);
                    }
                }
                acknowledged
            });
            // Also when it panics: nobody would wait for us otherwise.
            let done = catch_unwind(AssertUnwindSafe(meanwhile));
            over.store(true, Ordering::Relaxed);
            done.unwrap_or_else(|panic| resume_unwind(panic));
            signing_in.join().unwrap()
        });
        assert!(!acknowledged.is_empty(), "nothing was acknowledged, so nothing could be lost");
        Ledger(acknowledged)
    }

    /// What needs no database, while it does not answer.
    pub fn shows_what_it_can(&self) {
        let nobody = self.server.browser();
        for path in ["/healthz", "/login", "/register", "/.well-known/jwks.json"] {
            at_once(nobody.html().get(path).is(200), path);
        }
        // With an access token, and with nothing that could renew it.
        let mut alice = self.alice.access_only();
        assert!(at_once(alice.get("/api/me").is(200), "/api/me").body.contains("alice@example.org"));
        for (path, away) in [("/dashboard", true), ("/account", false), ("/account/devices", true)] {
            let page = at_once(alice.html().get(path).is(200), path).body;
            assert!(page.contains("data-session") && page.contains(AWAY) == away, "{path}: {page}");
        }
    }

    /// What needs no database, while it is slow: in less than the time of one question to it, if not always on a busy machine.
    pub fn delays_nobody_without_need(&self, round_trip: Duration) {
        let (nobody, alice) = (self.server.browser(), self.alice.access_only());
        for path in ["/healthz", "/login", "/register", "/.well-known/jwks.json", "/favicon.svg", "/robots.txt"] {
            soon(path, || nobody.html().get(path).is(200).took < round_trip);
        }
        soon("/api/me", || alice.clone().get("/api/me").is(200).took < round_trip);
        // With or without what only the database knows.
        for path in ["/dashboard", "/account"] {
            assert!(at_once(alice.html().get(path).is(200), path).body.contains("alice@example.org"));
        }
    }

    /// What needs the database, while it is slow: done or put off, within the limit, and nobody is signed out. Answers who came in.
    pub fn works_or_says_not_now(&self) -> Ledger {
        let came = Mutex::new(Vec::new());
        let come_and_stay = || {
            let mut browser = self.server.browser();
            if browser.sign_in(ALICE) {
                let mut later = browser.refresh_only().html();
                done_or_put_off(&later.get("/dashboard"));
                browser.refresh = later.refresh;
                came.lock().unwrap().push(browser);
            }
        };
        self.at_the_same_time(&[
            &come_and_stay,
            &come_and_stay,
            &|| done_or_put_off(&self.alice.access_only().html().get("/admin/users")),
            &|| done_or_put_off(&at_once(self.server.get("/readyz"), "/readyz")),
        ]);
        Ledger(came.into_inner().unwrap())
    }

    /// Whatever needs the database takes less than one question to it took before.
    pub fn is_quick(&self, round_trip: Duration) {
        soon("signing in is quick", || {
            let began = Instant::now();
            self.server.browser().sign_in(ALICE) && began.elapsed() < round_trip
        });
        let alice = self.alice.access_only();
        soon("pages are quick", || alice.html().get("/admin/users").is(200).took < round_trip);
    }

    /// What needs the database, to read: told in time, and with nobody's cookies touched.
    pub fn refuses_the_rest(&self) {
        let (nobody, alice) = (self.server.browser(), &self.alice);
        self.at_the_same_time(&[
            &|| unavailable(&alice.refresh_only().html().get("/dashboard")),
            &|| unavailable(&alice.refresh_only().get("/api/me")),
            &|| unavailable(&alice.access_only().html().get("/admin/users")),
            &|| self.refuses_writes(),
            &|| {
                let page = nobody.html().post("/api/login", &form());
                assert_eq!((page.status, page.header("location")), (303, Some("/login")), "{page:?}");
            },
            &|| self.is_not_ready(),
        ]);
    }

    /// What needs to write.
    pub fn refuses_writes(&self) {
        assert!(!self.server.browser().sign_in(ALICE));
    }

    /// `/readyz`, within the two seconds it gives the database, once what it knew before is forgotten.
    pub fn is_not_ready(&self) {
        soon("it is not ready", || at_once(self.server.get("/readyz"), "/readyz").status != 200);
        unavailable(&at_once(self.server.get("/readyz"), "/readyz"));
    }

    /// However many ask: the log has one line about it, and none about each of them.
    pub fn says_once_that_it_is_not_ready(&self) {
        let ask = || self.is_not_ready();
        self.at_the_same_time(&[&ask as &(dyn Fn() + Sync); 20]);
        thread::sleep(Duration::from_secs(1));
        self.is_not_ready();
        let log = self.server.log();
        assert_eq!(log.matches("not ready: ").count(), 1, "{log}");
        assert!(!log.lines().any(|line| line.contains("path=/readyz") && line.contains("answered")), "{log}");
    }

    /// What only reads, while nothing can be written.
    pub fn reads(&self) {
        let alice = self.alice.access_only();
        self.dashboard_is_complete();
        alice.html().get("/admin/users").is(200);
    }

    /// Waits until everything is as before, with the same cookies.
    pub fn recovers(&mut self) {
        soon("it is ready", || self.server.get("/readyz").status == 200);
        let alice = self.alice.refresh_only();
        let page = alice.html().get("/dashboard").is(200);
        assert!(page.header("set-cookie").is_some(), "renewed: {}", page.head);
        self.dashboard_is_complete();
        assert!(self.alice.sign_in(ALICE));
    }

    /// Everything acknowledged is there: each session goes on.
    pub fn has_all(&self, ledger: Ledger) {
        for (number, browser) in ledger.0.iter().enumerate() {
            let renewed = browser.refresh_only().get("/api/me");
            assert_eq!(renewed.status, 200, "session {number} of {}: {renewed:?}", ledger.0.len());
        }
    }

    /// With the session's details, as soon as the end of an outage is noticed.
    fn dashboard_is_complete(&self) {
        let mut alice = self.alice.access_only().html();
        soon("the dashboard is complete", || !alice.get("/dashboard").is(200).body.contains(AWAY));
    }

    fn at_the_same_time(&self, requests: &[&(dyn Fn() + Sync)]) {
        thread::scope(|scope| {
            for request in requests {
                scope.spawn(request);
            }
        });
    }
}

fn form() -> String {
    format!("email={ALICE}&password={}", PASSWORD.replace(' ', "+"))
}

#[track_caller]
fn done_or_put_off(answer: &Answer) {
    if answer.status != 200 {
        unavailable(answer);
    }
}

#[track_caller]
fn at_once(answer: Answer, path: &str) -> Answer {
    assert!(answer.took < AT_ONCE, "{path} took {:?}", answer.took);
    answer
}
