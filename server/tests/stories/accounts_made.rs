//! What an administrator does to one account and how accounts are made for others, as browsers see it.

use crate::support::*;
use identity::words::Role;

const MINE: &str = "a quite different long password";

async fn root(app: &TestApp) -> Browser {
    app.account("root", Role::Admin).await;
    app.signed_in("root").await
}

#[tokio::test]
async fn who_is_invited_follows_the_letter_chooses_a_password_and_signs_in() {
    let app = TestApp::start().await;
    let mut root = root(&app).await;
    root.open("/admin/users/new").await;
    root.submit("/api/admin/invite", &[("name", "Zoë"), ("email", "root@example.org")])
        .await
        .leads_to("/admin/users/new");
    root.open("/admin/users/new").await.says("This address has an account already.").says("root@example.org");
    let answer = root.fill("/api/admin/invite", &[("name", "Zoë"), ("email", "zoe@example.org")]).await;
    answer.is(200).says("The invitation is on its way.").says("Invited").says("Send the invitation again");
    let letter = app.letter().await;
    let mut zoe = app.browser();
    let path = letter.link();
    assert!(path.starts_with("/accept-invitation?token="), "{path}");
    zoe.open(&path).await.says("Choose a password, and it is yours.");
    zoe.fill("/api/accept_invitation", &[("password", "short")]).await.says("Use at least");
    zoe.fill("/api/accept_invitation", &[("password", MINE)]).await.says("The account is yours.");
    zoe.fill("/api/login", &[("email", "zoe@example.org"), ("password", MINE)]).await.says("Zoë");
    app.browser().open(&path).await;
    let mut late = app.browser().asking(Kind::Json);
    late.post("/api/accept_invitation", &[("token", &letter.token()), ("password", MINE)])
        .await
        .refuses(422, "invalid");
}

#[tokio::test]
async fn the_page_of_an_account_offers_what_can_be_done_and_undoes_a_deletion() {
    let app = TestApp::start().await;
    let mut root = root(&app).await;
    let alice = app.account("alice", Role::User).await;
    let mut hers = app.signed_in("alice").await;
    let page = format!("/admin/users/{alice}");
    root.open(&page).await.says("Force a new password").says("Delete account").hides("Take the invitation back");
    root.fill("/api/admin/end_session", &[]).await.says("That session was ended.").says("Not signed in anywhere.");
    hers.get("/dashboard").await.leads_to("/login?next=%2Fdashboard&ended=ended_by_admin");
    root.fill("/api/admin/delete", &[]).await.says("will be deleted in seven days").says("Undo: keep the account");
    let mut hers = app.browser();
    hers.open("/login").await;
    hers.fill("/api/login", &[("email", "alice@example.org"), ("password", PASSWORD)]).await.says("disabled");
    root.fill("/api/admin/undelete", &[]).await.says("The account stays").hides("Undo: keep the account");
    root.fill("/api/admin/force_reset", &[]).await.says("The password is worthless now.");
    hers.open("/login").await;
    hers.fill("/api/login", &[("email", "alice@example.org"), ("password", PASSWORD)]).await.says("is not right");
    let letters = app.letters().await;
    let letter =
        letters.iter().find(|letter| letter.text.contains("/reset?token=")).expect("a letter with a new way in");
    hers.open("/reset").await;
    hers.fill("/api/reset_password", &[("token", &letter.token()), ("password", MINE)])
        .await
        .says("new password is set");
}

#[tokio::test]
async fn the_last_administrator_is_told_why_not_and_the_server_refuses_it_too() {
    let app = TestApp::start().await;
    let id = app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await;
    root.open(&format!("/admin/users/{id}"))
        .await
        .says("this is the last administrator who can sign in")
        .hides("Yes, delete it in seven days");
    root.clone()
        .asking(Kind::Json)
        .post("/api/admin/delete", &[("id", &id.to_string())])
        .await
        .refuses(409, "last_admin");
}

#[tokio::test]
async fn a_file_is_looked_through_first_and_made_when_that_is_meant() {
    let app = TestApp::start().await;
    let mut root = root(&app).await;
    root.open("/admin/users/import").await.says("1 MiB at most");
    let wrong = "email,name\nroot@example.org,Root\nnonsense,\"</textarea><script>x\"\n";
    let answer = root.post("/api/admin/import", &[("csv", wrong)]).await.is(200);
    answer
        .says("2 lines are wrong")
        .says("Line 2")
        .says("This address has an account.")
        .says("Line 3")
        .hides("<script>x");
    let right = "email,name\nzoe@example.org,\"Zoë \"\"<b>\"\nbob@example.org,Bob\n";
    let answer = root.post("/api/admin/import", &[("csv", right)]).await.is(200);
    let answer = answer.says("Everything is right").says("Make these accounts");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("nonce-")), "{answer:?}");
    assert_eq!(app.events().await.iter().filter(|kind| *kind == "invited").count(), 0);
    let fields = form::fields(&answer.body, "/api/admin/import").expect("the form that means it");
    assert!(fields.contains(&("csv".into(), right.into())), "quotes and angle brackets arrive whole: {fields:?}");
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    root.post("/api/admin/import", &fields).await.leads_to("/admin/users");
    root.open("/admin/users").await.says("The accounts were made.").says("zoe@example.org").says("bob@example.org");
    let again =
        root.clone().asking(Kind::Json).post("/api/admin/import", &[("csv", right), ("confirm", "yes")]).await.is(200);
    assert_eq!(again.json()["report"]["wrong"], 2);
    let events = app.events().await;
    assert_eq!(events.iter().filter(|kind| *kind == "accounts_imported").count(), 1, "{events:?}");
}

#[tokio::test]
async fn only_who_may_make_accounts_may_send_a_large_file() {
    let app = TestApp::start().await;
    let mut root = root(&app).await.asking(Kind::Json);
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await.asking(Kind::Json);
    let mut file = "email,name\n".to_owned();
    while file.len() < 200_000 {
        file.push_str("nonsense,Nobody\n");
    }
    root.post("/api/admin/import", &[("csv", &file)]).await.is(200);
    alice.post("/api/admin/import", &[("csv", &file)]).await.refuses(413, "too_large");
    root.post("/api/admin/import", &[("csv", &file.repeat(6))]).await.refuses(413, "too_large");
    root.post("/api/admin/invite", &[("name", &file), ("email", "a@example.org")]).await.refuses(413, "too_large");
}
