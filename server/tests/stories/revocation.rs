//! What was ended is over with the very next request, although access tokens are checked without the database.

use crate::support::*;
use identity::{
    admin,
    words::{Role, Stay},
};

#[tokio::test]
async fn a_session_ended_from_another_device_is_refused_at_once() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut laptop = app.signed_in("alice").await;
    app.advance(1);
    let mut phone = app.signed_in("alice").await;
    phone.get("/dashboard").await.is(200);
    let phones = app.sessions(id).await[0].id.to_string();
    laptop.open("/account/devices").await.is(200);
    laptop.post("/api/end_session", &[("id", &phones)]).await.leads_to("/account/devices");

    let mut json = phone.clone().asking(Kind::Json);
    let refused = json.get("/api/me").await.refuses(401, "signed_out");
    assert_eq!(refused.json()["ended"], "signed_out_elsewhere");
    assert!(refused.clears());
    let told = phone.open("/dashboard").await.is(200);
    assert_eq!(phone.path(), "/login");
    told.says("ended from another device");
    laptop.get("/dashboard").await.is(200);
}

#[tokio::test]
async fn ending_all_others_leaves_the_one_that_asks() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut here = app.signed_in("alice").await;
    let others = [app.signed_in("alice").await, app.signed_in("alice").await];
    here.post("/api/end_other_sessions", &[]).await.leads_to("/account/devices");
    for mut other in others {
        other.get("/account").await.leads_to("/login?next=%2Faccount&ended=signed_out_elsewhere");
    }
    here.get("/account").await.is(200);
    assert_eq!(app.sessions(id).await.len(), 1);
}

#[tokio::test]
async fn ending_the_own_session_signs_out_here() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let own = app.sessions(id).await[0].id.to_string();
    let done = alice.post("/api/end_session", &[("id", &own)]).await.leads_to("/login");
    assert!(done.clears() && done.header("clear-site-data").is_some());
    assert!(app.sessions(id).await.is_empty());
}

#[tokio::test]
async fn a_changed_role_counts_from_the_next_click() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let bob = app.account("bob", Role::Admin).await;
    let mut bobs = app.signed_in("bob").await;
    bobs.get("/admin").await.is(200);
    admin::set_role(&app.house, &admin::Proven::operator(), bob, Role::User).await.unwrap();
    let denied = bobs.get("/admin").await.is(403);
    assert!(denied.set_cookie(ACCESS).is_some(), "and the new token says so");
    bobs.get("/dashboard").await.is(200);
    bobs.asking(Kind::Json).post("/api/admin/disable", &[("id", &bob.to_string())]).await.refuses(403, "forbidden");
}

#[tokio::test]
async fn an_administrator_who_ends_or_disables_the_own_account_is_out() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let bob = app.account("bob", Role::Admin).await.to_string();
    for act in ["/api/admin/end_sessions", "/api/admin/disable"] {
        let mut bobs = app.signed_in("bob").await;
        let done = bobs.post(act, &[("id", &bob)]).await.leads_to("/login");
        assert!(done.clears());
        bobs.get("/admin").await.leads_to("/login?next=%2Fadmin");
    }
}

#[tokio::test]
async fn what_another_process_has_ended_is_known_after_following() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let bob = app.account("bob", Role::User).await;
    let mut bobs = app.signed_in("bob").await;
    let other = app.reopen().await;
    admin::disable(&other, &admin::Proven::operator(), bob).await.unwrap();
    app.house.follow().await.unwrap();
    bobs.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=disabled");
}

#[tokio::test]
async fn signing_in_anew_ends_the_session_before() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let before = alice.clone();
    alice.post("/api/login", &[("email", "alice@example.org"), ("password", PASSWORD)]).await.leads_to("/dashboard");
    assert_ne!(alice.cookie(REFRESH), before.cookie(REFRESH));
    assert_eq!(app.sessions(id).await.len(), 1);
    before.clone().get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=signed_out");
    alice.get("/dashboard").await.is(200);
    // Another person at the same keyboard.
    app.account("bob", Role::User).await;
    let mut browser = alice.clone();
    browser.post("/api/login", &[("email", "bob@example.org"), ("password", PASSWORD)]).await.leads_to("/dashboard");
    browser.get("/dashboard").await.is(200).says("bob@example.org").hides("alice@example.org");
    assert!(app.sessions(id).await.is_empty());
    // A wrong password changes nothing.
    browser.post("/api/login", &[("email", "alice@example.org"), ("password", "wrong, wrong, wrong")]).await;
    browser.get("/dashboard").await.is(200).says("bob@example.org");
    assert_eq!(app.tokens("bob", Stay::Day).await.viewer.name, "bob");
}
