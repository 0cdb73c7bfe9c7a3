//! Who may open what. The matrix is built from the mounted routes, so a new one cannot be forgotten: it changes the snapshot.

use crate::support::{
    routes::{self, Function},
    *,
};
use http::{Method, Request};
use identity::{
    admin::{self, Admin},
    words::Role,
};
use std::fmt::Write;
use uuid::Uuid;

/// Somebody whose data nobody else should read.
const CAROL: [&str; 2] = ["carol@example.org", "carol"];

struct Cast {
    app: TestApp,
    carol: Uuid,
    disabled: Browser,
    expired: Browser,
    forged: Browser,
}

/// `acting` is an administrator who acts as Erin, and may only look; `helping` one who may change something.
const WHO: [&str; 8] = ["stranger", "user", "disabled", "admin", "expired", "forged", "acting", "helping"];

impl Cast {
    async fn assemble() -> Self {
        let app = TestApp::start().await;
        app.account("root", Role::Admin).await;
        app.account("alice", Role::User).await;
        app.account("dan", Role::User).await;
        app.account("erin", Role::User).await;
        let carol = app.account("carol", Role::User).await;
        let expired = app.signed_in("alice").await.without(REFRESH);
        app.advance(ACCESS_LIFE);
        let disabled = app.signed_in("dan").await;
        admin::disable(&app.house, &admin::Proven::operator(), disabled_id(&app).await).await.unwrap();
        let genuine = app.signed_in("root").await;
        let bend = |name: &str| {
            let mut token = genuine.cookie(name).unwrap();
            let last = token.pop().unwrap();
            // The first character of the signature: the last one has bits that do not count.
            let dot = token.rfind('.').unwrap() + 1;
            let other = if token[dot..].starts_with('A') { "B" } else { "A" };
            token.replace_range(dot..=dot, other);
            token.push(last);
            token
        };
        let forged = app.browser().with(ACCESS, &bend(ACCESS)).with(REFRESH, &bend(REFRESH));
        Self { app, carol, disabled, expired, forged }
    }

    /// A browser that has not been used yet.
    async fn browser(&self, who: &str) -> Browser {
        match who {
            "stranger" => self.app.browser(),
            "user" => self.app.signed_in("alice").await,
            "disabled" => self.disabled.clone(),
            "admin" => self.app.signed_in("root").await,
            "expired" => self.expired.clone(),
            "forged" => self.forged.clone(),
            "acting" => self.app.acting("erin", false).await,
            "helping" => self.app.acting("erin", true).await,
            _ => panic!("{who}"),
        }
    }
}

async fn disabled_id(app: &TestApp) -> Uuid {
    let dan = identity::words::EmailAddress::parse("dan@example.org").unwrap();
    admin::find_by_email(&app.house, &Admin::operator(), &dan).await.unwrap().id
}

#[tokio::test]
async fn the_access_matrix() {
    let cast = Cast::assemble().await;
    let id = cast.carol.to_string();
    let mut matrix = String::new();
    let (mut user, mut admin) = (cast.browser("user").await, cast.browser("admin").await);
    let mut pages = routes::pages(cast.carol);
    pages.extend(["/no-such-page", "/admin/no-such-page", "/account/no-such-page"].map(str::to_owned));
    for path in pages {
        writeln!(matrix, "GET {}", path.replace(&id, "{id}")).unwrap();
        for who in WHO {
            let answer = match who {
                "user" => user.get(&path).await,
                "admin" => admin.get(&path).await,
                _ => cast.browser(who).await.get(&path).await,
            };
            if who != "admin" {
                tells_nothing(&answer);
            }
            if answer.status == 303 {
                assert!(answer.body.is_empty(), "a redirect carries no page: {answer:?}");
            }
            if answer.status == 403 {
                shows_no_page(&answer);
            }
            let location = answer.location().replace(&id, "{id}");
            writeln!(matrix, "    {who:9} {} {location}", answer.status.as_u16()).unwrap();
        }
    }
    for (row, function) in routes::functions().iter().enumerate() {
        // Several browsers share an address, and ten a minute may be made of a kind.
        cast.app.advance(6);
        writeln!(matrix, "{} {}", if function.reads { "GET" } else { "POST" }, function.path).unwrap();
        for (column, who) in WHO.into_iter().enumerate() {
            // Each time a new session: some of them end it.
            let browser = cast.browser(who).await.asking(Kind::Json);
            let answer = call(browser, function, cast.carol, row * WHO.len() + column).await;
            if who != "admin" {
                tells_nothing(&answer);
            }
            let word = if answer.status == 200 { String::new() } else { answer.error() };
            writeln!(matrix, "    {who:9} {} {word}", answer.status.as_u16()).unwrap();
        }
    }
    let matrix: String = matrix.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    insta::assert_snapshot!(matrix);
}

async fn call(mut browser: Browser, function: &Function, of: Uuid, salt: usize) -> Answer {
    let arguments = function.arguments(of, salt);
    let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if function.reads {
        browser.get(&format!("{}?{}", function.path, encoded(&arguments))).await
    } else {
        browser.post(function.path, &arguments).await
    }
}

#[track_caller]
fn tells_nothing(answer: &Answer) {
    for word in CAROL {
        assert!(!answer.body.contains(word), "{word}: {answer:?}");
    }
}

/// Refused before rendering: not even the frame of the page that was asked for.
#[track_caller]
fn shows_no_page(answer: &Answer) {
    // Whoever acts as somebody else is told so, and can stop, on every page.
    let banner = answer.body.split_once("class=\"acting\"").and_then(|(_, rest)| rest.split_once("</section>"));
    let body = banner.map_or(&*answer.body, |(_, rest)| rest);
    for part in ["<form", "<nav", "<table", "latchkey.js"] {
        assert!(!body.contains(part), "{part}: {answer:?}");
    }
}

#[tokio::test]
async fn another_spelling_of_a_path_is_no_way_around_the_guard() {
    let cast = Cast::assemble().await;
    let mut user = cast.browser("user").await;
    for path in routes::pages(cast.carol) {
        let guarded = ["/admin", "/account", "/dashboard"].iter().any(|branch| path.starts_with(branch));
        if !guarded {
            continue;
        }
        let first = path.chars().nth(1).unwrap();
        let last = path.rsplit('/').next().unwrap();
        for spelling in [
            format!("{path}/"),
            format!("{path}//"),
            format!("/{path}"),
            format!("//{path}"),
            format!("/.{path}"),
            format!("/x/..{path}"),
            format!("/login/..{path}"),
            format!("/login/%2e%2e{path}"),
            format!("/pkg/..{path}"),
            path.to_uppercase(),
            path.replacen(first, &format!("%{:02x}", first as u32), 1),
            path.replacen(first, &format!("%{:02X}", first as u32), 1),
            path.replacen(first, &format!("%25{:02x}", first as u32), 1),
            path.replacen('/', "/%2f", 1),
            path.replace('/', "%2f").replacen("%2f", "/", 1),
            path.replace('/', "\\").replacen('\\', "/", 1),
            format!("{path};x=1"),
            format!("{path}%20"),
            format!("{path}%00"),
            format!("{path}."),
            format!("{path}.html"),
            format!("{path}%3f"),
            format!("/login;/{last}"),
        ] {
            let answer = cast.app.browser().get(&spelling).await;
            tells_nothing(&answer);
            shows_no_page(&answer);
            assert_ne!(answer.status, 200, "{spelling} for a stranger: {answer:?}");
            if path.starts_with("/admin") {
                let answer = user.get(&spelling).await;
                tells_nothing(&answer);
                shows_no_page(&answer);
                assert_ne!(answer.status, 200, "{spelling} for a user: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn no_method_opens_what_another_does_not() {
    let cast = Cast::assemble().await;
    for path in routes::pages(cast.carol) {
        let open = cast.app.browser().get(&path).await.status == 200;
        for method in ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::builder().method(method.clone()).uri(&path).header("accept", "text/html");
            let answer = cast.app.browser().send(request, "").await;
            tells_nothing(&answer);
            assert!(answer.status != 200 || (open && method == Method::HEAD), "{answer:?}");
        }
    }
    // And a function is called by its own method only.
    for function in routes::functions() {
        let other = if function.reads { Method::POST } else { Method::GET };
        let mut admin = cast.browser("admin").await.asking(Kind::Json);
        for method in [other, Method::PUT, Method::DELETE, Method::PATCH] {
            let before = cast.app.state().await;
            let mut request = admin.request(method.clone(), function.path);
            if method != Method::GET && method != Method::POST {
                request = request.header("content-type", "application/x-www-form-urlencoded");
            }
            let answer = admin.send(request, "").await;
            assert_eq!(answer.status, 404, "{answer:?}");
            assert_eq!(cast.app.state().await, before);
        }
    }
}
