//! Signing out always succeeds and always clears, whatever the cookies, the session or the database are like.

use crate::support::*;
use identity::{admin, words::Role};

/// What every sign-out answers.
#[track_caller]
fn left(answer: &Answer) {
    assert!(answer.clears(), "{answer:?}");
    assert_eq!(answer.header("clear-site-data"), Some(r#""cache", "storage""#), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

async fn leaves(mut browser: Browser) {
    left(&browser.clone().asking(Kind::Json).post("/api/logout", &[]).await.is(200));
    left(&browser.post("/api/logout", &[]).await.leads_to("/login"));
    assert_eq!((browser.cookie(ACCESS), browser.cookie(REFRESH)), (None, None));
}

#[tokio::test]
async fn with_a_session_fresh_or_expired() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let copy = alice.clone();
    left(&alice.post("/api/logout", &[]).await.leads_to("/login"));
    assert!(app.sessions(id).await.is_empty());
    // A copy of the cookies is worth nothing afterwards, access token included.
    copy.clone().get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=signed_out");
    copy.clone().asking(Kind::Json).get("/api/me").await.refuses(401, "signed_out");

    let mut alice = app.signed_in("alice").await;
    app.advance(ACCESS_LIFE);
    left(&alice.post("/api/logout", &[]).await.leads_to("/login"));
    assert!(app.sessions(id).await.is_empty(), "the refresh token alone says which session to end");
}

#[tokio::test]
async fn with_no_session_at_all_or_garbage() {
    let app = TestApp::start().await;
    leaves(app.browser()).await;
    for garbage in ["x", "lk1.a.b.c", "eyJhbGciOiJub25lIn0.e30.", "%00%ff"] {
        leaves(app.browser().with(ACCESS, garbage)).await;
        leaves(app.browser().with(REFRESH, garbage)).await;
        leaves(app.browser().with(ACCESS, garbage).with(REFRESH, garbage)).await;
    }
    leaves(app.browser().with(ACCESS, &"x".repeat(3000)).with(REFRESH, &"y".repeat(3000))).await;
}

#[tokio::test]
async fn with_a_session_that_is_over_already() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let alice = app.signed_in("alice").await;
    admin::end_sessions(&app.house, &admin::Proven::operator(), id).await.unwrap();
    leaves(alice.clone()).await;
    app.advance(DAY);
    leaves(app.browser().with(REFRESH, &{ alice }.cookie(REFRESH).unwrap_or("lk1".into()))).await;
    let events = app.events().await;
    assert!(!events.contains(&"signed_out".to_owned()), "it had ended before: {events:?}");
}

#[tokio::test]
async fn with_a_database_that_does_not_answer() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let (fresh, expired) = (app.signed_in("alice").await, app.signed_in("alice").await.without(ACCESS));
    app.house.close().await;
    let copy = fresh.clone();
    leaves(fresh).await;
    leaves(expired).await;
    // The access token that was shown opens nothing on this node, although the database could not be told.
    let refused = copy.clone().asking(Kind::Json).get("/api/me").await;
    assert_ne!(refused.status, 200, "{refused:?}");
}

#[tokio::test]
async fn but_not_for_another_site() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let request = alice.request(http::Method::GET, "/api/logout");
    let answer = alice.send(request, "").await;
    assert!(answer.set_cookies().is_empty(), "a link or an image signs nobody out: {answer:?}");
    alice.get("/dashboard").await.is(200);
}
