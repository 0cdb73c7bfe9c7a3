//! Silent refresh: nobody is signed out by accident, whatever the network, the tabs or the database do (design, section 3).

use crate::support::*;
use http::{Method, header};
use identity::{
    accounts,
    words::{Role, Secret, Stay},
};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_requests_with_the_same_expired_token_renew_once() {
    let app = TestApp::start().await;
    let alice = app.account("alice", Role::User).await;
    let browser = app.signed_in("alice").await;
    app.advance(ACCESS_LIFE);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let mut tab = browser.clone();
        tasks.spawn(async move {
            let answer = match n % 3 {
                0 => tab.get("/dashboard").await,
                1 => tab.asking(Kind::Json).get("/api/me").await,
                _ => tab.get("/account").await,
            };
            answer.is(200).set_cookie(REFRESH).expect("a new refresh token").to_owned()
        });
    }
    let cookies: BTreeSet<String> = tasks.join_all().await.into_iter().collect();
    assert_eq!(cookies.len(), 1, "whoever wins, all get the same: {cookies:?}");
    assert_eq!(app.generation(alice).await, 2, "one step");
    assert_eq!(app.events().await.iter().filter(|kind| *kind == "reuse_detected").count(), 0);
}

#[tokio::test]
async fn an_answer_lost_on_the_way_costs_nothing_however_late_the_next_try() {
    let app = TestApp::start().await;
    let alice = app.account("alice", Role::User).await;
    let mut browser = app.signed_in("alice").await;
    app.advance(ACCESS_LIFE);
    let mut lost = browser.clone();
    lost.get("/dashboard").await.is(200);
    for _ in 0..3 {
        app.advance(HOUR);
        let mut again = browser.clone();
        again.get("/dashboard").await.is(200);
        assert_eq!(again.cookie(REFRESH), lost.cookie(REFRESH), "the same successor");
    }
    assert_eq!(app.generation(alice).await, 2);
    browser.get("/dashboard").await.is(200);
    browser.get("/dashboard").await.is(200);
    assert_eq!(app.generation(alice).await, 2);
}

#[tokio::test]
async fn a_tab_that_comes_a_moment_late_gets_the_same_successor() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut first = app.signed_in("alice").await;
    app.advance(ACCESS_LIFE);
    let mut late = first.clone();
    first.get("/dashboard").await.is(200);
    first.get("/dashboard").await.is(200); // the receipt
    app.advance(WINDOW - 1);
    late.get("/dashboard").await.is(200);
    assert_eq!(late.cookie(REFRESH), first.cookie(REFRESH));
}

#[tokio::test]
async fn while_the_database_is_away_cookies_stay_and_good_tokens_still_open() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut browser = app.signed_in("alice").await;
    app.house.close().await;
    browser.clone().asking(Kind::Json).get("/api/me").await.is(200);
    app.advance(ACCESS_LIFE);
    for path in ["/dashboard", "/", "/login", "/account"] {
        let refused = browser.get(path).await.is(503).says("Not at the moment");
        assert!(refused.set_cookies().is_empty(), "{refused:?}");
        assert!(refused.header(header::RETRY_AFTER).is_some());
    }
    let refused = browser.clone().asking(Kind::Json).get("/api/me").await.refuses(503, "unavailable");
    assert!(refused.set_cookies().is_empty() && refused.header(header::RETRY_AFTER).is_some());
    let refused = browser.post("/api/end_other_sessions", &[]).await.is(503);
    assert!(refused.set_cookies().is_empty());
    assert!(browser.cookie(REFRESH).is_some());
}

#[tokio::test]
async fn a_prefetch_never_renews() {
    let app = TestApp::start().await;
    let alice = app.account("alice", Role::User).await;
    let mut browser = app.signed_in("alice").await;
    for purpose in [("sec-purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")] {
        browser.get_with("/dashboard", &[purpose]).await.is(200);
        app.advance(ACCESS_LIFE);
        let refused = browser.get_with("/dashboard", &[purpose]).await.is(503);
        assert!(refused.set_cookies().is_empty() && refused.body.is_empty());
        let generation = app.generation(alice).await;
        browser.get("/dashboard").await.is(200);
        assert_eq!(app.generation(alice).await, generation + 1);
    }
}

#[tokio::test]
async fn static_files_and_machine_endpoints_leave_sessions_alone() {
    let app = TestApp::start().await;
    let alice = app.account("alice", Role::User).await;
    let mut browser = app.signed_in("alice").await;
    app.advance(ACCESS_LIFE);
    for path in ["/healthz", "/readyz", "/.well-known/jwks.json", "/pkg/absent.js", "/favicon.svg"] {
        let answer = browser.get(path).await;
        // A file this build does not carry is the 404 page, which is a page like any other.
        if path != "/favicon.svg" || answer.status == 200 {
            assert!(answer.set_cookies().is_empty(), "{answer:?}");
        }
    }
    assert!(app.generation(alice).await <= 2);
}

#[tokio::test]
async fn a_session_ends_when_it_was_said_to_end_and_the_page_says_why() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    // For this visit: the browser forgets when it closes, the server after twelve hours.
    let mut open = app.browser();
    open.take(&app.tokens("alice", Stay::Visit).await);
    let mut closed = open.clone();
    closed.close();
    assert_eq!(closed.cookie(REFRESH), None);
    app.advance(12 * HOUR - 1);
    open.get("/dashboard").await.is(200);
    app.advance(1);
    let over = open.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=expired");
    assert!(over.clears());
    // For ever: renewed by use, and by nothing else.
    let mut ever = app.browser();
    ever.take(&app.tokens("alice", Stay::Forever).await);
    for _ in 0..3 {
        app.advance(399 * DAY);
        ever.get("/dashboard").await.is(200);
    }
    app.advance(400 * DAY);
    assert_eq!(ever.cookie(REFRESH), None);
}

#[tokio::test]
async fn an_administrator_signs_in_twice_a_day_whatever_was_chosen() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.browser();
    let keys = [("email", "root@example.org"), ("password", PASSWORD), ("stay", "forever")];
    let signed_in = root.post("/api/login", &keys).await.leads_to("/dashboard");
    assert!(signed_in.set_cookie(REFRESH).unwrap().ends_with("; Max-Age=43200"));
    let kept = root.cookie(REFRESH).unwrap();
    app.advance(12 * HOUR);
    assert_eq!(root.cookie(REFRESH), None, "the browser has forgotten");
    let over = app.browser().with(REFRESH, &kept).get("/admin").await.leads_to("/login?next=%2Fadmin&ended=expired");
    assert!(over.clears());
}

#[tokio::test]
async fn cookies_say_exactly_what_they_must() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    for (stay, age) in
        [("visit", ""), ("day", "; Max-Age=86400"), ("month", "; Max-Age=2592000"), ("forever", "; Max-Age=34560000")]
    {
        let mut browser = app.browser();
        let keys = [("email", "alice@example.org"), ("password", PASSWORD), ("stay", stay)];
        let answer = browser.post("/api/login", &keys).await.leads_to("/dashboard");
        let cookies = answer.set_cookies();
        assert_eq!(cookies.len(), 3);
        let known_by = format!(
            "{DEVICE}={}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=34560000",
            browser.cookie(DEVICE).unwrap()
        );
        assert!(cookies.contains(&known_by.as_str()), "{cookies:?}");
        for name in [ACCESS, REFRESH] {
            let value = browser.cookie(name).unwrap();
            let expected = format!("{name}={value}; HttpOnly; SameSite=Lax; Secure; Path=/{age}");
            assert!(cookies.contains(&expected.as_str()), "{cookies:?}");
        }
        assert_eq!(answer.header(header::CACHE_CONTROL), Some("no-store"));
    }
    // Every request carries them, so they are small; and with the longest name and address browsers still keep them.
    let (name, address) = ("👩".repeat(100), format!("{}@{}.example.org", "a".repeat(64), "b".repeat(63)));
    let longest = accounts::create_verified(&app.house, &name, &address, &Secret::new(PASSWORD), Role::User).await;
    longest.unwrap();
    for (email, limit) in [("alice@example.org", 1000), (&address, 2000)] {
        let mut browser = app.browser();
        browser.post("/api/login", &[("email", email), ("password", PASSWORD)]).await.leads_to("/dashboard");
        let bytes: usize =
            [ACCESS, REFRESH].iter().map(|name| name.len() + browser.cookie(name).unwrap().len() + 1).sum();
        assert!(bytes < limit, "{bytes} bytes of tokens for {email}");
        browser.get("/dashboard").await.is(200).says(email);
    }
    // Refreshed cookies end with the session, not a day later each time.
    let mut browser = app.signed_in("alice").await;
    app.advance(HOUR);
    let renewed = browser.get("/dashboard").await.is(200);
    assert!(renewed.set_cookie(ACCESS).unwrap().ends_with("; Path=/; Max-Age=82800"), "{renewed:?}");
}

#[tokio::test]
async fn a_form_sent_after_the_access_token_ran_out_is_done_once_and_renews() {
    let app = TestApp::start().await;
    let alice = app.account("alice", Role::User).await;
    let mut browser = app.signed_in("alice").await;
    app.tokens("alice", Stay::Day).await;
    app.advance(ACCESS_LIFE);
    let done = browser.post("/api/end_other_sessions", &[]).await.leads_to("/account/devices");
    assert!(done.set_cookie(REFRESH).is_some());
    assert_eq!(app.generation(alice).await, 2);
    // HEAD is a GET without a body, and renews like one.
    app.advance(ACCESS_LIFE);
    let head = browser.send(browser.request(Method::HEAD, "/dashboard"), "").await.is(200);
    assert!(head.body.is_empty() && head.set_cookie(REFRESH).is_some());
}
