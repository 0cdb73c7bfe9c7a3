//! Settings that an administrator changes while everything runs: what they see, and what strangers meet from then on.

use crate::support::*;
use app::{catalogue, flash::Notice};
use identity::words::Role;

async fn administrator(app: &TestApp) -> Browser {
    app.account("root", Role::Admin).await;
    app.signed_in("root").await
}

async fn set(root: &mut Browser, setting: &str, value: &str) -> Answer {
    root.open("/admin/settings").await.is(200);
    root.post("/api/admin/set_setting", &[("setting", setting), ("value", value)]).await.leads_to("/admin/settings");
    root.open("/admin/settings").await.is(200)
}

fn person(email: &str) -> [(&str, &str); 3] {
    [("name", "Somebody"), ("email", email), ("password", PASSWORD)]
}

#[tokio::test]
async fn every_setting_is_shown_with_where_it_comes_from_and_no_secret_is() {
    let key = "bGF0Y2hrZXkgdGVzdCBrZXksIDMyIGJ5dGVzIGxvbmc=";
    let app = TestApp::with(&[
        ("LATCHKEY_SMTP_URL", "smtps://user:hunter2@mail.example.org"),
        ("LATCHKEY_MASTER_KEY", key),
        ("LATCHKEY_MIN_PASSWORD", "12"),
    ])
    .await;
    let mut root = administrator(&app).await;
    let page = root.open("/admin/settings").await.is(200).hides("hunter2").hides(key);
    let page = page.says(catalogue::settings::SET).says(catalogue::settings::FIXED).says("Environment");
    for key in server::settings::Key::ALL {
        page.clone().says(key.about().name);
    }
    let refused = root.post("/api/admin/set_setting", &[("setting", "min_password"), ("value", "20")]).await;
    refused.leads_to("/admin/settings");
    assert_eq!(app.house.policy().min_password, 12);
    let mut program = root.clone().asking(Kind::Json);
    let fields = [("setting", "min_password"), ("value", "20")];
    assert_eq!(program.post("/api/admin/set_setting", &fields).await.is(422).faults(), ["value:fixed"]);
}

#[tokio::test]
async fn a_change_is_told_recorded_and_taken_back() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    let page = set(&mut root, "sign_in_attempts", "7").await;
    let page = page.says(catalogue::notice(Notice::SettingChanged)).says("by root@example.org");
    page.says(catalogue::settings::RESET);
    assert!(app.events().await.contains(&"setting_changed".to_owned()));

    let page = set(&mut root, "sign_in_attempts", "99").await;
    page.says(catalogue::settings::fault(identity::policy::Knob::SignInAttempts, identity::words::Fault::NotAllowed));
    assert_eq!(app.house.policy().sign_in_attempts, 7);

    root.fill("/api/admin/reset_setting", &[]).await.is(200).hides(catalogue::settings::RESET);
    assert_eq!(app.house.policy().sign_in_attempts, 5);

    root.post("/api/admin/set_setting", &[("setting", "stays"), ("visit", "on"), ("month", "on")]).await;
    app.browser().open("/login").await.says(catalogue::stay(identity::words::Stay::Month)).hides("value=\"forever\"");
}

#[tokio::test]
async fn where_registration_is_closed_nobody_is_led_there_and_nothing_is_told_of_anybody() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    for (mode, title) in [("closed", catalogue::entrance::CLOSED), ("invite", catalogue::entrance::INVITED_ONLY)] {
        set(&mut root, "sign_up", mode).await;
        app.browser().open("/login").await.is(200).hides("href=\"/register\"");
        app.browser().open("/register").await.is(200).says(title).hides("action=\"/api/register\"");
        let known = app.program().post("/api/register", &person("root@example.org")).await.is(403);
        let fresh = app.program().post("/api/register", &person("fresh@example.org")).await.is(403);
        assert_eq!((known.error(), known.text()), ("sign_up_closed".to_owned(), fresh.text()), "{mode}");
        let mut browser = app.browser();
        browser.post("/api/register", &person("fresh@example.org")).await.leads_to("/register");
        browser.open("/register").await.is(200).says(title);
        let known = app.program().post("/api/resend_verification", &[("email", "root@example.org")]).await.is(200);
        let fresh = app.program().post("/api/resend_verification", &[("email", "fresh@example.org")]).await.is(200);
        assert_eq!(known.text(), fresh.text(), "{mode}");
    }
    set(&mut root, "sign_up", "open").await;
    app.browser().open("/login").await.says("Create an account");
    app.program().post("/api/register", &person("fresh@example.org")).await.is(200);
}

#[tokio::test]
async fn with_a_list_of_domains_others_are_turned_away_alike() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    set(&mut root, "sign_up", "domains")
        .await
        .says(catalogue::settings::fault(identity::policy::Knob::SignUp, identity::words::Fault::Missing));
    set(&mut root, "sign_up_domains", "staff.example, .staff.example").await;
    set(&mut root, "sign_up", "domains").await;
    app.browser().open("/register").await.is(200).says("@staff.example");
    // One of these has an account.
    for address in ["root@example.org", "nobody@example.org"] {
        let refused = app.program().post("/api/register", &person(address)).await.is(422);
        assert_eq!(refused.faults(), ["email:domain"], "{address}");
    }
    for address in ["a@staff.example", "a@de.staff.example"] {
        app.program().post("/api/register", &person(address)).await.is(200);
    }
}

#[tokio::test]
async fn a_changed_number_of_sign_ins_counts_from_the_next_one() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    let mut program = app.program();
    let mut tries = async |count: usize| {
        let mut passed = 0;
        for n in 0..count {
            let fields = [("email", &*email(&format!("n{n}"))), ("password", "wrong and long enough")];
            passed += usize::from(program.post("/api/login", &fields).await.status == 401);
        }
        passed
    };
    assert_eq!(tries(12).await, 10);
    set(&mut root, "sign_ins_per_minute", "15").await;
    app.advance(2 * MINUTE);
    assert_eq!(tries(20).await, 15);
}
