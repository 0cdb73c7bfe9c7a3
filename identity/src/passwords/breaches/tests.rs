//! With a real server at the other end, on a port of its own.

use super::*;
use crate::{passwords::Rules, words::Secret};
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use std::{io, sync::Arc};
use tokio::net::TcpListener;

/// Long enough for a machine that is busy, where an answer comes; none of these tests waits for it.
const AMPLE: Duration = Duration::from_secs(20);

const LEAKED: &str = "the one that leaked";

/// What a server was asked: the whole request, as text.
type Asked = Arc<Mutex<Vec<String>>>;

async fn server(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> (Url, Asked) {
    let asked = Asked::default();
    let noted = asked.clone();
    let router = Router::new().fallback(move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1000).await.unwrap();
        assert!(body.is_empty());
        noted.lock().unwrap().push(format!("{} {} {:?}", parts.method, parts.uri, parts.headers));
        answer()
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/range/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

fn password(typed: &str) -> Password {
    let rules = Rules { min_chars: 15, name: "", email: "", host: "" };
    Password::parse(&Secret::new(typed), &rules).unwrap()
}

fn line(password: &str, count: u32) -> String {
    let digits = digits(password);
    format!("{}:{count}\r\n", &digits[5..])
}

fn digits(password: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Everything logged while it lives.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_leaked_password_is_known_and_only_five_digits_are_told() {
    let (log, _listening) = Log::listen();
    let (url, asked) = server(|| format!("{}{}", line(LEAKED, 3), line("something else", 9)).into_response()).await;
    let breaches = Breaches::within(Some(&url), AMPLE).unwrap();
    assert!(breaches.know(&password(LEAKED)).await);
    assert!(!breaches.know(&password("one that did not leak")).await);
    let asked = asked.lock().unwrap().join("\n");
    let first = asked.lines().next().unwrap();
    assert!(first.starts_with(&format!("GET /range/{} ", &digits(LEAKED)[..5])), "{asked}");
    assert!(first.contains("\"add-padding\": \"true\""), "{asked}");
    for told in [digits(LEAKED), digits(LEAKED).to_lowercase()] {
        for beyond in [&told[..6], &told[5..], &told[5..11]] {
            assert!(!asked.contains(beyond), "{asked}");
        }
        assert!(!log.text().contains(&told[..5]), "{}", log.text());
    }
    assert!(!asked.contains("leak"), "{asked}");
}

#[tokio::test]
async fn padding_is_no_leak() {
    let (url, _) = server(|| line(LEAKED, 0).into_response()).await;
    assert!(!Breaches::within(Some(&url), AMPLE).unwrap().know(&password(LEAKED)).await);
}

#[tokio::test]
async fn whatever_the_server_does_wrong_the_password_passes() {
    type Answer = fn() -> Response;
    let wrong: [(&str, Answer); 6] = [
        ("status", || (StatusCode::INTERNAL_SERVER_ERROR, line(LEAKED, 3)).into_response()),
        ("status", || (StatusCode::NOT_FOUND, line(LEAKED, 3)).into_response()),
        ("status", || {
            (StatusCode::FOUND, HeaderMap::from_iter([(axum::http::header::LOCATION, "/range/".parse().unwrap())]))
                .into_response()
        }),
        ("no list", || "<html>not here</html>".into_response()),
        ("no text", || vec![0xFF_u8; 100].into_response()),
        ("no whole answer", || {
            format!("{}{}", line(LEAKED, 3), line("something else", 9).repeat(10_000)).into_response()
        }),
    ];
    for (why, answer) in wrong {
        let (log, _listening) = Log::listen();
        let (url, asked) = server(answer).await;
        let breaches = Breaches::within(Some(&url), AMPLE).unwrap();
        assert!(!breaches.know(&password(LEAKED)).await, "{why}");
        assert_eq!(asked.lock().unwrap().len(), 1, "{why}: asked once, and nothing is followed");
        assert!(log.text().contains(why), "{why}: {}", log.text());
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_no_obstacle_and_the_log_hears_it_once_a_minute() {
    let (log, _listening) = Log::listen();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/range/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let breaches = Breaches::within(Some(&url), AMPLE).unwrap();
    for _ in 0..5 {
        assert!(!breaches.know(&password(LEAKED)).await);
    }
    let text = log.text();
    assert_eq!(text.matches("without asking for leaks").count(), 1, "{text}");
    assert!(text.contains("no connection") && !text.contains(&digits(LEAKED)[..5]), "{text}");
    let past = Instant::now().checked_sub(Duration::from_secs(1));
    *breaches.next_warning.lock().unwrap() = past;
    assert!(!breaches.know(&password(LEAKED)).await);
    assert_eq!(log.text().matches("without asking for leaks").count(), 2);
}

#[tokio::test]
async fn a_server_that_never_answers_is_not_waited_for() {
    let (log, _listening) = Log::listen();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/range/", listener.local_addr().unwrap()).parse().unwrap();
    let breaches = Breaches::within(Some(&url), Duration::from_millis(50)).unwrap();
    // The kernel accepts the connection, and nobody ever reads from it.
    assert!(!breaches.know(&password(LEAKED)).await);
    assert!(log.text().contains("no answer in time"), "{}", log.text());
    drop(listener);
}

#[tokio::test]
async fn without_a_server_nobody_is_asked() {
    let breaches = Breaches::at(None).unwrap();
    assert!(breaches.client.is_none());
    assert!(!breaches.know(&password(LEAKED)).await);
    assert_eq!(Breaches::at(None).unwrap().patience, Duration::from_secs(1));
}
