//! What helps while a form is filled, and decides nothing.

use super::here;
use crate::{answer::worded, error::AppError};
use identity::{
    passwords::{self, Rules},
    words::{Secret, StrengthView},
};
use leptos::prelude::server;

/// The longest name and address that are held against a password: no account has longer ones.
const LONGEST: usize = 254;

/// Says how hard a new password would be to guess, and what would be refused about it. Open to strangers, who register with it: it
/// tells nothing about any account. The words that must not be the whole password are those of whoever is signed in, else those
/// of the form. Without them, as where a password is set by letter, nothing is called better than long enough.
#[server(prefix = "/api", endpoint = "password_strength")]
pub async fn password_strength(
    password: Secret,
    name: Option<String>,
    email: Option<String>,
) -> Result<StrengthView, AppError> {
    let visit = here()?;
    let (name, email) = match visit.viewer() {
        Some(viewer) => (viewer.name.clone(), viewer.email.clone()),
        None => (short(name), short(email)),
    };
    passwords::strength(&password, &Rules::of(&visit.house, &name, &email)).await.map_err(worded)
}

fn short(typed: Option<String>) -> String {
    typed.unwrap_or_default().chars().take(LONGEST).collect()
}
