//! A copied refresh token is noticed when it comes back late, and ends the session it came from: once, and with a reason.

use crate::support::*;
use identity::words::Role;

#[tokio::test]
async fn a_stolen_refresh_token_used_late_ends_the_session_it_came_from() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let other = app.signed_in("alice").await; // her telephone
    let stolen = alice.cookie(REFRESH).unwrap();

    app.advance(ACCESS_LIFE);
    alice.get("/dashboard").await.is(200); // renews; the stolen copy is now old
    alice.get("/dashboard").await.is(200); // and proves that she has the new one
    app.advance(WINDOW);
    let mut thief = app.browser().with(REFRESH, &stolen);
    let caught = thief.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=reuse_detected");
    assert!(caught.clears() && caught.body.is_empty());
    thief.get("/dashboard").await.leads_to("/login?next=%2Fdashboard");

    let letter = app.letter().await;
    assert_eq!(letter.to, "alice@example.org");
    assert!(letter.subject.contains("ended one of your sessions"), "{letter:?}");
    assert!(!letter.text.contains("Story/1.0") && letter.text.contains("/secure-account?token="), "{letter:?}");

    // Her access token has minutes to live, and opens nothing any more.
    let told = alice.open("/dashboard").await.is(200);
    assert_eq!(alice.path(), "/login");
    told.says("We ended your session to protect you");
    assert_eq!(alice.cookie(REFRESH), None);
    other.clone().get("/dashboard").await.is(200);
    assert_eq!(app.sessions(id).await.len(), 1, "her telephone stays signed in");
    assert_eq!(app.events().await.iter().filter(|kind| *kind == "reuse_detected").count(), 1);

    // The same copy again, or an older one, says nothing new: no second letter.
    for _ in 0..2 {
        app.browser()
            .with(REFRESH, &stolen)
            .get("/dashboard")
            .await
            .leads_to("/login?next=%2Fdashboard&ended=reuse_detected");
    }
    assert!(app.letters().await.is_empty());
}

#[tokio::test]
async fn the_owner_coming_back_after_the_thief_ends_it_too() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let mut thief = app.browser().with(REFRESH, &alice.cookie(REFRESH).unwrap());
    app.advance(ACCESS_LIFE);
    thief.get("/dashboard").await.is(200);
    thief.get("/dashboard").await.is(200);
    app.advance(WINDOW);
    let told = alice.open("/dashboard").await.is(200);
    assert_eq!(alice.path(), "/login");
    told.says("We ended your session to protect you");
    thief.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=reuse_detected");
    assert!(app.sessions(id).await.is_empty());
    assert_eq!(app.letter().await.to, "alice@example.org");
}

#[tokio::test]
async fn a_program_hears_the_same_in_json() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    let old = alice.clone();
    app.advance(ACCESS_LIFE);
    alice.get("/api/me").await.is(200);
    alice.get("/api/me").await.is(200);
    app.advance(WINDOW);
    let refused = old.clone().get("/api/me").await.refuses(401, "signed_out");
    assert_eq!(refused.json()["ended"], "reuse_detected");
    assert!(refused.clears());
    assert_eq!(alice.get("/api/me").await.refuses(401, "signed_out").json()["ended"], "reuse_detected");
}

#[tokio::test]
async fn forged_tokens_end_nothing_and_learn_nothing() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let alice = app.signed_in("alice").await;
    let genuine = alice.cookie(REFRESH).unwrap();
    let parts: Vec<_> = genuine.split('.').collect();
    let [version, session, _, mac] = parts[..] else { panic!("{genuine}") };
    let mut flipped = mac.to_owned();
    let last = if flipped.starts_with('A') { "B" } else { "A" };
    flipped.replace_range(..1, last);
    for forged in [
        format!("{version}.{session}.1.{flipped}"),
        format!("{version}.{session}.2.{mac}"),
        format!("{version}.{session}.9223372036854775807.{mac}"),
        format!("{version}.AAAAAAAAAAAAAAAAAAAAAA.1.{mac}"),
        format!("{version}.{session}.1."),
        "lk1...".to_owned(),
        "x".repeat(3000),
    ] {
        let mut forger = app.browser().with(REFRESH, &forged);
        let answer = forger.get("/dashboard").await.leads_to("/login?next=%2Fdashboard");
        assert!(answer.clears(), "what is not ours is taken away: {forged}");
    }
    assert_eq!(app.generation(id).await, 1);
    alice.clone().get("/dashboard").await.is(200);
}
