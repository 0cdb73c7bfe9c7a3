//! Security headers, on everything that is answered. That they are there at all is a law, see `support/answer.rs`; here is what
//! differs from one kind of answer to another.

use crate::support::*;
use http::header;
use identity::words::Role;
use server::http::assets;
use std::collections::BTreeSet;

fn nonce(answer: &Answer) -> Option<&str> {
    answer.header(header::CONTENT_SECURITY_POLICY)?.split("'nonce-").nth(1)?.split('\'').next()
}

#[tokio::test]
async fn every_page_has_a_policy_with_a_nonce_of_its_own() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await;
    let mut nonces = BTreeSet::new();
    let mut pages = 0;
    for path in ["/dashboard", "/dashboard", "/account", "/admin", "/admin/users", "/admin/audit", "/no-such-page"] {
        let page = root.get(path).await;
        let policy = page.header(header::CONTENT_SECURITY_POLICY).unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        ] {
            assert!(policy.contains(part), "{part}: {policy}");
        }
        let nonce = nonce(&page).unwrap_or_else(|| panic!("no nonce: {page:?}"));
        assert!(nonce.len() >= 20, "guessable: {nonce}");
        nonces.insert(nonce.to_owned());
        pages += 1;
        // The law has compared each script with the nonce. Without built assets a page names no script.
        if assets::available() && page.status == 200 {
            assert!(page.body.contains("<script"), "{page:?}");
        }
        assert_eq!(page.header(header::CACHE_CONTROL), Some("no-store"));
    }
    for path in ["/login", "/register", "/verify", "/setup"] {
        nonces.insert(nonce(&app.browser().get(path).await.is(200)).expect("a nonce").to_owned());
        pages += 1;
    }
    assert_eq!(nonces.len(), pages, "a nonce is used once");
}

#[tokio::test]
async fn what_is_no_page_may_run_no_script_at_all() {
    let app = TestApp::start().await;
    let mut anybody = app.browser();
    let api = app.program().get("/api/me").await.is(401);
    let redirect = anybody.get("/dashboard").await.is(303);
    let refused = app.program().post("/api/login", &[]).await.is(422);
    let machine = anybody.get("/healthz").await.is(200);
    let absent = anybody.get("/pkg/absent.css").await.is(404);
    for answer in [api, redirect, refused, machine, absent] {
        let policy = answer.header(header::CONTENT_SECURITY_POLICY).unwrap();
        assert!(!policy.contains("script-src") && nonce(&answer).is_none(), "{answer:?}");
        assert_eq!(answer.header(header::CACHE_CONTROL), Some("no-store"));
    }
    let keys = anybody.get("/.well-known/jwks.json").await.is(200);
    assert_eq!(keys.header(header::CACHE_CONTROL), Some("public, max-age=300"));
    assert_eq!(keys.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"));
}

#[tokio::test]
async fn no_answer_for_a_person_may_be_read_by_another_origin() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    for path in ["/dashboard", "/api/me", "/login", "/no-such-page"] {
        let answer = alice.get_with(path, &[("origin", "https://evil.example")]).await;
        let allows = answer.headers.keys().any(|name| name.as_str().starts_with("access-control-"));
        assert!(!allows, "{answer:?}");
    }
}

#[tokio::test]
async fn nothing_tells_what_the_server_is_made_of() {
    let app = TestApp::start().await;
    for path in ["/login", "/api/me", "/healthz", "/no-such-page"] {
        let answer = app.browser().get(path).await;
        for name in ["server", "x-powered-by", "serverfnerror", "via"] {
            assert!(!answer.headers.contains_key(name), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn whoever_is_asked_for_a_reference_finds_the_one_of_the_page() {
    let app = TestApp::start().await;
    app.house.close().await;
    let mut somebody = app.browser();
    let page = somebody.get_with("/no-such-page", &[("x-request-id", "chosen")]).await.is(404);
    let reference = page.header("x-request-id").unwrap().to_owned();
    assert_ne!(reference, "chosen");
    page.says(&reference);
}

#[tokio::test]
async fn search_engines_find_the_way_in_and_no_page_that_a_letter_leads_to() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let hides = |page: &Answer| page.body.contains(r#"<meta name="robots" content="noindex""#);
    let mut stranger = app.browser();
    assert!(!hides(&stranger.get("/login").await.is(200)));
    assert!(hides(&stranger.get("/login?next=/admin/users/42").await.is(200)), "where somebody wanted to go is theirs");
    let letters =
        ["/verify", "/reset", "/setup", "/confirm-address", "/secure-account", "/accept-invitation", "/keep-account"];
    for path in letters.into_iter().chain(["/register", "/forgot"]) {
        assert!(hides(&stranger.get(&format!("{path}?token=abc")).await.is(200)), "{path}");
    }
    assert!(hides(&stranger.get("/no-such-page").await.is(404)));
    // No search engine is ever signed in.
    let mut root = app.signed_in("root").await;
    for path in ["/dashboard", "/admin"] {
        assert!(!hides(&root.get(path).await.is(200)), "{path}");
    }
}
