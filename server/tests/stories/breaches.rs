//! Passwords known from leaks: every door asks the server the operator named, and none waits for it to be well.

use crate::support::*;
use axum::{Router, extract::Path, routing::get};
use identity::{
    Refusal, accounts, admin,
    words::{Fault, Field, FieldError, Role, Secret},
};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// One that no list of ours holds.
const LEAKED: &str = "seven quiet herons at dusk";

/// Its SHA-1, from `printf %s … | sha1sum`.
const SHA1: &str = "798DC90CD66F70D7D2EBE25D570FF5CD1DFF892D";

/// A server of leaked passwords, what it was asked, and its setting.
async fn server() -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    let range = move |Path(prefix): Path<String>| async move {
        let lines = if SHA1.starts_with(&prefix) { format!("{}:42\r\n", &SHA1[5..]) } else { String::new() };
        noted.lock().unwrap().push(prefix);
        lines
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/range/", listener.local_addr().unwrap());
    let router = Router::new().route("/range/{prefix}", get(range));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

fn breached(refused: Result<impl Sized, Refusal>) -> bool {
    let leak = FieldError::new(Field::Password, Fault::Breached);
    matches!(refused, Err(Refusal::Invalid(faults)) if faults == [leak])
}

#[tokio::test]
async fn a_leaked_password_is_refused_at_every_door() {
    let (url, asked) = server().await;
    let app = TestApp::with(&[("LATCHKEY_BREACH_CHECK", &url)]).await;
    let leaked = Secret::new(LEAKED);
    let link = accounts::setup_link(&app.house).await.unwrap().unwrap();
    let token = link.split_once("token=").unwrap().1;
    let typed = [("name", "Root"), ("email", "root@example.org"), ("password", LEAKED), ("token", token)];
    let refused = app.program().post("/api/setup", &typed).await;
    assert_eq!((refused.status.as_u16(), refused.faults()), (422, vec!["password:breached".to_owned()]));
    let refused = app.program().post("/api/register", &typed[..3]).await;
    assert_eq!((refused.status.as_u16(), refused.faults()), (422, vec!["password:breached".to_owned()]));
    let made = accounts::create_verified(&app.house, "Root", "root@example.org", &leaked, Role::Admin).await;
    assert!(breached(made));
    let alice = app.account("alice", Role::User).await;
    assert!(breached(admin::reset_password(&app.house, &admin::Proven::operator(), alice, &leaked).await));
    let mut signed_in = app.signed_in("alice").await.asking(Kind::Json);
    let refused = signed_in.post("/api/change_password", &[("current", PASSWORD), ("password", LEAKED)]).await;
    assert_eq!((refused.status.as_u16(), refused.faults()), (422, vec!["password:breached".to_owned()]));
    app.program().post("/api/request_reset", &[("email", "alice@example.org")]).await.is(200);
    let token = app.letter().await.token();
    let refused = app.program().post("/api/reset_password", &[("token", &token), ("password", LEAKED)]).await;
    assert_eq!((refused.status.as_u16(), refused.faults()), (422, vec!["password:breached".to_owned()]));
    let better = "eight quiet herons at dawn";
    app.program().post("/api/reset_password", &[("token", &token), ("password", better)]).await.is(200);
    // And a person reads why.
    let mut browser = app.browser();
    browser.open("/register").await;
    let page = browser.fill("/api/register", &typed[..3]).await;
    assert!(page.text().contains("known from data leaks"), "{page:?}");

    let asked = asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|prefix| **prefix == SHA1[..5]).count(), 7);
    assert!(asked.iter().all(|prefix| prefix.len() == 5), "{asked:?}");
    assert_eq!(asked.len(), 9, "and once for each of the two that are good: {asked:?}");
}

#[tokio::test]
async fn what_is_refused_here_is_asked_nowhere() {
    let (url, asked) = server().await;
    let app = TestApp::with(&[("LATCHKEY_BREACH_CHECK", &url)]).await;
    for (password, fault) in [("short", "too_short"), ("mailcreated5240", "common"), ("alice@example.org", "personal")]
    {
        let typed = [("name", "Alice"), ("email", "alice@example.org"), ("password", password)];
        let refused = app.program().post("/api/register", &typed).await;
        assert_eq!(refused.faults(), [format!("password:{fault}")]);
    }
    // Signing in sets no password.
    app.program().post("/api/login", &[("email", "alice@example.org"), ("password", LEAKED)]).await.is(401);
    assert_eq!(asked.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn everybody_may_come_in_while_that_server_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/range/", listener.local_addr().unwrap());
    drop(listener);
    let app = TestApp::with(&[("LATCHKEY_BREACH_CHECK", &url)]).await;
    let typed = [("name", "Alice"), ("email", "alice@example.org"), ("password", LEAKED)];
    app.program().post("/api/register", &typed).await.is(200);
}

#[tokio::test]
async fn unless_the_operator_wants_it_nobody_is_asked() {
    let app = TestApp::start().await;
    assert!(app.house.settings.breach_check.is_none());
    let typed = [("name", "Alice"), ("email", "alice@example.org"), ("password", LEAKED)];
    app.program().post("/api/register", &typed).await.is(200);
}
