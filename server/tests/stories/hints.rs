//! The hint at a new password, while somebody types it.

use crate::support::*;
use http::Method;
use identity::words::Role;
use serde_json::json;

const HINT: &str = "/api/password_strength";

#[tokio::test]
async fn a_stranger_hears_how_hard_a_password_would_be_to_guess() {
    let app = TestApp::start().await;
    let mut alice = app.program();
    let before = app.state().await;
    let named = [("password", PASSWORD), ("name", "Alice"), ("email", "alice@example.org")];
    let hint = alice.post(HINT, &named).await.is(200);
    assert_eq!(hint.json(), json!({"score": 4, "word": "strong", "faults": []}));
    assert!(hint.set_cookies().is_empty());
    let hint = alice.post(HINT, &[("password", "abcabcabcabcabc")]).await.is(200);
    assert_eq!(hint.json(), json!({"score": 0, "word": "guessable", "faults": []}));
    for (password, fault) in [
        ("", "missing"),
        ("short", "too_short"),
        ("mailcreated5240", "common"),
        ("fifteen\tand more", "unprintable"),
        (&"long words ".repeat(12), "too_long"),
    ] {
        let hint = alice.post(HINT, &[("password", password)]).await.is(200);
        let faults = json!([{"field": "password", "fault": fault}]);
        assert_eq!(hint.json(), json!({"score": 0, "word": "refused", "faults": faults}), "{password}");
    }
    assert_eq!(app.state().await, before, "a hint changes nothing");
}

#[tokio::test]
async fn the_own_words_are_those_of_who_is_signed_in_else_those_of_the_form() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let about = |name: &'static str, email: &'static str| {
        [("password", "margaret 1865 margaret"), ("name", name), ("email", email)]
    };
    let word = |answer: Answer| answer.json()["word"].as_str().unwrap().to_owned();
    let mut stranger = app.program();
    assert_ne!(word(stranger.post(HINT, &about("Alice", "a@example.org")).await), "refused");
    assert_eq!(word(stranger.post(HINT, &about("Margaret", "a@example.org")).await), "refused");
    assert_eq!(word(stranger.post(HINT, &about("", "margaret@example.org")).await), "refused");
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    assert_ne!(word(alice.post(HINT, &about("Margaret", "margaret@example.org")).await), "refused");
    assert_eq!(word(alice.post(HINT, &[("password", "alice 1865 alice")]).await), "refused");
}

/// Who comes by a letter types a password alone. It may be their own name, which would be refused.
#[tokio::test]
async fn nothing_is_called_good_where_it_is_not_known_whose_it_is() {
    let app = TestApp::start().await;
    for own in [&[][..], &[("name", "Alice")], &[("email", "alice@example.org")], &[("name", ""), ("email", "a@b.c")]] {
        for (password, score, word) in
            [(PASSWORD, 2, "long_enough"), ("abcabcabcabcabc", 0, "guessable"), ("short", 0, "refused")]
        {
            let typed = [&[("password", password)][..], own].concat();
            let hint = app.program().post(HINT, &typed).await.is(200).json();
            assert_eq!((&hint["score"], &hint["word"]), (&json!(score), &json!(word)), "{password} {own:?}");
        }
    }
}

#[tokio::test]
async fn it_says_of_a_password_what_registration_says() {
    let app = TestApp::start().await;
    for password in ["short", "mailcreated5240", "alice@example.org", PASSWORD, "4@8({[<369&#!1/|0$57+%2"] {
        let typed = [("name", "Alice"), ("email", "alice@example.org"), ("password", password)];
        let hint = app.program().post(HINT, &typed).await.is(200);
        let registered = app.program().post("/api/register", &typed).await;
        let refused = registered.json()["fields"].clone();
        assert_eq!(hint.json()["faults"], if registered.status == 200 { json!([]) } else { refused }, "{password}");
    }
}

#[tokio::test]
async fn sixty_a_minute_and_no_other_limit_is_touched() {
    let app = TestApp::start().await;
    let mut many = app.program();
    for _ in 0..60 {
        many.post(HINT, &[("password", "short")]).await.is(200);
    }
    many.post(HINT, &[("password", "short")]).await.refuses(429, "too_many");
    let typed = [("name", "Alice"), ("email", "alice@example.org"), ("password", PASSWORD)];
    many.post("/api/register", &typed).await.is(200);
    app.advance(1);
    many.post(HINT, &[("password", "short")]).await.is(200);
}

#[tokio::test]
async fn it_is_asked_by_form_only_and_takes_anything_in_it() {
    let app = TestApp::start().await;
    let mut program = app.program();
    program.get(&format!("{HINT}?password=x")).await.refuses(404, "not_found");
    program.post(HINT, &[("name", "Alice")]).await.refuses(422, "invalid");
    program.post(HINT, &[("password", "x"), ("password", "y")]).await.refuses(422, "invalid");
    let json = program.request(Method::POST, HINT).header("content-type", "application/json");
    assert!(program.send(json, "{\"password\":\"x\"}").await.status.is_client_error());
    for odd in
        ["\u{0}", "\u{202e}", "İıſK".repeat(40).as_str(), "e\u{301}".repeat(128).as_str(), "🔑".repeat(400).as_str()]
    {
        let typed = [("password", odd), ("name", odd), ("email", odd)];
        program.post(HINT, &typed).await.is(200);
    }
    let body = "password=%FF%f&name=%zz&email=%C3%28";
    let request = program.request(Method::POST, HINT);
    assert!(matches!(program.send(request, body).await.status.as_u16(), 200 | 422));
}
