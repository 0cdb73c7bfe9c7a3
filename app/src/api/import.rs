//! Making many accounts from a CSV file, pasted into a form.

use super::here;
use crate::{answer::worded, error::AppError, flash::Notice};
use identity::{
    admin::{self, How, Imported},
    words::Permission,
};
use leptos::prelude::server;
use serde::{Deserialize, Serialize};

/// What was made of a file, or would be. To a browser the server's `answers.rs` shows the page again with it, unless `notice` says that all is
/// done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportAnswer {
    /// Where a browser goes.
    pub next: String,
    /// What it is told there, when everything was made.
    pub notice: Option<Notice>,
    /// Whether accounts were made.
    pub made: bool,
    /// The lines.
    pub report: Imported,
}

/// Says what would be made of a file, with everything that is wrong by the line; with `confirm=yes` makes the accounts, if nothing is. With
/// `letters=yes` those without a password are invited.
#[server(prefix = "/api", endpoint = "admin/import")]
pub async fn import(csv: String, confirm: Option<String>, letters: Option<String>) -> Result<ImportAnswer, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let yes = |word: Option<String>| word.as_deref() == Some("yes");
    let (confirmed, letters) = (yes(confirm), yes(letters));
    let run = async |how| admin::import(&visit.house, &admin, csv.as_bytes(), how).await.map_err(worded);
    let mut report = run(How::DryRun).await?;
    let made = confirmed && report.wrong == 0 && report.ready + report.invited > 0;
    if made {
        report = run(How::Make { letters }).await?;
    }
    let notice = (made && report.wrong == 0 && report.stopped.is_none()).then_some(Notice::Imported);
    let next = if notice.is_some() { "/admin/users" } else { "/admin/users/import" };
    Ok(ImportAnswer { next: next.to_owned(), notice, made, report })
}
