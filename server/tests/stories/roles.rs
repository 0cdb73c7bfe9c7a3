//! Roles of the installation's own, as browsers and programs make, give and remove them.

use crate::support::*;
use app::catalogue::roles as words;
use identity::{
    admin::{self, Proven},
    words::{Role, RoleName},
};

const MAKE: &str = "/api/admin/make_role";
const EDIT: &str = "/api/admin/edit_role";
const REMOVE: &str = "/api/admin/remove_role";

async fn stored(app: &TestApp, name: &str) -> Option<String> {
    let role = Role::Named(RoleName::parse(name).unwrap());
    let roles = admin::roles(&app.house, &Proven::operator()).await.unwrap();
    roles.into_iter().find(|view| view.role == role).map(|view| view.permissions.as_str().to_owned())
}

#[tokio::test]
async fn a_role_is_made_by_ticking_boxes_and_counts_with_its_holders_next_click() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let alice = app.account("alice", Role::User).await;
    let mut root = app.signed_in("root").await;
    root.open("/admin/roles").await.is(200).says(words::MAKE).says(words::EVERYTHING);
    let ticked = [
        ("name", "support"),
        ("permission[]", "users:read"),
        ("permission[]", "audit:read"),
        ("others", "invoices:write, ledger:read"),
    ];
    root.post(MAKE, &ticked).await.leads_to("/admin/roles");
    assert_eq!(stored(&app, "support").await.unwrap(), "audit:read invoices:write ledger:read users:read");
    root.open("/admin/roles").await.says("The role is made.").says("support").says(words::OWN_WORD);

    let mut person = app.signed_in("alice").await;
    person.get("/admin/users").await.is(403);
    root.open(&format!("/admin/users/{alice}")).await.is(200).says(words::CHANGE).says("support");
    root.post("/api/admin/set_role", &[("id", &alice.to_string()), ("role", "support")]).await.is(303);
    person.open("/admin/users").await.is(200);
    person.get("/admin/letters").await.is(403);
    let me = person.clone().asking(Kind::Json).get("/api/me").await.json();
    assert_eq!(me["role"], "support");
    assert_eq!(me["permissions"], serde_json::json!(["audit:read", "invoices:write", "ledger:read", "users:read"]));
    person.open("/account").await.is(200).says("support");

    // The form shows what is stored, and what is sent is all there is afterwards.
    root.open("/admin/roles").await.says("1 person").says("invoices:write ledger:read");
    root.fill(EDIT, &[("others", "")]).await.is(200).says("The role was changed.");
    assert_eq!(stored(&app, "support").await.unwrap(), "audit:read users:read");
    root.post(EDIT, &[("name", "support")]).await.leads_to("/admin/roles");
    assert_eq!(stored(&app, "support").await.unwrap(), "", "no box is ticked");
    person.get("/admin/users").await.is(403);

    let held = root.open("/admin/roles").await.is(200);
    assert!(!held.body.contains(REMOVE), "{held:?}");
    assert!(held.body.contains("href=\"/admin/users?role=support\""), "{held:?}");
    root.post(REMOVE, &[("name", "support")]).await.leads_to("/admin/roles");
    root.open("/admin/roles").await.says("Somebody still has it");
    root.post("/api/admin/set_role", &[("id", &alice.to_string()), ("role", "user")]).await.is(303);
    root.open("/admin/roles").await.says(words::REALLY_REMOVE);
    root.fill(REMOVE, &[]).await.is(200).says("The role was removed.");
    assert_eq!(stored(&app, "support").await, None);
}

#[tokio::test]
async fn what_was_entered_is_still_there_when_it_was_refused() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await;
    root.open("/admin/roles").await.is(200);
    let typo = [
        ("name", "helpers"),
        ("permission[]", "letters:read"),
        ("permission[]", "keys:read"),
        ("others", "users:raed"),
    ];
    root.post(MAKE, &typo).await.leads_to("/admin/roles");
    let page = root.open("/admin/roles").await.is(200).says(words::others_fault(identity::words::Fault::Wrong));
    for kept in
        ["value=\"helpers\"", "value=\"users:raed\"", "value=\"letters:read\" checked", "value=\"keys:read\" checked"]
    {
        assert!(page.body.contains(kept), "{kept}: {page:?}");
    }
    assert!(!page.body.contains("value=\"users:read\" checked"), "{page:?}");
    root.post(MAKE, &[("name", "Helpers!")]).await.leads_to("/admin/roles");
    root.open("/admin/roles").await.says(words::name_fault(identity::words::Fault::Malformed));
    // Of a form that changes a role, in the form of that role.
    for name in ["first", "second"] {
        root.post(MAKE, &[("name", name)]).await.leads_to("/admin/roles");
    }
    root.post(EDIT, &[("name", "second"), ("others", "not a word")]).await.leads_to("/admin/roles");
    let page = root.open("/admin/roles").await;
    let open: Vec<_> =
        page.body.split("<details").skip(1).filter(|rest| rest.split('>').next().unwrap().contains("open")).collect();
    assert!(open.len() == 1 && open[0].contains("value=\"second\"") && open[0].contains("not a word"), "{open:?}");
}

#[tokio::test]
async fn programs_send_each_permission_by_the_same_name() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await.asking(Kind::Json);
    root.post(MAKE, &[("name", "one"), ("permission[]", "users:read"), ("permission[]", "a:b")]).await.is(200);
    root.post(MAKE, &[("name", "two"), ("permission[0]", "users:read"), ("permission[1]", "a:b")]).await.is(200);
    root.post(MAKE, &[("name", "three"), ("others", "users:read a:b")]).await.is(200);
    for name in ["one", "two", "three"] {
        assert_eq!(stored(&app, name).await.unwrap(), "a:b users:read", "{name}");
    }
    // A name without brackets says nothing of a list; better refused than half understood.
    root.post(MAKE, &[("name", "four"), ("permission", "users:read")]).await.refuses(422, "invalid");
    assert_eq!(stored(&app, "four").await, None);
    assert_eq!(root.post(MAKE, &[("name", "one")]).await.refuses(422, "invalid").faults(), ["name:same"]);
    assert_eq!(
        root.post(MAKE, &[("name", "x"), ("others", "a:b")]).await.refuses(422, "invalid").faults(),
        ["name:malformed"]
    );
    assert_eq!(
        root.post(EDIT, &[("name", "one"), ("others", "keys:write")]).await.refuses(422, "invalid").faults(),
        ["others:wrong"]
    );
    root.post(EDIT, &[("name", "none-of-ours")]).await.refuses(404, "not_found");
    let alice = app.account("alice", Role::User).await.to_string();
    root.post("/api/admin/set_role", &[("id", &alice), ("role", "one")]).await.is(200);
    root.post(REMOVE, &[("name", "one")]).await.refuses(409, "in_use");
    root.post(REMOVE, &[("name", "two")]).await.is(200);
    let listed = root.get("/api/admin/roles").await.is(200).json();
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|view| (view["role"].as_str().unwrap(), view["holders"].as_i64().unwrap()))
        .collect();
    assert_eq!(names, [("user", 0), ("admin", 1), ("one", 1), ("three", 0)]);
}

#[tokio::test]
async fn who_may_less_is_shown_less_and_refused_the_rest() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await.asking(Kind::Json);
    let clerk = [("name", "clerk"), ("others", "users:read users:write roles:read roles:write")];
    root.post(MAKE, &clerk).await.is(200);
    root.post(MAKE, &[("name", "auditor"), ("others", "audit:read")]).await.is(200);
    let clara = app.account("clara", Role::User).await.to_string();
    let boss = app.account("boss", Role::Admin).await.to_string();
    let alice = app.account("alice", Role::User).await.to_string();
    root.post("/api/admin/set_role", &[("id", &clara), ("role", "clerk")]).await.is(200);
    let mut clara_browses = app.signed_in("clara").await;
    let page = clara_browses.open("/admin/roles").await.is(200).says(words::BEYOND);
    assert!(!page.body.contains("value=\"audit:read\""), "no box for what one does not have: {page:?}");
    let page = clara_browses.open(&format!("/admin/users/{alice}")).await.is(200).says(words::CHANGE);
    for role in ["admin", "auditor"] {
        assert!(!page.body.contains(&format!("name=\"role\" value=\"{role}\"")), "{role}: {page:?}");
    }
    assert!(page.body.contains("name=\"role\" value=\"clerk\""), "{page:?}");
    clara_browses.open(&format!("/admin/users/{boss}")).await.is(200).hides(words::CHANGE);
    let mut clara_calls = clara_browses.asking(Kind::Json);
    for (id, role) in [(&alice, "admin"), (&alice, "auditor"), (&clara, "admin"), (&boss, "user")] {
        clara_calls.post("/api/admin/set_role", &[("id", id), ("role", role)]).await.refuses(403, "forbidden");
    }
    clara_calls.post(MAKE, &[("name", "more"), ("permission[]", "audit:read")]).await.refuses(403, "forbidden");
    clara_calls.post(EDIT, &[("name", "clerk"), ("permission[]", "keys:rotate")]).await.refuses(403, "forbidden");
    clara_calls.post(EDIT, &[("name", "auditor")]).await.refuses(403, "forbidden");
    clara_calls.post(REMOVE, &[("name", "auditor")]).await.refuses(403, "forbidden");
}
