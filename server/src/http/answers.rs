//! Server functions as their callers see them: JSON with true statuses for programs, redirects for browsers without JavaScript.
//!
//! Inside, every function speaks JSON, whoever asks: that keeps the framework's own redirects to the Referer, its error texts
//! and its errors in query strings out of the world. What it answers is translated here, once. A form that met `proof_needed`
//! waits for the password, and is sent to its function from here when the password was right: see [`pending`].

use super::{
    Site, flash,
    guard::{PROOF_PAGE, see_other},
    pages,
    pending::{self, Kept},
    trace,
};
use app::{
    answer::Done,
    error::AppError,
    flash::{Flash, Notice},
    next::{HOME, LocalPath},
    visit::Visit,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use identity::{
    sessions::PROOF_LIFE,
    words::{Permission, Viewer},
};
use tower_cookies::Cookies;

/// The largest form: a name, an address and two passwords fit many times over.
pub const MAX_BODY: usize = 64 * 1024;

/// The same for the one function that takes a file, of those who may send one.
const MAX_IMPORT: usize = 1024 * 1024;

/// That function, and the page with its form.
const IMPORT: (&str, &str) = ("/api/admin/import", "/admin/users/import");

/// The largest answer of a server function that is looked at.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Set by the framework on every error of a server function.
const ERROR_MARK: &str = "serverfnerror";

/// The layer. Lets everything outside `/api/` pass.
pub async fn answers(State(site): State<Site>, cookies: Cookies, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let reference = trace::reference(&request);
    let (mut parts, body) = request.into_parts();
    let browser = wants_html(&parts.headers) && parts.method == Method::POST;
    let path = parts.uri.path().to_owned();
    let form = browser.then(|| form_page(&site, &parts, &path));
    let body = match form_body(&parts, body).await {
        Ok(body) => body,
        Err(error) => return refuse(&parts.headers, &error),
    };
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::REFERER);
    if parts.method == Method::HEAD {
        // The framework knows a read by GET alone; leaving the body out is the connection's business.
        parts.method = Method::GET;
    }
    let Some(form) = form else {
        return ask(parts, body, next, &reference).await.unwrap_or_else(|error| json(&error));
    };
    let outcome = told(ask(parts.clone(), body.clone(), next.clone(), &reference).await, &reference).await;
    if path == IMPORT.0
        && let Ok((Some(done), answer)) = &outcome
        && done.notice.is_none()
    {
        return looked_through(&site, parts, &body, answer).await;
    }
    let outcome = outcome.map(|(done, _)| done);
    let viewer = parts.extensions.get::<Visit>().and_then(|visit| visit.viewer().cloned());
    let page = Page { site: &site, cookies: &cookies, viewer: viewer.as_ref() };
    let waiting = pending::field(&body).filter(|_| path == pending::DOOR);
    match (waiting, outcome) {
        (None, outcome) => page.tell(outcome, Sent { path, form, body }),
        (Some(sealed), Err(error)) => {
            let pending = page.open(&sealed).map(|kept| kept.waiting(&sealed));
            page.leave(&Flash { form: path, error: Some(error), pending, ..Flash::default() });
            see_other(&form)
        }
        (Some(sealed), Ok(_)) => match page.open(&sealed) {
            Some(Kept::Whole { act, back, body }) => {
                // The log of requests names the door alone.
                tracing::info!(%act, "a form that waited for the password is done");
                let body = Bytes::from(body);
                let mut parts = parts;
                parts.uri = Uri::try_from(&act).unwrap_or_default();
                let outcome = told(ask(parts, body.clone(), next, &reference).await, &reference).await;
                page.tell(outcome.map(|(done, _)| done), Sent { path: act, form: back, body })
            }
            Some(Kept::Again { act, back, typed }) => {
                page.leave(&Flash { form: act, notice: Some(Notice::ProofGiven), typed, ..Flash::default() });
                see_other(&back)
            }
            None => {
                page.leave(&Flash { form: path, notice: Some(Notice::ProofGiven), ..Flash::default() });
                see_other(HOME)
            }
        },
    }
}

/// Answers a file that was looked through with the page of its form, which has to show more than fits into a message for the next page:
/// what is wrong with which line, or the file once more beside the button that means it. The function has asked who may.
async fn looked_through(site: &Site, mut parts: Parts, body: &[u8], answer: &[u8]) -> Response {
    let csv = url::form_urlencoded::parse(body).find(|(field, _)| field == "csv").map(|(_, csv)| csv.into_owned());
    let answer = String::from_utf8_lossy(answer).into_owned();
    let typed = [("csv".to_owned(), csv.unwrap_or_default()), ("answer".to_owned(), answer)].into();
    parts.extensions.insert(Flash { form: IMPORT.0.to_owned(), typed, ..Flash::default() });
    parts.method = Method::GET;
    parts.uri = Uri::from_static(IMPORT.1);
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    pages::show(site, Request::from_parts(parts, Body::empty())).await
}

/// A form that was sent.
struct Sent {
    /// To which function.
    path: String,
    /// From which page.
    form: String,
    body: Bytes,
}

/// What a server function answers, or why it does not.
async fn ask(parts: Parts, body: Bytes, next: Next, reference: &str) -> Result<Response, AppError> {
    acting(&parts)?;
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.status().is_success() && !response.headers().contains_key(ERROR_MARK) {
        return Ok(response);
    }
    let broken = || AppError::Broken { reference: reference.to_owned() };
    let status = response.status();
    let bytes = to_bytes(response.into_body(), MAX_ANSWER).await.map_err(|_| broken())?;
    Err(match (serde_json::from_slice(&bytes), status) {
        (Ok(AppError::Broken { .. }), _) => broken(),
        (Ok(error), _) => error,
        (Err(_), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) => AppError::NotFound,
        (Err(_), _) => broken(),
    })
}

/// Where an answer leads, if it says so, beside the answer itself.
async fn told(answer: Result<Response, AppError>, reference: &str) -> Result<(Option<Done>, Bytes), AppError> {
    let broken = |_| AppError::Broken { reference: reference.to_owned() };
    let bytes = to_bytes(answer?.into_body(), MAX_ANSWER).await.map_err(broken)?;
    Ok((serde_json::from_slice(&bytes).ok(), bytes))
}

/// What whoever acts as somebody else may always do: stop.
const STOPPING: [&str; 2] = ["/api/logout", "/api/stop_acting"];

/// What they may do besides when they have said that they need to change something. Whatever is not named here is refused: a function
/// that is added tomorrow, too.
const WRITES: [&str; 1] = ["/api/change_name"];

/// Refuses whoever acts as somebody else what is not for them. The rules refuse it as well; here nothing can be forgotten.
fn acting(parts: &Parts) -> Result<(), AppError> {
    let viewer = parts.extensions.get::<Visit>().and_then(|visit| visit.viewer());
    let Some(actor) = viewer.and_then(|viewer| viewer.actor) else { return Ok(()) };
    let path = parts.uri.path();
    let open = parts.method == Method::GET || STOPPING.contains(&path) || (actor.writes && WRITES.contains(&path));
    if open { Ok(()) } else { Err(AppError::Acting) }
}

/// A browser that shows what it gets.
struct Page<'a> {
    site: &'a Site,
    cookies: &'a Cookies,
    viewer: Option<&'a Viewer>,
}

impl Page<'_> {
    fn leave(&self, flash: &Flash) {
        flash::leave(self.site, self.cookies, flash);
    }

    fn open(&self, sealed: &str) -> Option<Kept> {
        pending::open(self.site, self.viewer?, sealed)
    }

    /// Leads on to where the outcome is told.
    fn tell(&self, outcome: Result<Option<Done>, AppError>, sent: Sent) -> Response {
        let Sent { path, form, body } = sent;
        match (outcome, self.viewer) {
            (Ok(done), _) => {
                let to = done.as_ref().and_then(|done| LocalPath::parse(&done.next));
                let Some(to) = to else { return see_other("/") };
                if let Some(notice) = done.and_then(|done| done.notice) {
                    self.leave(&Flash { form: path, notice: Some(notice), ..Flash::default() });
                }
                see_other(to.as_str())
            }
            (Err(AppError::ProofNeeded), Some(viewer)) => {
                let pending = pending::seal(self.site, viewer, &path, &form, &body);
                self.leave(&Flash { form: path, pending, ..Flash::default() });
                see_other(PROOF_PAGE)
            }
            (Err(error), _) => {
                let typed = flash::kept(&body);
                self.leave(&Flash { form: path, error: Some(error), typed, ..Flash::default() });
                see_other(&form)
            }
        }
    }
}

/// The body of a form, or why it is none.
async fn form_body(parts: &Parts, body: Body) -> Result<Bytes, AppError> {
    if parts.method == Method::POST && !is_form(&parts.headers) {
        return Err(AppError::NotAForm);
    }
    let trusted = |visit: &Visit| visit.permits(Permission::UsersWrite);
    let file = parts.uri.path() == IMPORT.0 && parts.extensions.get::<Visit>().is_some_and(trusted);
    to_bytes(body, if file { MAX_IMPORT } else { MAX_BODY }).await.map_err(|_| AppError::TooLarge)
}

/// The exact content type (ASVS 4.1.1): a script on another site can send any other "simple" one without asking.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let charset_only = |rest: &str| rest.is_empty() || rest.eq_ignore_ascii_case("charset=utf-8");
    parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
        && parts.all(charset_only)
}

/// An error as JSON, with its status.
pub fn json(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(error)).into_response();
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if *error == AppError::ProofNeeded {
        // RFC 9470 section 3: what is missing is a fresher proof, and how fresh.
        let challenge =
            format!("Bearer error=\"insufficient_user_authentication\", max_age=\"{}\"", PROOF_LIFE.as_secs());
        let challenge = HeaderValue::try_from(challenge).unwrap_or(HeaderValue::from_static("Bearer"));
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// An error for whoever asks, where no page can be rendered and no message left.
pub fn refuse(headers: &HeaderMap, error: &AppError) -> Response {
    let mut response = json(error);
    if wants_html(headers) {
        let (title, text) = app::catalogue::error_page(error);
        let page = super::plain::page(response.status(), &title, &text);
        let (parts, _) = response.into_parts();
        response = page;
        response.headers_mut().extend(parts.headers.get(header::RETRY_AFTER).map(|v| (header::RETRY_AFTER, v.clone())));
    }
    response
}

/// Whether the asker is a browser that shows what it gets.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The page the form was sent from: the Referer, if it is ours, else the page that has the form.
fn form_page(site: &Site, parts: &Parts, path: &str) -> String {
    let referer = parts.headers.get(header::REFERER).and_then(|referer| referer.to_str().ok());
    let ours = referer.and_then(|referer| url::Url::parse(referer).ok()).filter(|url| url.origin() == site.origin);
    let query = |url: &url::Url| url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let page = ours.and_then(|url| LocalPath::parse(&format!("{}{}", url.path(), query(&url))));
    match page {
        Some(page) => page.as_str().to_owned(),
        None => match path.trim_start_matches("/api/") {
            "register" | "setup" => path.trim_start_matches("/api").to_owned(),
            "verify_email" | "resend_verification" => "/verify".to_owned(),
            "reauthenticate" => PROOF_PAGE.to_owned(),
            "request_reset" => "/forgot".to_owned(),
            "reset_password" => "/reset".to_owned(),
            "change_password" => "/account/password".to_owned(),
            "delete_account" => "/account/data".to_owned(),
            "keep_account" => "/keep-account".to_owned(),
            "change_name" => "/account".to_owned(),
            "change_address" | "resend_address_change" | "cancel_address_change" => "/account/address".to_owned(),
            "confirm_address" => "/confirm-address".to_owned(),
            "secure_account" => "/secure-account".to_owned(),
            "end_session" | "end_other_sessions" => "/account/devices".to_owned(),
            "accept_invitation" => "/accept-invitation".to_owned(),
            "admin/import" => IMPORT.1.to_owned(),
            "admin/invite" => "/admin/users/new".to_owned(),
            "admin/create" => "/admin/users/new?with=password".to_owned(),
            "admin/set_setting" | "admin/reset_setting" => "/admin/settings".to_owned(),
            "admin/rotate_keys"
            | "admin/plan_key_retirement"
            | "admin/cancel_key_retirement"
            | "admin/distrust_key" => "/admin/keys".to_owned(),
            "stop_acting" => "/dashboard".to_owned(),
            "admin/retry_letters" => "/admin/letters".to_owned(),
            "admin/make_role" | "admin/edit_role" | "admin/remove_role" => "/admin/roles".to_owned(),
            path if path.starts_with("admin/") => "/admin/users".to_owned(),
            _ => "/login".to_owned(),
        },
    }
}
