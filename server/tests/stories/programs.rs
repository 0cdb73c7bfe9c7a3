//! The same rules for programs: JSON, true statuses, one word for each refusal.

use crate::support::*;
use identity::words::{Role, Stay};
use serde_json::json;

const KEYS: [(&str, &str); 2] = [("email", "alice@example.org"), ("password", PASSWORD)];

#[tokio::test]
async fn the_whole_way_in_json() {
    let app = TestApp::start().await;
    let mut alice = app.program();
    let newcomer = [("name", "Alice"), KEYS[0], KEYS[1]];
    let done = alice.post("/api/register", &newcomer).await.is(200);
    assert_eq!(done.json(), json!({"next": "/verify", "notice": "letter_sent"}));
    alice.post("/api/login", &KEYS).await.refuses(401, "credentials");
    let token = app.letter().await.token();
    let done = alice.post("/api/verify_email", &[("token", &token)]).await.is(200);
    assert_eq!(done.json(), json!({"next": "/login", "notice": "verified"}));
    let done = alice.post("/api/login", &[KEYS[0], KEYS[1], ("stay", "month")]).await.is(200);
    assert_eq!(done.json(), json!({"next": "/dashboard", "notice": null}));

    let me = alice.get("/api/me").await.is(200).json();
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("alice@example.org"), Some("user")));
    assert_eq!((me["expires_in"].as_i64(), me["renewed"].as_bool()), (Some(600), Some(false)));
    app.advance(ACCESS_LIFE);
    let me = alice.get("/api/me").await.is(200).json();
    assert_eq!((me["generation"].as_i64(), me["renewed"].as_bool()), (Some(2), Some(true)));

    let done = alice.post("/api/logout", &[]).await.is(200);
    assert_eq!(done.json(), json!({"next": "/login", "notice": "signed_out"}));
    let refused = alice.get("/api/me").await.refuses(401, "signed_out");
    assert_eq!(refused.json(), json!({"error": "signed_out", "ended": null}));
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut answers = Vec::new();
    for email in ["alice@example.org", "nobody@example.org"] {
        let login = app.program().post("/api/login", &[("email", email), ("password", "wrong, wrong, wrong")]).await;
        let register = [("name", "Somebody"), ("email", email), ("password", "another long password, mine")];
        let register = app.program().post("/api/register", &register).await;
        let resend = app.program().post("/api/resend_verification", &[("email", email)]).await;
        let shape = |answer: Answer| {
            let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            (answer.status.as_u16(), answer.body, names)
        };
        answers.push([shape(login.refuses(401, "credentials")), shape(register.is(200)), shape(resend.is(200))]);
    }
    assert_eq!(answers[0], answers[1]);
    let mut letters: Vec<_> =
        app.letters().await.into_iter().map(|letter| (letter.to, letter.text.contains("?token="))).collect();
    letters.sort();
    let (alice, nobody) = ("alice@example.org".to_owned(), "nobody@example.org".to_owned());
    assert_eq!(letters, [(alice, false), (nobody.clone(), true), (nobody, true)], "the difference is in the letter");
}

#[tokio::test]
async fn registering_again_changes_nothing_for_who_is_there() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let thief = [("name", "Eve"), KEYS[0], ("password", "a password of the thief")];
    app.program().post("/api/register", &thief).await.is(200);
    app.program().post("/api/login", &[KEYS[0], thief[2]]).await.refuses(401, "credentials");
    let mut alice = app.program();
    alice.post("/api/login", &KEYS).await.is(200);
    assert_eq!(alice.get("/api/me").await.json()["name"], "alice");
}

#[tokio::test]
async fn each_refusal_has_its_status_and_its_word() {
    let app = TestApp::start().await;
    let root = app.account("root", Role::Admin).await.to_string();
    let alice = app.account("alice", Role::User).await.to_string();
    let mut admin = app.signed_in("root").await.asking(Kind::Json);
    let mut user = app.signed_in("alice").await.asking(Kind::Json);
    let mut stranger = app.program();
    let nobody = "0197ffff-0000-7000-8000-000000000000";

    stranger.get("/api/sessions").await.refuses(401, "signed_out");
    stranger.post("/api/end_other_sessions", &[]).await.refuses(401, "signed_out");
    user.get("/api/admin/users").await.refuses(403, "forbidden");
    user.post("/api/admin/set_role", &[("id", &alice), ("role", "admin")]).await.refuses(403, "forbidden");
    for id in [nobody, "", "1", "../../etc/passwd", "' or 1=1 --"] {
        admin.get(&format!("/api/admin/user?id={}", id.replace(['\'', ' '], "+"))).await.refuses(404, "not_found");
        user.post("/api/end_session", &[("id", id)]).await.refuses(404, "not_found");
    }
    admin.post("/api/admin/disable", &[("id", &root)]).await.refuses(409, "last_admin");
    admin.post("/api/admin/set_role", &[("id", &root), ("role", "user")]).await.refuses(409, "last_admin");
    let faults =
        admin.post("/api/admin/set_role", &[("id", &alice), ("role", "king")]).await.refuses(422, "invalid").faults();
    assert_eq!(faults, ["role:wrong"]);
    let faults =
        admin.post("/api/admin/set_role", &[("id", &alice), ("role", "KING!")]).await.refuses(422, "invalid").faults();
    assert_eq!(faults, ["role:malformed"]);
    let faults = stranger.post("/api/register", &[("name", ""), ("email", "x"), ("password", "short")]).await.faults();
    assert_eq!(faults, ["name:missing", "email:malformed", "password:too_short"], "every fault at once");
    stranger.get("/api/no_such_function").await.refuses(404, "not_found");
    stranger.post("/api/no_such_function", &[]).await.refuses(404, "not_found");

    app.account("bob", Role::User).await;
    let bob = app.tokens("bob", Stay::Day).await;
    admin.post("/api/admin/disable", &[("id", &bob.viewer.id.to_string())]).await.is(200);
    stranger.post("/api/login", &[("email", "bob@example.org"), ("password", PASSWORD)]).await.refuses(403, "disabled");
    let wrong = [("email", "bob@example.org"), ("password", "wrong, wrong, wrong")];
    stranger.post("/api/login", &wrong).await.refuses(401, "credentials");
}

#[tokio::test]
async fn another_persons_session_is_like_one_that_never_existed() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let bob = app.account("bob", Role::User).await;
    let theirs = app.tokens("bob", Stay::Day).await.viewer.session.to_string();
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    let refused = alice.post("/api/end_session", &[("id", &theirs)]).await.refuses(404, "not_found");
    let absent = alice.post("/api/end_session", &[("id", "0197ffff-0000-7000-8000-000000000000")]).await;
    assert_eq!(refused.body, absent.body);
    assert_eq!(app.sessions(bob).await.len(), 1);
}

#[tokio::test]
async fn too_many_attempts_are_refused_with_a_time_to_come_back() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut guesser = app.program();
    let wrong = [KEYS[0], ("password", "wrong, wrong, wrong")];
    for _ in 0..5 {
        guesser.post("/api/login", &wrong).await.refuses(401, "credentials");
    }
    let refused = guesser.post("/api/login", &wrong).await.refuses(429, "too_many");
    assert_eq!(refused.header("retry-after"), refused.json()["seconds"].as_u64().map(|s| s.to_string()).as_deref());
    // Per network address, whatever account.
    let mut many = app.program();
    for n in 0..10 {
        let email = format!("nobody{n}@example.org");
        many.post("/api/login", &[("email", &email), ("password", "wrong")]).await.refuses(401, "credentials");
    }
    let refused = many.post("/api/login", &wrong).await.refuses(429, "too_many");
    assert_eq!(refused.header("retry-after"), Some("6"));
    many.asking(Kind::Pages).post("/api/login", &wrong).await.is(429).says("try again in 6 seconds");
}

#[tokio::test]
async fn without_a_database_nothing_is_done_and_that_is_said() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut admin = app.program();
    app.house.close().await;
    let newcomer = [("name", "Bob"), ("email", "bob@example.org"), ("password", PASSWORD)];
    for (form, fields) in
        [("/api/login", &KEYS[..]), ("/api/register", &newcomer), ("/api/verify_email", &[("token", "x")])]
    {
        let refused = admin.post(form, fields).await.refuses(503, "unavailable");
        assert!(refused.header("retry-after").is_some() && refused.set_cookies().is_empty());
    }
    admin.get("/readyz").await.is(503);
    admin.get("/healthz").await.is(200);
    let mut browser = app.browser();
    browser.open("/login").await.is(200);
    browser.fill("/api/login", &KEYS).await.is(200).says("Not at the moment");
}

#[tokio::test]
async fn when_too_many_come_at_once_some_are_asked_to_come_back_and_pages_are_still_served() {
    let app = TestApp::with(&[("LATCHKEY_LIMITS", "off")]).await;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut crowd = tokio::task::JoinSet::new();
    // Twice as many as may wait for a password to be checked.
    for n in 0..2 * 65 * cores {
        let mut somebody = app.program();
        crowd.spawn(async move {
            let email = format!("nobody{n}@example.org");
            somebody.post("/api/login", &[("email", &email), ("password", PASSWORD)]).await
        });
    }
    let refused = loop {
        let answer = crowd.join_next().await.expect("somebody is turned away").unwrap();
        if answer.status == 503 {
            break answer.refuses(503, "busy");
        }
        answer.refuses(401, "credentials");
    };
    assert_eq!(refused.header("retry-after"), Some("3"));
    assert!(refused.set_cookies().is_empty());
    app.browser().get("/login").await.is(200);
}
