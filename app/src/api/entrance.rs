//! What a stranger may do: register, confirm an address, sign in. And signing out.

use super::{fault, here};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    next::LocalPath,
    visit::{CookieOrder, Who},
};
use identity::{
    accounts, sessions,
    words::{Fault, Field, Secret, Stay},
};
use leptos::prelude::server;

/// Registers an account. Answers alike for new, waiting and known addresses; the letter tells the owner which it was.
#[server(prefix = "/api", endpoint = "register")]
pub async fn register(name: String, email: String, password: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    accounts::register(&visit.house, &name, &email, &password, &visit.device).await.map_err(worded)?;
    Ok(Done::go("/verify").telling(Notice::LetterSent))
}

/// Sends the verification letter once more. Answers alike for every address.
#[server(prefix = "/api", endpoint = "resend_verification")]
pub async fn resend_verification(email: String) -> Result<Done, AppError> {
    let visit = here()?;
    accounts::resend_verification(&visit.house, &email, &visit.device).await.map_err(worded)?;
    Ok(Done::go("/verify").telling(Notice::LetterSent))
}

/// Spends the token of a verification letter, or the code typed from it. Does not sign in.
#[server(prefix = "/api", endpoint = "verify_email")]
pub async fn verify_email(token: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    accounts::verify_email(&visit.house, &token, &visit.device).await.map_err(worded)?;
    Ok(Done::go("/login").telling(Notice::Verified))
}

/// Signs in. Who was signed in before in this browser is signed out first.
#[server(prefix = "/api", endpoint = "login")]
pub async fn login(
    email: String,
    password: Secret,
    stay: Option<String>,
    next: Option<String>,
) -> Result<Done, AppError> {
    let visit = here()?;
    let stay = match stay.as_deref() {
        Some(word) => Stay::from_word(word).ok_or_else(|| fault(Field::Stay, Fault::Malformed))?,
        None => visit.house.policy().stays.first().copied().unwrap_or(Stay::Visit),
    };
    let pair = accounts::sign_in(&visit.house, &email, &password, stay, &visit.device).await.map_err(worded)?;
    if let Who::SignedIn { viewer, .. } = &visit.who {
        // A new session never continues an old one (ASVS 7.2.4).
        sessions::sign_out(&visit.house, viewer, &visit.device).await.map_err(worded)?;
    }
    visit.order(CookieOrder::Give(Box::new(pair)));
    Ok(Done::go(LocalPath::after_sign_in(next.as_deref())))
}

/// Signs out. Always succeeds and always clears the cookies, whatever state they or the database are in. Whoever acts as somebody else
/// is signed out of their own session, too: `stop_acting` is the way back to it.
#[server(prefix = "/api", endpoint = "logout")]
pub async fn logout() -> Result<Done, AppError> {
    let visit = here()?;
    visit.order(CookieOrder::Clear);
    if let Who::SignedIn { viewer, .. } = &visit.who
        && let Err(refusal) = sessions::sign_out(&visit.house, viewer, &visit.device).await
    {
        tracing::error!(error = %refusal, "a session could not be ended in the database");
    }
    Ok(Done::go("/login").telling(Notice::SignedOut))
}

/// Makes the first administrator, with the one-time link that the first start prints.
#[server(prefix = "/api", endpoint = "setup")]
pub async fn setup(token: Secret, name: String, email: String, password: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    accounts::setup(&visit.house, &token, &name, &email, &password).await.map_err(worded)?;
    Ok(Done::go("/login").telling(Notice::SetupDone))
}
