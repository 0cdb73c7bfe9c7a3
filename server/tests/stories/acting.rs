//! Acting as somebody else, as browsers meet it: in and out again, what is refused meanwhile, and how it ends.

use crate::support::{routes, *};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::{
    admin,
    words::{Role, Stay},
};
use serde_json::Value;
use uuid::Uuid;

const REASON: (&str, &str) = ("reason", "Ticket 12: <b>nothing</b> is there");

/// An administrator's browser on the page of Alice's account.
async fn scene() -> (TestApp, Uuid, Uuid, Browser) {
    let app = TestApp::start().await;
    let root = app.account("root", Role::Admin).await;
    let alice = app.account("alice", Role::User).await;
    let browser = app.signed_in("root").await;
    (app, root, alice, browser)
}

async fn act(browser: &mut Browser, of: Uuid, writes: bool) -> Answer {
    let id = of.to_string();
    let mut fields = vec![("id", &*id), REASON];
    fields.extend(writes.then_some(("writes", "yes")));
    browser.post("/api/admin/impersonate", &fields).await
}

fn claims(browser: &Browser) -> Value {
    let token = browser.cookie(ACCESS).unwrap();
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn in_and_out_again_without_signing_in() {
    let (app, root, alice, mut browser) = scene().await;
    let page = format!("/admin/users/{alice}");
    let own = claims(&browser)["sid"].clone();
    browser.open(&page).await.is(200).says("See it with their eyes");
    let seen = browser.fill("/api/admin/impersonate", &[REASON]).await.is(200);
    assert_eq!(browser.path(), "/dashboard");
    seen.says("alice@example.org")
        .says("You are acting as")
        .says("read only")
        .says("no later than your own session")
        .says("None since you began")
        .hides("as you chose")
        .hides("you signed in")
        .hides("Unknown device");
    let token = claims(&browser);
    assert_eq!(
        (token["sub"].as_str(), token["act"]["sub"].as_str()),
        (Some(&*alice.to_string()), Some(&*root.to_string()))
    );
    assert_eq!((token["acting"].as_str(), &token["act"]["sid"]), (Some("read"), &own));
    assert_eq!((token["role"].as_str(), token["auth_time"].as_i64()), (Some("user"), Some(0)));
    for path in ["/account", "/account/history", "/account/devices", "/admin", "/forgot", "/nowhere"] {
        browser.get(path).await.says("You are acting as");
    }
    let mut other_tab = browser.clone();
    let account = browser.open("/account").await.is(200);
    let fieldset = account.body.split_once("<fieldset").unwrap().1.split_once('>').unwrap().0;
    assert!(fieldset.contains("looked") && fieldset.contains(" disabled"), "{fieldset}");

    let back = browser.fill("/api/stop_acting", &[]).await.is(200);
    assert_eq!(browser.path(), page);
    let back = back.says("You are yourself again.");
    assert!(!back.body.contains("class=\"acting\""), "no banner");
    let token = claims(&browser);
    assert_eq!((&token["sid"], token.get("act"), token.get("acting")), (&own, None, None));
    // A request of before that arrives now is led the same way, and nobody is taken for a thief.
    other_tab.get("/account").await.leads_to(&page);
    app.advance(ACCESS_LIFE);
    browser.get("/admin").await.is(200);
    assert!(!app.events().await.contains(&"reuse_detected".to_owned()));
}

#[tokio::test]
async fn signing_out_meanwhile_leaves_nobody_signed_in() {
    for kind in [Kind::Pages, Kind::Json] {
        let (app, root, alice, mut browser) = scene().await;
        act(&mut browser, alice, true).await.leads_to("/dashboard");
        assert_eq!(claims(&browser)["acting"], "write");
        let mut browser = browser.asking(kind);
        let answer = browser.post("/api/logout", &[]).await;
        match kind {
            Kind::Pages => drop(answer.leads_to("/login")),
            Kind::Json => assert_eq!(answer.is(200).json()["next"], "/login"),
        }
        assert_eq!((browser.cookie(ACCESS), browser.cookie(REFRESH)), (None, None));
        assert_eq!((app.sessions(alice).await, app.sessions(root).await), (vec![], vec![]));
        let events = app.events().await;
        assert!(events.contains(&"signed_out".to_owned()) && events.contains(&"impersonation_ended".to_owned()));
    }
}

#[tokio::test]
async fn signing_out_after_the_hour_does_not_lead_into_the_panel() {
    for kind in [Kind::Pages, Kind::Json] {
        let (app, root, alice, mut browser) = scene().await;
        act(&mut browser, alice, false).await.leads_to("/dashboard");
        app.advance(60 * MINUTE);
        let mut browser = browser.asking(kind);
        let answer = browser.post("/api/logout", &[]).await;
        match kind {
            Kind::Pages => drop(answer.leads_to("/login")),
            Kind::Json => assert_eq!(answer.is(200).json()["next"], "/login"),
        }
        assert_eq!((browser.cookie(ACCESS), browser.cookie(REFRESH)), (None, None));
        assert_eq!(app.sessions(root).await, []);
    }
}

#[tokio::test]
async fn a_form_of_one_account_is_not_carried_out_in_another() {
    let (app, root, alice, mut browser) = scene().await;
    let field = |page: &Answer, of: Uuid| {
        let hidden = format!("name=\"account\" value=\"{of}\"");
        assert!(page.body.contains(&hidden), "{}", page.body);
        of.to_string()
    };
    let mine = field(&browser.open("/account").await.is(200), root);
    act(&mut browser, alice, true).await.leads_to("/dashboard");
    let theirs = field(&browser.open("/account").await.is(200), alice);
    let state = app.state().await;
    // The form of before, sent from another tab, and the other way round.
    browser.post("/api/change_name", &[("name", "Mallory"), ("account", &mine)]).await.leads_to("/account");
    browser.open("/account").await.says("That form was for another account");
    let mut json = browser.clone().asking(Kind::Json);
    json.post("/api/change_name", &[("name", "Mallory"), ("account", &mine)]).await.refuses(409, "other_account");
    json.post("/api/change_name", &[("name", "Mallory"), ("account", "nobody")]).await.refuses(409, "other_account");
    browser.open("/dashboard").await;
    browser.fill("/api/stop_acting", &[]).await.is(200);
    browser.open("/account").await.is(200);
    browser.post("/api/change_name", &[("name", "Mallory"), ("account", &theirs)]).await.leads_to("/account");
    browser.open("/account").await.says("That form was for another account");
    assert!(!app.state().await.contains("Mallory") && state.contains("alice"));
    // Programs need not say it.
    let mut json = browser.asking(Kind::Json);
    json.post("/api/change_name", &[("name", "Root Rooter")]).await.is(200);
    json.post("/api/change_name", &[("name", "Root"), ("account", &mine)]).await.is(200);
}

#[tokio::test]
async fn whoever_may_only_look_changes_nothing_by_any_function() {
    let (app, _, alice, mut browser) = scene().await;
    app.account("bob", Role::User).await;
    act(&mut browser, alice, false).await.leads_to("/dashboard");
    let json = browser.clone().asking(Kind::Json);
    let token = browser.cookie(ACCESS).unwrap();
    let state = app.state().await;
    for function in routes::functions() {
        if function.reads || matches!(function.path, "/api/stop_acting" | "/api/logout") {
            continue;
        }
        app.advance(6);
        let arguments = function.arguments(alice, 1);
        let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        json.clone().post(function.path, &arguments).await.refuses(403, "acting");
        let mut program = app.program();
        let request =
            program.request(http::Method::POST, function.path).header("authorization", format!("Bearer {token}"));
        program.send(request, encoded(&arguments)).await.refuses(403, "acting");
    }
    assert_eq!(app.state().await, state);
    json.clone().get("/account/export").await.refuses(403, "acting");
    // A browser reads why.
    browser.open("/account").await.is(200);
    browser.post("/api/change_name", &[("name", "Mallory")]).await.leads_to("/account");
    browser.open("/account").await.says("Not while you act as somebody else");
}

#[tokio::test]
async fn with_writes_a_name_can_be_changed_and_the_history_says_who_did_it() {
    let (app, _, alice, mut browser) = scene().await;
    act(&mut browser, alice, true).await.leads_to("/dashboard");
    browser.open("/account").await.is(200);
    browser.fill("/api/change_name", &[("name", "Alice Archer")]).await.is(200).says("Alice Archer");
    assert_eq!(claims(&browser)["acting"], "write", "the new token still says so");
    for (path, fields) in [
        ("/api/change_password", vec![("current", PASSWORD), ("password", "another horse battery staple")]),
        ("/api/change_address", vec![("email", "mallory@example.org")]),
        ("/api/delete_account", vec![]),
        ("/api/end_other_sessions", vec![]),
        ("/api/reauthenticate", vec![("password", PASSWORD)]),
        ("/api/secure_account", vec![("token", "AAAAA-AAAAA-AAAAA")]),
        ("/api/login", vec![("email", "root@example.org"), ("password", PASSWORD)]),
    ] {
        browser.clone().asking(Kind::Json).post(path, &fields).await.refuses(403, "acting");
    }
    app.advance(300);
    browser.post("/api/stop_acting", &[]).await;
    let mut owner = app.signed_in("alice").await;
    let told = owner.open("/account/history").await.is(200);
    let told = told.says("An administrator changed your name while acting as you");
    let told = told.says("An administrator began to act as you, and may change something: \u{201c}Ticket 12: <b>nothing</b> is there\u{201d}");
    let told = told.says("An administrator no longer acts as you, after 5 minutes");
    assert!(!told.body.contains("<b>nothing"), "what an administrator writes is text");
}

#[tokio::test]
async fn its_owner_sees_it_and_ends_it_and_the_administrator_is_themselves_again() {
    let (app, _, alice, mut browser) = scene().await;
    act(&mut browser, alice, false).await.leads_to("/dashboard");
    let mut owner = app.signed_in("alice").await;
    let devices = owner.open("/account/devices").await.is(200);
    devices.says("An administrator, looking at your account");
    let id = claims(&browser)["sid"].as_str().unwrap().to_owned();
    owner.post("/api/end_session", &[("id", &id)]).await.leads_to("/account/devices");
    let mut script = browser.clone().asking(Kind::Json);
    assert_eq!(script.get("/api/me").await.refuses(401, "signed_out").json()["ended"], "signed_out_elsewhere");
    script.get("/api/admin/overview").await.is(200);
    browser.get("/account").await.leads_to(&format!("/admin/users/{alice}"));
    browser.open("/account").await.is(200).says("root@example.org");
}

#[tokio::test]
async fn after_an_hour_a_form_meant_for_them_is_not_carried_out_in_the_own_account() {
    let (app, root, alice, mut browser) = scene().await;
    act(&mut browser, alice, true).await.leads_to("/dashboard");
    app.advance(30 * MINUTE);
    browser.get("/dashboard").await.is(200);
    app.advance(30 * MINUTE);
    browser.post("/api/change_name", &[("name", "Mallory")]).await.leads_to(&format!("/admin/users/{alice}"));
    browser.open("/account").await.is(200).says("root@example.org");
    let names = app.state().await;
    assert!(!names.contains("Mallory"), "{names}");
    assert_eq!(app.sessions(root).await.len(), 1);
}

#[tokio::test]
async fn an_administrator_who_is_shut_out_is_out_at_the_next_request_also_there() {
    for what in ["disabled", "demoted"] {
        let (app, root, alice, mut browser) = scene().await;
        act(&mut browser, alice, false).await.leads_to("/dashboard");
        let mut program = app.program();
        let token = browser.cookie(ACCESS).unwrap();
        let bearer = format!("Bearer {token}");
        program.get_with("/api/me", &[("authorization", &bearer)]).await.is(200);
        app.account("second", Role::Admin).await;
        app.advance(2);
        let operator = admin::Proven::operator();
        if what == "disabled" {
            admin::disable(&app.house, &operator, root).await.unwrap();
        } else {
            admin::set_role(&app.house, &operator, root, Role::User).await.unwrap();
        }
        program.get_with("/api/me", &[("authorization", &bearer)]).await.refuses(401, "signed_out");
        let answer = browser.get("/account").await;
        if what == "disabled" {
            answer.leads_to("/login?next=%2Faccount&ended=acting_over");
        } else {
            answer.leads_to(&format!("/admin/users/{alice}"));
            browser.get("/admin").await.is(403);
        }
    }
}

#[tokio::test]
async fn who_may_act_as_whom_is_asked_with_the_password() {
    let (app, root, alice, mut browser) = scene().await;
    app.account("carol", Role::Admin).await;
    app.account("bob", Role::User).await;
    let carol = identity::words::EmailAddress::parse("carol@example.org").unwrap();
    let carol = admin::find_by_email(&app.house, &admin::Admin::operator(), &carol).await.unwrap().id;
    let mut json = browser.clone().asking(Kind::Json);
    act(&mut json, carol, false).await.refuses(403, "forbidden");
    act(&mut json, root, false).await.refuses(403, "forbidden");
    act(&mut json, Uuid::from_u128(1), false).await.refuses(404, "not_found");
    let mut bob = app.signed_in("bob").await.asking(Kind::Json);
    act(&mut bob, alice, false).await.refuses(403, "forbidden");
    let id = alice.to_string();
    json.post("/api/admin/impersonate", &[("id", &id), ("reason", "why not")]).await.refuses(422, "invalid");
    app.advance(ACCESS_LIFE);
    act(&mut json, alice, false).await.refuses(401, "proof_needed");
    browser.open(&format!("/admin/users/{alice}")).await.is(200);
    browser.fill("/api/admin/impersonate", &[REASON]).await.is(200);
    assert_eq!(browser.path(), "/reauthenticate");
    browser.fill("/api/reauthenticate", &[("password", PASSWORD)]).await.is(200).says("You are acting as");
    assert_eq!(browser.path(), "/dashboard");
    browser.fill("/api/stop_acting", &[]).await.is(200).says("You are yourself again.");
    // Whoever acts as nobody is sent home.
    browser.post("/api/stop_acting", &[]).await.leads_to("/dashboard");
}

#[tokio::test]
async fn nobody_gets_more_by_acting_than_they_came_with() {
    let (app, _, alice, _) = scene().await;
    let own = app.tokens("root", Stay::Day).await;
    let id = alice.to_string();
    let mut program = app.program();
    let request = program.request(http::Method::POST, "/api/admin/impersonate");
    let request = request.header("authorization", format!("Bearer {}", own.access));
    let begun = program.send(request, encoded(&[("id", &id), REASON])).await.is(200);
    assert!(begun.set_cookie(ACCESS).is_some() && begun.set_cookie(REFRESH).is_none());
    program.post("/api/stop_acting", &[]).await.is(200);
    program.get("/api/me").await.refuses(401, "signed_out");
    program.get("/api/me").await.refuses(401, "signed_out");
    // And the access token of somebody's place leads nowhere by itself.
    let mut browser = app.signed_in("root").await;
    act(&mut browser, alice, false).await.leads_to("/dashboard");
    let mut thief = app.browser().with(ACCESS, &browser.cookie(ACCESS).unwrap());
    thief.post("/api/stop_acting", &[]).await.leads_to(&format!("/admin/users/{alice}"));
    assert!(thief.get("/admin").await.location().starts_with("/login"));
}
