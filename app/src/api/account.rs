//! What a signed-in person may do with the own account.

use super::{here, id};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
    visit::{CookieOrder, Who},
};
use identity::{
    sessions,
    words::{Actor, Permissions, Role, SessionView},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who is asking, as their access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoAmI {
    /// The account.
    pub id: Uuid,
    /// Display name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What it may open.
    pub role: Role,
    /// What the role lets it do.
    pub permissions: Permissions,
    /// The session.
    pub session: Uuid,
    /// Which of the session's successive refresh tokens is current.
    pub generation: i64,
    /// How long the access token still lives, in seconds. A length and not a moment: the reader's clock need not be right.
    pub expires_in: i64,
    /// Whether the tokens were renewed for this very request.
    pub renewed: bool,
    /// The administrator who acts as this account, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting: Option<Actor>,
}

/// Who am I? 401 with the cause for a stranger. Asks no database.
#[server(prefix = "/api", endpoint = "me", input = GetUrl)]
pub async fn me() -> Result<WhoAmI, AppError> {
    let visit = here()?;
    let viewer = visit.signed_in()?;
    Ok(WhoAmI {
        id: viewer.id,
        name: viewer.name.clone(),
        email: viewer.email.clone(),
        role: viewer.role,
        permissions: viewer.permissions.clone(),
        session: viewer.session,
        generation: viewer.generation,
        expires_in: (viewer.expires_at - visit.house.now().seconds()).max(0),
        renewed: matches!(visit.who, Who::SignedIn { renewed: true, .. }),
        acting: viewer.actor,
    })
}

/// The caller's living sessions, newest first.
#[server(prefix = "/api", endpoint = "sessions", input = GetUrl)]
pub async fn sessions() -> Result<Vec<SessionView>, AppError> {
    let visit = here()?;
    sessions::list(&visit.house, visit.signed_in()?.id).await.map_err(worded)
}

/// Ends one of the caller's own sessions. Another person's session id answers 404, like one that never existed.
#[server(prefix = "/api", endpoint = "end_session")]
pub async fn end_session(id: String) -> Result<Done, AppError> {
    let visit = here()?;
    let viewer = visit.signed_in()?;
    let session = self::id(&id)?;
    sessions::end_own(&visit.house, viewer, session, &visit.device).await.map_err(worded)?;
    if session == viewer.session {
        visit.order(CookieOrder::Clear);
        return Ok(Done::go("/login").telling(Notice::SignedOut));
    }
    Ok(Done::go("/account/devices").telling(Notice::SessionEnded))
}

/// Ends every session of the caller but this one.
#[server(prefix = "/api", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<Done, AppError> {
    let visit = here()?;
    sessions::end_others(&visit.house, visit.signed_in()?, &visit.device).await.map_err(worded)?;
    Ok(Done::go("/account/devices").telling(Notice::OthersEnded))
}
