//! A refused form comes back as the person left it: the fault beside the field, what was typed still there, the password gone.

use crate::support::*;
use identity::words::Role;

const BAD: [(&str, &str); 3] =
    [("name", "Alice \"A\" <b>"), ("email", "not an address"), ("password", "too short, sorry")];

#[tokio::test]
async fn faults_stand_beside_the_fields_what_was_typed_is_kept_and_the_password_is_not() {
    let app = TestApp::start().await;
    let mut alice = app.browser();
    alice.open("/register").await.is(200);
    let typed = [BAD[0], BAD[1], ("password", "short-secret")];
    alice.submit("/api/register", &typed).await.leads_to("/register");
    let page = alice.open("/register").await.is(200);
    let page = page.says("Enter the address in the form").says("at least 15").hides("short-secret");
    for kept in [r#"value="Alice &quot;A&quot; &lt;b&gt;""#, r#"value="not an address""#] {
        assert!(page.body.contains(kept), "{kept}: {page:?}");
    }
    assert_eq!(page.body.matches(r#"aria-invalid="true""#).count(), 2, "the name was right");
    for field in ["email", "password"] {
        assert!(page.body.contains(&format!(r#"id="{field}-error""#)), "{field}: {page:?}");
        assert!(page.body.contains(&format!(r#"aria-describedby="{field}-error"#)), "{field}: {page:?}");
    }
    // Shown once.
    alice.open("/register").await.is(200).hides("Enter the address in the form").hides("not an address");
    assert_eq!(alice.cookie(FLASH), None);
}

#[tokio::test]
async fn the_message_is_sealed_and_what_somebody_plants_is_not_shown() {
    let app = TestApp::start().await;
    let mut alice = app.browser();
    alice.post("/api/register", &BAD).await.leads_to("/register");
    let sealed = alice.cookie(FLASH).unwrap();
    for planted in [&sealed[1..], &format!("A{sealed}"), "e30", "%00", "x".repeat(5000).as_str()] {
        let mut victim = app.browser().with(FLASH, planted);
        victim.get("/register").await.is(200).hides("not an address").hides("aria-invalid");
    }
    // Two minutes are enough to load a page.
    app.advance(2 * MINUTE);
    alice.get("/register").await.is(200).hides("not an address");
}

#[tokio::test]
async fn a_form_comes_back_to_the_page_it_was_sent_from_with_its_query() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.browser();
    alice.open("/account").await.is(200);
    assert_eq!(alice.here(), "/login?next=%2Faccount");
    let wrong = [("email", "alice@example.org"), ("password", "not this one, I fear")];
    alice.submit("/api/login", &wrong).await.leads_to("/login?next=%2Faccount");
    let page = alice.open("/login?next=%2Faccount").await.is(200);
    assert!(page.body.contains(r#"value="alice@example.org""#), "{page:?}");
    page.says("Email or password is not right").hides("not this one");
    alice.fill("/api/login", &[("password", PASSWORD)]).await.is(200);
    assert_eq!(alice.path(), "/account", "and leads on to where she wanted");
}

#[tokio::test]
async fn every_refusal_of_the_door_is_told_on_the_page_of_the_form() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let long = "x".repeat(300);
    for (form, fields, page, says) in [
        (
            "/api/login",
            vec![("email", "alice@example.org"), ("password", "wrong, wrong, wrong")],
            "/login",
            "not right",
        ),
        ("/api/login", vec![("email", "nobody@example.org"), ("password", PASSWORD)], "/login", "not right"),
        ("/api/login", vec![("email", ""), ("password", "")], "/login", "Enter an email address."),
        (
            "/api/login",
            vec![("email", "alice@example.org"), ("password", PASSWORD), ("stay", "always")],
            "/login",
            "Choose how",
        ),
        ("/api/login", vec![], "/login", "Please look"),
        (
            "/api/register",
            vec![("name", ""), ("email", "a@example.org"), ("password", PASSWORD)],
            "/register",
            "Enter a name",
        ),
        ("/api/register", vec![("name", &long), ("email", &long), ("password", &long)], "/register", "at most 128"),
        (
            "/api/register",
            vec![("name", "A"), ("email", "a@b.c"), ("password", "aaaaaaaaaaaaaaaaaaaa")],
            "/register",
            "password",
        ),
        ("/api/verify_email", vec![("token", "")], "/verify", "Enter the code"),
        ("/api/verify_email", vec![("token", "AAAAA-AAAAA-AAAAA")], "/verify", "used already"),
        ("/api/resend_verification", vec![("email", "@")], "/verify", "in the form"),
        (
            "/api/setup",
            vec![("token", "x"), ("name", "R"), ("email", "r@example.org"), ("password", PASSWORD)],
            "/setup",
            "does not work",
        ),
    ] {
        let mut browser = app.browser();
        browser.post(form, &fields).await.leads_to(page);
        browser.open(page).await.is(200).says(says).hides(PASSWORD);
    }
}

#[tokio::test]
async fn who_tries_too_often_is_told_when_to_come_back() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let wrong = [("email", "alice@example.org"), ("password", "wrong, wrong, wrong")];
    for _ in 0..5 {
        app.browser().post("/api/login", &wrong).await.leads_to("/login");
    }
    let mut alice = app.browser();
    alice.open("/login").await;
    alice.fill("/api/login", &wrong).await.is(200).says("tried too often").says("seconds");
    // The right password does not help either, until the time has come: nobody can tell a guess that hits from one that misses.
    let right = [("email", "alice@example.org"), ("password", PASSWORD)];
    alice.fill("/api/login", &right).await.says("tried too often");
    app.advance(15 * MINUTE);
    alice.fill("/api/login", &right).await.is(200);
    assert_eq!(alice.path(), "/dashboard");
}

#[tokio::test]
async fn however_much_was_typed_the_fault_is_told() {
    let app = TestApp::start().await;
    for typed in ["\0".repeat(256), "\u{1}".repeat(250), "👩".repeat(256), "\"".repeat(256), "x".repeat(15_000)] {
        let mut browser = app.browser();
        let form = [("name", &*typed), ("email", &*typed), ("stay", &*typed), ("next", &*typed), ("password", "short")];
        browser.post("/api/register", &form).await.leads_to("/register");
        // No browser keeps a cookie of more than 4096 bytes; that none is larger is a law.
        browser.get("/register").await.is(200).says("at least 15");
    }
}
