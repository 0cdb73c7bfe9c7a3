//! A person's afternoon, in a browser without JavaScript: what is clicked and typed, and what is seen.

use crate::support::*;
use app::{
    catalogue::{self, entrance},
    flash::Notice,
};
use identity::{accounts, words::Role};

const NEWCOMER: [(&str, &str); 3] = [("name", "Alice Liddell"), ("email", "Alice@Example.org"), ("password", PASSWORD)];
const KEYS: [(&str, &str); 2] = [("email", "alice@example.org"), ("password", PASSWORD)];

#[tokio::test]
async fn a_newcomer_registers_verifies_signs_in_stays_and_leaves() {
    let app = TestApp::start().await;
    let mut alice = app.browser();
    alice.open("/").await.is(200);
    assert_eq!(alice.path(), "/login", "strangers begin at the door");

    alice.open("/register").await.is(200);
    alice.fill("/api/register", &NEWCOMER).await.is(200).says(catalogue::notice(Notice::LetterSent));
    assert_eq!(alice.path(), "/verify");
    let letter = app.letter().await;
    assert_eq!(letter.to, "alice@example.org");

    app.advance(MINUTE);
    alice.open(&letter.link()).await.is(200);
    alice.fill("/api/verify_email", &[]).await.is(200).says(catalogue::notice(Notice::Verified));
    assert_eq!(alice.path(), "/login");

    app.advance(MINUTE);
    alice.fill("/api/login", &KEYS).await.is(200).says("Alice Liddell");
    assert_eq!(alice.path(), "/dashboard");

    let (access, refresh) = (alice.cookie(ACCESS), alice.cookie(REFRESH));
    alice.open("/dashboard").await.is(200);
    assert_eq!((alice.cookie(ACCESS), alice.cookie(REFRESH)), (access.clone(), refresh.clone()), "nothing to renew");
    app.advance(ACCESS_LIFE);
    alice.open("/dashboard").await.is(200).says("Alice Liddell");
    assert_eq!(alice.path(), "/dashboard", "renewed without a word");
    assert!(alice.cookie(ACCESS) != access && alice.cookie(REFRESH) != refresh);
    alice.open("/").await.is(200);
    assert_eq!(alice.path(), "/dashboard");

    alice.fill("/api/logout", &[]).await.is(200).says(catalogue::notice(Notice::SignedOut));
    assert_eq!(alice.path(), "/login");
    assert_eq!((alice.cookie(ACCESS), alice.cookie(REFRESH)), (None, None));
    alice.open("/dashboard").await.is(200);
    assert_eq!(alice.path(), "/login");
    assert_eq!(app.events().await, ["registered", "verified", "signed_in", "signed_out"]);
}

#[tokio::test]
async fn a_mail_scanner_that_opens_the_link_spends_nothing_and_a_click_spends_it_once() {
    let app = TestApp::start().await;
    let mut alice = app.browser();
    alice.post("/api/register", &NEWCOMER).await.leads_to("/verify");
    let letter = app.letter().await;
    for _ in 0..3 {
        app.browser().open(&letter.link()).await.is(200);
        app.program().get(&letter.link()).await.is(200);
    }
    alice.open(&letter.link()).await.is(200);
    alice.submit("/api/verify_email", &[]).await.leads_to("/login");
    // Clicked twice, or by somebody else later.
    let again = app.browser().post("/api/verify_email", &[("token", &letter.token())]).await;
    assert_ne!(again.location(), "/login");
    let again = app.program().post("/api/verify_email", &[("token", &letter.token())]).await.refuses(422, "invalid");
    assert_eq!(again.faults(), ["token:spent"]);
    // The code in the same letter is spent with it.
    let code = app.program().post("/api/verify_email", &[("token", &letter.code())]).await.refuses(422, "invalid");
    assert_eq!(code.faults(), ["token:spent"]);
}

#[tokio::test]
async fn the_code_typed_as_people_type_does_what_the_link_does() {
    let app = TestApp::start().await;
    let mut alice = app.browser();
    alice.open("/register").await;
    alice.fill("/api/register", &NEWCOMER).await.is(200);
    let typed = format!(" {} ", app.letter().await.code().to_lowercase().replace('-', " "));
    alice.fill("/api/verify_email", &[("token", &typed)]).await.is(200).says(catalogue::notice(Notice::Verified));
    alice.fill("/api/login", &KEYS).await.is(200);
    assert_eq!(alice.path(), "/dashboard");
}

#[tokio::test]
async fn a_letter_that_is_lost_or_too_old_is_replaced_by_another() {
    let app = TestApp::start().await;
    let mut alice = app.browser();
    alice.post("/api/register", &NEWCOMER).await.leads_to("/verify");
    let old = app.letter().await;
    app.advance(DAY);
    alice.open(&old.link()).await;
    alice.fill("/api/verify_email", &[]).await.is(200);
    alice.open("/verify").await.is(200);
    alice.fill("/api/resend_verification", &KEYS[..1]).await.is(200).says(catalogue::notice(Notice::LetterSent));
    let new = app.letter().await;
    assert_ne!(new.token(), old.token());
    alice.open(&new.link()).await;
    alice.fill("/api/verify_email", &[]).await.says(catalogue::notice(Notice::Verified));
}

#[tokio::test]
async fn who_is_refused_at_the_door_can_have_the_letter_again_there_whoever_it_is() {
    let app = TestApp::start().await;
    let mut alice = app.browser();
    alice.post("/api/register", &NEWCOMER).await.leads_to("/verify");
    app.letter().await;
    alice.open("/login").await;
    alice.fill("/api/login", &KEYS).await.is(200).says("has to be confirmed").says(entrance::NOT_CONFIRMED);
    assert_eq!(alice.path(), "/login");
    alice.fill("/api/resend_verification", &[]).await.is(200).says(catalogue::notice(Notice::LetterSent));
    assert_eq!(app.letter().await.to, "alice@example.org");
    // The same is offered to strangers, and to who has confirmed long ago.
    app.account("bob", Role::User).await;
    for email in ["nobody@example.org", "bob@example.org"] {
        let mut other = app.browser();
        other.open("/login").await.is(200).hides(entrance::NOT_CONFIRMED);
        other.fill("/api/login", &[("email", email), ("password", "not this one")]).await.is(200);
        other.fill("/api/resend_verification", &[]).await.is(200).says(catalogue::notice(Notice::LetterSent));
        assert!(app.letters().await.is_empty(), "{email}");
    }
}

#[tokio::test]
async fn the_first_administrator_comes_by_the_printed_link_and_nobody_after() {
    let app = TestApp::start().await;
    let printed = accounts::setup_link(&app.house).await.unwrap().expect("no administrator yet");
    let link = printed.strip_prefix(ORIGIN).unwrap();
    let mut root = app.browser();
    root.open(link).await.is(200);
    // A refused form may be sent again.
    let typed = [("name", "Root"), ("email", "root@example.org"), ("password", "short")];
    root.fill("/api/setup", &typed).await.is(200).says("at least 15");
    root.fill("/api/setup", &[("name", "Root"), ("email", "root@example.org"), ("password", PASSWORD)])
        .await
        .is(200)
        .says(catalogue::notice(Notice::SetupDone));
    root.fill("/api/login", &[("email", "root@example.org"), ("password", PASSWORD)]).await.is(200);
    root.open("/admin").await.is(200);
    assert_eq!(root.path(), "/admin");

    let token = link.split_once("token=").unwrap().1;
    let again = [("token", token), ("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    let refused = app.program().post("/api/setup", &again).await.refuses(422, "invalid");
    assert_eq!(refused.faults(), ["token:spent"]);
    assert!(accounts::setup_link(&app.house).await.unwrap().is_none());
}

#[tokio::test]
async fn an_administrator_finds_a_person_and_changes_what_they_may_do() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let bob = app.account("bob", Role::User).await;
    let mut root = app.signed_in("root").await;
    let mut bobs = app.signed_in("bob").await;
    bobs.get("/admin").await.is(403);
    root.open("/admin/users?q=bob").await.is(200).says("bob@example.org").hides("root@example.org/");
    root.open(&format!("/admin/users/{bob}")).await.is(200).says("bob@example.org");
    let id = bob.to_string();
    root.post("/api/admin/set_role", &[("id", &id), ("role", "admin")]).await.leads_to(&format!("/admin/users/{bob}"));
    bobs.get("/admin").await.is(200);
    root.post("/api/admin/disable", &[("id", &id)]).await.leads_to(&format!("/admin/users/{bob}"));
    bobs.get("/admin").await.leads_to("/login?next=%2Fadmin&ended=disabled");
    root.post("/api/admin/enable", &[("id", &id)]).await.leads_to(&format!("/admin/users/{bob}"));
    bobs.open("/login").await;
    bobs.fill("/api/login", &[("email", "bob@example.org"), ("password", PASSWORD)]).await.is(200);
    assert_eq!(bobs.path(), "/dashboard");
}
