//! A rolling restart: one node after the other, under load, behind somebody who looks at `/readyz` and tries nothing twice.

use crate::{browser::Browser, company::Company, postgres::Cluster};
use http::StatusCode;
use identity::words::Role;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::sleep};

const PEOPLE: usize = 12;
const ROUNDS: usize = 2;

/// A load balancer without memory: it asks every node often whether it is ready.
struct Balancer {
    nodes: Vec<(SocketAddr, AtomicBool)>,
    turn: AtomicUsize,
    over: AtomicBool,
}

impl Balancer {
    fn before(company: &Company) -> Arc<Self> {
        let nodes = company.addresses().into_iter().map(|node| (node, AtomicBool::new(true))).collect();
        Arc::new(Self { nodes, turn: AtomicUsize::new(0), over: AtomicBool::new(false) })
    }

    fn next(&self) -> SocketAddr {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let ready: Vec<_> = self.nodes.iter().filter(|(_, ready)| ready.load(Ordering::Relaxed)).collect();
        assert!(!ready.is_empty(), "nobody is ready");
        ready[turn % ready.len()].0
    }

    /// Waits until it has seen that a node is ready.
    async fn sees(&self, node: SocketAddr) {
        while !self.nodes.iter().any(|(known, ready)| *known == node && ready.load(Ordering::Relaxed)) {
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn look(self: Arc<Self>) {
        while !self.over.load(Ordering::Relaxed) {
            for (node, ready) in &self.nodes {
                // Each look is a connection of its own, as load balancers do it.
                let answer = Browser::new().get(*node, "/readyz").await;
                ready.store(answer.is_ok_and(|answer| answer.status == StatusCode::OK), Ordering::Relaxed);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_loses_no_request_and_signs_nobody_out() {
    // Access tokens are short, so that tokens are renewed all the time; the delay is long enough for a balancer on a machine
    // that has no time.
    let settings = [("LATCHKEY_ACCESS_TTL", "2s"), ("LATCHKEY_SHUTDOWN_DELAY", "4s"), ("LATCHKEY_LIMITS", "off")];
    let company = Company::found(2, Cluster::start(), &settings).await;
    let house = company.house().await;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let name = format!("person{n}");
        company.person(&house, &name, Role::User).await;
        people.push((name.clone(), company.sign_in(company.addresses()[n % 2], &name).await));
    }
    let balancer = Balancer::before(&company);
    let looking = tokio::spawn(balancer.clone().look());
    let mut load = JoinSet::new();
    for (name, browser) in people {
        let balancer = balancer.clone();
        load.spawn(async move {
            let mut answered = 0_usize;
            while !balancer.over.load(Ordering::Relaxed) {
                let node = balancer.next();
                let (path, outcome) = match answered % 5 {
                    3 => ("/api/end_other_sessions", browser.post(node, "/api/end_other_sessions", &[]).await),
                    4 => ("/dashboard", browser.get(node, "/dashboard").await),
                    _ => ("/api/me", browser.get(node, "/api/me").await),
                };
                let answer = outcome.unwrap_or_else(|lost| panic!("{node}{path} lost: {lost:?}"));
                let ours = answer.status == StatusCode::OK && (answered % 5 == 3 || answer.body.contains(&name));
                assert!(ours, "{name} at {node}{path}: {answer:?}");
                answered += 1;
                sleep(Duration::from_millis(20)).await;
            }
            answered
        });
    }
    for round in 0..ROUNDS {
        for node in &company.nodes {
            let before = node.starts();
            assert_eq!(node.restart().await, Some(0), "{}", node.log());
            company.wait_for(node.address, "/readyz").await;
            assert_eq!(node.starts(), before + 1, "round {round}");
            // The next one goes when the balancer has seen this one come back.
            balancer.sees(node.address).await;
        }
    }
    balancer.over.store(true, Ordering::Relaxed);
    looking.await.unwrap();
    let mut answered = 0;
    while let Some(done) = load.join_next().await {
        answered += done.unwrap();
    }
    println!("rolling restart: {} stops, {answered} requests, 0 lost, 0 signed out", ROUNDS * company.nodes.len());
    house.close().await;
    company.close().await;
}
