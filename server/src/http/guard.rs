//! What a page asks of its reader, decided before Leptos renders a byte of it.
//!
//! A guard inside a page renders the page first and hides it afterwards: such pages have leaked. Here a stranger gets an empty
//! redirect, and somebody without the right gets the error page and nothing else. Server functions ask for themselves.

use super::answers;
use app::{
    error::AppError,
    next::LocalPath,
    visit::{Visit, Who},
};
use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use identity::words::{Permission, Role};
use url::form_urlencoded;

/// What a page asks of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Open,
    /// To have no session: who has one is sent on.
    Stranger,
    /// A session.
    User,
    /// A session of somebody who may open the admin panel, and may do this there.
    Panel(Option<Permission>),
    /// A session of an administrator.
    Admin,
    /// Only to be passed through, to the login page or home.
    Door,
}

/// Where the password is given once more.
pub const PROOF_PAGE: &str = "/reauthenticate";

/// Pages that hand out so much that a session left open on a desk must not be enough. What they call asks for the proof itself;
/// here a browser is led to where it can be given.
const STEP_UP: [&str; 6] = [
    "/account/export",
    "/admin/users/import",
    "/admin/audit/export.csv",
    "/admin/audit/export.jsonl",
    "/admin/users/export.csv",
    "/admin/users/export.json",
];

/// The branches of the admin panel, and what each asks for; what is within another stands first.
const PANEL: [(&str, Permission); 7] = [
    ("/admin/users/bulk", Permission::UsersWrite),
    ("/admin/users", Permission::UsersRead),
    ("/admin/roles", Permission::RolesRead),
    ("/admin/audit", Permission::AuditRead),
    ("/admin/settings", Permission::SettingsRead),
    ("/admin/keys", Permission::KeysRead),
    ("/admin/letters", Permission::LettersRead),
];

/// The level of a path. Whole branches are named, so that a page added below `/admin` is guarded before anybody thinks of it.
pub fn level(path: &str) -> Level {
    let within = |branch: &str| path == branch || path.strip_prefix(branch).is_some_and(|rest| rest.starts_with('/'));
    if path == "/" {
        Level::Door
    } else if path == "/admin" {
        Level::Panel(None)
    } else if let Some((_, permission)) = PANEL.iter().find(|(branch, _)| within(branch)) {
        Level::Panel(Some(*permission))
    } else if within("/admin") {
        Level::Admin
    } else if within("/dashboard") || within("/account") || within(PROOF_PAGE) {
        Level::User
    } else if within("/login") || within("/register") {
        Level::Stranger
    } else {
        Level::Open
    }
}

/// The layer.
pub async fn guard(mut request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(visit) = request.extensions().get::<Visit>().cloned() else {
        // Without a visit nobody is known to be anybody, and nothing may be shown.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let level = level(request.uri().path());
    match (level, visit.viewer()) {
        (Level::User, Some(_)) if STEP_UP.contains(&request.uri().path()) => step_up(&visit, request, next).await,
        (Level::Open, _) | (Level::Stranger, None) | (Level::User, Some(_)) => next.run(request).await,
        (Level::Door, Some(_)) => see_other(app::next::HOME),
        (Level::Door, None) => see_other(&login(None, &visit)),
        (Level::Stranger, Some(_)) => see_other(&LocalPath::after_sign_in(asked_next(&request).as_deref())),
        (Level::User | Level::Panel(_) | Level::Admin, None) => {
            let wanted = request.uri().path_and_query().filter(|_| safe).map(|wanted| wanted.as_str());
            see_other(&login(wanted, &visit))
        }
        (Level::Panel(Some(permission)), Some(viewer))
            if viewer.permissions.has(permission) && STEP_UP.contains(&request.uri().path()) =>
        {
            step_up(&visit, request, next).await
        }
        (Level::Panel(None), Some(viewer)) if viewer.permissions.open_panel() => next.run(request).await,
        (Level::Panel(Some(permission)), Some(viewer)) if viewer.permissions.has(permission) => next.run(request).await,
        (Level::Admin, Some(viewer)) if viewer.role == Role::Admin => next.run(request).await,
        (Level::Panel(_) | Level::Admin, Some(_)) => {
            let mut denied = visit.clone();
            denied.denied = true;
            request.extensions_mut().insert(denied);
            let mut response = next.run(request).await;
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        }
    }
}

/// Asks for the password first, and leads back here afterwards.
async fn step_up(visit: &Visit, request: Request, next: Next) -> Response {
    match visit.proven().await {
        Ok(_) => next.run(request).await,
        Err(AppError::ProofNeeded) if answers::wants_html(request.headers()) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            if let Some(wanted) = request.uri().path_and_query().and_then(|wanted| LocalPath::parse(wanted.as_str())) {
                query.append_pair("next", wanted.as_str());
            }
            see_other(&format!("{PROOF_PAGE}?{}", query.finish()))
        }
        Err(error) => answers::refuse(request.headers(), &error),
    }
}

/// The login page, told where to go afterwards and why the last session ended.
fn login(wanted: Option<&str>, visit: &Visit) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(wanted) = wanted.and_then(LocalPath::parse) {
        query.append_pair("next", wanted.as_str());
    }
    if let Who::Stranger { ended: Some(cause) } = visit.who {
        query.append_pair("ended", cause.as_str());
    }
    match query.finish() {
        query if query.is_empty() => "/login".to_owned(),
        query => format!("/login?{query}"),
    }
}

fn asked_next(request: &Request) -> Option<String> {
    let query = request.uri().query()?;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "next").map(|(_, value)| value.into_owned())
}

/// A redirect that turns a POST into a GET (RFC 9110 section 15.4.4), with an empty body. `to` is a path of our own.
pub fn see_other(to: &str) -> Response {
    let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}
