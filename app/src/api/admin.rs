//! What an administrator may do. Everybody else gets 403, a stranger 401.

use super::{fault, here, id};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    visit::CookieOrder,
};
use identity::{
    admin::{self, AccountState, LetterView},
    sessions,
    words::{Fault, Field, Permission, Role, SessionView, UserView},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// One account with its living sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPage {
    /// The account.
    pub user: UserView,
    /// Its living sessions, newest first.
    pub sessions: Vec<SessionView>,
    /// How it stands.
    pub state: AccountState,
    /// The letters sent to its owner, newest first.
    pub letters: Vec<LetterView>,
}

/// One account with its living sessions.
#[server(prefix = "/api", endpoint = "admin/user", input = GetUrl)]
pub async fn user(id: String) -> Result<UserPage, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::UsersRead)?;
    let id = self::id(&id)?;
    let user = admin::one(&visit.house, &admin, id).await.map_err(worded)?;
    let sessions = sessions::list(&visit.house, id).await.map_err(worded)?;
    let state = admin::account(&visit.house, &admin, id).await.map_err(worded)?;
    let letters = admin::letters_of(&visit.house, &admin, id).await.map_err(worded)?;
    Ok(UserPage { user, sessions, state, letters })
}

/// Changes an account's role. 409 when it would leave no administrator.
#[server(prefix = "/api", endpoint = "admin/set_role")]
pub async fn set_role(id: String, role: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::RolesWrite).await?;
    let role = Role::from_word(&role).ok_or_else(|| fault(Field::Role, Fault::Malformed))?;
    let user = self::id(&id)?;
    admin::set_role(&visit.house, &admin, user, role).await.map_err(worded)?;
    Ok(Done::go(format!("/admin/users/{user}")).telling(Notice::RoleChanged))
}

/// Disables an account and ends its sessions. 409 when it would leave no administrator.
#[server(prefix = "/api", endpoint = "admin/disable")]
pub async fn disable(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::disable(&visit.house, &admin, user).await.map_err(worded)?;
    if visit.viewer().is_some_and(|viewer| viewer.id == user) {
        visit.order(CookieOrder::Clear);
        return Ok(Done::go("/login").telling(Notice::SignedOut));
    }
    Ok(Done::go(format!("/admin/users/{user}")).telling(Notice::Disabled))
}

/// Lets a disabled account sign in again.
#[server(prefix = "/api", endpoint = "admin/enable")]
pub async fn enable(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::enable(&visit.house, &admin, user).await.map_err(worded)?;
    Ok(Done::go(format!("/admin/users/{user}")).telling(Notice::Enabled))
}

/// Ends every session of an account.
#[server(prefix = "/api", endpoint = "admin/end_sessions")]
pub async fn end_sessions(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::UsersWrite).await?;
    let user = self::id(&id)?;
    admin::end_sessions(&visit.house, &admin, user).await.map_err(worded)?;
    if visit.viewer().is_some_and(|viewer| viewer.id == user) {
        visit.order(CookieOrder::Clear);
        return Ok(Done::go("/login").telling(Notice::SignedOut));
    }
    Ok(Done::go(format!("/admin/users/{user}")).telling(Notice::SessionsEnded))
}
