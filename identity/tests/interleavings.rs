//! Whatever the network does to an honest browser, rotation never signs it out; and whatever a thief does, he is found out.
//!
//! Random schedules of several tabs with one cookie jar, answers that are lost, late or out of order, a password given again at any time, a server that dies
//! between its commit and its answer, and a database that forgets its last write; on the real code and a real database. The one
//! thing an honest network must keep: what was sent arrives within the window, or not at all. The same for an administrator who goes into
//! somebody else's place and comes back.

mod support;

use identity::{
    Refusal,
    admin::{self, Admin, Wish},
    sessions::{self, Admission, Rotation},
    tokens::TokenPair,
    words::{EndCause, Role, Secret, Stay, Viewer},
};
use proptest::prelude::*;
use std::collections::VecDeque;
use support::{PASSWORD, TestHouse, device, tokens};
use uuid::Uuid;

/// One step of a schedule. `usize` picks among what is under way.
#[derive(Clone, Debug)]
enum Step {
    /// A tab sends a request with what is in the jar.
    Send,
    /// A request reaches the server, which answers.
    Serve(usize),
    /// A request reaches the server, which dies after its commit.
    ServeAndDie(usize),
    /// A request that gives the password again reaches the server, which answers.
    Prove(usize),
    /// The same, and the server dies after its commit.
    ProveAndDie(usize),
    /// An answer reaches the browser.
    Deliver(usize),
    /// A request or answer is lost.
    Lose(usize),
    /// Time passes, seconds.
    Wait(u64),
    /// The database forgets the last rotation, as after a power cut without fsync.
    Forget,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => Just(Step::Send),
        5 => (0..8usize).prop_map(Step::Serve),
        1 => (0..8usize).prop_map(Step::ServeAndDie),
        2 => (0..8usize).prop_map(Step::Prove),
        1 => (0..8usize).prop_map(Step::ProveAndDie),
        5 => (0..8usize).prop_map(Step::Deliver),
        1 => (0..8usize).prop_map(Step::Lose),
        2 => prop_oneof![1..8u64, Just(601)].prop_map(Step::Wait),
        1 => Just(Step::Forget),
    ];
    prop::collection::vec(step, 1..60)
}

/// What travels.
struct Sent {
    pair: TokenPair,
    age: u64,
}

/// An honest browser, its network and the server.
struct World {
    home: TestHouse,
    jar: TokenPair,
    requests: VecDeque<Sent>,
    answers: VecDeque<Sent>,
}

/// One second less than the window: the longest that anything is under way.
const PATIENCE: u64 = 19;

impl World {
    async fn new() -> Self {
        let home = TestHouse::start().await;
        home.person("alice").await;
        let jar = home.sign_in("alice", Stay::Forever).await;
        Self { home, jar, requests: VecDeque::new(), answers: VecDeque::new() }
    }

    /// The visit layer in short: a good access token passes and is a receipt; otherwise the refresh token is presented.
    async fn serve(&self, pair: &TokenPair) -> Result<Option<TokenPair>, String> {
        if let Admission::Admitted(viewer) = sessions::admit(&self.home.house, &pair.access) {
            sessions::confirm(&self.home.house, &viewer).await.map_err(|e| e.to_string())?;
            return Ok(None);
        }
        match sessions::renew(&self.home.house, &pair.refresh, &device()).await.map_err(|e| e.to_string())? {
            Rotation::Renewed(pair) | Rotation::Raced(pair) => Ok(Some(pair)),
            other => Err(format!("an honest browser was signed out: {other:?}")),
        }
    }

    /// The same, and then the password is given again: its answer brings the newer tokens of the two.
    async fn prove(&self, pair: &TokenPair) -> Result<Option<TokenPair>, String> {
        let renewed = self.serve(pair).await?;
        let viewer = renewed.as_ref().map_or_else(
            || match sessions::admit(&self.home.house, &pair.access) {
                Admission::Admitted(viewer) => viewer,
                _ => pair.viewer.clone(),
            },
            |pair| pair.viewer.clone(),
        );
        let password = Secret::new(PASSWORD);
        let given = sessions::reauthenticate(&self.home.house, &viewer, &password, &device(), true).await;
        Ok(given.map_err(|e| format!("an honest browser could not prove itself: {e}"))?.or(renewed))
    }

    async fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Send if self.requests.len() < 8 => self.requests.push_back(Sent { pair: self.jar.clone(), age: 0 }),
            Step::Serve(which) | Step::ServeAndDie(which) if which < self.requests.len() => {
                let request = self.requests.remove(which).expect("in range");
                let answer = self.serve(&request.pair).await?;
                if let (Some(pair), Step::Serve(_)) = (answer, step) {
                    self.answers.push_back(Sent { pair, age: request.age });
                }
            }
            Step::Prove(which) | Step::ProveAndDie(which) if which < self.requests.len() => {
                let request = self.requests.remove(which).expect("in range");
                let answer = self.prove(&request.pair).await?;
                if let (Some(pair), Step::Prove(_)) = (answer, step) {
                    self.answers.push_back(Sent { pair, age: request.age });
                }
            }
            Step::Deliver(which) if which < self.answers.len() => {
                self.jar = self.answers.remove(which).expect("in range").pair;
            }
            Step::Lose(which) => {
                if self.answers.remove(which).is_none() {
                    self.requests.remove(which);
                }
            }
            Step::Wait(seconds) => {
                self.home.advance(seconds);
                for queue in [&mut self.requests, &mut self.answers] {
                    queue.iter_mut().for_each(|sent| sent.age += seconds);
                    queue.retain(|sent| sent.age <= PATIENCE);
                }
            }
            Step::Forget => {
                let sql = "update sessions set generation = generation - 1, confirmed_at = null where generation > 1";
                self.home.change(sql).await;
            }
            Step::Send
            | Step::Serve(_)
            | Step::ServeAndDie(_)
            | Step::Prove(_)
            | Step::ProveAndDie(_)
            | Step::Deliver(_) => {}
        }
        Ok(())
    }
}

/// What an administrator's browser asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// A page.
    Page,
    /// The password is given again.
    Prove,
    /// To act as Alice.
    Begin,
    /// To stop.
    Stop,
}

/// One step of a schedule with somebody else's place in it.
#[derive(Clone, Debug)]
enum Move {
    Send(Ask),
    /// A request reaches the server, which answers, or dies after its commit.
    Serve(usize, bool),
    Deliver(usize),
    Lose(usize),
    Wait(u64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let ask = prop_oneof![3 => Just(Ask::Page), 1 => Just(Ask::Prove), 2 => Just(Ask::Begin), 2 => Just(Ask::Stop)];
    let step = prop_oneof![
        6 => ask.prop_map(Move::Send),
        6 => (0..4usize, prop::bool::weighted(0.2)).prop_map(|(which, dies)| Move::Serve(which, dies)),
        6 => (0..4usize).prop_map(Move::Deliver),
        1 => (0..4usize).prop_map(Move::Lose),
        2 => prop_oneof![3 => 1..8u64, 2 => Just(601), 1 => Just(3601)].prop_map(Move::Wait),
    ];
    // Not so long that the twelve hours of an administrator's session could run out.
    prop::collection::vec(step, 1..70).prop_filter("within twelve hours", |moves| {
        let waited: u64 = moves.iter().map(|step| if let Move::Wait(seconds) = step { *seconds } else { 0 }).sum();
        waited < 10 * 3600
    })
}

/// An administrator's browser, its network and the server.
struct Desk {
    home: TestHouse,
    alice: Uuid,
    jar: TokenPair,
    requests: VecDeque<(Ask, Sent)>,
    answers: VecDeque<Sent>,
}

impl Desk {
    async fn new() -> Self {
        let home = TestHouse::start().await;
        home.account("root", Role::Admin).await;
        let alice = home.person("alice").await;
        let jar = home.sign_in("root", Stay::Month).await;
        Self { home, alice, jar, requests: VecDeque::new(), answers: VecDeque::new() }
    }

    /// The visit layer in short, and then what was asked for. Answers what the browser gets.
    async fn serve(&self, ask: Ask, pair: &TokenPair) -> Result<Option<TokenPair>, String> {
        let house = self.home.house.clone();
        let (viewer, renewed) = match sessions::admit(&house, &pair.access) {
            Admission::Admitted(viewer) => {
                sessions::confirm(&house, &viewer).await.map_err(|e| e.to_string())?;
                (viewer, None)
            }
            _ => match sessions::renew(&house, &pair.refresh, &device()).await.map_err(|e| e.to_string())? {
                Rotation::Renewed(pair) | Rotation::Raced(pair) => (pair.viewer.clone(), Some(pair)),
                // What was meant for the other place is not carried out in the own.
                Rotation::Back(back) => return Ok(Some(back.pair)),
                other => return Err(format!("an honest administrator was signed out: {other:?}")),
            },
        };
        let held = Secret::new(renewed.as_ref().unwrap_or(pair).refresh.as_str());
        if !sessions::holds(&house, &viewer, &held).await.map_err(|e| e.to_string())? {
            return Err("an honest browser was taken for somebody with an access token alone".into());
        }
        let given = match ask {
            Ask::Page => None,
            Ask::Prove if viewer.actor.is_some() => None,
            Ask::Prove => sessions::reauthenticate(&house, &viewer, &Secret::new(PASSWORD), &device(), true)
                .await
                .map_err(|e| format!("an honest administrator could not prove who it is: {e}"))?,
            Ask::Begin => self.act(&viewer).await?,
            Ask::Stop => {
                if viewer.actor.is_some() {
                    sessions::stop_acting(&house, &viewer).await.map_err(|e| format!("no way out: {e}"))?;
                }
                None
            }
        };
        Ok(given.or(renewed))
    }

    async fn act(&self, viewer: &Viewer) -> Result<Option<TokenPair>, String> {
        let house = &self.home.house;
        let Ok(admin) = Admin::of(viewer, &device()) else { return Ok(None) };
        let proof = match sessions::prove(house, viewer).await {
            Err(Refusal::ProofNeeded) => return Ok(None),
            other => other.map_err(|e| format!("no proof: {e}"))?,
        };
        let admin = admin.proven(&proof).map_err(|e| e.to_string())?;
        let wish = Wish { of: self.alice, reason: "Ticket 12: nothing is there", writes: false, returns: true };
        let pair = admin::impersonate(house, &admin, viewer, &wish).await.map_err(|e| format!("no way in: {e}"))?;
        Ok(Some(pair))
    }

    async fn step(&mut self, step: Move) -> Result<(), String> {
        match step {
            Move::Send(ask) if self.requests.len() < 4 => {
                self.requests.push_back((ask, Sent { pair: self.jar.clone(), age: 0 }));
            }
            Move::Serve(which, dies) if which < self.requests.len() => {
                let (ask, request) = self.requests.remove(which).expect("in range");
                if let (Some(pair), false) = (self.serve(ask, &request.pair).await?, dies) {
                    self.answers.push_back(Sent { pair, age: request.age });
                }
            }
            Move::Deliver(which) if which < self.answers.len() => {
                self.jar = self.answers.remove(which).expect("in range").pair;
            }
            Move::Lose(which) => {
                if self.answers.remove(which).is_none() {
                    self.requests.remove(which);
                }
            }
            Move::Wait(seconds) => {
                self.home.advance(seconds);
                self.requests.iter_mut().for_each(|(_, sent)| sent.age += seconds);
                self.requests.retain(|(_, sent)| sent.age <= PATIENCE);
                self.answers.iter_mut().for_each(|sent| sent.age += seconds);
                self.answers.retain(|sent| sent.age <= PATIENCE);
            }
            Move::Send(_) | Move::Serve(..) | Move::Deliver(_) => {}
        }
        Ok(())
    }

    /// However it went, an hour later they are themselves, and signed in.
    async fn end_well(&mut self) -> Result<(), String> {
        self.home.advance(3601);
        let own = self.serve(Ask::Page, &self.jar).await?.ok_or("the access token was still good")?;
        if own.viewer.actor.is_some() || own.viewer.email != "root@example.org" {
            return Err(format!("somebody else: {:?}", own.viewer));
        }
        let alarms = self.home.rows::<(i64,)>("select 1 from events where kind = 'reuse_detected'").await;
        if alarms.is_empty() { Ok(()) } else { Err("a false alarm".into()) }
    }
}

/// One schedule that is known to lead there and back, so that the random ones are not about nothing.
#[test]
fn there_and_back_although_each_answer_is_lost_once() {
    block_on(async {
        let mut desk = Desk::new().await;
        let twice =
            |ask| [Move::Send(ask), Move::Serve(0, true), Move::Send(ask), Move::Serve(0, false), Move::Deliver(0)];
        let there = twice(Ask::Begin).into_iter().chain([Move::Wait(601)]).chain(twice(Ask::Page));
        for step in there {
            desk.step(step).await.unwrap();
        }
        let place = desk.jar.viewer.clone();
        assert_eq!((place.id, place.generation), (desk.alice, 2), "renewed in Alice's place");
        for step in [Move::Send(Ask::Stop), Move::Serve(0, true)].into_iter().chain(twice(Ask::Page)) {
            desk.step(step).await.unwrap();
        }
        assert_eq!((desk.jar.viewer.actor, desk.jar.viewer.email.as_str()), (None, "root@example.org"));
    });
}

/// Found by the random schedules: a request from before the last renewal arrives when the administrator is there and back already.
#[test]
fn a_request_that_is_overtaken_by_a_whole_stay_ends_nothing() {
    let early = [Move::Wait(601), Move::Send(Ask::Begin), Move::Send(Ask::Prove), Move::Send(Ask::Page)];
    let proven = [Move::Serve(1, true), Move::Serve(0, false), Move::Deliver(0)];
    let back = [Move::Send(Ask::Stop), Move::Send(Ask::Page), Move::Serve(1, false), Move::Serve(1, false)];
    end_well(early.into_iter().chain(proven).chain(back).chain([Move::Serve(0, false)]));
}

/// The way back, taken twice around the end of a window, and the answers come in the wrong order.
#[test]
fn an_answer_that_is_overtaken_by_the_next_way_back_ends_nothing() {
    let renewed = [Move::Wait(601), Move::Send(Ask::Prove), Move::Serve(0, false), Move::Deliver(0)];
    let confirmed = [Move::Send(Ask::Page), Move::Serve(0, false), Move::Wait(15)];
    let there = [Move::Send(Ask::Begin), Move::Serve(0, false), Move::Deliver(0)];
    let twice = [Move::Send(Ask::Stop), Move::Serve(0, false), Move::Send(Ask::Page), Move::Send(Ask::Page)];
    let back = [Move::Serve(0, false), Move::Wait(6), Move::Serve(0, false), Move::Deliver(1)];
    let late = [Move::Send(Ask::Page), Move::Serve(0, false), Move::Deliver(0)];
    end_well(renewed.into_iter().chain(confirmed).chain(there).chain(twice).chain(back).chain(late));
}

/// Found by the random schedules: an answer of the place arrives when the browser is back in the own one already.
#[test]
fn an_answer_of_the_place_that_is_overtaken_by_the_way_back_ends_nothing() {
    let there = [Move::Send(Ask::Begin), Move::Serve(0, false), Move::Deliver(0), Move::Wait(601)];
    let renewed = [Move::Send(Ask::Page), Move::Serve(0, false), Move::Send(Ask::Stop), Move::Serve(0, false)];
    let back = [Move::Send(Ask::Page), Move::Serve(0, false), Move::Deliver(2)];
    let proven = [Move::Send(Ask::Prove), Move::Serve(0, false), Move::Deliver(2)];
    let confirmed = [Move::Send(Ask::Page), Move::Serve(0, false), Move::Deliver(0)];
    end_well(there.into_iter().chain(renewed).chain(back).chain(proven).chain(confirmed));
}

fn end_well(schedule: impl Iterator<Item = Move>) {
    block_on(async {
        let mut desk = Desk::new().await;
        for step in schedule {
            desk.step(step).await.unwrap();
        }
        desk.end_well().await.unwrap();
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn rotation_alone_never_signs_an_honest_browser_out(schedule in steps()) {
        let outcome: Result<(), String> = block_on(async {
            let mut world = World::new().await;
            for step in schedule {
                world.step(step).await?;
            }
            // However it went, the next day's visit is signed in.
            world.home.advance(24 * 3600);
            world.serve(&world.jar).await.map(drop)
        });
        prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }

    #[test]
    fn a_stolen_token_that_was_used_is_found_out_when_the_owner_returns(
        before in 0..6usize, receipt in any::<bool>(), uses in 1..4usize, wait in 20..4000u64,
    ) {
        block_on(async {
            let home = TestHouse::start().await;
            home.person("alice").await;
            let mut owner = home.sign_in("alice", Stay::Forever).await;
            for _ in 0..before {
                home.advance(601);
                owner = tokens(home.renew(&owner).await);
                if receipt {
                    sessions::confirm(&home.house, &owner.viewer).await.unwrap();
                }
            }
            // The thief has a copy of the jar, and uses it until his access token is worth something.
            home.advance(601);
            let mut thief = owner.clone();
            for _ in 0..uses {
                thief = tokens(home.renew(&thief).await);
                sessions::confirm(&home.house, &thief.viewer).await.unwrap();
            }
            home.advance(wait);
            assert!(matches!(home.renew(&owner).await, Rotation::Reused), "the owner's older token gives the thief away");
            let out = |rotation| matches!(rotation, Rotation::Ended(Some(EndCause::ReuseDetected)));
            assert!(out(home.renew(&thief).await) && out(home.renew(&owner).await), "both are out");
            assert_eq!(sessions::admit(&home.house, &thief.access), Admission::Stale, "at once");
        });
    }

    #[test]
    fn an_old_copy_used_late_ends_the_session_it_came_from(rotations in 1..5usize, wait in 20..4000u64) {
        block_on(async {
            let home = TestHouse::start().await;
            home.person("alice").await;
            let copy = home.sign_in("alice", Stay::Forever).await;
            let elsewhere = home.sign_in("alice", Stay::Forever).await;
            let mut owner = copy.clone();
            for _ in 0..rotations {
                home.advance(601);
                owner = tokens(home.renew(&owner).await);
            }
            sessions::confirm(&home.house, &owner.viewer).await.unwrap();
            home.advance(wait);
            assert!(matches!(home.renew(&copy).await, Rotation::Reused));
            assert!(matches!(home.renew(&owner).await, Rotation::Ended(Some(EndCause::ReuseDetected))));
            assert!(matches!(home.renew(&elsewhere).await, Rotation::Renewed(_)), "other devices live on");
        });
    }

    #[test]
    fn coming_and_going_never_signs_an_honest_administrator_out(schedule in moves()) {
        let outcome: Result<(), String> = block_on(async {
            let mut desk = Desk::new().await;
            for step in schedule {
                desk.step(step).await?;
            }
            desk.end_well().await
        });
        prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }
}
