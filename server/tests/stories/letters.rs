//! Letters that do not arrive: what an administrator sees of them, and what can be done.

#[path = "../../../identity/tests/support/mail_server.rs"]
mod mail_server;

use crate::support::*;
use app::{catalogue, flash::Notice};
use identity::{
    admin::{self, Proven},
    mail::{self, Delivered, Transport},
    words::{Role, RoleName},
};
use mail_server::MailServer;
use server::http::metrics::Metrics;
use uuid::Uuid;

const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

impl TestApp {
    /// These people register, and each is posted a letter.
    async fn register(&self, people: &[&str]) {
        for name in people {
            let fields = [("name", *name), ("email", &email(name)), ("password", PASSWORD)];
            self.browser().post("/api/register", &fields).await.leads_to("/verify");
            self.advance(1);
        }
    }

    /// Tries to deliver what is due, over there.
    async fn deliver(&self, server: &MailServer) -> Delivered {
        self.deliver_to(server.url()).await
    }

    async fn deliver_to(&self, url: &str) -> Delivered {
        mail::deliver_due(&self.house, &Transport::smtp(url).unwrap()).await.unwrap()
    }

    async fn letter_numbers(&self) -> Vec<String> {
        let text = Metrics::default().text(&self.house, mail::standing(&self.house).await.ok());
        text.lines().filter(|line| line.starts_with("latchkey_letters")).map(str::to_owned).collect()
    }
}

async fn administrator(app: &TestApp) -> Browser {
    app.account("root", Role::Admin).await;
    app.signed_in("root").await
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_noticed_on_the_overview_and_its_letters_go_out_when_told() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    root.open("/admin").await.is(200).hides("could not be sent");
    root.open("/admin/letters").await.is(200).says("No letters here.");
    app.register(&PEOPLE).await;
    root.open("/admin/letters").await.is(200).says("Confirm your address").says("Waiting").hides("could not be sent");

    assert_eq!(app.deliver_to("smtp://127.0.0.1:1").await.postponed, 3, "nobody listens there");
    root.open("/admin").await.is(200).says("3 letters could not be sent so far");
    let page = root.open("/admin/letters").await.is(200);
    let page = page.says("3 letters could not be sent so far").says("Connection refused").says("In 60 seconds");
    for name in PEOPLE {
        page.clone().hides(&email(name));
    }
    assert_eq!(app.deliver(&MailServer::kind().await).await.sent, 0, "not due for a minute");

    let page = root.fill("/api/admin/retry_letters", &[]).await.is(200);
    page.says(catalogue::notice(Notice::LettersRetried));
    assert_eq!(root.path(), "/admin/letters");
    assert_eq!(app.events().await.last().unwrap(), "letters_retried");
    root.open("/admin/audit").await.is(200).says("Letters tried again").says("3 letters").says("root@example.org");
    assert_eq!(app.deliver(&MailServer::kind().await).await.sent, 3);
    root.open("/admin/letters").await.is(200).hides("could not be sent");
    root.open("/admin/letters?state=sent").await.is(200).says("Sent letters only.").says("Confirm your address");
    root.open("/admin").await.is(200).hides("could not be sent");
}

#[tokio::test]
async fn one_letter_is_tried_again_from_its_row_and_the_list_keeps_its_filter() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    app.register(&PEOPLE).await;
    app.deliver(&MailServer::answering(|_| "451 come later").await).await;
    root.open("/admin/letters?state=failing").await.is(200).says("Failing letters only.");
    let mut program = root.clone().asking(Kind::Json);
    let list = program.get("/api/admin/letters?state=failing").await.is(200).json();
    let id = list["letters"]["items"][1]["id"].as_str().unwrap().to_owned();
    let fields = [("id", id.as_str()), ("state", "failing")];
    root.post("/api/admin/retry_letters", &fields).await.leads_to("/admin/letters?state=failing");
    assert_eq!(app.deliver(&MailServer::kind().await).await.sent, 1, "that one and no other");
    let late = program.post("/api/admin/retry_letters", &fields).await.is(200).json();
    assert_eq!(late["notice"], "letters_elsewhere", "it was sent already");
    assert_eq!(app.events().await.iter().filter(|event| *event == "letters_retried").count(), 1);
    let nobody = Uuid::nil().to_string();
    program.post("/api/admin/retry_letters", &[("id", &nobody)]).await.refuses(404, "not_found");
    program.post("/api/admin/retry_letters", &[("id", "x")]).await.refuses(404, "not_found");
}

#[tokio::test]
async fn what_was_refused_for_good_is_shown_with_the_reason_and_without_the_recipient() {
    let app = TestApp::start().await;
    let mut root = administrator(&app).await;
    app.register(&["zacharias"]).await;
    let refusing = MailServer::answering(|_| "550 5.1.1 <zacharias@example.org>: no mailbox here").await;
    assert_eq!(app.deliver(&refusing).await.given_up, 1);
    root.open("/admin").await.is(200).says("1 letter given up this week");
    let page = root.open("/admin/letters?state=given_up").await.is(200);
    page.says("Given up").says("no mailbox here").says("Not tried again").hides("zacharias").hides("Try again now");
    root.open("/admin/letters?state=sent").await.is(200).says("No letters here.");
    app.advance(8 * DAY);
    let mut root = app.signed_in("root").await;
    root.open("/admin").await.is(200).hides("given up");
}

#[tokio::test]
async fn letters_come_in_pages_and_by_state() {
    let app = TestApp::start().await;
    let root = administrator(&app).await;
    app.register(&PEOPLE[..2]).await;
    assert_eq!(app.deliver(&MailServer::kind().await).await.sent, 2);
    app.register(&["dora"]).await;
    let mut program = root.asking(Kind::Json);
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = program.get(&format!("/api/admin/letters?limit=1&after={after}")).await.is(200).json();
        let figures = page["figures"].to_string();
        assert_eq!(figures, r#"{"failing":0,"given_up":0,"sent":2,"waiting":1}"#);
        seen.push(page["letters"]["items"][0]["state"].as_str().unwrap().to_owned());
        match page["letters"]["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["waiting", "sent", "sent"]);
    program.get("/api/admin/letters?state=lost").await.refuses(422, "invalid");
    app.advance(DAY + MINUTE);
    let mut program = app.signed_in("root").await.asking(Kind::Json);
    let page = program.get("/api/admin/letters").await.is(200).json();
    assert_eq!(page["figures"]["sent"], 0, "not within a day");
}

#[tokio::test]
async fn monitoring_counts_letters_and_does_without_when_the_database_is_away() {
    let app = TestApp::start().await;
    app.register(&PEOPLE).await;
    let refusing = MailServer::answering(|to| if to.contains("alice") { "550 no" } else { "451 come later" }).await;
    assert_eq!(app.deliver(&refusing).await.postponed, 2);
    app.register(&["dora"]).await;
    let expected = [("waiting", 1), ("failing", 2), ("given_up", 1)];
    let expected = expected.map(|(state, count)| format!("latchkey_letters{{state=\"{state}\"}} {count}"));
    assert_eq!(app.letter_numbers().await, expected);
    app.house.close().await;
    assert!(app.letter_numbers().await.is_empty());
    assert!(Metrics::default().text(&app.house, None).contains("latchkey_revocations 0"));
}

#[tokio::test]
async fn a_letter_leads_to_its_account_and_can_be_tried_again_only_where_that_is_permitted() {
    let app = TestApp::start().await;
    app.register(&PEOPLE[..1]).await;
    app.deliver(&MailServer::answering(|_| "451 come later").await).await;
    for (name, permissions, leads, retries) in [
        ("reader", &["letters:read"][..], false, false),
        ("helper", &["letters:read", "users:read"], true, false),
        ("postman", &["letters:read", "letters:retry"], false, true),
    ] {
        let words: Vec<String> = permissions.iter().map(ToString::to_string).collect();
        admin::make_role(&app.house, &Proven::operator(), name, &words).await.unwrap();
        app.account(name, Role::Named(RoleName::parse(name).unwrap())).await;
        let mut browser = app.signed_in(name).await;
        let page = browser.open("/admin/letters").await.is(200).says("Failing").body;
        assert_eq!(page.contains("href=\"/admin/users/"), leads, "{name}");
        assert_eq!(page.contains("/api/admin/retry_letters"), retries, "{name}");
        let list = browser.asking(Kind::Json).get("/api/admin/letters").await.is(200).json();
        assert_eq!(list["letters"]["items"][0]["user"].is_string(), leads, "{name}");
    }
}
