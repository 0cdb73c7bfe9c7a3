//! Roles of the installation's own making. A program sends the permissions of a role as `permission[]`, once for each, as a form
//! with boxes to tick does; words of its own applications also in `others`, with spaces or commas between.

use super::here;
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
};
use identity::{
    admin::{self, RoleChoice, RoleView},
    words::{Permission, RoleName},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};

/// Where roles are looked after.
const PAGE: &str = "/admin/roles";

/// Every role: those built in first, then the installation's own by name.
#[server(prefix = "/api", endpoint = "admin/roles", input = GetUrl)]
pub async fn roles() -> Result<Vec<RoleView>, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::RolesRead)?;
    admin::roles(&visit.house, &admin).await.map_err(worded)
}

/// Makes a role. 403 when it would let one do more than whoever asks.
#[server(prefix = "/api", endpoint = "admin/make_role")]
pub async fn make_role(
    name: String,
    #[server(default)] permission: Vec<String>,
    #[server(default)] others: String,
) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::RolesWrite).await?;
    admin::make_role(&visit.house, &admin, &name, &words(permission, &others)).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::RoleMade))
}

/// Changes what a role lets its holders do, from their next request: to exactly what is sent here.
#[server(prefix = "/api", endpoint = "admin/edit_role")]
pub async fn edit_role(
    name: String,
    #[server(default)] permission: Vec<String>,
    #[server(default)] others: String,
) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::RolesWrite).await?;
    let role = RoleName::parse(&name).ok_or(AppError::NotFound)?;
    admin::edit_role(&visit.house, &admin, role, &words(permission, &others)).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::RoleEdited))
}

/// Removes a role. 409 while somebody has it.
#[server(prefix = "/api", endpoint = "admin/remove_role")]
pub async fn remove_role(name: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::RolesWrite).await?;
    let role = RoleName::parse(&name).ok_or(AppError::NotFound)?;
    admin::remove_role(&visit.house, &admin, role).await.map_err(worded)?;
    Ok(Done::go(PAGE).telling(Notice::RoleRemoved))
}

/// The roles that can be given, for a form on a page.
pub async fn role_choices() -> Result<Vec<RoleChoice>, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::RolesWrite)?;
    admin::role_choices(&visit.house, &admin).await.map_err(worded)
}

/// What was ticked, and what was typed besides.
fn words(ticked: Vec<String>, typed: &str) -> Vec<String> {
    let typed = typed.split([' ', ',', '\t', '\r', '\n']).filter(|word| !word.is_empty()).map(str::to_owned);
    ticked.into_iter().filter(|word| !word.is_empty()).chain(typed).collect()
}
