//! The audit log in the panel: chosen, walked through both ways, and taken away by whoever has given the password lately.

use crate::support::*;
use identity::{
    admin::{self, Proven},
    audit::{self, Verifier, verify_export},
    words::{Role, Stay},
};

async fn administrator(app: &TestApp) -> Browser {
    app.account("root", Role::Admin).await;
    app.signed_in("root").await
}

#[tokio::test]
async fn events_are_chosen_by_whom_who_what_and_when() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    let alice = app.account("alice", Role::User).await;
    admin::disable(&app.house, &Proven::operator(), alice).await.unwrap();
    admin::enable(&app.house, &Proven::operator(), alice).await.unwrap();
    let rows =
        |answer: &Answer| answer.text().matches("Not sealed yet").count() + answer.text().matches("Entry ").count();
    let all = root.open("/admin/audit").await.is(200).says("Nothing yet").says("wait for their place");
    assert_eq!(rows(&all), app.events().await.len());
    assert_eq!(rows(&root.open("/admin/audit?of=alice@example.org").await.is(200)), 3);
    assert_eq!(rows(&root.open(&format!("/admin/audit?of={alice}")).await.is(200)), 3);
    assert_eq!(rows(&root.open(&format!("/admin/audit?of={alice}&action=disabled")).await.is(200)), 1);
    assert_eq!(rows(&root.open("/admin/audit?actor=root@example.org&action=signed_in").await.is(200)), 1);
    assert_eq!(rows(&root.open("/admin/audit?from=2026-11-18&to=2026-11-18").await.is(200)), rows(&all));
    root.open("/admin/audit?to=2026-11-17").await.is(200).says("No such events");
    root.open("/admin/audit?of=nobody@example.org").await.is(200).says("No such events");
    root.open("/admin/audit?action=danced").await.is(422);

    audit::seal(&app.house).await.unwrap();
    let standing = audit::standing(&app.house).await.unwrap();
    let sealed = root.open("/admin/audit").await.is(200).says(&standing.digest).hides("Not sealed yet");
    sealed.says(&format!("Up to entry {}", standing.seq));
}

#[tokio::test]
async fn pages_lead_on_and_back_and_keep_what_was_chosen() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    let alice = app.account("alice", Role::User).await;
    for _ in 0..40 {
        admin::disable(&app.house, &Proven::operator(), alice).await.unwrap();
        admin::enable(&app.house, &Proven::operator(), alice).await.unwrap();
    }
    let mut program = app.program();
    program.take(&app.tokens("root", Stay::Day).await);
    let first = program.get(&format!("/api/admin/audit?of={alice}")).await.is(200).json();
    let (next, items) = (first["next"].as_str().unwrap(), first["items"].as_array().unwrap());
    assert_eq!((items.len(), first["prev"].as_str()), (50, None));
    let second = program.get(&format!("/api/admin/audit?of={alice}&after={next}")).await.is(200).json();
    assert_eq!(second["items"].as_array().unwrap().len(), 31);
    let prev = second["prev"].as_str().unwrap();
    let back = program.get(&format!("/api/admin/audit?of={alice}&before={prev}")).await.is(200).json();
    assert_eq!(back["items"], first["items"]);
    let page = root.open(&format!("/admin/audit?of={alice}&after={next}")).await.is(200);
    assert!(page.body.contains(&format!("/admin/audit?of={alice}&amp;before={prev}")), "{}", page.body);
}

#[tokio::test]
async fn the_log_is_taken_away_by_who_has_given_the_password_and_it_is_recorded() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    let file = root.get("/admin/audit/export.jsonl").await.is(200);
    let verdict = verify_export(file.body.as_bytes(), Verifier::new(false, None)).unwrap().unwrap();
    let name = format!("-to-{}.jsonl\"", verdict.last);
    assert!(file.header("content-disposition").unwrap().ends_with(&name), "{name}");
    assert_eq!(verdict.entries as usize, app.events().await.len());
    assert_eq!(app.events().await.last().unwrap(), "audit_exported");
    let some = root.get("/admin/audit/export.csv?of=root@example.org").await.is(200);
    let verdict = verify_export(some.body.as_bytes(), Verifier::new(true, None)).unwrap().unwrap();
    assert!(verdict.entries > 0 && (verdict.entries as usize) < app.events().await.len());
    root.get("/admin/audit/export.csv?action=danced").await.is(422);

    app.advance(11 * 60);
    let before = app.events().await.len();
    let to = root.get("/admin/audit/export.csv?of=root@example.org").await.is(303);
    assert!(to.location().starts_with("/reauthenticate?next="), "{}", to.location());
    assert_eq!(app.events().await.len(), before);
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    alice.get("/admin/audit/export.csv").await.is(403);
    app.browser().get("/admin/audit/export.csv").await.is(303);
}
