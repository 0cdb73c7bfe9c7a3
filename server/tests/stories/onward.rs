//! Where people are sent: to paths of our own, whatever somebody wrote into a link, a form or a header (CWE-601).

use crate::support::*;
use identity::words::Role;
use url::form_urlencoded::byte_serialize;

/// Ways to leave, collected from what browsers have been seen to do with such paths.
const AWAY: [&str; 36] = [
    "https://evil.example",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "https:///evil.example",
    "https:/evil.example",
    "https:evil.example",
    "//evil.example@id.example.org",
    "/..//evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "/%2e%2e//evil.example",
    "/\u{3002}/evil.example",
    "//\u{ff0f}evil.example",
    "/\0/evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "ftp://evil.example",
];

#[tokio::test]
async fn after_signing_in_people_arrive_where_they_wanted_and_never_elsewhere() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let signed_in = app.signed_in("alice").await;
    for wanted in ["/account", "/dashboard?x=1&y=%20z", "/admin/users?q=a%26b"] {
        let mut alice = app.browser();
        let login = alice.open(wanted).await;
        let login = if login.status == 200 { alice.here().to_owned() } else { panic!("{login:?}") };
        assert!(login.starts_with("/login?next="), "{login}");
        alice.submit("/api/login", &[("email", "alice@example.org"), ("password", PASSWORD)]).await.leads_to(wanted);
        // Who is signed in already is sent on from the login page.
        signed_in.clone().get(&login).await.leads_to(wanted);
    }
    for away in AWAY {
        let query: String = byte_serialize(away.as_bytes()).collect();
        signed_in.clone().get(&format!("/login?next={query}")).await.leads_to("/dashboard");
        let page = app.browser().get(&format!("/login?next={query}")).await.is(200);
        assert!(
            !page.body.contains("evil.example") || away.starts_with('?') || away.starts_with('#'),
            "{away:?}: {page:?}"
        );
    }
    // As a hidden field that somebody has changed. One password check each, so only some.
    for away in AWAY.iter().step_by(5) {
        app.advance(MINUTE);
        let form = [("email", "alice@example.org"), ("password", PASSWORD), ("next", away)];
        app.browser().post("/api/login", &form).await.leads_to("/dashboard");
        assert_eq!(app.program().post("/api/login", &form).await.is(200).json()["next"], "/dashboard", "{away:?}");
    }
}

#[tokio::test]
async fn signing_in_does_not_lead_back_to_the_door() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    for next in ["/login", "/login?next=/login", "/register", "/api/logout", "/setup", "/verify?token=x", "/login/"] {
        let query: String = byte_serialize(next.as_bytes()).collect();
        alice.get(&format!("/login?next={query}")).await.leads_to("/dashboard");
    }
}

#[tokio::test]
async fn a_referer_of_another_site_is_never_followed() {
    let app = TestApp::start().await;
    for (referer, to) in [
        ("https://evil.example/login", "/login"),
        ("https://id.example.org.evil.example/login", "/login"),
        ("https://id.example.org@evil.example/login", "/login"),
        ("http://id.example.org/register", "/login"),
        ("https://id.example.org:8443/register", "/login"),
        ("https://id.example.org//evil.example", "/login"),
        ("//evil.example", "/login"),
        ("javascript:alert(1)", "/login"),
        ("not a url", "/login"),
        ("https://id.example.org/login?next=%2Faccount", "/login?next=%2Faccount"),
        ("https://id.example.org/login#x", "/login"),
    ] {
        let mut browser = app.browser();
        let request = browser.request(http::Method::POST, "/api/login").header("referer", referer);
        let body = "email=nobody&password=";
        browser.send(request, body).await.leads_to(to);
    }
}

#[tokio::test]
async fn a_cause_in_a_link_is_one_of_ours_or_nothing() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    browser.get("/login?ended=disabled").await.is(200).says("This account was disabled");
    for planted in ["<script>alert(1)</script>", "call 0800", "Disabled", "disabled\0"] {
        let planted: String = byte_serialize(planted.as_bytes()).collect();
        let page = browser.get(&format!("/login?ended={planted}&error={planted}&__err={planted}")).await.is(200);
        assert!(!page.text().contains("0800") && !page.body.contains("<script>alert"), "{page:?}");
        page.hides("This account was disabled");
    }
}
