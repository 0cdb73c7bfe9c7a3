//! Nodes are killed and the database crashes, at random, while two hundred browsers renew their tokens, people register, passwords
//! and roles change and sessions are ended. Afterwards: everything acknowledged is there, nobody honest was signed out, nobody
//! who was thrown out is let in. `LATCHKEY_TORTURE_SECONDS` says for how long; `script/torture` takes minutes.

use crate::{
    browser::{Answer, Browser, Lost},
    company::{Company, PASSWORD, email},
    postgres::Kind,
};
use http::StatusCode;
use identity::{
    Latchkey, accounts,
    admin::{self, Admin},
    sessions::Device,
    words::{Role, Secret, Stay},
};
use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};
use uuid::Uuid;

const BROWSERS: usize = 200;
const VICTIMS: usize = 20;
const ACCESS_TTL: &str = "3s";
/// A node that cannot reach the database cannot hear of a revocation, and goes on admitting until the access token has run out:
/// its three seconds, the five that clocks may differ, and some for a busy machine.
const BLIND: Duration = Duration::from_secs(12);
/// After a refusal or no answer at all.
const BREATH: Duration = Duration::from_millis(100);

/// What happened.
#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    answered: AtomicUsize,
    refused: AtomicUsize,
    unanswered: AtomicUsize,
    signed_out: AtomicUsize,
    let_in: AtomicUsize,
    kills: AtomicUsize,
    crashes: AtomicUsize,
    first_fault: Mutex<String>,
}

impl Counts {
    fn fault(&self, counter: &AtomicUsize, what: impl FnOnce() -> String) {
        counter.fetch_add(1, Relaxed);
        let mut first = self.first_fault.lock().unwrap();
        if first.is_empty() {
            *first = what();
        }
    }

    /// Counts an outcome and passes on what is an answer: not "later", and not nothing.
    fn heard(&self, outcome: Result<Answer, Lost>) -> Option<Answer> {
        self.requests.fetch_add(1, Relaxed);
        match outcome {
            Err(_) => {
                self.unanswered.fetch_add(1, Relaxed);
                None
            }
            Ok(later) if later.status == StatusCode::SERVICE_UNAVAILABLE => {
                if !later.retry_after {
                    self.fault(&self.signed_out, || format!("503 without Retry-After: {later:?}"));
                }
                self.refused.fetch_add(1, Relaxed);
                None
            }
            Ok(answer) => {
                self.answered.fetch_add(1, Relaxed);
                Some(answer)
            }
        }
    }
}

/// What all actors share.
struct Stage {
    nodes: Vec<SocketAddr>,
    turn: AtomicUsize,
    over: AtomicBool,
    counts: Counts,
    registered: Mutex<Vec<String>>,
}

impl Stage {
    /// Another node with every request.
    fn node(&self) -> SocketAddr {
        self.nodes[self.turn.fetch_add(1, Relaxed) % self.nodes.len()]
    }

    fn goes_on(&self) -> bool {
        !self.over.load(Relaxed)
    }
}

/// A value that was changed: what was acknowledged last, and what was asked for since without an answer.
#[derive(Default)]
struct Told {
    acknowledged: Option<String>,
    perhaps: Vec<String>,
}

impl Told {
    fn note(&mut self, value: String, acknowledged: bool) {
        if acknowledged {
            *self = Self { acknowledged: Some(value), perhaps: Vec::new() };
        } else {
            self.perhaps.push(value);
        }
    }

    fn may_be(&self) -> impl Iterator<Item = &String> {
        self.acknowledged.iter().chain(&self.perhaps)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_nodes_and_the_database_die() {
    let cluster = Kind::durable().option("max_connections=120").start();
    torture(Company::found(2, cluster, &[("LATCHKEY_ACCESS_TTL", ACCESS_TTL)]).await, length(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_a_node_on_sqlite_dies() {
    torture(Company::alone(&[("LATCHKEY_ACCESS_TTL", ACCESS_TTL)]).await, length(10)).await;
}

/// How many seconds it takes: as many as somebody wants, or few.
fn length(few: u64) -> Duration {
    let wanted = std::env::var("LATCHKEY_TORTURE_SECONDS").ok();
    Duration::from_secs(wanted.map_or(few, |given| given.parse().expect("a number")))
}

async fn torture(company: Company, length: Duration) {
    let company = Arc::new(company);
    let house = company.house().await;
    let stage = Arc::new(Stage {
        nodes: company.addresses(),
        turn: AtomicUsize::default(),
        over: AtomicBool::default(),
        counts: Counts::default(),
        registered: Mutex::default(),
    });
    let (_, root) = person(house.clone(), "root".into(), Role::Admin).await;
    let (promoted, _) = person(house.clone(), "promoted".into(), Role::User).await;
    person(house.clone(), "changed".into(), Role::User).await;
    let honest_ones = people(&house, "person", BROWSERS).await;
    let victims: Vec<_> =
        people(&house, "victim", VICTIMS).await.into_iter().map(|(id, browser)| (id, Victim::new(browser))).collect();

    let mut actors = JoinSet::new();
    for (n, (_, browser)) in honest_ones.iter().enumerate() {
        if n % 4 == 0 {
            // A second tab.
            actors.spawn(honest(stage.clone(), browser.clone()));
        }
        actors.spawn(honest(stage.clone(), browser.clone()));
    }
    for (_, victim) in &victims {
        actors.spawn(ended(stage.clone(), victim.clone()));
    }
    actors.spawn(throw_out(stage.clone(), root.clone(), victims.clone()));
    actors.spawn(register(stage.clone()));
    let (roles, passwords) = (Arc::new(Mutex::<Told>::default()), Arc::new(Mutex::<Told>::default()));
    actors.spawn(change_roles(stage.clone(), root, promoted, roles.clone()));
    actors.spawn(change_passwords(stage.clone(), company.clone(), passwords.clone()));
    house.close().await;

    torment(&stage, &company, length).await;
    stage.over.store(true, Relaxed);
    while let Some(actor) = actors.join_next().await {
        actor.unwrap();
    }
    // Everybody once more, with nothing but the refresh token.
    for (_, browser) in &honest_ones {
        browser.forget_access();
        let me = browser.get(stage.node(), "/api/me").await.unwrap();
        if me.status != StatusCode::OK {
            stage.counts.fault(&stage.counts.signed_out, || format!("in the end: {me:?}"));
        }
    }
    let losses = reckon(&stage, &company, &victims, &roles, &passwords).await;
    let company = Arc::into_inner(company).expect("every actor has left");
    let logs: String = company.nodes.iter().map(|node| node.log()).collect();
    company.close().await;
    assert!(losses.is_empty(), "{losses}\n{}", logs.lines().rev().take(40).collect::<Vec<_>>().join("\n"));
}

/// So many of them. Some at a time: a house does not hash two hundred passwords at once.
async fn people(house: &Arc<Latchkey>, name: &str, count: usize) -> Vec<(Uuid, Browser)> {
    let mut all = Vec::new();
    while all.len() < count {
        let arriving =
            (all.len()..count.min(all.len() + 8)).map(|n| person(house.clone(), format!("{name}{n}"), Role::User));
        all.extend(arriving.collect::<JoinSet<_>>().join_all().await);
    }
    all
}

/// An account and a browser that is signed in, without asking a node.
async fn person(house: Arc<Latchkey>, name: String, role: Role) -> (Uuid, Browser) {
    let password = Secret::new(PASSWORD);
    let id = accounts::create_verified(&house, &name, &email(&name), &password, role).await.unwrap();
    let pair = accounts::sign_in(&house, &email(&name), &password, Stay::Month, &Device::default()).await;
    (id, Browser::with(&pair.unwrap()))
}

/// Somebody who reads on and on. 401 must never come.
async fn honest(stage: Arc<Stage>, browser: Browser) {
    while stage.goes_on() {
        let node = stage.node();
        match stage.counts.heard(browser.get(node, "/api/me").await) {
            None => sleep(BREATH).await,
            Some(me) if me.status == StatusCode::OK => sleep(BREATH * 2).await,
            Some(other) => {
                stage.counts.fault(&stage.counts.signed_out, || format!("at {node}: {other:?}"));
                return;
            }
        }
    }
}

/// A session that will be ended by an administrator.
struct Victim {
    browser: Browser,
    /// What a thief has copied shortly before the end, and when the end was acknowledged.
    ended: Mutex<Option<(Browser, Instant)>>,
}

impl Victim {
    fn new(browser: Browser) -> Arc<Self> {
        Arc::new(Self { browser, ended: Mutex::default() })
    }
}

/// Asks with the same cookies for ever. Once its end was acknowledged, it must not be let in.
async fn ended(stage: Arc<Stage>, victim: Arc<Victim>) {
    while stage.goes_on() {
        let (asked, node) = (Instant::now(), stage.node());
        let stolen = victim.ended.lock().unwrap().as_ref().map(|(stolen, at)| (stolen.copy(), *at));
        let tab = stolen.as_ref().map_or(&victim.browser, |(stolen, _)| stolen);
        let me = stage.counts.heard(tab.get(node, "/api/me").await).filter(|me| me.status == StatusCode::OK);
        if me.is_some() && stolen.is_some_and(|(_, at)| asked > at + BLIND) {
            stage.counts.fault(&stage.counts.let_in, || format!("at {node}: {me:?}"));
        }
        sleep(BREATH * 2).await;
    }
}

async fn throw_out(stage: Arc<Stage>, root: Browser, victims: Vec<(Uuid, Arc<Victim>)>) {
    for (id, victim) in victims {
        while stage.goes_on() {
            let form = [("id", id.to_string())];
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let stolen = victim.browser.copy();
            let answer = stage.counts.heard(root.post(stage.node(), "/api/admin/end_sessions", &form).await);
            sleep(BREATH * 3).await;
            if answer.is_some_and(|answer| answer.status == StatusCode::OK) {
                *victim.ended.lock().unwrap() = Some((stolen, Instant::now()));
                break;
            }
        }
    }
}

async fn register(stage: Arc<Stage>) {
    for n in 0.. {
        if !stage.goes_on() {
            return;
        }
        let address = format!("new{n}@example.org");
        let form = [("name", "New"), ("email", address.as_str()), ("password", PASSWORD)];
        let answer = stage.counts.heard(Browser::new().post(stage.node(), "/api/register", &form).await);
        if answer.is_some_and(|answer| answer.status == StatusCode::OK) {
            stage.registered.lock().unwrap().push(address);
        }
        sleep(BREATH).await;
    }
}

async fn change_roles(stage: Arc<Stage>, root: Browser, of: Uuid, told: Arc<Mutex<Told>>) {
    let id = of.to_string();
    for role in ["admin", "user"].into_iter().cycle() {
        if !stage.goes_on() {
            return;
        }
        let form = [("id", id.as_str()), ("role", role)];
        let answer = stage.counts.heard(root.post(stage.node(), "/api/admin/set_role", &form).await);
        let done = answer.is_some_and(|answer| answer.status == StatusCode::OK);
        told.lock().unwrap().note(role.to_owned(), done);
        sleep(BREATH * 3).await;
    }
}

/// By the command line, which is a process of its own each time.
async fn change_passwords(stage: Arc<Stage>, company: Arc<Company>, told: Arc<Mutex<Told>>) {
    let of = email("changed");
    for n in 0.. {
        if !stage.goes_on() {
            return;
        }
        let password = format!("the password of round {n}");
        let arguments = ["admin", "reset-password", "--email", &of, "--password-stdin"];
        let (done, _) = company.command(&arguments, &format!("{password}\n")).await;
        told.lock().unwrap().note(password, done);
        sleep(BREATH * 10).await;
    }
}

/// Kills something every second or two, and never waits until it is well again.
async fn torment(stage: &Stage, company: &Company, length: Duration) {
    let began = Instant::now();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    while began.elapsed() < length {
        sleep(Duration::from_millis(600 + dice.roll(1400))).await;
        match (dice.roll(5), &company.cluster) {
            (0, Some(cluster)) => {
                let cluster = cluster.clone();
                tokio::task::spawn_blocking(move || cluster.restart_immediate()).await.unwrap();
                stage.counts.crashes.fetch_add(1, Relaxed);
            }
            (n, _) => {
                let killed = company.nodes[n as usize % company.nodes.len()].kill();
                stage.counts.kills.fetch_add(usize::from(killed), Relaxed);
            }
        }
    }
    // Everybody may get up again, and then some time passes in peace.
    for node in &company.nodes {
        company.wait_for(node.address, "/readyz").await;
    }
    sleep(Duration::from_secs(2)).await;
}

/// A generator of the xorshift family: the same misfortunes each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Counts, prints, and answers what was lost.
async fn reckon(
    stage: &Stage,
    company: &Company,
    victims: &[(Uuid, Arc<Victim>)],
    roles: &Mutex<Told>,
    changed: &Mutex<Told>,
) -> String {
    let (house, counts) = (company.house().await, &stage.counts);
    let mut losses = String::new();
    let registered = stage.registered.lock().unwrap().clone();
    for address in &registered {
        let filter = admin::Filter { begins: address.clone(), ..admin::Filter::default() };
        if admin::users(&house, &Admin::operator(), &filter).await.unwrap().items.is_empty() {
            let _ = writeln!(losses, "acknowledged and gone: {address}");
        }
    }
    let filter = admin::Filter { begins: email("promoted"), ..admin::Filter::default() };
    let role = admin::users(&house, &Admin::operator(), &filter).await.unwrap().items[0].role;
    {
        let roles = roles.lock().unwrap();
        if roles.acknowledged.is_some() && !roles.may_be().any(|told| told == role.as_str()) {
            let _ = writeln!(losses, "the role is {role} and should be {:?}", roles.acknowledged);
        }
    }
    let mut right = false;
    let candidates: Vec<String> = changed.lock().unwrap().may_be().cloned().collect();
    for password in &candidates {
        let entered =
            accounts::sign_in(&house, &email("changed"), &Secret::new(password), Stay::Visit, &Device::default()).await;
        right |= entered.is_ok();
    }
    if changed.lock().unwrap().acknowledged.is_some() && !right {
        let _ = writeln!(losses, "no acknowledged password of {candidates:?} is good");
    }
    let mut thrown_out = 0;
    for (_, victim) in victims {
        let Some(stolen) = victim.ended.lock().unwrap().as_ref().map(|(stolen, _)| stolen.copy()) else { continue };
        thrown_out += 1;
        for node in &stage.nodes {
            let answer = stolen.copy().get(*node, "/api/me").await.unwrap();
            if answer.status != StatusCode::UNAUTHORIZED {
                counts.fault(&counts.let_in, || format!("in the end at {node}: {answer:?}"));
            }
        }
    }
    let number = |counter: &AtomicUsize| counter.load(Relaxed);
    let (signed_out, let_in) = (number(&counts.signed_out), number(&counts.let_in));
    println!(
        "torture: {} requests ({} answered, {} told to come back, {} without an answer), {} kills of nodes, {} crashes of the \
         database; {BROWSERS} honest browsers, {signed_out} of them signed out; {thrown_out} sessions ended, {let_in} let in; {} \
         registrations acknowledged; losses: {}",
        number(&counts.requests),
        number(&counts.answered),
        number(&counts.refused),
        number(&counts.unanswered),
        number(&counts.kills),
        number(&counts.crashes),
        registered.len(),
        losses.lines().count(),
    );
    // Whoever proves nothing has not passed.
    let crashes = usize::from(company.cluster.is_none()) + number(&counts.crashes);
    let acknowledged = roles.lock().unwrap().acknowledged.is_some() && changed.lock().unwrap().acknowledged.is_some();
    if number(&counts.answered) < BROWSERS
        || number(&counts.kills) * crashes * registered.len() * thrown_out == 0
        || !acknowledged
    {
        let _ = writeln!(losses, "too little has happened to prove anything");
    }
    if signed_out + let_in > 0 {
        let _ =
            writeln!(losses, "{signed_out} signed out, {let_in} let in, first: {}", counts.first_fault.lock().unwrap());
    }
    house.close().await;
    losses
}
