//! What each single permission opens, asked of everything that is mounted, and that no page shows the way to what is refused.

use crate::support::{
    form::attribute,
    routes::{self, Function},
    *,
};
use identity::{
    admin::{self, Proven},
    words::{Permission, Role, RoleName},
};
use std::{collections::BTreeSet, fmt::Write};
use uuid::Uuid;

/// Somebody with a role of their own that grants exactly this, and an ordinary account to act on.
struct Holder {
    name: String,
    target: Uuid,
}

async fn holder(app: &TestApp, name: &str, permissions: &[&str]) -> Holder {
    let words: Vec<String> = permissions.iter().map(|word| (*word).to_owned()).collect();
    admin::make_role(&app.house, &Proven::operator(), name, &words).await.unwrap();
    let id = app.account(name, Role::User).await;
    let role = Role::Named(RoleName::parse(name).unwrap());
    admin::set_role(&app.house, &Proven::operator(), id, role).await.unwrap();
    let target = app.account(&format!("for-{name}"), Role::User).await;
    app.advance(1);
    Holder { name: name.to_owned(), target }
}

async fn call(browser: &mut Browser, function: &Function, of: Uuid, salt: usize) -> Answer {
    let arguments = function.arguments(of, salt);
    let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if function.reads {
        browser.get(&format!("{}?{}", function.path, encoded(&arguments))).await
    } else {
        browser.post(function.path, &arguments).await
    }
}

/// What everything answers to somebody: method, path, status. Whoever was signed out by what they asked signs in again.
async fn answers(app: &TestApp, holder: &Holder, salt: usize) -> Vec<(&'static str, String, u16)> {
    let mut answers = Vec::new();
    let mut pages = app.signed_in(&holder.name).await;
    for path in routes::pages(holder.target) {
        let status = pages.get(&path).await.status.as_u16();
        answers.push(("GET", path.replace(&holder.target.to_string(), "{id}"), status));
    }
    let (panel, rest): (Vec<_>, Vec<_>) =
        routes::functions().into_iter().partition(|function| function.path.starts_with("/api/admin/"));
    let mut browser = app.signed_in(&holder.name).await.asking(Kind::Json);
    for (row, function) in panel.iter().chain(&rest).enumerate() {
        // Ten a minute may be made of a kind.
        app.advance(6);
        if browser.get("/api/me").await.status != 200 {
            browser = app.signed_in(&holder.name).await.asking(Kind::Json);
        }
        let answer = call(&mut browser, function, holder.target, salt * 1000 + row).await;
        if answer.status == 403 {
            assert_eq!(answer.error(), "forbidden", "{answer:?}");
        }
        if function.path == "/api/admin/impersonate" {
            // Whoever acts as somebody else may do nothing of their own.
            browser = app.signed_in(&holder.name).await.asking(Kind::Json);
        }
        answers.push((if function.reads { "GET" } else { "POST" }, function.path.to_owned(), answer.status.as_u16()));
    }
    answers
}

fn is_panel(path: &str) -> bool {
    path == "/admin" || path.starts_with("/admin/") || path.starts_with("/api/admin/")
}

#[tokio::test]
async fn each_permission_opens_what_it_says_and_nothing_else() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    app.account("carol", Role::User).await;
    let nobody = holder(&app, "nobody", &["invoices:write"]).await;
    let ground = answers(&app, &nobody, 0).await;
    for (method, path, status) in &ground {
        assert_eq!(*status == 403, is_panel(path), "{method} {path} answers {status} to somebody who may nothing");
    }
    let mut opened: BTreeSet<String> = BTreeSet::new();
    let mut matrix = String::new();
    for (index, permission) in Permission::ALL.iter().enumerate() {
        let word = permission.as_str();
        let holder = holder(&app, &word.replace(':', "-"), &[word]).await;
        writeln!(matrix, "{word}").unwrap();
        for (asked, same) in answers(&app, &holder, index + 1).await.into_iter().zip(&ground) {
            let (method, path, status) = asked;
            if !is_panel(&path) {
                assert_eq!(status, same.2, "{method} {path} is no business of {word}");
            } else if status != 403 {
                writeln!(matrix, "    {status} {method} {path}").unwrap();
                opened.insert(path);
            }
        }
    }
    for (_, path, _) in ground.iter().filter(|(_, path, _)| is_panel(path)) {
        assert!(opened.contains(path), "{path} is opened by no permission");
    }
    insta::assert_snapshot!(matrix);
}

/// Where the forms and links of a page lead within the panel: links and forms that read, and forms that change something.
fn leads(page: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
    for tag in page.split('<').filter_map(|rest| rest.split_once(char::is_whitespace)) {
        let (name, attributes) = tag;
        let of = |attribute_name| attribute(attributes.split('>').next().unwrap_or_default(), attribute_name);
        let found = match name {
            "a" => of("href"),
            "form" => of("action"),
            "button" | "input" => of("formaction"),
            _ => None,
        };
        let Some(found) = found.filter(|found| is_panel(found.split(['?', '#']).next().unwrap_or_default())) else {
            continue;
        };
        let changes = found.starts_with("/api/");
        let to = if changes { &mut writes } else { &mut reads };
        to.insert(found.split('#').next().unwrap_or_default().to_owned());
    }
    (reads, writes)
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 401 | 403)
}

/// Whoever has both of each pair sees forms besides lists.
const PAIRS: [[&str; 2]; 8] = [
    ["users:read", "users:write"],
    ["users:read", "roles:write"],
    ["users:read", "users:impersonate"],
    ["users:read", "audit:read"],
    ["roles:read", "roles:write"],
    ["settings:read", "settings:write"],
    ["keys:read", "keys:rotate"],
    ["letters:read", "letters:retry"],
];

#[tokio::test]
async fn no_page_shows_the_way_to_what_its_reader_would_be_refused() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let singles = Permission::ALL.iter().map(|it| vec![it.as_str()]);
    let sets: Vec<Vec<&str>> = singles.chain(PAIRS.iter().map(|pair| pair.to_vec())).collect();
    let (mut links, mut forms) = (0, 0);
    for (index, set) in sets.iter().enumerate() {
        let holder = holder(&app, &format!("holder-{index}"), set).await;
        let mut browser = app.signed_in(&holder.name).await;
        let mut waiting: Vec<String> = vec!["/admin".into(), format!("/admin/users/{}", holder.target)];
        waiting.extend(routes::pages(holder.target).into_iter().filter(|path| is_panel(path)));
        let asked_for: BTreeSet<String> = waiting.iter().cloned().collect();
        let (mut seen, mut actions) = (BTreeSet::new(), BTreeSet::new());
        while let Some(path) = waiting.pop() {
            if seen.len() > 60 || !seen.insert(path.clone()) {
                continue;
            }
            // A page may be asked about by anybody; only what another page leads to must not be refused.
            let answer = browser.get(&path).await;
            let refused = is_refused(&answer);
            assert!(!refused || asked_for.contains(&path), "{set:?} are led to {path}: {}", answer.status);
            if answer.status != 200 {
                continue;
            }
            let (reads, writes) = leads(&answer.body);
            for to in reads {
                links += 1;
                let refused = asked_for.contains(&to) && is_refused(&browser.get(&to).await);
                assert!(!refused, "{set:?} see on {path} a way to {to}, which is refused");
                waiting.push(to);
            }
            for action in writes {
                actions.insert((action, path.clone()));
            }
        }
        let mut program = app.signed_in(&holder.name).await.asking(Kind::Json);
        for (row, (action, page)) in actions.into_iter().enumerate() {
            forms += 1;
            app.advance(6);
            let function = routes::functions().into_iter().find(|function| function.path == action);
            let function = function.unwrap_or_else(|| panic!("{page} has a form for {action}, which is not mounted"));
            let answer = call(&mut program, &function, holder.target, 100_000 + index * 1000 + row).await;
            assert!(!is_refused(&answer), "{set:?} see on {page} a form for {action}, which is refused: {answer:?}");
        }
    }
    assert!(links > 40 && forms > 5, "{links} links and {forms} forms were tried");
}

#[test]
fn links_and_forms_of_a_page_are_found() {
    let page = r##"<a href="/admin/users?role=x#top">a</a><form method="post" action="/api/admin/disable"><button formaction="/api/admin/enable">
        </form><form method="get" action="/admin/users"></form><a href="/account">b</a><a class="x" href="/administer">c</a>"##;
    let (reads, writes) = leads(page);
    assert_eq!(reads.into_iter().collect::<Vec<_>>(), ["/admin/users", "/admin/users?role=x"]);
    assert_eq!(writes.into_iter().collect::<Vec<_>>(), ["/api/admin/disable", "/api/admin/enable"]);
}
