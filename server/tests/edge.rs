//! The outer layers together, as a stranger meets them: headers, address, limits, mailbox, machine endpoints.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    middleware::{from_fn, from_fn_with_state},
    routing::any,
};
use http::{Request, Response, StatusCode, header};
use identity::{
    policy::Policy,
    time::{MovedClock, Timestamp},
};
use server::{
    http::{
        address::{self, ClientAddr, Proxies},
        headers::{self, Headers},
        limits::{self, Limits},
        mailbox, trace,
    },
    settings::{Given, Layer, Network, Settings},
};
use std::{ffi::OsString, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tower::ServiceExt;

/// Answers with the address it was told, behind the layers of the real router.
fn echo(clock: Arc<MovedClock>) -> Router {
    let proxies = Proxies::new(vec![Network::parse("10.0.0.0/8").unwrap()]);
    Router::new()
        .fallback(any(|request: Request<Body>| async move {
            request.extensions().get::<ClientAddr>().map(|client| client.0.to_string()).unwrap_or_default()
        }))
        .layer(from_fn_with_state(Limits::new(clock, true, &Policy::default()), limits::limit))
        .layer(from_fn_with_state(proxies, address::resolve))
        .layer(from_fn_with_state(Headers { https: true }, headers::secure))
        .layer(from_fn_with_state(Arc::default(), trace::trace))
}

fn clock() -> Arc<MovedClock> {
    Arc::new(MovedClock::at(Timestamp(1_700_000_000_000)))
}

fn from(peer: &str, request: http::request::Builder) -> Request<Body> {
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
    request
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1_000_000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn sign_ins_are_limited_per_client_and_time_heals() {
    let clock = clock();
    let app = echo(clock.clone());
    let login = |client: &str| from("10.0.0.1", Request::post("/api/login").header("x-forwarded-for", client));
    for _ in 0..10 {
        assert_eq!(app.clone().oneshot(login("203.0.113.9")).await.unwrap().status(), StatusCode::OK);
    }
    let refused = app.clone().oneshot(login("203.0.113.9")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "6");
    assert_eq!(refused.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "refusals have security headers too");
    assert_eq!(text(refused).await, r#"{"error":"too_many","seconds":6}"#);
    assert_eq!(text(app.clone().oneshot(login("203.0.113.8")).await.unwrap()).await, "203.0.113.8");
    clock.advance(Duration::from_secs(6));
    assert_eq!(app.oneshot(login("203.0.113.9")).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_gets_no_second_count_by_claiming_other_addresses() {
    let app = echo(clock());
    let mut refused = 0;
    for n in 0..30 {
        let claim = format!("198.51.100.{n}");
        let request = from("203.0.113.9", Request::post("/api/login").header("x-forwarded-for", claim));
        refused += usize::from(app.clone().oneshot(request).await.unwrap().status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 20);
}

#[tokio::test]
async fn every_answer_has_the_headers_and_a_reference_of_ours() {
    let request = from("203.0.113.9", Request::get("/").header("x-request-id", "chosen"));
    let response = echo(clock()).oneshot(request).await.unwrap();
    for name in ["content-security-policy", "strict-transport-security", "permissions-policy", "referrer-policy"] {
        assert!(response.headers().contains_key(name), "{name}");
    }
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let reference = response.headers()["x-request-id"].to_str().unwrap();
    assert!(reference.len() == 10 && reference != "chosen");
}

#[tokio::test]
async fn a_panic_is_a_500_with_the_same_headers() {
    let app = Router::new()
        .route(
            "/",
            any(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        )
        .layer(from_fn(trace::survive))
        .layer(from_fn_with_state(Headers { https: false }, headers::secure))
        .layer(from_fn_with_state(Arc::default(), trace::trace));
    let response = app.oneshot(from("203.0.113.9", Request::get("/"))).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let reference = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert!(response.headers().contains_key("content-security-policy"));
    assert!(text(response).await.contains(&reference));
}

fn settings(data: &Path, more: &[(&str, &str)]) -> Settings {
    let data = [("LATCHKEY_DATA_DIR", data.to_str().unwrap())];
    let variables = data.iter().chain(more).map(|(name, value)| (OsString::from(name), OsString::from(value)));
    // A directory without a settings file.
    Settings::parse(Given::read(Layer::new(), None, variables, Path::new("/nowhere")).unwrap()).unwrap()
}

#[tokio::test]
async fn the_mailbox_is_there_for_this_machine_alone() {
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir(data.path().join("mail")).unwrap();
    std::fs::write(data.path().join("mail/1.eml"), "To: a@example.org\r\nSubject: Hello\r\n\r\nbody\r\n").unwrap();
    let app = mailbox::routes(&settings(data.path(), &[])).unwrap();
    let status = async |request: Request<Body>| app.clone().oneshot(request).await.unwrap().status();
    let local = || Request::get("/dev/mailbox").header(header::HOST, "localhost:3000");
    assert_eq!(status(from("127.0.0.1", local())).await, StatusCode::OK);
    assert_eq!(status(from("::1", local())).await, StatusCode::OK);
    let stranger = StatusCode::NOT_FOUND;
    assert_eq!(status(from("203.0.113.9", local())).await, stranger);
    assert_eq!(status(from("127.0.0.1", local().header("x-forwarded-for", "127.0.0.1"))).await, stranger);
    assert_eq!(status(from("127.0.0.1", local().header("forwarded", "for=127.0.0.1"))).await, stranger);
    assert_eq!(status(from("127.0.0.1", local().header("via", "1.1 proxy"))).await, stranger);
    let rebound = Request::get("/dev/mailbox").header(header::HOST, "evil.example:3000");
    assert_eq!(status(from("127.0.0.1", rebound)).await, stranger);
    assert_eq!(status(local().body(Body::empty()).unwrap()).await, stranger, "a peer we do not know");
    let raw = Request::get("/dev/mailbox/..%2Fmaster.key").header(header::HOST, "localhost");
    assert_eq!(status(from("127.0.0.1", raw)).await, stranger);
    let page = app.clone().oneshot(from("127.0.0.1", local())).await.unwrap();
    assert!(text(page).await.contains("href=\"/dev/mailbox/1\">Hello</a>"));
}

#[tokio::test]
async fn there_is_no_mailbox_where_letters_are_sent_or_strangers_can_knock() {
    let data = tempfile::tempdir().unwrap();
    assert!(mailbox::routes(&settings(data.path(), &[("LATCHKEY_SMTP_URL", "smtps://mail.example.org")])).is_none());
    assert!(mailbox::routes(&settings(data.path(), &[("LATCHKEY_LISTEN", "0.0.0.0:3000")])).is_none());
}

#[tokio::test]
async fn the_reference_is_known_inside() {
    let app = Router::new()
        .route("/", any(|request: Request<Body>| async move { trace::reference(&request) }))
        .layer(from_fn_with_state(Arc::default(), trace::trace));
    let response = app.oneshot(from("203.0.113.9", Request::get("/"))).await.unwrap();
    let told = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(text(response).await, told);
}
