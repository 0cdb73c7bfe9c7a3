//! Leaving for good: the history and a copy to take along, the wish to be forgotten, and changing one's mind.

use crate::support::*;
use http_body_util::BodyExt;
use identity::{
    accounts::{self, leaving},
    jobs,
    sessions::Device,
    words::{Role, Secret, Stay},
};

const WEEK: u64 = 7 * DAY;

impl TestApp {
    /// Jobs are done as they are every minute, while this time passes.
    async fn goes_on_for(&self, seconds: u64) {
        self.advance(seconds);
        for _ in 0..2 {
            jobs::run_due(&self.house).await.unwrap();
            self.advance(15 * MINUTE);
        }
        jobs::run_due(&self.house).await.unwrap();
    }

    async fn fails_to_sign_in(&self, name: &str) {
        let wrong = Secret::new("not the password at all");
        let device = Device::new("203.0.113.7", "Stranger");
        accounts::sign_in(&self.house, &email(name), &wrong, Stay::Day, &device).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_person_asks_by_browser_and_changes_the_mind_in_the_session() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut elsewhere = app.signed_in("alice").await;
    let mut alice = app.signed_in("alice").await;
    alice.open("/account/data").await.is(200).says("What is held, and why").hides("will be deleted");
    let page = alice.fill("/api/delete_account", &[]).await.is(200);
    assert_eq!(alice.path(), "/account/data");
    page.says("We have written you a letter")
        .says("This account will be deleted")
        .says(">25 November 11:06 UTC<")
        .hides("Yes, delete it");
    elsewhere.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=deletion_requested");
    elsewhere.open("/login?ended=deletion_requested").await.says("This account is about to be deleted");
    assert_eq!(app.letter().await.subject, "Your account at id.example.org will be deleted");

    for page in ["/dashboard", "/account", "/account/devices", "/account/history", "/account/data"] {
        alice.open(page).await.is(200).says("This account will be deleted").says("Keep it");
    }
    alice.open("/dashboard").await;
    let page = alice.fill("/api/keep_account", &[]).await.is(200);
    page.says("Your account stays as it is.").hides("will be deleted");
    alice.open("/dashboard").await.is(200).hides("will be deleted");
    let history = alice.open("/account/history").await.is(200);
    history.says("You decided to keep your account").says("You asked to delete your account");
    app.goes_on_for(WEEK).await;
    app.signed_in("alice").await.get("/dashboard").await.is(200);
}

#[tokio::test]
async fn a_person_changes_the_mind_by_letter_signed_out_and_once() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    alice.open("/account/data").await;
    alice.fill("/api/delete_account", &[]).await.is(200);
    let link = app.letter().await.link();
    assert!(link.starts_with("/keep-account?token="), "{link}");
    let mut anybody = app.browser();
    for _ in 0..3 {
        anybody.open(&link).await.is(200).says("Keep your account").hides("alice");
    }
    let answer = anybody.fill("/api/keep_account", &[]).await.is(200);
    answer.says("Your account stays as it is.");
    assert_eq!(anybody.path(), "/login");
    alice.open("/dashboard").await.is(200).hides("will be deleted");
    anybody.open(&link).await.is(200);
    anybody.fill("/api/keep_account", &[]).await.is(200).says("This link does not work");
    anybody.open("/keep-account").await.is(200).says("This link does not work");
    assert_eq!(app.events().await.iter().filter(|event| *event == "deletion_cancelled").count(), 1);
}

#[tokio::test]
async fn a_program_asks_and_keeps_with_true_answers() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    for _ in 0..2 {
        let done = alice.post("/api/delete_account", &[]).await.is(200).json();
        assert_eq!(
            (done["next"].as_str(), done["notice"].as_str()),
            (Some("/account/data"), Some("deletion_requested"))
        );
    }
    let token = app.letter().await.token();
    let mut stranger = app.program();
    stranger.post("/api/keep_account", &[]).await.refuses(401, "signed_out");
    stranger.post("/api/delete_account", &[]).await.refuses(401, "signed_out");
    let refused = stranger.post("/api/keep_account", &[("token", "guessed")]).await.refuses(422, "invalid");
    assert_eq!(refused.faults(), ["token:spent"]);
    assert_eq!(stranger.post("/api/keep_account", &[("token", &token)]).await.is(200).json()["next"], "/login");
    assert_eq!(alice.post("/api/keep_account", &[]).await.is(200).json()["notice"], "account_kept");

    app.advance(ACCESS_LIFE);
    let (before, mut alice) = (app.events().await.len(), alice);
    alice.post("/api/delete_account", &[]).await.refuses(401, "proof_needed");
    alice.get("/account/export").await.refuses(401, "proof_needed");
    assert_eq!(app.events().await.len(), before, "nothing was done");
}

#[tokio::test]
async fn the_last_administrator_is_told_to_make_another_first() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await;
    root.open("/account/data").await.is(200);
    root.fill("/api/delete_account", &[]).await.is(200).says("Somebody has to stay").hides("will be deleted");
    root.clone().asking(Kind::Json).post("/api/delete_account", &[]).await.refuses(409, "last_admin");
    app.account("second", Role::Admin).await;
    root.open("/account/data").await;
    root.fill("/api/delete_account", &[]).await.is(200).says("This account will be deleted");
    root.open("/admin").await.is(200).hides("This account will be deleted");
}

#[tokio::test]
async fn who_is_forgotten_is_a_stranger_and_a_deleted_account_to_everybody_else() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    alice.open("/account/data").await;
    alice.fill("/api/delete_account", &[]).await.is(200);
    app.letters().await;
    app.goes_on_for(WEEK).await;
    alice.get("/dashboard").await.leads_to("/login?next=%2Fdashboard");
    let mut program = app.program();
    let typed = [("email", "alice@example.org"), ("password", PASSWORD)];
    program.post("/api/login", &typed).await.refuses(401, "credentials");
    let goodbye = app.letter().await;
    assert_eq!(
        (goodbye.to.as_str(), goodbye.subject.as_str()),
        ("alice@example.org", "Your account at id.example.org is deleted")
    );
    let mut root = app.signed_in("root").await;
    let audit = root.open("/admin/audit").await.is(200).hides("alice@example.org");
    audit.says("A deleted account").says("Account deleted").says("Asked to delete the account");

    let typed = [("name", "alice"), ("email", "alice@example.org"), ("password", PASSWORD)];
    program.post("/api/register", &typed).await.is(200);
    assert!(app.letter().await.subject.starts_with("Confirm"));
}

#[tokio::test]
async fn a_copy_of_everything_is_a_file_for_whoever_gave_the_password_lately() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    alice.open("/account/data").await.is(200).says("Download everything");
    let request = alice.request(http::Method::HEAD, "/account/export");
    alice.send(request, "").await.is(200);
    assert!(!app.events().await.contains(&"data_exported".to_owned()), "only looked at");
    app.advance(1);
    let file = alice.get("/account/export").await.is(200);
    assert_eq!(file.header("content-type"), Some("application/json"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"latchkey-export-2026-11-18.json\""));
    assert_eq!(file.header("cache-control"), Some("no-store"));
    let document = file.json();
    assert_eq!(document["account"]["email"], "alice@example.org");
    assert_eq!(document["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(app.events().await.last().unwrap(), "data_exported");
    alice.open("/account/history").await.is(200).says("You downloaded a copy of your data");

    app.advance(ACCESS_LIFE);
    alice.get("/account/export").await.leads_to("/reauthenticate?next=%2Faccount%2Fexport");
    app.browser().get("/account/export").await.leads_to("/login?next=%2Faccount%2Fexport");
}

#[tokio::test]
async fn a_copy_that_cannot_be_finished_is_cut_off_and_does_not_look_whole() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    let request = alice.request(http::Method::GET, "/account/export");
    let (_, response) = alice.begin(request, "").await;
    assert_eq!(response.status(), 200);
    assert!(response.headers().get("content-length").is_none(), "its length is not known yet");
    let mut body = response.into_body();
    let mut text = Vec::new();
    text.extend(body.frame().await.unwrap().unwrap().into_data().unwrap());
    app.house.close().await;
    let error = loop {
        match body.frame().await.expect("no end") {
            Ok(frame) => text.extend(frame.into_data().unwrap()),
            Err(error) => break error,
        }
    };
    assert!(!error.to_string().is_empty());
    assert!(text.starts_with(b"{\n\"format\": 1"));
    assert!(serde_json::from_slice::<serde_json::Value>(&text).is_err(), "no reader takes it for whole");
}

#[tokio::test]
async fn the_history_says_in_plain_words_what_happened_and_keeps_failures_together() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    app.advance(1);
    let mut alice = app.signed_in("alice").await;
    for _ in 0..4 {
        app.advance(60);
        app.fails_to_sign_in("alice").await;
    }
    app.advance(60);
    let root = app.account("root", Role::Admin).await;
    let mut boss = app.signed_in("root").await;
    let user = format!("/admin/users/{id}");
    boss.open(&user).await.is(200);
    boss.post("/api/admin/set_role", &[("id", &id.to_string()), ("role", "admin")]).await.leads_to(&user);
    app.advance(1);
    let page = alice.open("/account/history").await.is(200);
    let page = page.says("An administrator made you administrator").hides("root@example.org").hides(&root.to_string());
    let page =
        page.says("4 failed sign-ins").says("Between").says("203.0.113.7").says("The operator made this account");
    page.says("You signed in from").hides("Somebody gave a wrong password");

    let mut program = alice.clone().asking(Kind::Json);
    let first = program.get("/api/history?limit=1").await.is(200).json();
    assert_eq!(
        (first["items"][0]["kind"].as_str(), first["items"][0]["by"].as_str()),
        (Some("role_changed"), Some("administrator"))
    );
    let next = first["next"].as_str().unwrap();
    let second = program.get(&format!("/api/history?limit=1&after={next}")).await.is(200).json();
    assert_eq!(
        (second["items"][0]["kind"].as_str(), second["items"][0]["count"].as_u64()),
        (Some("sign_in_failed"), Some(4))
    );
    program.get("/api/history?after=x").await.refuses(404, "not_found");
    program.get("/api/history?limit=x").await.refuses(422, "invalid");
    alice
        .open(&format!("/account/history?after={next}"))
        .await
        .is(200)
        .says("First page")
        .hides("made you administrator");

    app.house.close().await;
    let page = alice.get("/account/history").await.is(200).says("your history cannot be shown");
    page.says("You stay signed in");
    program.get("/api/history").await.refuses(503, "unavailable");
    assert!(leaving::due(&app.house, id).await.is_err());
    alice.get("/account/data").await.is(200).says("What is held, and why");
}
