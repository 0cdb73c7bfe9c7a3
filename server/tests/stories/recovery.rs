//! A forgotten password, and a new one for who knows the old: in a browser without JavaScript, and for programs.

use crate::support::*;
use app::{catalogue, flash::Notice};
use http::Method;
use identity::words::Role;
use serde_json::json;

const ALICE: (&str, &str) = ("email", "alice@example.org");
const NEW: &str = "seventeen purple doors";
const OTHER: &str = "a quiet harbour in the rain";

/// An account whose owner has asked for a letter.
async fn asked(app: &TestApp) -> String {
    app.account("alice", Role::User).await;
    app.program().post("/api/request_reset", &[ALICE]).await.is(200);
    app.letter().await.link()
}

#[tokio::test]
async fn who_has_forgotten_the_password_sets_a_new_one_from_the_letter() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut elsewhere = app.signed_in("alice").await;
    let mut alice = app.browser();
    alice.open("/login").await.is(200).says(catalogue::recovery::FORGOTTEN);
    alice.open("/forgot").await.is(200);
    alice.fill("/api/request_reset", &[("email", "not an address")]).await.is(200).says("name@example.com");
    assert_eq!(alice.path(), "/forgot");
    alice.fill("/api/request_reset", &[ALICE]).await.is(200).says(catalogue::notice(Notice::LetterSent));
    assert_eq!(alice.path(), "/reset", "where the code can be typed");
    let link = app.letter().await.link();
    assert!(link.starts_with("/reset?token="), "{link}");

    alice.open(&link).await.is(200);
    alice.fill("/api/reset_password", &[("password", "too short")]).await.is(200).says("at least 15");
    assert_eq!(alice.here(), link, "the link is still good");
    alice.fill("/api/reset_password", &[("password", NEW)]).await.is(200).says(catalogue::notice(Notice::PasswordSet));
    assert_eq!((alice.path().as_str(), alice.cookie(ACCESS)), ("/login", None), "not signed in by a letter");
    alice.fill("/api/login", &[ALICE, ("password", NEW)]).await.is(200);
    assert_eq!(alice.path(), "/dashboard");
    elsewhere.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=password_reset");

    // Clicked once more.
    let mut late = app.browser();
    late.open(&link).await.is(200);
    late.fill("/api/reset_password", &[("password", OTHER)]).await.is(200).says("was used already");
    late.open("/forgot").await.is(200);
}

#[tokio::test]
async fn the_code_is_typed_on_another_device() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.browser();
    alice.open("/forgot").await;
    alice.fill("/api/request_reset", &[ALICE]).await;
    let code = app.letter().await.code().to_lowercase().replace('-', " ");
    alice.fill("/api/reset_password", &[("token", &code), ("password", "short")]).await.is(200).says("at least 15");
    alice
        .fill("/api/reset_password", &[("token", "nonsense"), ("password", NEW)])
        .await
        .is(200)
        .says("was used already");
    let done = alice.fill("/api/reset_password", &[("token", &code), ("password", NEW)]).await.is(200);
    done.says(catalogue::notice(Notice::PasswordSet));
}

#[tokio::test]
async fn opening_the_link_spends_nothing_however_it_is_opened() {
    let app = TestApp::start().await;
    let link = asked(&app).await;
    for _ in 0..3 {
        app.browser().open(&link).await.is(200);
        app.program().get(&link).await.is(200);
        app.browser().get_with(&link, &[("sec-purpose", "prefetch;prerender")]).await.is(200);
        let mut scanner = app.browser();
        let head = scanner.request(Method::HEAD, &link);
        scanner.send(head, "").await.is(200);
    }
    let token = link.split_once("?token=").unwrap().1;
    // Nor does a form that somebody else's page makes the browser send.
    let typed = [("token", token), ("password", NEW)];
    let mut tricked = app.browser();
    let request = http::Request::post("/api/reset_password")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(tricked.send(request, encoded(&typed)).await.status, 403);
    app.program().get(&format!("/api/reset_password?{}", encoded(&typed))).await.is(404);
    app.program().post("/api/reset_password", &typed).await.is(200);
}

#[tokio::test]
async fn the_whole_way_in_json() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut program = app.program();
    let done = program.post("/api/request_reset", &[ALICE]).await.is(200);
    assert_eq!(done.json(), json!({"next": "/reset", "notice": "letter_sent"}));
    let token = app.letter().await.token();
    for (typed, fault) in [
        ([("token", ""), ("password", NEW)], "token:missing"),
        ([("token", "x"), ("password", NEW)], "token:spent"),
        ([("token", &token), ("password", "alice.alice.alice")], "password:personal"),
    ] {
        assert_eq!(program.post("/api/reset_password", &typed).await.refuses(422, "invalid").faults(), [fault]);
    }
    let done = program.post("/api/reset_password", &[("token", &token), ("password", NEW)]).await.is(200);
    assert_eq!(done.json(), json!({"next": "/login", "notice": "password_set"}));
    assert!(done.set_cookies().is_empty());
    program.post("/api/login", &[ALICE, ("password", NEW)]).await.is(200);

    let typed = [("current", OTHER), ("password", OTHER)];
    app.program().post("/api/change_password", &typed).await.refuses(401, "signed_out");
    for (current, password, faults) in [
        ("", "", &["current:missing", "password:missing"][..]),
        (OTHER, PASSWORD, &["current:wrong"]),
        (NEW, NEW, &["password:same"]),
    ] {
        let typed = [("current", current), ("password", password)];
        assert_eq!(program.post("/api/change_password", &typed).await.refuses(422, "invalid").faults(), faults);
    }
    let done = program.post("/api/change_password", &[("current", NEW), ("password", OTHER)]).await.is(200);
    assert_eq!(done.json(), json!({"next": "/account/password", "notice": "password_changed"}));
    program.get("/api/me").await.is(200);
}

#[tokio::test]
async fn a_person_changes_the_password_and_stays_here_only() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut elsewhere = app.signed_in("alice").await;
    let mut alice = app.signed_in("alice").await;
    alice.open("/account/password").await.is(200);
    let wrong = alice.fill("/api/change_password", &[("current", OTHER), ("password", NEW)]).await.is(200);
    wrong.says("This is not your password.").hides(OTHER);
    let same = alice.fill("/api/change_password", &[("current", PASSWORD), ("password", PASSWORD)]).await.is(200);
    same.says("the password you have");
    alice
        .fill("/api/change_password", &[("current", PASSWORD), ("password", NEW)])
        .await
        .is(200)
        .says(catalogue::notice(Notice::PasswordChanged));
    assert_eq!(alice.path(), "/account/password");
    app.advance(ACCESS_LIFE);
    alice.open("/dashboard").await.is(200);
    assert_eq!(alice.path(), "/dashboard", "this session lives on");
    elsewhere.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=password_changed");
    assert!(app.letter().await.link().starts_with("/secure-account?token="));
    app.program().post("/api/login", &[ALICE, ("password", NEW)]).await.is(200);
}

#[tokio::test]
async fn who_is_signed_in_may_have_forgotten_it_too_and_is_signed_out_by_the_new_one() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    app.account("bob", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let mut bob = app.signed_in("bob").await;
    alice.open("/account/password").await.is(200).says(catalogue::account::password::FORGOTTEN);
    alice.open("/forgot").await.is(200).says(catalogue::recovery::TO_ACCOUNT);
    alice.fill("/api/request_reset", &[ALICE]).await.is(200);
    assert_eq!(alice.path(), "/reset");
    let letter = app.letter().await;
    alice.open(&letter.link()).await.is(200);
    let done = alice.submit("/api/reset_password", &[("password", NEW)]).await.leads_to("/login");
    assert!(done.clears());
    alice.open("/login").await.is(200).says(catalogue::notice(Notice::PasswordSet));
    // In somebody else's browser it changes nothing for them.
    app.letters().await;
    app.program().post("/api/request_reset", &[ALICE]).await.is(200);
    bob.open(&app.letter().await.link()).await.is(200);
    bob.fill("/api/reset_password", &[("password", OTHER)]).await.is(200).says("bob");
    assert_eq!(bob.path(), "/dashboard");
}

#[tokio::test]
async fn letters_are_limited_per_address_and_per_network_whoever_is_there() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    for function in ["/api/request_reset", "/api/resend_verification"] {
        for email in ["alice@example.org", "nobody@example.org"] {
            for _ in 0..3 {
                app.program().post(function, &[("email", email)]).await.is(200);
            }
            let refused = app.program().post(function, &[("email", email)]).await.refuses(429, "too_many");
            assert_eq!(refused.header("retry-after"), Some("1200"), "{function} {email}");
        }
        let mut one = app.program();
        for n in 0..10 {
            one.post(function, &[("email", &format!("p{n}@example.org"))]).await.is(200);
        }
        one.post(function, &[("email", "p10@example.org")]).await.refuses(429, "too_many");
    }
}
