//! What is measured: every list, search and filter of the panel as a program or a browser asks for it, and the two things everybody does.

use super::{
    browser::{Browser, device},
    cleaning::{self, renewed},
    clock::median,
    results::{Case, Measured, brief},
    sample::{Sample, cursor},
};
use crate::installation::Place;
use anyhow::Result;
use identity::{
    Latchkey, accounts, history, jobs, sessions,
    words::{Secret, Stay},
};
use std::sync::Arc;
use tokio::sync::Mutex;

/// What is fetched, for each run.
type Path = Box<dyn Fn(u32) -> String>;

/// Everything about an installation.
///
/// # Errors
/// When something is answered with an error.
pub async fn measure(place: &Place, runs: u32) -> Result<Measured> {
    let sample = Sample::take(&place.url()).await?;
    let settings = place.settings()?;
    let house = place.open().await?;
    // As a node does within its first minute: counts what takes long to count, seals what is not sealed.
    jobs::run_due(&house).await?;
    let mut browser = Browser::sign_in(&house, &settings).await?;
    let mut cases = Vec::new();
    for (name, path) in paths(&sample) {
        browser.renew(&house).await?;
        let millis = median(runs, |run| {
            let (browser, path) = (&browser, path(run));
            async move { browser.get(&path).await.map(drop) }
        })
        .await?;
        said(&mut cases, name, millis);
    }
    rules(&house, &sample, runs, &mut cases).await?;
    let waits = cleaning::measure(&house, place).await?;
    for wait in &waits {
        println!("while {:54} {:>20}  {:>20}", wait.name, brief(&wait.during), brief(&wait.otherwise));
    }
    house.close().await;
    Ok(Measured { machine: String::new(), cases, waits, lock_waits: None })
}

fn said(cases: &mut Vec<Case>, name: &str, millis: f64) {
    println!("{name:60} {millis:9.2} ms");
    cases.push(Case { name: name.to_owned(), millis });
}

/// What is fetched. Below `/api/` without the page around it, so that the database is most of the time.
fn paths(sample: &Sample) -> Vec<(&'static str, Path)> {
    let fixed = |path: String| -> Path { Box::new(move |_| path.clone()) };
    let users = |query: String| fixed(format!("/api/admin/users?{query}"));
    let audit = |query: String| fixed(format!("/api/admin/audit?{query}"));
    let id = cursor('i', &[sample.by_id.0.as_bytes()]);
    let address = cursor('a', &[sample.by_address.1.as_bytes()]);
    let name = cursor('n', &[sample.by_name.0.as_bytes(), sample.by_name.2.as_bytes()]);
    let seen = cursor('s', &[sample.by_seen.0.as_bytes(), &sample.by_seen.3.to_be_bytes()]);
    let accounts = sample.accounts.clone();
    let (begins, ids, pages) = (accounts.clone(), accounts.clone(), accounts);
    let of = |list: &[super::sample::Account], run: u32| list[run as usize % list.len()].clone();
    vec![
        ("overview, the page", fixed("/admin".to_owned())),
        ("accounts, the page", fixed("/admin/users".to_owned())),
        ("accounts", users(String::new())),
        ("accounts, page 10 000", users(format!("after={id}"))),
        ("accounts, the page before that", users(format!("before={id}"))),
        ("accounts by address, page 10 000", users(format!("sort=address&after={address}"))),
        ("accounts by name", users("sort=name".to_owned())),
        ("accounts by name, page 10 000", users(format!("sort=name&after={name}"))),
        ("accounts by name, the page before that", users(format!("sort=name&before={name}"))),
        ("accounts by last sign-in, page 10 000", users(format!("sort=seen&after={seen}"))),
        (
            "accounts, an address in full",
            Box::new(move |run| format!("/api/admin/users?q={}", of(&begins, run).1.replace('@', "%40"))),
        ),
        ("accounts, an id in full", Box::new(move |run| format!("/api/admin/users?q={}", of(&ids, run).0))),
        ("accounts, a name", users("q=anna".to_owned())),
        ("accounts, one letter", users("q=a".to_owned())),
        ("accounts, wildcards", users("q=%25_%25".to_owned())),
        ("accounts, a beginning nobody has", users("q=qqqqqqqq".to_owned())),
        ("accounts, administrators", users("role=admin".to_owned())),
        ("accounts, a role of one's own by name", users("role=auditor&sort=name".to_owned())),
        ("accounts, disabled", users("status=disabled".to_owned())),
        ("accounts, disabled, by last sign-in", users("status=disabled&sort=seen".to_owned())),
        ("accounts, not confirmed, not seen for a year", users("status=unverified&seen=not-365d".to_owned())),
        ("accounts, never signed in", users("seen=never".to_owned())),
        ("accounts, one letter and a rare role", users("q=a&role=key-keeper&status=disabled".to_owned())),
        ("accounts, what nobody is", users("role=admin&status=unverified&seen=7d".to_owned())),
        ("one account, the page", Box::new(move |run| format!("/admin/users/{}", of(&pages, run).0))),
        ("one busy account, the page", fixed(format!("/admin/users/{}", sample.busy))),
        ("audit log, the page", fixed("/admin/audit".to_owned())),
        ("audit log", audit(String::new())),
        ("audit log, page 10 000", audit(format!("after={}", sample.event))),
        ("audit log, the page before that", audit(format!("before={}", sample.event))),
        ("audit log, a rare action", audit("action=reuse_detected".to_owned())),
        ("audit log, a frequent action", audit("action=signed_in".to_owned())),
        ("audit log, one actor", audit(format!("actor={}", sample.admin))),
        ("audit log, one busy subject", audit(format!("of={}", sample.busy))),
        (
            "audit log, a frequent actor and a rare action",
            audit(format!("actor={}&action=impersonation_began", sample.admin)),
        ),
        ("audit log, one subject and a rare action", audit(format!("of={}&action=reuse_detected", sample.busy))),
        ("letters, the page", fixed("/admin/letters".to_owned())),
    ]
}

/// What is asked of the rules themselves.
async fn rules(house: &Arc<Latchkey>, sample: &Sample, runs: u32, cases: &mut Vec<Case>) -> Result<()> {
    let password = Secret::new(crate::seed::PASSWORD);
    let millis = median(runs, async |_| {
        accounts::sign_in(house, crate::seed::EMAIL, &password, Stay::Day, &device()).await?;
        Ok(())
    })
    .await?;
    said(cases, "sign-in", millis);
    let pair = Mutex::new(accounts::sign_in(house, crate::seed::EMAIL, &password, Stay::Day, &device()).await?);
    let millis = median(runs, async |_| {
        let mut pair = pair.lock().await;
        *pair = renewed(house, &pair).await?;
        Ok(())
    })
    .await?;
    said(cases, "renewing a session", millis);
    let millis = median(runs, async |run| Ok(sessions::list(house, sample.account(run).0).await.map(drop)?)).await?;
    said(cases, "the sessions of an account", millis);
    let millis =
        median(runs, async |run| Ok(history::history(house, sample.account(run).0, None, 25).await.map(drop)?)).await?;
    said(cases, "the history of an account", millis);
    let millis = median(runs, async |_| Ok(house.follow().await?)).await?;
    said(cases, "following other nodes", millis);
    Ok(())
}
