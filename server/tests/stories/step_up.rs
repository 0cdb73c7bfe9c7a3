//! What is dangerous asks for the password of the last ten minutes, and what was entered before is not lost.

use crate::support::{routes, *};
use app::{
    catalogue::{self, reauthenticate as words},
    flash::Notice,
};
use http::{Request, header};
use identity::words::Role;
use server::http::pending;
use std::path::{Path, PathBuf};
use uuid::Uuid;

const DOOR: &str = "/api/reauthenticate";
const RIGHT: [(&str, &str); 1] = [("password", PASSWORD)];
const WRONG: [(&str, &str); 1] = [("password", "not this one, I fear")];
const CHALLENGE: &str = "Bearer error=\"insufficient_user_authentication\", max_age=\"600\"";

struct Cast {
    app: TestApp,
    carol: Uuid,
    rita: Uuid,
    /// The page of carol's account.
    page: String,
}

impl Cast {
    async fn assemble() -> Self {
        let app = TestApp::start().await;
        app.account("root", Role::Admin).await;
        let rita = app.account("rita", Role::Admin).await;
        let carol = app.account("carol", Role::User).await;
        Self { app, carol, rita, page: format!("/admin/users/{carol}") }
    }

    /// An administrator who gave the password a while ago.
    async fn old(&self, name: &str) -> Browser {
        let browser = self.app.signed_in(name).await;
        self.app.advance(ACCESS_LIFE);
        browser
    }

    /// The same, who wants to disable carol and is asked for the password.
    async fn asked(&self, name: &str) -> Browser {
        let mut browser = self.old(name).await;
        browser.open(&self.page).await.is(200);
        browser.fill("/api/admin/disable", &[]).await.is(200).says(words::TITLE);
        assert_eq!(browser.path(), "/reauthenticate");
        browser
    }

    async fn is_disabled(&self) -> bool {
        self.app.events().await.contains(&"disabled".to_owned())
    }
}

/// The form that waits in the page.
fn waiting(page: &Answer) -> String {
    let value =
        page.body.split("name=\"pending\" value=\"").nth(1).unwrap_or_else(|| panic!("nothing waits: {page:?}"));
    value.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_form_waits_for_the_password_and_is_done_at_once() {
    let cast = Cast::assemble().await;
    let mut root = cast.old("root").await;
    root.open(&cast.page).await.is(200);
    let generation = root.cookie(REFRESH);
    let asked = root.submit("/api/admin/disable", &[]).await.leads_to("/reauthenticate");
    assert!(asked.set_cookie(FLASH).is_some());
    assert!(!cast.is_disabled().await);
    let page = root.open("/reauthenticate").await.is(200);
    let page = page.says("root@example.org").says("An account is disabled").says(words::TITLE);
    let page = page.says("carol · carol@example.org");
    assert!(page.body.contains(&format!("href=\"{}\"", cast.page)), "the way back: {page:?}");
    // Loaded again, it still waits.
    assert_eq!(waiting(&root.open("/reauthenticate").await), waiting(&page));
    cast.app.advance(WINDOW);
    root.submit(DOOR, &RIGHT).await.leads_to(&cast.page);
    assert!(cast.is_disabled().await);
    assert_ne!(root.cookie(REFRESH), generation, "new tokens for a new proof");
    let told = root.open(&cast.page).await.is(200).says(catalogue::notice(Notice::Disabled));
    assert_eq!(told.text().matches(catalogue::notice(Notice::Disabled)).count(), 1);
    root.open(&cast.page).await.is(200).hides(catalogue::notice(Notice::Disabled));
    // Nothing is asked within the next ten minutes.
    cast.app.advance(ACCESS_LIFE - 1);
    root.fill("/api/admin/enable", &[]).await.is(200).says(catalogue::notice(Notice::Enabled));
    cast.app.advance(1);
    root.fill("/api/admin/disable", &[]).await.is(200).says(words::TITLE);
    let events = cast.app.events().await;
    let mut last = events[events.len() - 3..].to_vec();
    // Two of them are of the same moment.
    last.sort();
    assert_eq!(last, ["disabled", "enabled", "reauthenticated"]);
}

#[tokio::test]
async fn a_wrong_password_keeps_the_form_waiting() {
    let cast = Cast::assemble().await;
    let mut root = cast.asked("root").await;
    for _ in 0..2 {
        root.fill(DOOR, &WRONG)
            .await
            .is(200)
            .says("This is not your password.")
            .says("An account is disabled")
            .says("carol@example.org");
        assert_eq!(root.path(), "/reauthenticate");
        assert!(!cast.is_disabled().await);
    }
    root.fill(DOOR, &[("password", "")]).await.is(200).says("Enter a password.");
    root.fill(DOOR, &RIGHT).await.is(200).says(catalogue::notice(Notice::Disabled));
    assert_eq!(root.path(), cast.page);
}

#[tokio::test]
async fn what_the_form_answers_then_is_what_is_told() {
    let cast = Cast::assemble().await;
    let mut root = cast.asked("root").await;
    // Pressed twice is as good as once.
    let twice = root.clone().submit(DOOR, &RIGHT).await.leads_to(&cast.page);
    assert!(twice.set_cookie(FLASH).is_some());
    root.submit(DOOR, &RIGHT).await.leads_to(&cast.page);
    assert_eq!(cast.app.events().await.iter().filter(|kind| *kind == "disabled").count(), 1);
    // A refusal leads back to the form.
    let mut root = cast.old("root").await;
    let page = format!("/admin/users/{}", cast.rita);
    root.open(&page).await.is(200);
    root.fill("/api/admin/set_role", &[("role", "king")]).await.is(200).says(words::TITLE);
    root.fill(DOOR, &RIGHT).await.is(200).says("Please look at the marked fields");
    assert_eq!(root.path(), page);
    // And who was about to leave has left, whatever the password has brought.
    let mut rita = cast.old("rita").await;
    rita.open(&page).await.is(200);
    rita.fill("/api/admin/disable", &[]).await.is(200).says(words::TITLE);
    let left = rita.submit(DOOR, &RIGHT).await.leads_to("/login");
    assert!(left.clears(), "{left:?}");
}

/// Given up at the page that asks, and later asked for the password for something else.
#[tokio::test]
async fn a_form_that_was_given_up_is_not_done_when_the_password_is_for_something_else() {
    let cast = Cast::assemble().await;
    let mut root = cast.asked("root").await;
    let page = root.open("/account/export").await.is(200).says("a copy of everything").hides("An account is disabled");
    assert!(!page.body.contains("name=\"pending\""), "{page:?}");
    assert_eq!(root.cookie(FLASH), None, "and does not come back");
    root.fill(DOOR, &WRONG).await.is(200).says("This is not your password.").says("a copy of everything");
    root.submit(DOOR, &RIGHT).await.leads_to("/account/export");
    assert!(!cast.is_disabled().await);
    root.open("/reauthenticate").await.is(200).hides("An account is disabled");
}

#[tokio::test]
async fn nobody_elses_form_is_done_nor_an_old_one_nor_a_bent_one() {
    let cast = Cast::assemble().await;
    let mut rita = cast.app.signed_in("rita").await;
    let mut root = cast.asked("root").await;
    let sealed = waiting(&root.open("/reauthenticate").await);
    let bent = format!("{}A{}", &sealed[..40], &sealed[41..]);
    let mut elsewhere = cast.app.signed_in("root").await;
    let flash = root.cookie(FLASH).unwrap();
    for (browser, pending, why) in [
        (&mut rita, &sealed, "another account"),
        (&mut elsewhere, &sealed, "another session"),
        (&mut root.clone(), &bent, "bent"),
        (&mut root.clone(), &"x".repeat(30_000), "not ours"),
    ] {
        let fields = [RIGHT[0], ("pending", pending.as_str())];
        browser.post(DOOR, &fields).await.leads_to("/dashboard");
        assert!(!cast.is_disabled().await, "{why}");
        browser.open("/dashboard").await.is(200).says(catalogue::notice(Notice::ProofGiven));
    }
    // The flash itself is sealed for something else.
    root.clone().post(DOOR, &[RIGHT[0], ("pending", &flash)]).await.leads_to("/dashboard");
    cast.app.advance(10 * MINUTE);
    root.clone().post(DOOR, &[RIGHT[0], ("pending", &sealed)]).await.leads_to("/dashboard");
    assert!(!cast.is_disabled().await, "too old");
    // Without the right password it is nothing at all, in any session.
    let mut root = cast.asked("root").await;
    root.fill(DOOR, &WRONG).await.is(200);
    assert!(!cast.is_disabled().await);
}

#[tokio::test]
async fn secrets_are_not_carried_and_the_form_has_to_be_sent_again() {
    let cast = Cast::assemble().await;
    let id = cast.carol.to_string();
    let long = "x".repeat(3000);
    for extra in
        [("password", "something"), ("current", "s"), ("token", "t"), ("code", "c"), ("pending", "p"), ("q", &long)]
    {
        let mut root = cast.old("root").await;
        root.open(&cast.page).await.is(200);
        root.post("/api/admin/disable", &[("id", &id), extra, ("name", "kept")]).await.leads_to("/reauthenticate");
        root.open("/reauthenticate").await.is(200);
        root.fill(DOOR, &RIGHT).await.is(200).says(catalogue::notice(Notice::ProofGiven));
        assert_eq!(root.path(), cast.page, "back at the form");
        assert!(!cast.is_disabled().await, "{extra:?}");
        cast.app.advance(MINUTE);
    }
    let mut root = cast.old("root").await;
    root.open(&cast.page).await.is(200);
    root.fill("/api/admin/disable", &[]).await.is(200);
    root.fill(DOOR, &RIGHT).await.is(200);
    assert!(cast.is_disabled().await, "the same without any of them");
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Every argument of a server function that is a `Secret`, or may be one, has its name on the list.
#[test]
fn every_secret_argument_is_known() {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src/api");
    let mut found = 0;
    for file in files(&api) {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        for (at, _) in code.match_indices("Secret") {
            // `password: Secret`, `current: Option<Secret>`, and nothing that has no name, like an import.
            let argument = code[..at].rsplit([',', '(', '{', ';']).next().unwrap_or_default();
            let Some((name, _)) = argument.split_once(": ") else { continue };
            let name = name.trim();
            assert!(pending::SECRETS.contains(&name), "{name} is a secret: say so in pending.rs");
            found += 1;
        }
    }
    assert!(found > 4, "{found}");
}

#[tokio::test]
async fn no_act_of_an_administrator_goes_without_a_proof() {
    let cast = Cast::assemble().await;
    let mut acts = 0;
    for function in routes::functions() {
        if function.reads || !function.path.starts_with("/api/admin/") {
            continue;
        }
        acts += 1;
        let arguments = function.arguments(cast.carol, 0);
        let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut root = cast.old("root").await;
        root.open("/dashboard").await.is(200);
        let before = cast.app.state().await;
        let refused =
            root.clone().asking(Kind::Json).post(function.path, &arguments).await.refuses(401, "proof_needed");
        assert_eq!(refused.header(header::WWW_AUTHENTICATE), Some(CHALLENGE));
        root.post(function.path, &arguments).await.leads_to("/reauthenticate");
        assert_eq!(cast.app.state().await, before, "{}", function.path);
        assert_ne!(words::about(function.path), words::about(""), "{} in words", function.path);
    }
    assert!(acts >= 5, "{acts}");
}

#[tokio::test]
async fn a_program_gives_the_password_and_asks_again() {
    let cast = Cast::assemble().await;
    let id = cast.carol.to_string();
    let mut root = cast.old("root").await.asking(Kind::Json);
    root.get("/api/me").await.is(200);
    root.post("/api/admin/disable", &[("id", &id)]).await.refuses(401, "proof_needed");
    let wrong = root.post(DOOR, &WRONG).await.refuses(422, "invalid");
    assert_eq!(wrong.faults(), ["password:wrong"]);
    let before = root.cookie(REFRESH);
    cast.app.advance(WINDOW);
    let given = root.post(DOOR, &[RIGHT[0], ("next", "/account")]).await.is(200);
    assert_eq!(given.json()["next"], "/account");
    assert_ne!(root.cookie(REFRESH), before);
    root.post("/api/admin/disable", &[("id", &id)]).await.is(200);
    // A stranger learns nothing.
    cast.app.program().post(DOOR, &RIGHT).await.refuses(401, "signed_out");
}

#[tokio::test]
async fn a_program_with_an_access_token_alone_is_challenged_and_gets_no_cookies() {
    let cast = Cast::assemble().await;
    let id = cast.carol.to_string();
    let mut root = cast.old("root").await;
    root.open("/dashboard").await.is(200);
    let token = root.cookie(ACCESS).unwrap();
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        cast.app.program().send(request, encoded(fields)).await
    };
    let refused = post("/api/admin/disable", &[("id", &id)]).await.refuses(401, "proof_needed");
    assert_eq!(refused.header(header::WWW_AUTHENTICATE), Some(CHALLENGE));
    assert!(post(DOOR, &RIGHT).await.is(200).set_cookies().is_empty());
    post("/api/admin/disable", &[("id", &id)]).await.is(200);
    assert!(root.open("/dashboard").await.is(200).set_cookie(REFRESH).is_none(), "the browser's own session goes on");
}

#[tokio::test]
async fn a_page_that_needs_a_proof_is_reached_after_it() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    app.advance(ACCESS_LIFE);
    alice.get("/account/export?x=1").await.leads_to("/reauthenticate?next=%2Faccount%2Fexport%3Fx%3D1");
    alice.clone().asking(Kind::Json).get("/account/export").await.refuses(401, "proof_needed");
    alice.open("/reauthenticate?next=%2Faccount%2Fexport").await.is(200).says("a copy of everything");
    alice.submit(DOOR, &WRONG).await.leads_to("/reauthenticate?next=%2Faccount%2Fexport");
    alice.open("/reauthenticate?next=%2Faccount%2Fexport").await.is(200);
    alice.submit(DOOR, &RIGHT).await.leads_to("/account/export");
    assert_ne!(alice.get("/account/export").await.status, 303);
    for away in ["//evil.example", "https://evil.example", "/login", "/reauthenticate", "/api/logout"] {
        alice.post(DOOR, &[RIGHT[0], ("next", away)]).await.leads_to("/dashboard");
    }
    app.browser().get("/reauthenticate").await.leads_to("/login?next=%2Freauthenticate");
}

#[tokio::test]
async fn the_form_waits_as_long_as_a_proof_is_good() {
    let cast = Cast::assemble().await;
    let mut root = cast.asked("root").await;
    for _ in 0..3 {
        // Also where the page is loaded again.
        cast.app.advance(3 * MINUTE);
        root.open("/reauthenticate").await.is(200).says("An account is disabled");
    }
    cast.app.advance(MINUTE - 1);
    root.submit(DOOR, &RIGHT).await.leads_to(&cast.page);
    assert!(cast.is_disabled().await);
}
