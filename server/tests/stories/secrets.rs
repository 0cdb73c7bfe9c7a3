//! No secret is where somebody could find it: in a log line, however much is logged, in a URL, a page, a header, a JWT, or in the
//! files of the installation.

use crate::support::*;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use identity::{
    accounts,
    words::{Role, Stay},
};
use serde_json::Value;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

const CHOSEN: &str = "seventeen-purple-doors-and-a-key";
const RESET: &str = "eighteen-purple-doors-and-a-key";
const CHANGED: &str = "nineteen-purple-doors-and-a-key";
const MISTYPED: &str = "sixteen-purple-doors-and-a-key";

/// Everything logged by this process from now on, at every level and by every library.
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

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// For the whole process: hashing and the database work on threads of their own.
    fn start() -> Self {
        let log = Self::default();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(log.clone())
            .try_init()
            .expect("no other story of this binary logs");
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// A life with everything in it, good and bad. Answers what was secret in it.
async fn live(app: &TestApp) -> Vec<String> {
    let mut secrets = vec![CHOSEN.to_owned(), MISTYPED.to_owned()];
    let printed = accounts::setup_link(&app.house).await.unwrap().unwrap();
    let setup = printed.split_once("token=").unwrap().1.to_owned();
    let mut root = app.browser();
    root.open(printed.strip_prefix(ORIGIN).unwrap()).await;
    root.fill("/api/setup", &[("name", "Root"), ("email", "root@example.org"), ("password", MISTYPED)]).await.is(200);
    secrets.push(setup);

    let mut alice = app.browser();
    alice.open("/register").await;
    for typed in [CHOSEN, MISTYPED, &CHOSEN[..10]] {
        app.program().post("/api/password_strength", &[("password", typed), ("name", "Alice")]).await.is(200);
    }
    let typed = [("name", "Alice"), ("email", "alice@example.org"), ("password", CHOSEN)];
    alice.fill("/api/register", &[typed[0], ("email", "alice"), typed[2]]).await.is(200);
    alice.fill("/api/register", &typed).await.is(200);
    app.program().post("/api/register", &typed).await.is(200);
    let letters = app.letters().await;
    for letter in &letters {
        secrets.extend([letter.token(), letter.code(), letter.code().replace('-', "")]);
    }
    alice.open(&letters[0].link()).await;
    alice.fill("/api/verify_email", &[]).await;
    for letter in &letters {
        app.program().post("/api/verify_email", &[("token", &letter.code())]).await;
    }
    alice.open("/login").await;
    alice.fill("/api/login", &[typed[1], ("password", MISTYPED)]).await.is(200);
    alice.fill("/api/login", &typed[1..]).await.is(200);
    assert_eq!(alice.path(), "/dashboard");
    // Passwords where they do not belong, as people and broken scripts put them.
    app.program()
        .send(alice.request(http::Method::POST, "/api/login").header("x", "y"), format!("password={CHOSEN}&x["))
        .await;
    app.program().send(http::Request::post("/api/login"), format!("{{\"password\":\"{CHOSEN}\"}}")).await;
    let old = alice.clone();
    for _ in 0..3 {
        secrets.extend([alice.cookie(ACCESS).unwrap(), alice.cookie(REFRESH).unwrap()]);
        let bearer = format!("Bearer {}", alice.cookie(ACCESS).unwrap());
        app.program().get_with("/api/me", &[("authorization", &bearer)]).await.is(200);
        app.advance(ACCESS_LIFE);
        for path in ["/dashboard", "/account", "/api/me", "/api/sessions", "/admin", "/no-such-page"] {
            alice.get(path).await;
        }
    }
    root.open("/login").await;
    root.fill("/api/login", &[("email", "root@example.org"), ("password", MISTYPED)]).await.is(200);
    for path in
        ["/admin", "/admin/users", "/admin/audit", "/api/admin/users", "/api/admin/audit", "/api/admin/overview"]
    {
        root.get(path).await.is(200);
    }
    secrets.extend([root.cookie(ACCESS).unwrap(), root.cookie(REFRESH).unwrap()]);
    // A forgotten password, a new one that is refused, one that is not, and another.
    let mut forgetful = app.browser();
    forgetful.open("/forgot").await;
    forgetful.fill("/api/request_reset", &[typed[1]]).await.is(200);
    let letter = app.letter().await;
    secrets.extend([letter.token(), letter.code(), letter.code().replace('-', "")]);
    forgetful.open(&letter.link()).await.is(200);
    forgetful.fill("/api/reset_password", &[("password", "Alice Alice Alice")]).await.is(200);
    forgetful.fill("/api/reset_password", &[("password", RESET)]).await.is(200);
    let told = app.letter().await;
    secrets.push(told.token());
    forgetful.fill("/api/login", &[typed[1], ("password", RESET)]).await.is(200);
    forgetful.open("/account/password").await;
    forgetful.fill("/api/change_password", &[("current", MISTYPED), ("password", CHANGED)]).await.is(200);
    forgetful.fill("/api/change_password", &[("current", RESET), ("password", CHANGED)]).await.is(200);
    app.program().post("/api/login", &[typed[1], ("password", CHANGED)]).await.is(200);
    secrets.extend([RESET, CHANGED].map(str::to_owned));
    // A theft, and tokens that are not ours.
    app.browser().with(REFRESH, &old.cookie(REFRESH).unwrap()).get("/dashboard").await;
    app.browser().with(ACCESS, &format!("{}x", secrets.last().unwrap())).get("/dashboard").await;
    app.letters().await;
    root.post("/api/logout", &[]).await;
    secrets
}

#[tokio::test]
async fn nothing_secret_is_logged_shown_linked_or_kept() {
    let log = Log::start();
    let app = TestApp::start().await;
    let secrets = live(&app).await;
    assert!(secrets.len() > 15, "a life has secrets");

    let logged = log.text();
    assert!(logged.contains("answered") && logged.contains("/api/login") && logged.contains("TRACE"), "it does log");
    let kept = app.database.bytes().await;
    assert!(kept.len() > 100_000, "all of the database");
    let link = |answer: &Answer| answer.asked.contains("?token=");
    for secret in secrets.iter().chain([&"$argon2id$".to_owned()]) {
        assert!(!logged.contains(secret), "{secret} is in the log: {}", line_with(&logged, secret));
        for answer in app.seen() {
            // The page behind a letter's link has its token in a hidden field: that is what it is for.
            assert!(!answer.body.contains(secret) || link(&answer), "{secret} is in {answer:?}");
            for (name, value) in &answer.headers {
                // Who came by a letter's link is led back there when the password was refused.
                let back = name == "location" && value.to_str().unwrap().starts_with("/reset?token=");
                assert!(
                    name == "set-cookie" || back || !value.to_str().unwrap().contains(secret),
                    "{secret} is in {name} of {answer:?}"
                );
            }
        }
        let found = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert_eq!(found, secret.contains("argon2"), "{secret} is in the database");
    }
    // No password travels in a URL, and no token but a letter's.
    for answer in app.seen() {
        let back_to_the_letter = answer.location().starts_with("/reset?token=");
        assert!(back_to_the_letter || !answer.location().contains("token"), "{answer:?}");
        assert!(!answer.location().contains("password="), "{answer:?}");
    }
}

fn line_with<'a>(text: &'a str, word: &str) -> &'a str {
    text.lines().find(|line| line.contains(word)).unwrap_or_default()
}

#[tokio::test]
async fn an_access_token_says_what_it_must_and_nothing_else() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let pair = app.tokens("alice", Stay::Day).await;
    let parts: Vec<_> = pair.access.split('.').collect();
    let decode =
        |part: &str| -> Value { serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    let names = |value: &Value| {
        let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names.join(" ")
    };
    let (header, claims) = (decode(parts[0]), decode(parts[1]));
    assert_eq!(names(&header), "alg kid typ");
    assert_eq!(names(&claims), "aud auth_time client_id email exp gen iat iss jti name role sid sub");
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(ORIGIN), Some(ORIGIN)));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);

    // An operator who wants no names in tokens has none, and the pages know them all the same.
    let app = TestApp::with(&[("LATCHKEY_PROFILE_CLAIMS", "false")]).await;
    app.account("alice", Role::User).await;
    let pair = app.tokens("alice", Stay::Day).await;
    let claims = decode(pair.access.split('.').nth(1).unwrap());
    assert_eq!(names(&claims), "aud auth_time client_id exp gen iat iss jti role sid sub");
    let mut alice = app.browser();
    alice.take(&pair);
    alice.get("/dashboard").await.is(200).says("alice@example.org");
}
