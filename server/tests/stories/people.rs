//! The list of accounts: narrowed, walked both ways, acted on in one go, and taken away.

use crate::support::*;
use identity::{
    admin::{self, Proven},
    words::{Role, RoleName},
};

/// Root, and so many people.
async fn crowd(people: usize) -> TestApp {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    for n in 0..people {
        app.account(&format!("p{n:02}"), Role::User).await;
        app.advance(1);
    }
    app
}

/// The address of a link of the page, by what relation it has.
fn linked(page: &Answer, rel: &str) -> Option<String> {
    let links = page.body.split("<a ").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let link = links.into_iter().find(|tag| tag.contains(&format!("rel=\"{rel}\"")))?;
    let href = link.split("href=\"").nth(1)?.split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

#[tokio::test]
async fn the_list_is_walked_there_and_back_by_its_links_and_keeps_its_order() {
    let app = crowd(30).await;
    let mut root = app.signed_in("root").await;
    let first = root.open("/admin/users?sort=address").await.is(200).says("p00@example.org").hides("p25@example.org");
    let first = first.says("31 in all").says("25 shown");
    assert_eq!(linked(&first, "prev"), None, "there is nothing before");
    let second =
        root.open(&linked(&first, "next").unwrap()).await.is(200).says("p25@example.org").hides("p24@example.org");
    assert_eq!(linked(&second, "next"), None, "the last page: {second:?}");
    let back =
        root.open(&linked(&second, "prev").unwrap()).await.is(200).says("p00@example.org").says("p24@example.org");
    let before = root.open(&linked(&back, "prev").unwrap_or("/admin/users?sort=address".into())).await;
    before.is(200).says("p00@example.org");
    root.open("/admin/users?sort=nonsense").await.hides("p00@example.org");
    root.clone().asking(Kind::Json).get("/api/admin/users?after=nonsense").await.refuses(422, "invalid");
    root.clone().asking(Kind::Json).get("/api/admin/users?sort=nonsense").await.refuses(422, "invalid");
}

#[tokio::test]
async fn filters_are_named_and_taken_away_one_by_one() {
    let app = crowd(3).await;
    let mut root = app.signed_in("root").await;
    let page = root
        .open("/admin/users?role=user&seen=never&q=p0")
        .await
        .is(200)
        .says("p00@example.org")
        .hides("root@example.org<");
    let page = page.says("Role: User").says("Last sign-in: Never").says("3 in all");
    assert!(page.text().contains("href=\"/admin/users?q=p0&role=user\""), "{page:?}");
    root.open("/admin/users?status=disabled").await.is(200).says("Nobody here fits that").hides("p00@example.org");
    let page = root.clone().asking(Kind::Json).get("/api/admin/users?q=p01&limit=1").await.is(200).json();
    assert_eq!(
        (page["items"][0]["email"].as_str(), page["count"]["number"].as_i64()),
        (Some("p01@example.org"), Some(1))
    );
    assert_eq!((page["next"].as_str(), page["prev"].as_str()), (None, None));
}

#[tokio::test]
async fn several_are_disabled_after_asking_once_more_and_enabled_again_by_undo() {
    let app = crowd(3).await;
    let mut root = app.signed_in("root").await;
    let list = root.open("/admin/users?q=p").await.is(200);
    let ids: Vec<String> = list.body.split("name=\"id\" value=\"").skip(1).map(|rest| rest[..36].to_owned()).collect();
    assert_eq!(ids.len(), 3, "{list:?}");
    let me = root.clone().asking(Kind::Json).get("/api/admin/users?q=root").await.json()["items"][0]["id"].clone();
    let path = format!("/admin/users/bulk?action=disable&id={}&id={}&id={}", ids[0], ids[1], me.as_str().unwrap());
    let before = app.state().await;
    root.open(&path).await.is(200).says("Disable 3 accounts?").says("p01@example.org").says("root@example.org");
    assert_eq!(app.state().await, before, "asking changes nothing");
    let told = root.fill("/api/admin/bulk", &[]).await.is(200);
    told.says("2 accounts disabled, 1 left as it was.").says("Your own account");
    let at = root.path();
    assert_eq!(at, "/admin/users/bulk");
    root.clone().open("/admin/users?status=disabled").await.says("2 in all");
    root.fill("/api/admin/bulk", &[]).await.is(200).says("2 accounts enabled.");
    root.clone().open("/admin/users?status=disabled").await.says("0 in all");
    let stale = format!("/admin/users/bulk?done={}", "A".repeat(60));
    root.open(&stale).await.says("not").hides("disabled.");

    app.advance(ACCESS_LIFE);
    root.open(&path).await.is(200);
    let asked = root.submit("/api/admin/bulk", &[]).await;
    assert_eq!(asked.location(), "/reauthenticate", "{asked:?}");
}

#[tokio::test]
async fn who_only_looks_has_nothing_to_tick_and_may_not_act() {
    let app = crowd(1).await;
    let name = RoleName::parse("looker").unwrap();
    admin::make_role(&app.house, &Proven::operator(), "looker", &["users:read".to_owned()]).await.unwrap();
    app.account("looker", Role::Named(name)).await;
    let mut looker = app.signed_in("looker").await;
    looker.open("/admin/users").await.is(200).says("p00@example.org").hides("name=\"id\"").hides("Go on");
    looker.get("/admin/users/bulk").await.is(403);
    let id = "00000000-0000-0000-0000-000000000007";
    let mut program = looker.asking(Kind::Json);
    program.post("/api/admin/bulk", &[("action", "disable"), ("ids", id)]).await.refuses(403, "forbidden");
}

#[tokio::test]
async fn the_list_is_taken_away_as_it_is_narrowed_after_the_password_and_leaves_an_event() {
    let app = crowd(3).await;
    let mut root = app.signed_in("root").await;
    let csv = root.get("/admin/users/export.csv?q=p&role=user").await.is(200);
    assert_eq!(csv.body.lines().count(), 4, "{csv:?}");
    assert!(csv.header("content-disposition").unwrap().ends_with(".csv\""), "{csv:?}");
    assert_eq!(csv.header("cache-control"), Some("no-store"));
    let json = root.get("/admin/users/export.json").await.is(200).json();
    assert_eq!(json.as_array().unwrap().len(), 4);
    root.clone().asking(Kind::Json).get("/admin/users/export.csv?role=No%20Role").await.refuses(422, "invalid");
    assert_eq!(app.events().await.iter().filter(|event| *event == "accounts_exported").count(), 2);
    app.advance(ACCESS_LIFE);
    let asked = root.get("/admin/users/export.csv?q=p").await;
    assert_eq!(asked.location(), "/reauthenticate?next=%2Fadmin%2Fusers%2Fexport.csv%3Fq%3Dp", "{asked:?}");
    root.clone().asking(Kind::Json).get("/admin/users/export.csv").await.refuses(401, "proof_needed");
}
