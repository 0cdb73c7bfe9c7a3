//! Nothing is missing and nothing is kept between two nodes: a browser may ask either at any time.

use crate::{
    browser::Browser,
    company::{Company, PASSWORD, email},
    postgres::Cluster,
};
use http::StatusCode;
use identity::{admin, words::Role};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// What is promised: a revocation at one node holds at all within it.
const PROMISE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_goes_from_node_to_node_with_every_request() {
    let company = Company::found(2, Cluster::start(), &[]).await;
    let [one, other] = company.addresses()[..] else { panic!("two nodes") };
    let house = company.house().await;
    company.person(&house, "alice", Role::User).await;
    company.person(&house, "root", Role::Admin).await;

    // Registered at one, confirmed at the other with what was mailed by whichever, signed in at the first.
    let bob = Browser::new();
    let form = [("name", "Bob"), ("email", "bob@example.org"), ("password", PASSWORD)];
    assert_eq!(bob.post(one, "/api/register", &form).await.unwrap().status, StatusCode::OK);
    let began = Instant::now();
    while company.letters().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(30), "no letter");
        sleep(Duration::from_millis(20)).await;
    }
    let letter = company.letter();
    let token: String = letter
        .split_once("/verify?token=")
        .unwrap()
        .1
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    let confirmed = bob.post(other, "/api/verify_email", &[("token", &token)]).await.unwrap();
    assert_eq!(confirmed.status, StatusCode::OK, "{confirmed:?}");
    let bob = company.sign_in(one, "bob").await;
    assert_eq!(bob.get(other, "/api/me").await.unwrap().status, StatusCode::OK);

    let alice = company.sign_in(one, "alice").await;
    for round in 0..6 {
        let node = if round % 2 == 0 { other } else { one };
        alice.forget_access();
        let me = alice.get(node, "/api/me").await.unwrap();
        assert!(me.status == StatusCode::OK && me.body.contains("alice@example.org"), "{me:?}");
        let dashboard = alice.get(company.addresses()[round % 2], "/dashboard").await.unwrap();
        assert_eq!(dashboard.status, StatusCode::OK, "{dashboard:?}");
    }
    assert_eq!(house.keyring().jwks(), alice.get(one, "/.well-known/jwks.json").await.unwrap().body);
    assert_eq!(house.keyring().jwks(), alice.get(other, "/.well-known/jwks.json").await.unwrap().body);
    house.close().await;
    company.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_at_one_node_has_ended_at_all_within_a_second() {
    let company = Company::found(2, Cluster::start(), &[]).await;
    let [one, other] = company.addresses()[..] else { panic!("two nodes") };
    let house = company.house().await;
    let alice = company.person(&house, "alice", Role::User).await.to_string();
    company.person(&house, "root", Role::Admin).await;
    let root = company.sign_in(other, "root").await;

    // Signed out at one; the very same access token at the other.
    let gone = company.sign_in(one, "alice").await;
    let copy = gone.copy();
    assert_eq!(copy.get(other, "/api/me").await.unwrap().status, StatusCode::OK);
    assert_eq!(gone.post(one, "/api/logout", &[]).await.unwrap().status, StatusCode::OK);
    within_the_promise(&copy, other, StatusCode::UNAUTHORIZED).await;

    // An administrator ends sessions, changes a role, disables; the access token alone must notice.
    for (act, form) in [
        ("/api/admin/end_sessions", vec![("id", alice.as_str())]),
        ("/api/admin/disable", vec![("id", alice.as_str())]),
    ] {
        let victim = company.sign_in(one, "alice").await;
        assert_eq!(victim.get(one, "/api/me").await.unwrap().status, StatusCode::OK);
        assert_eq!(root.post(other, act, &form).await.unwrap().status, StatusCode::OK, "{act}");
        within_the_promise(&victim, one, StatusCode::UNAUTHORIZED).await;
    }
    let enabled = root.post(one, "/api/admin/enable", &[("id", &alice)]).await.unwrap();
    assert_eq!(enabled.status, StatusCode::OK, "{enabled:?}");
    let promoted = company.sign_in(one, "alice").await;
    let form = [("id", alice.as_str()), ("role", "admin")];
    assert_eq!(root.post(other, "/api/admin/set_role", &form).await.unwrap().status, StatusCode::OK);
    let began = Instant::now();
    while !promoted.get(one, "/api/me").await.unwrap().body.contains("\"admin\"") {
        assert!(began.elapsed() < PROMISE);
        sleep(Duration::from_millis(10)).await;
    }

    // The command line is a node like any other.
    let victim = company.sign_in(one, "alice").await;
    let (done, said) = company
        .command(
            &["admin", "reset-password", "--email", &email("alice"), "--password-stdin"],
            "another long password\n",
        )
        .await;
    assert!(done, "{said}");
    within_the_promise(&victim, other, StatusCode::UNAUTHORIZED).await;
    house.close().await;
    company.close().await;
}

async fn within_the_promise(browser: &Browser, node: std::net::SocketAddr, status: StatusCode) {
    let began = Instant::now();
    loop {
        let asked = Instant::now();
        // A tab that sends the same tokens again and takes no new ones.
        let answer = browser.copy().get(node, "/api/me").await.unwrap();
        if answer.status == status {
            return;
        }
        assert!(asked - began < PROMISE, "still {answer:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_count_at_all_nodes_together() {
    let company = Company::found(2, Cluster::start(), &[]).await;
    let [one, other] = company.addresses()[..] else { panic!("two nodes") };
    let stranger = Browser::new();
    let (mut let_in, began) = (0, Instant::now());
    for n in 0..20 {
        let form = [("email", format!("nobody{n}@example.org")), ("password", PASSWORD.to_owned())];
        let form: Vec<_> =
            form.iter().map(|(name, value)| (*name, value.as_str())).chain([("stay", "visit"), ("next", "")]).collect();
        let answer = stranger.neighbour().post([one, other][n % 2], "/api/login", &form).await.unwrap();
        match answer.status {
            StatusCode::UNAUTHORIZED => let_in += 1,
            StatusCode::TOO_MANY_REQUESTS => assert!(answer.retry_after, "{answer:?}"),
            other => panic!("{other}: {answer:?}"),
        }
    }
    // Ten at once, and one every six seconds.
    let trickled = began.elapsed().as_secs() / 6 + 1;
    assert!((10..=10 + trickled).contains(&let_in), "{let_in} in {:?}", began.elapsed());
    company.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_leave_once_and_a_new_key_is_known_everywhere_before_it_signs() {
    let company = Company::found(3, Cluster::start(), &[]).await;
    let nodes = company.addresses();
    let mut posting = tokio::task::JoinSet::new();
    const LETTERS: usize = 24;
    for n in 0..LETTERS {
        let node = nodes[n % nodes.len()];
        posting.spawn(async move {
            let email = format!("new{n}@example.org");
            let form = [("name", "New"), ("email", email.as_str()), ("password", PASSWORD)];
            Browser::new().post(node, "/api/register", &form).await.unwrap().status
        });
    }
    while let Some(status) = posting.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    let began = Instant::now();
    while company.letters().len() < LETTERS {
        assert!(began.elapsed() < Duration::from_secs(30), "{} letters", company.letters().len());
        sleep(Duration::from_millis(50)).await;
    }
    let letters = company.letters();
    assert_eq!(letters.iter().collect::<HashSet<_>>().len(), letters.len(), "one of them was sent twice");

    let keys =
        async |node| Browser::new().get(node, "/.well-known/jwks.json").await.unwrap().body.matches("\"kid\"").count();
    let (done, said) = company.command(&["keys", "rotate"], "").await;
    assert!(done, "{said}");
    let began = Instant::now();
    for node in nodes {
        while keys(node).await != 2 {
            assert!(began.elapsed() < PROMISE, "{node} does not publish the new key");
            sleep(Duration::from_millis(10)).await;
        }
    }
    let (_, list) = company.command(&["keys", "list"], "").await;
    assert!(list.contains("signs from") && list.contains("signs until"), "{list}");
    company.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_another_master_key_does_not_start() {
    let company = Company::found(1, Cluster::start(), &[]).await;
    let house = company.house().await;
    assert!(admin::counts(&house, &admin::Admin::operator()).await.is_ok());
    let mut settings = company.settings.clone();
    settings.retain(|(name, _)| name != "LATCHKEY_MASTER_KEY");
    let dir = tempfile::tempdir().unwrap();
    let output =
        crate::node::latchkey(dir.path(), &settings).args(["serve", "--listen", "127.0.0.1:0"]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("the master key does not fit this database"), "{said}");
    house.close().await;
    company.close().await;
}
