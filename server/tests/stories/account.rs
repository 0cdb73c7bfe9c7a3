//! The own account: another name, another address, devices, and "this was not me".

use crate::support::*;
use identity::words::Role;
use std::collections::BTreeSet;

const NEW: &str = "alice@example.net";

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// Signs in through the form, from a browser of its own.
async fn sign_in(app: &TestApp, name: &str) -> Browser {
    let mut browser = app.browser();
    browser.open("/login").await;
    browser.fill("/api/login", &[("email", &email(name)), ("password", PASSWORD)]).await.is(200);
    assert_eq!(browser.path(), "/dashboard");
    browser
}

/// The letter to somebody, of several.
fn to<'a>(letters: &'a [mailbox::Letter], whom: &str) -> &'a mailbox::Letter {
    letters.iter().find(|letter| letter.to == whom).unwrap_or_else(|| panic!("a letter to {whom}: {letters:?}"))
}

#[tokio::test]
async fn a_name_is_changed_and_shows_here_at_once_and_elsewhere_with_the_next_tokens() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut here = app.signed_in("alice").await;
    let mut elsewhere = app.signed_in("alice").await.asking(Kind::Json);
    here.open("/account").await.is(200);
    let page = here.fill("/api/change_name", &[("name", " Zoë of Wonderland ")]).await.is(200);
    page.says("Your name was changed.").says("Zoë of Wonderland");
    here.open("/account").await.is(200).says("Zoë of Wonderland");
    assert_eq!(elsewhere.get("/api/me").await.is(200).json()["name"], "alice", "until its tokens are renewed");
    app.advance(600);
    assert_eq!(elsewhere.get("/api/me").await.is(200).json()["name"], "Zoë of Wonderland");

    let refused = here.fill("/api/change_name", &[("name", "A\u{202e}B")]).await.is(200);
    refused.says("The name has characters that cannot be shown.");
    assert_eq!(here.path(), "/account");
    let refused = elsewhere.post("/api/change_name", &[("name", "")]).await.refuses(422, "invalid");
    assert_eq!(refused.faults(), ["name:missing"]);
}

#[tokio::test]
async fn an_address_is_changed_without_scripts_and_given_back_to_its_owner() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = sign_in(&app, "alice").await;
    alice.open("/account/address").await.is(200).says("alice@example.org").hides("Waiting for confirmation");
    let page = alice.fill("/api/change_address", &[("email", NEW)]).await.is(200);
    page.says("Waiting for confirmation").says(NEW).says("alice@example.org");
    let letters = app.letters().await;
    let confirmation = to(&letters, NEW);
    assert!(confirmation.link().starts_with("/confirm-address?token="));

    // A mail scanner opens every link, on any device.
    let before = app.state().await;
    for path in [confirmation.link(), to(&letters, "alice@example.org").link()] {
        app.browser().open(&path).await.is(200);
        app.browser().open(&path).await.is(200);
    }
    assert_eq!(app.state().await, before, "opening a page spends nothing");

    let mut phone = app.browser();
    phone.open(&confirmation.link()).await.is(200).says("Confirm your new address");
    phone.fill("/api/confirm_address", &[]).await.is(200).says("The new address is confirmed.");
    assert_eq!(phone.path(), "/login");
    alice.open("/account").await.is(200).says(NEW).hides("alice@example.org");
    alice.open("/account/address").await.hides("Waiting for confirmation");

    let letters = app.letters().await;
    let back = to(&letters, "alice@example.org").link();
    let mut owner = app.browser();
    owner.open(&back).await.is(200).says("Take your account back").says("it comes back to it");
    let done = owner.submit("/api/secure_account", &[]).await;
    assert!(done.location().starts_with("/reset?token="), "{done:?}");
    let out = alice.open("/account").await.is(200);
    assert_eq!(alice.path(), "/login");
    out.says("All your sessions were ended");
    let old = app.program().post("/api/login", &[("email", &email("alice")), ("password", PASSWORD)]).await;
    old.refuses(401, "credentials");

    owner.open(&back).await;
    owner.fill("/api/secure_account", &[]).await.is(200).says("This link does not work");
    assert_eq!(owner.path(), "/secure-account");
}

#[tokio::test]
async fn the_same_as_a_program_and_twenty_at_once() {
    let app = TestApp::with(&[("LATCHKEY_LIMITS", "off")]).await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    let asked = alice.post("/api/change_address", &[("email", NEW)]).await.is(200);
    assert_eq!(asked.json()["next"], "/account/address");
    let code = to(&app.letters().await, NEW).code();
    let typed = code.to_lowercase().replace('-', " ");
    let mut tries = Vec::new();
    for _ in 0..20 {
        let (mut program, typed) = (app.program(), typed.clone());
        tries.push(tokio::spawn(async move { program.post("/api/confirm_address", &[("token", &typed)]).await }));
    }
    let mut counted = 0;
    for one in tries {
        let answer = one.await.unwrap();
        match answer.status.as_u16() {
            200 => counted += 1,
            _ => assert_eq!(answer.refuses(422, "invalid").faults(), ["token:spent"]),
        }
    }
    assert_eq!(counted, 1);
    assert_eq!(alice.get("/api/me").await.is(200).json()["email"], NEW);
    let gone = alice.post("/api/resend_address_change", &[]).await;
    gone.refuses(404, "not_found");
}

#[tokio::test]
async fn who_asks_for_an_address_learns_nothing_about_it() {
    let app = TestApp::start().await;
    for name in ["alice", "bob"] {
        app.account(name, Role::User).await;
    }
    let mut pages = Vec::new();
    for wanted in [email("bob"), email("nobody")] {
        let mut alice = app.signed_in("alice").await;
        alice.open("/account/address").await;
        let page = alice.fill("/api/change_address", &[("email", &wanted)]).await.is(200);
        pages.push(without_scripts(&page.body).replace(&wanted, "it"));
        let mut program = alice.asking(Kind::Json);
        assert_eq!(program.post("/api/cancel_address_change", &[]).await.status, 200);
        app.advance(2 * HOUR);
    }
    let [first, second] = [&pages[0], &pages[1]].map(|page| page.split("UTC").map(strip_clock).collect::<Vec<_>>());
    assert_eq!(first, second);
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    let own = alice.post("/api/change_address", &[("email", &email("alice"))]).await.refuses(422, "invalid");
    assert_eq!(own.faults(), ["email:not_allowed"]);
}

/// A page without what differs each time: its nonce, its session and its reference.
fn without_scripts(page: &str) -> String {
    let main = page.split_once("<main").expect("a main part").1;
    main.split_once("</main>").expect("its end").0.to_owned()
}

/// Without the time of day and the machine's form of it.
fn strip_clock(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[tokio::test]
async fn a_password_given_long_ago_does_not_change_an_address() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    app.advance(10 * MINUTE);
    alice.post("/api/change_address", &[("email", NEW)]).await.refuses(401, "proof_needed");
    assert!(app.letters().await.is_empty());
}

#[tokio::test]
async fn devices_are_listed_in_words_this_one_first_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let id = app.account("alice", Role::User).await;
    let mut here = app.signed_in("alice").await;
    app.advance(1);
    let phone = app.signed_in("alice").await;
    let page = here.open("/account/devices").await.is(200);
    let (this, other) = (page.body.find("This one").unwrap(), page.body.find("/api/end_session").unwrap());
    assert!(this < other, "this browser first, and without a button");
    page.says("Unknown device").says("198.18.0.0").says("tomorrow").says("End all others");
    here.fill("/api/end_session", &[]).await.is(200).says("That session was ended.");
    assert_eq!((here.path().as_str(), app.sessions(id).await.len()), ("/account/devices", 1));
    phone.clone().get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=signed_out_elsewhere");
    here.open("/account/devices").await.is(200).hides("End all others");
}

#[tokio::test]
async fn who_is_signed_in_more_often_than_a_list_is_long_still_finds_this_browser() {
    let app = TestApp::with(&[("LATCHKEY_LIMITS", "off")]).await;
    app.account("alice", Role::User).await;
    let mut here = app.signed_in("alice").await;
    for _ in 0..101 {
        app.advance(1);
        app.tokens("alice", identity::words::Stay::Forever).await;
    }
    let page = here.open("/account/devices").await.is(200);
    assert_eq!(page.body.matches("This one").count(), 1);
    page.says("Only the 100 newest are listed").says("Until you sign out");
}

#[tokio::test]
async fn a_browser_keeps_one_cookie_for_four_hundred_days_and_is_known_by_it() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut laptop = sign_in(&app, "alice").await;
    let known_by = laptop.cookie(DEVICE).unwrap();
    assert_eq!(known_by.len(), 22);
    assert!(app.letters().await.is_empty(), "the very first sign-in");
    laptop.open("/account").await;
    let left = laptop.fill("/api/logout", &[]).await;
    assert!(left.set_cookie(DEVICE).is_none() && laptop.cookie(DEVICE).is_some(), "signing out takes it not away");
    laptop.open("/login").await;
    let again = laptop.submit("/api/login", &[("email", &email("alice")), ("password", PASSWORD)]).await;
    let renewed = again.set_cookie(DEVICE).unwrap();
    assert!(
        renewed.starts_with(&format!("{DEVICE}={known_by}; ")) && renewed.contains("Max-Age=34560000"),
        "{renewed}"
    );
    assert!(app.letters().await.is_empty());

    let mut phone = app.browser();
    phone.open("/login").await.is(200);
    assert!(phone.cookie(DEVICE).is_none(), "nobody is marked who only looks");
    let request = phone.request(http::Method::POST, "/api/login");
    let typed = encoded(&[("email", &email("alice")), ("password", PASSWORD)]);
    let mut headers = request;
    headers.headers_mut().unwrap().insert("user-agent", FIREFOX.parse().unwrap());
    phone.send(headers, typed).await.leads_to("/dashboard");
    let letter = app.letter().await;
    assert!(letter.text.contains("Firefox on Linux") && letter.text.contains("198.18."), "{letter:?}");
    let values: BTreeSet<_> = [known_by, phone.cookie(DEVICE).unwrap()].into();
    assert_eq!(values.len(), 2);

    // What is no value of ours is replaced.
    let mut odd = app.browser().with(DEVICE, "x");
    odd.post("/api/login", &[("email", &email("alice")), ("password", PASSWORD)]).await.leads_to("/dashboard");
    assert_eq!(odd.cookie(DEVICE).unwrap().len(), 22);
}

#[tokio::test]
async fn strangers_who_guess_slow_down_strangers_only() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = sign_in(&app, "alice").await;
    let typed = [("email", "alice@example.org"), ("password", PASSWORD)];
    for _ in 0..6 {
        app.program().post("/api/login", &[typed[0], ("password", "a wrong password, again")]).await;
    }
    app.program().post("/api/login", &typed).await.refuses(429, "too_many");
    alice.post("/api/login", &typed).await.leads_to("/dashboard");
}

#[tokio::test]
async fn the_role_an_administrator_gives_is_told_by_letter() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let bob = app.account("bob", Role::User).await.to_string();
    let mut root = app.signed_in("root").await;
    root.open(&format!("/admin/users/{bob}")).await.is(200);
    root.fill("/api/admin/set_role", &[]).await.is(200).says("The role was changed.");
    let letter = app.letter().await;
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("bob@example.org", "Your role at id.example.org was changed")
    );
    app.browser().open(&letter.link()).await.is(200).says("Take your account back");
}
