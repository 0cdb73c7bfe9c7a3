//! What an administrator does to one account, and how accounts are made for others. Everybody else gets 403, a stranger 401.

use super::{fault, here, id};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    visit::{CookieOrder, Visit},
};
use identity::{
    admin,
    words::{Fault, Field, Permission, Role, Secret},
};
use leptos::prelude::server;
use uuid::Uuid;

/// Ends one session of an account. 404 when it is none of theirs.
#[server(prefix = "/api", endpoint = "admin/end_session")]
pub async fn end_one_session(id: String, session: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let (user, session) = (self::id(&id)?, self::id(&session)?);
    admin::end_session(&visit.house, &admin, user, session).await.map_err(worded)?;
    if visit.viewer().is_some_and(|viewer| viewer.session == session) {
        visit.order(CookieOrder::Clear);
        return Ok(Done::go("/login").telling(Notice::SignedOut));
    }
    Ok(at(user, Notice::SessionEnded))
}

/// Makes the password of an account worthless and has its owner choose another. 422 on `id` while nobody has confirmed the address.
#[server(prefix = "/api", endpoint = "admin/force_reset")]
pub async fn force_reset(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::force_reset(&visit.house, &admin, user).await.map_err(worded)?;
    Ok(shut(&visit, user, Notice::ResetForced))
}

/// Vouches for the address of an account.
#[server(prefix = "/api", endpoint = "admin/verify")]
pub async fn verify(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::verify(&visit.house, &admin, user).await.map_err(worded)?;
    Ok(at(user, Notice::VerifiedByAdmin))
}

/// Shuts an account and has it deleted in seven days. 409 when it would leave no administrator.
#[server(prefix = "/api", endpoint = "admin/delete")]
pub async fn order_deletion(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::order_deletion(&visit.house, &admin, user).await.map_err(worded)?;
    Ok(shut(&visit, user, Notice::DeletionOrdered))
}

/// Takes that back.
#[server(prefix = "/api", endpoint = "admin/undelete")]
pub async fn revoke_deletion(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::revoke_deletion(&visit.house, &admin, user).await.map_err(worded)?;
    Ok(at(user, Notice::DeletionRevoked))
}

/// Makes an account and has its owner choose the password. 422 on `email` when the address has an account.
#[server(prefix = "/api", endpoint = "admin/invite")]
pub async fn invite(name: String, email: String, role: Option<String>) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = admin::invite(&visit.house, &admin, &name, &email, self::role(role)?).await.map_err(worded)?;
    Ok(at(user, Notice::Invited))
}

/// Makes an account with a password given here; its address counts as confirmed. 422 on `email` when the address has an account.
#[server(prefix = "/api", endpoint = "admin/create")]
pub async fn create(name: String, email: String, password: Secret, role: Option<String>) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let role = self::role(role)?;
    let user = admin::create(&visit.house, &admin, &name, &email, &password, role).await.map_err(worded)?;
    Ok(at(user, Notice::AccountMade))
}

/// Sends an invitation once more. 404 when nobody waits there to accept one.
#[server(prefix = "/api", endpoint = "admin/resend_invitation")]
pub async fn resend_invitation(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::resend_invitation(&visit.house, &admin, user).await.map_err(worded)?;
    Ok(at(user, Notice::Invited))
}

/// Takes an invitation back: the account nobody has ever had is deleted. 404 when somebody has it, or there is none.
#[server(prefix = "/api", endpoint = "admin/revoke_invitation")]
pub async fn revoke_invitation(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    admin::revoke_invitation(&visit.house, &admin, self::id(&id)?).await.map_err(worded)?;
    Ok(Done::go("/admin/users").telling(Notice::InvitationRevoked))
}

/// Back to the page of the account.
fn at(user: Uuid, notice: Notice) -> Done {
    Done::go(format!("/admin/users/{user}")).telling(notice)
}

/// The same, unless it was the administrator's own: then nobody is signed in any more.
fn shut(visit: &Visit, user: Uuid, notice: Notice) -> Done {
    if visit.viewer().is_some_and(|viewer| viewer.id == user) {
        visit.order(CookieOrder::Clear);
        return Done::go("/login").telling(notice);
    }
    at(user, notice)
}

fn role(word: Option<String>) -> Result<Role, AppError> {
    match word.filter(|word| !word.is_empty()) {
        None => Ok(Role::User),
        Some(word) => Role::from_word(&word).ok_or_else(|| fault(Field::Role, Fault::Malformed)),
    }
}
