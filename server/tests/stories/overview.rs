//! The overview of the admin panel: each reader sees the parts their role is about and nothing else, and a plot says what its table says.

use crate::support::*;
use identity::{
    admin::{self, Over, Proven},
    audit,
    words::{Permission, Role, RoleName},
};

/// Somebody with a role of one permission.
async fn somebody_with(app: &TestApp, name: &str, permission: Permission) -> Browser {
    let role = name.replace('_', "-");
    admin::make_role(&app.house, &Proven::operator(), &role, &[permission.to_string()]).await.unwrap();
    let role = Role::Named(RoleName::parse(&role).unwrap());
    app.account(name, role).await;
    app.signed_in(name).await
}

/// Signs in by the form, or fails to.
async fn knock(app: &TestApp, name: &str, password: &str) {
    let mut browser = app.browser();
    browser.open("/login").await.is(200);
    browser.fill("/api/login", &[("email", &email(name)), ("password", password)]).await;
}

/// The parts of the page, by their titles.
const PARTS: [&str; 10] = [
    "Signed in now",
    "New people",
    "Failed sign-ins",
    "One alarm in 24 hours",
    "Alarms and administration",
    "The database file answered|PostgreSQL answered",
    "The oldest was written",
    "Signs since",
    "each chained to the one before",
    "Running since",
];

#[tokio::test]
async fn each_permission_alone_shows_its_own_parts_and_never_a_refusal() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    theft(&app).await;
    audit::seal(&app.house).await.unwrap();
    let seen = |text: &str| -> Vec<&str> {
        PARTS.into_iter().filter(|part| part.split('|').any(|words| text.contains(words))).collect()
    };
    let people = vec![PARTS[0], PARTS[1], PARTS[2]];
    let alarms = vec![PARTS[1], PARTS[2], PARTS[3], PARTS[4], PARTS[8]];
    for (at, permission) in Permission::ALL.iter().enumerate() {
        let mut browser = somebody_with(&app, &format!("reader{at}"), *permission).await;
        let text = browser.open("/admin").await.is(200).text();
        let expected = match permission {
            Permission::UsersRead => people.clone(),
            Permission::AuditRead => alarms.clone(),
            Permission::SettingsRead => vec![PARTS[5], PARTS[9]],
            Permission::LettersRead => vec![PARTS[6]],
            Permission::KeysRead => vec![PARTS[7]],
            _ => vec![],
        };
        assert_eq!(seen(&text), expected, "{permission}");
        assert_eq!(text.contains("There is nothing here for your role."), expected.is_empty(), "{permission}");
        let answer = browser.asking(Kind::Json).get("/api/admin/overview").await.is(200).json();
        let there = |path: &str| answer.pointer(path).is_some_and(|part| !part.is_null());
        assert_eq!(there("/people"), *permission == Permission::UsersRead, "{permission}");
        assert_eq!(there("/events"), *permission == Permission::AuditRead, "{permission}");
        assert_eq!(there("/health/database"), *permission == Permission::SettingsRead, "{permission}");
        assert_eq!(there("/health/process"), *permission == Permission::SettingsRead, "{permission}");
        assert_eq!(there("/health/letters"), *permission == Permission::LettersRead, "{permission}");
        assert_eq!(there("/health/key"), *permission == Permission::KeysRead, "{permission}");
        assert_eq!(there("/health/log"), *permission == Permission::AuditRead, "{permission}");
    }
    let mut root = app.signed_in("root").await;
    assert_eq!(seen(&root.open("/admin").await.is(200).text()), PARTS);
    root.asking(Kind::Json).get("/api/admin/overview?over=decade").await.refuses(422, "invalid");
}

/// A copied session that is used late.
async fn theft(app: &TestApp) {
    app.account("victim", Role::User).await;
    let mut victim = app.signed_in("victim").await;
    let mut thief = victim.clone();
    for _ in 0..2 {
        app.advance(ACCESS_LIFE);
        victim.get("/dashboard").await;
    }
    app.advance(ACCESS_LIFE);
    thief.get("/dashboard").await;
}

/// What follows each `before` up to `end`.
fn all<'a>(html: &'a str, before: &str, end: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[tokio::test]
async fn a_plot_says_what_its_table_says_over_every_stretch_of_time() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    for hours in [0, 5, 26, 24 * 20] {
        app.advance(hours * 60 * MINUTE);
        knock(&app, "root", PASSWORD).await;
        knock(&app, "root", "not the right one").await;
        knock(&app, "root", "not the right one").await;
    }
    audit::seal(&app.house).await.unwrap();
    let mut root = app.signed_in("root").await;
    // How many signed in lately; and before that, where it is held against something.
    for (over, pieces, lately) in [(Over::Day, 24, 1), (Over::Week, 7, 1), (Over::Month, 30, 4), (Over::Year, 12, 4)] {
        let page = root.open(&format!("/admin?over={over}")).await.is(200).body;
        let mut plots = page.split("<figure class=\"plot ").skip(1);
        for (tone, sum) in [
            ("plot--people", None),
            ("plot--sign-ins", Some(lately)),
            ("plot--failures", Some(2 * lately)),
            ("plot--alarms", Some(0)),
        ] {
            let plot = plots.next().unwrap().split("</figure>").next().unwrap();
            assert!(plot.starts_with(tone), "{over}: {tone}");
            let bars: Vec<String> = all(plot, "<g><title>", "</title>").into_iter().map(form::text).collect();
            let cells = |from, to| all(plot, from, to).into_iter().map(form::text).collect::<Vec<_>>();
            let (names, counts) = (cells("<th scope=\"row\">", "</th>"), cells("<td>", "</td>"));
            let rows: Vec<String> = names.iter().zip(&counts).map(|(name, count)| format!("{name}: {count}")).collect();
            assert_eq!(bars, rows, "{over}: {tone}");
            assert_eq!(rows.len(), pieces, "{over}: {tone}");
            let found: i64 = counts.iter().map(|count| count.parse::<i64>().unwrap()).sum();
            assert!(sum.is_none_or(|sum| sum == found), "{over}: {tone}: {found}");
            let rects = all(plot, "<rect ", ">").into_iter();
            let drawn = rects.filter(|rect| rect.contains("plot__bar") && !rect.contains(r#" height="0""#)).count();
            assert_eq!(drawn, counts.iter().filter(|count| **count != "0").count(), "{over}: {tone}");
        }
    }
}

#[tokio::test]
async fn what_happened_is_held_against_the_time_before() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    for _ in 0..4 {
        knock(&app, "root", PASSWORD).await;
    }
    app.advance(24 * 60 * MINUTE);
    for _ in 0..6 {
        knock(&app, "root", PASSWORD).await;
    }
    audit::seal(&app.house).await.unwrap();
    let mut root = app.signed_in("root").await;
    root.open("/admin").await.is(200).says("4 in the 24 hours before").says("+50%");
    root.open("/admin?over=week").await.is(200).says("0 in the 7 days before").hides("+50%");
}

#[tokio::test]
async fn a_page_that_keeps_itself_up_to_date_takes_no_message_from_the_page_it_is_for() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await;
    let fetched = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")];
    root.open("/account").await.is(200);
    root.submit("/api/change_name", &[("name", "")]).await;
    assert!(root.cookie(FLASH).is_some(), "something is to be told");
    let mut island = root.clone().asking(Kind::Json);
    island.get_with("/admin", &fetched).await.is(200);
    assert_eq!(island.cookie(FLASH), root.cookie(FLASH));
    root.open("/account").await.is(200);
    assert_eq!(root.cookie(FLASH), None, "shown once");
}
