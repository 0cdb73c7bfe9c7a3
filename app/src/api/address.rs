//! Changing the own name and address, and taking the account back.

use super::here;
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    visit::CookieOrder,
};
use identity::{accounts, words::Secret};
use leptos::prelude::server;
use uuid::Uuid;

/// The page with the form for another address.
const PAGE: &str = "/account/address";

/// Changes the caller's name. The form says for which `account` it was made, because a page may be older than what the browser is in by
/// now: 409 when that is another. Programs may leave it out. It shows at once in this browser, and elsewhere when the tokens there are next renewed.
#[server(prefix = "/api", endpoint = "change_name")]
pub async fn change_name(name: String, account: Option<String>) -> Result<Done, AppError> {
    let visit = here()?;
    let own = visit.signed_in()?.id;
    if account.is_some_and(|account| Uuid::try_parse(&account).ok() != Some(own)) {
        return Err(AppError::OtherAccount);
    }
    let renew = visit.holds_refresh().await?;
    let pair = accounts::change_name(&visit.house, visit.signed_in()?, &name, &visit.device, renew).await;
    if let Some(pair) = pair.map_err(worded)? {
        visit.order(CookieOrder::Give(Box::new(pair)));
    }
    Ok(Done::go("/account").telling(Notice::NameChanged))
}

/// Asks for another address, by who has just given the password. Answers alike for every address; only its owner learns whether
/// it has an account.
#[server(prefix = "/api", endpoint = "change_address")]
pub async fn change_address(email: String) -> Result<Done, AppError> {
    let visit = here()?;
    let proven = visit.proven().await?;
    accounts::change_address(&visit.house, &proven, &email, &visit.device).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::AddressAsked))
}

/// Sends the letter of the caller's pending change once more; 404 when nothing is pending.
#[server(prefix = "/api", endpoint = "resend_address_change")]
pub async fn resend_address_change() -> Result<Done, AppError> {
    let visit = here()?;
    accounts::resend_address_change(&visit.house, visit.signed_in()?).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::AddressAsked))
}

/// Gives the caller's pending change up.
#[server(prefix = "/api", endpoint = "cancel_address_change")]
pub async fn cancel_address_change() -> Result<Done, AppError> {
    let visit = here()?;
    accounts::cancel_address_change(&visit.house, visit.signed_in()?).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::AddressKept))
}

/// Spends the token or code of the letter to a new address. Open to everybody: whoever reads the letter may be signed in elsewhere.
#[server(prefix = "/api", endpoint = "confirm_address")]
pub async fn confirm_address(token: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    accounts::confirm_address(&visit.house, &token, &visit.device).await.map_err(worded)?;
    let next = if visit.viewer().is_some() { PAGE } else { "/login" };
    Ok(Done::go(next).telling(Notice::AddressChanged))
}

/// Spends the token of a "this was not me" link: everybody is out of the account, and the answer leads to a new password. Where the
/// address has another account, it leads to that first. Open to everybody who holds one.
#[server(prefix = "/api", endpoint = "secure_account")]
pub async fn secure_account(token: Secret) -> Result<Done, AppError> {
    let visit = here()?;
    let reset = accounts::secure_account(&visit.house, &token, &visit.device).await.map_err(worded)?;
    Ok(match reset {
        Some(reset) => Done::go(format!("/reset?token={}", reset.expose())).telling(Notice::Secured),
        None if visit.viewer().is_some() => Done::go(PAGE).telling(Notice::SecuredElsewhere),
        None => Done::go("/login").telling(Notice::SecuredElsewhere),
    })
}
