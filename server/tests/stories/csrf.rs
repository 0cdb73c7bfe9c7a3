//! Requests that another site makes a browser send: refused by every function, and nothing has changed (CWE-352).

use crate::support::*;
use http::{Method, Request, header, request::Builder};
use identity::words::Role;

const FORM: &str = "application/x-www-form-urlencoded";

/// A POST with the victim's cookies and exactly these headers.
fn forged(path: &str, accept: &str, headers: &[(&str, &str)]) -> Builder {
    let request = Request::builder().method(Method::POST).uri(path).header(header::ACCEPT, accept);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

async fn everywhere(hostile: &[(&str, &str)], status: u16) {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let carol = app.account("carol", Role::User).await;
    let mut root = app.signed_in("root").await;
    let before = app.state().await;
    for (salt, function) in routes::functions().iter().enumerate().filter(|(_, function)| !function.reads) {
        let arguments = function.arguments(carol, salt);
        let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // Two requests, and ten a minute may be made of a kind.
        app.advance(12);
        for accept in ["text/html", "application/json"] {
            let answer = root.send(forged(function.path, accept, hostile), encoded(&arguments)).await.is(status);
            assert!(answer.set_cookies().is_empty(), "{answer:?}");
            assert!(!answer.body.is_empty(), "somebody may read it: {answer:?}");
        }
    }
    assert_eq!(app.state().await, before, "{hostile:?}");
    root.get("/admin").await.is(200);
}

#[tokio::test]
async fn from_another_site() {
    let evil = ("origin", "https://evil.example");
    everywhere(&[("sec-fetch-site", "cross-site"), evil, ("content-type", FORM)], 403).await;
}

#[tokio::test]
async fn from_a_neighbour_under_the_same_domain() {
    let sister = ("origin", "https://blog.example.org");
    everywhere(&[("sec-fetch-site", "same-site"), sister, ("content-type", FORM)], 403).await;
}

#[tokio::test]
async fn from_another_origin_by_a_browser_without_fetch_metadata() {
    for origin in
        ["https://evil.example", "null", "https://id.example.org:8443", "https://id.example.org.evil.example", ""]
    {
        everywhere(&[("origin", origin), ("content-type", FORM)], 403).await;
    }
}

#[tokio::test]
async fn with_cookies_and_without_saying_where_from() {
    everywhere(&[("content-type", FORM)], 403).await;
}

#[tokio::test]
async fn with_a_content_type_that_needs_no_permission() {
    let own = ("sec-fetch-site", "same-origin");
    for kind in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json",
        "",
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "application/x-www-form-urlencoded-not",
        "text/plain; application/x-www-form-urlencoded",
    ] {
        everywhere(&[own, ("origin", ORIGIN), ("content-type", kind)], 415).await;
    }
    everywhere(&[own, ("origin", ORIGIN)], 415).await;
}

#[tokio::test]
async fn by_a_link_or_an_image() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let carol = app.account("carol", Role::User).await;
    let mut root = app.signed_in("root").await;
    let before = app.state().await;
    for (salt, function) in routes::functions().iter().enumerate() {
        let arguments = function.arguments(carol, salt);
        let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let target = format!("{}?{}", function.path, encoded(&arguments));
        for method in [Method::GET, Method::HEAD] {
            let request = Request::builder().method(method).uri(&target).header(header::ACCEPT, "*/*");
            let answer = root.send(request.header("sec-fetch-site", "cross-site"), "").await;
            assert_eq!(answer.status, if function.reads { 200 } else { 404 }, "{answer:?}");
            assert!(answer.set_cookies().is_empty());
        }
    }
    assert_eq!(app.state().await, before, "reading changes nothing");
}

#[tokio::test]
async fn the_own_pages_pass_also_with_a_browser_without_fetch_metadata() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    for headers in [
        &[("origin", ORIGIN), ("content-type", FORM)][..],
        &[("sec-fetch-site", "same-origin"), ("content-type", "Application/X-WWW-Form-Urlencoded; Charset=UTF-8")],
        &[("sec-fetch-site", "none"), ("content-type", FORM)],
    ] {
        let mut alice = app.signed_in("alice").await;
        alice.send(forged("/api/logout", "text/html", headers), "").await.leads_to("/login");
        assert!(app.sessions(id).await.is_empty());
    }
    // A program without cookies has nothing that a site could borrow.
    let keys = encoded(&[("email", "alice@example.org"), ("password", PASSWORD)]);
    app.program().send(forged("/api/login", "application/json", &[("content-type", FORM)]), keys).await.is(200);
}
