//! Signing keys, as an administrator rotates, retires and distrusts them, and what their visitors notice.

use crate::support::*;
use app::{catalogue, flash::Notice};
use identity::words::Role;

const JWKS: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn a_rotation_is_published_at_once_and_planned_ends_can_be_taken_back() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await;
    let keys = |text: &str| text.matches("\"kid\"").count();
    root.open("/admin/keys").await.is(200).says(catalogue::keys::state(identity::admin::KeyState::Signing));
    root.fill("/api/admin/plan_key_retirement", &[("value", "2020-01-01T00:00")]).await.is(200).says("ten minutes and");
    root.fill("/api/admin/plan_key_retirement", &[("value", "2026-11-19T08:00")]).await.is(200);
    root.open("/admin/keys").await.is(200).says(catalogue::keys::PLANNED);
    root.fill("/api/admin/cancel_key_retirement", &[]).await.is(200).hides(catalogue::keys::PLAN_CANCEL);
    root.fill("/api/admin/rotate_keys", &[]).await.is(200).says(catalogue::notice(Notice::KeysRotated));
    assert_eq!(keys(&app.program().get(JWKS).await.is(200).text()), 2);
    root.open("/admin/keys").await.says(catalogue::keys::PLAN_TAKEN);
}

#[tokio::test]
async fn who_holds_a_token_of_a_distrusted_key_goes_on_with_a_browser_and_stops_without() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    app.account("alice", Role::User).await;
    let mut root = app.signed_in("root").await;
    let pair = app.tokens("alice", identity::words::Stay::Day).await;
    let mut alice = app.browser();
    alice.take(&pair);
    let mut program = app.program();
    let bearer = format!("Bearer {}", pair.access);
    program.get_with("/api/me", &[("authorization", &bearer)]).await.is(200);

    let kid = app.house.keyring().signer_kid(app.house.now()).to_owned();
    let page = root.open("/admin/keys").await.is(200).says(catalogue::keys::REALLY_DISTRUST);
    page.says(&kid);
    let page = root.fill("/api/admin/distrust_key", &[]).await.is(200);
    page.says(catalogue::notice(Notice::KeyDistrusted));
    assert!(app.events().await.contains(&"key_distrusted".to_owned()));
    assert!(!app.program().get(JWKS).await.text().contains(&kid));
    program.get_with("/api/me", &[("authorization", &bearer)]).await.refuses(401, "signed_out");
    alice.open("/dashboard").await.is(200);
    assert_ne!(alice.cookie(ACCESS).unwrap(), pair.access, "renewed unseen");
}

#[tokio::test]
async fn the_page_shows_nothing_private() {
    let app = TestApp::with(&[("LATCHKEY_SIGNING_ALG", "ES256")]).await;
    app.account("root", Role::Admin).await;
    let mut program = app.signed_in("root").await.asking(Kind::Json);
    let text = program.get("/api/admin/keys").await.is(200).text();
    assert!(text.contains("crv") && !text.contains("\\\"d\\\"") && !text.contains("sealed"), "{text}");
}
