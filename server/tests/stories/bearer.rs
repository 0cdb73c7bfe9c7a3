//! Programs that carry an access token in `Authorization` (RFC 6750) instead of a cookie.

use crate::support::*;
use http::{Method, Request, header};
use identity::words::Role;

async fn asks(program: &mut Browser, path: &str, authorization: &str) -> Answer {
    let request =
        Request::get(path).header(header::ACCEPT, "application/json").header(header::AUTHORIZATION, authorization);
    program.send(request, "").await
}

#[tokio::test]
async fn a_good_token_opens_the_json_answers_and_sets_no_cookie() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let token = app.signed_in("root").await.cookie(ACCESS).unwrap();
    let mut program = app.program();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let me = asks(&mut program, "/api/me", &format!("{scheme} {token}")).await.is(200);
        assert_eq!(me.json()["email"], "root@example.org");
        assert!(me.set_cookies().is_empty());
    }
    asks(&mut program, "/api/admin/users?q=r", &format!("Bearer {token}")).await.is(200).says("root@example.org");
    // No browser sends such a header by itself, so it may change things without saying where it comes from.
    let request = Request::post("/api/end_other_sessions")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    program.send(request, "").await.is(200);
}

#[tokio::test]
async fn any_other_token_is_refused_with_a_challenge() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let browser = app.signed_in("alice").await;
    let (access, refresh) = (browser.cookie(ACCESS).unwrap(), browser.cookie(REFRESH).unwrap());
    let mut program = app.program();
    let tampered = format!("{}x", &access[..access.len() - 1]);
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{}.", access.split('.').nth(1).unwrap());
    for bad in [
        "Bearer",
        "Bearer ",
        "Bearer x",
        &format!("Bearer {refresh}"),
        &format!("Bearer {tampered}"),
        &format!("Bearer {unsigned}"),
        &format!("Bearer {access} {access}"),
        &format!("Bearer \"{access}\""),
        &format!("Bearer {}", "x".repeat(8000)),
    ] {
        let refused = asks(&mut program, "/api/me", bad).await.refuses(401, "signed_out");
        assert_eq!(refused.header(header::WWW_AUTHENTICATE), Some("Bearer error=\"invalid_token\""), "{bad}");
        assert!(refused.set_cookies().is_empty());
    }
    for other in ["Basic YTpi", "Bearerx y", "x", ""] {
        let stranger = asks(&mut program, "/api/me", other).await.refuses(401, "signed_out");
        assert_eq!(stranger.header(header::WWW_AUTHENTICATE), None, "{other:?} is no token of ours, good or bad");
    }
    let twice = Request::get("/api/me")
        .header(header::AUTHORIZATION, format!("Bearer {access}"))
        .header(header::AUTHORIZATION, format!("Bearer {access}"));
    program.send(twice, "").await.refuses(401, "signed_out");
    let raw = Request::get("/api/me")
        .header(header::AUTHORIZATION, http::HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap());
    program.send(raw, "").await.refuses(401, "signed_out");

    asks(&mut program, "/api/me", &format!("Bearer {access}")).await.is(200);
    app.advance(ACCESS_LIFE);
    asks(&mut program, "/api/me", &format!("Bearer {access}")).await.refuses(401, "signed_out");
    assert_eq!(app.generation(id).await, 1, "a bearer token renews nothing");
}

#[tokio::test]
async fn an_ended_session_ends_its_bearer_too() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut browser = app.signed_in("alice").await;
    let token = format!("Bearer {}", browser.cookie(ACCESS).unwrap());
    let mut program = app.program();
    asks(&mut program, "/api/me", &token).await.is(200);
    browser.post("/api/logout", &[]).await;
    asks(&mut program, "/api/me", &token).await.refuses(401, "signed_out");
}

#[tokio::test]
async fn the_header_decides_over_cookies_and_leaves_them_alone() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    app.account("bob", Role::User).await;
    let alice = app.signed_in("alice").await;
    let bob = app.signed_in("bob").await.cookie(ACCESS).unwrap();
    let mut both = alice.clone().asking(Kind::Json);
    let request = both.request(Method::GET, "/api/me").header(header::AUTHORIZATION, format!("Bearer {bob}"));
    let me = both.send(request, "").await.is(200);
    assert_eq!(me.json()["email"], "bob@example.org");
    let request = both.request(Method::GET, "/api/me").header(header::AUTHORIZATION, "Bearer x");
    let refused = both.send(request, "").await.refuses(401, "signed_out");
    assert!(refused.set_cookies().is_empty() && both.cookie(REFRESH) == alice.cookie(REFRESH));
}

/// An access token is shown to services, and lies in their logs. In a cookie it is worth no more than in the header.
#[tokio::test]
async fn an_access_token_alone_never_becomes_a_refresh_token() {
    let reason = ("reason", "Ticket 12: nothing is there");
    for path in ["change_name", "reauthenticate", "change_password", "admin/impersonate"] {
        for held in ["nothing", "nonsense", "forged", "another", "its own"] {
            let app = TestApp::start().await;
            app.account("root", Role::Admin).await;
            let alice = app.account("alice", Role::User).await.to_string();
            let root = app.signed_in("root").await;
            let (access, refresh) = (root.cookie(ACCESS).unwrap(), root.cookie(REFRESH).unwrap());
            let another = app.signed_in("root").await.cookie(REFRESH).unwrap();
            let asker = app.browser().with(ACCESS, &access);
            let mut asker = match held {
                "nothing" => asker,
                "nonsense" => asker.with(REFRESH, "x"),
                "forged" => asker.with(REFRESH, &format!("{}{}", &refresh[..refresh.len() - 8], "AAAAAAAA")),
                "another" => asker.with(REFRESH, &another),
                _ => asker.with(REFRESH, &refresh),
            };
            let fields: &[(&str, &str)] = match path {
                "change_name" => &[("name", "Mallory")],
                "reauthenticate" => &[("password", PASSWORD)],
                "change_password" => &[("current", PASSWORD), ("password", "another battery staple horse")],
                _ => &[("id", &alice), reason],
            };
            let done = asker.post(&format!("/api/{path}"), fields).await.is(303);
            assert!(!done.header(header::LOCATION).unwrap().contains("login"), "{path} with {held}: it is done");
            assert_eq!(done.set_cookie(REFRESH).is_some(), held == "its own", "{path} with {held}");
        }
    }
}
