//! Who is asking: verified, and refreshed when need be, before anything else happens to a request.
//!
//! The only caller of rotation and, with `cookies.rs`, the only writer of session cookies. Stands around pages and server
//! functions and never around static files. It decides before Leptos renders the first byte, because headers cannot follow it.
//! Only a final verdict clears cookies: a lost race or a database that does not answer never does.

use super::{Site, address::ClientAddr, answers, flash, guard::see_other, trace};
use app::{
    error::AppError,
    flash::{Flash, Notice},
    visit::{CookieOrder, Visit, Who},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::{
    Refusal, accounts,
    sessions::{self, Admission, Device, Return, Rotation},
    tokens::TokenPair,
    words::{EndCause, Secret},
};
use tower_cookies::Cookies;

/// Tells the browser to forget what it has stored for us. `"cookies"` is not among it: that would hit the whole domain.
const FORGET: HeaderValue = HeaderValue::from_static("\"cache\", \"storage\"");

/// Signing out always succeeds, whatever state the database is in.
const SIGN_OUT: &str = "/api/logout";

/// Length of a device cookie: 128 bits in base64url.
const DEVICE_CHARS: usize = 22;

/// Whether a request came in with a bearer token and not with cookies: no browser sends one by itself.
#[derive(Clone, Copy)]
pub struct ByBearer;

/// What the cookies of a request led to.
#[allow(clippy::large_enum_variant, reason = "there is one for a request, and it is moved at once")]
enum Found {
    Known(Who),
    /// The tokens were renewed for this request.
    Renewed(Box<TokenPair>),
    /// The session is over for good; what the browser still holds is to go.
    Over(Option<EndCause>),
    /// An administrator is no longer in somebody else's place. The request was meant for that place: it is not carried out in their own.
    Back(Box<Return>),
}

/// The layer.
pub async fn visit(State(site): State<Site>, cookies: Cookies, mut request: Request, next: Next) -> Response {
    let device = device(&site, &cookies, &request);
    let reference = trace::reference(&request);
    let (who, renewed, over) = if let Some(token) = bearer(request.headers()) {
        let Admission::Admitted(viewer) = token.map_or(Admission::Refused, |token| sessions::admit(&site.house, token))
        else {
            return invalid_token();
        };
        receipt(&site, &viewer).await;
        request.extensions_mut().insert(ByBearer);
        (Who::SignedIn { viewer, renewed: false }, None, false)
    } else {
        let signing_out = request.uri().path() == SIGN_OUT;
        match by_cookies(&site, &cookies, request.headers(), &device).await {
            Ok(Found::Known(who)) => (who, None, false),
            Ok(Found::Renewed(pair)) => {
                (Who::SignedIn { viewer: pair.viewer.clone(), renewed: true }, Some(pair), false)
            }
            // Whoever wants to leave is not to be left in another session, and least of all in an administrator's.
            Ok(Found::Back(back)) if signing_out => {
                (Who::SignedIn { viewer: back.pair.viewer, renewed: true }, None, false)
            }
            Ok(Found::Back(back)) => return go_back(&site, &cookies, request.headers(), &back),
            Ok(Found::Over(ended)) => (Who::Stranger { ended }, None, true),
            // Whoever wants to leave may leave, although nobody can tell who it is.
            Err(_) if signing_out => {
                if let Some(token) = site.jar.read(&cookies, site.jar.refresh()) {
                    sessions::sign_out_later(&site.house, &token, &device);
                }
                (Who::Stranger { ended: None }, None, false)
            }
            Err(refused) => return *refused,
        }
    };
    let who = match named(&site, who).await {
        Ok(who) => who,
        Err(refusal) => return unavailable(request.headers(), refusal),
    };
    let known_by = device.cookie.clone();
    let mut visit = Visit::new(site.house.clone(), who, device, reference);
    visit.refresh = match &renewed {
        Some(pair) => Some(Secret::new(pair.refresh.as_str())),
        None if request.extensions().get::<ByBearer>().is_some() => None,
        None => site.jar.read(&cookies, site.jar.refresh()).map(Secret::new),
    };
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(request).await;
    match (visit.take_order(), renewed, over) {
        (Some(CookieOrder::Give(pair)), _, _) => {
            site.jar.give(&cookies, &pair);
            if let Some(value) = known_by {
                site.jar.know(&cookies, &value);
            }
        }
        (Some(CookieOrder::Lend(pair)), _, _) => site.jar.lend(&cookies, &pair),
        (None, Some(pair), _) => site.jar.give(&cookies, &pair),
        (Some(CookieOrder::Clear), _, _) => {
            site.jar.clear(&cookies);
            response.headers_mut().insert(HeaderName::from_static("clear-site-data"), FORGET);
        }
        (None, None, true) => site.jar.clear(&cookies),
        (None, None, false) => return response,
    }
    // A cache that kept this answer would sign a stranger in.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn by_cookies(
    site: &Site,
    cookies: &Cookies,
    headers: &HeaderMap,
    device: &Device,
) -> Result<Found, Box<Response>> {
    let access = site.jar.read(cookies, site.jar.access());
    let refresh = site.jar.read(cookies, site.jar.refresh());
    if let Some(Admission::Admitted(viewer)) = access.as_deref().map(|token| sessions::admit(&site.house, token)) {
        receipt(site, &viewer).await;
        return Ok(Found::Known(Who::SignedIn { viewer, renewed: false }));
    }
    let Some(refresh) = refresh else {
        return Ok(match access {
            Some(_) => Found::Over(None),
            None => Found::Known(Who::Stranger { ended: None }),
        });
    };
    if is_prefetch(headers) {
        // Nobody may ever look at this answer, so it must not spend a token; nor may a login page be kept for later. The
        // browser drops a failed prefetch and asks again when the link is followed.
        return Err(Box::new(StatusCode::SERVICE_UNAVAILABLE.into_response()));
    }
    let outcome = sessions::renew(&site.house, &refresh, device).await;
    if let Ok(rotation) = &outcome {
        site.metrics.rotated(rotation);
    }
    match outcome {
        Ok(Rotation::Renewed(pair) | Rotation::Raced(pair)) => Ok(Found::Renewed(Box::new(pair))),
        Ok(Rotation::Back(back)) => Ok(Found::Back(back)),
        Ok(Rotation::Reused) => Ok(Found::Over(Some(EndCause::ReuseDetected))),
        Ok(Rotation::Ended(cause)) => Ok(Found::Over(cause)),
        Err(Refusal::SignedOut(cause)) => Ok(Found::Over(cause)),
        Err(refusal) => Err(Box::new(unavailable(headers, refusal))),
    }
}

/// Gives an administrator their own session back, and leads to the page of the account they have left.
fn go_back(site: &Site, cookies: &Cookies, headers: &HeaderMap, back: &Return) -> Response {
    site.jar.give(cookies, &back.pair);
    let mut response = if answers::wants_html(headers) {
        flash::leave(site, cookies, &Flash { notice: Some(Notice::ActingOver), ..Flash::default() });
        see_other(&format!("/admin/users/{}", back.place))
    } else {
        answers::json(&AppError::SignedOut { ended: Some(back.cause) })
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Adds name and address, where access tokens do not carry them.
async fn named(site: &Site, who: Who) -> Result<Who, Refusal> {
    match who {
        Who::SignedIn { mut viewer, renewed } if viewer.email.is_empty() => {
            (viewer.name, viewer.email) = accounts::profile(&site.house, viewer.id).await?;
            Ok(Who::SignedIn { viewer, renewed })
        }
        who => Ok(who),
    }
}

/// Takes note that the browser has received its tokens. A database that does not answer is no reason to refuse a good token, and
/// one that is slow no reason to keep its bearer waiting.
async fn receipt(site: &Site, viewer: &identity::words::Viewer) {
    if let Err(error) = site.house.unless_away(sessions::confirm(&site.house, viewer)).await {
        tracing::debug!(%error, "a receipt could not be written; the next request will");
    }
}

/// The token of `Authorization: Bearer` (RFC 6750 section 2.1); `Some(None)` when the header is there and holds none. Other
/// schemes are not ours: a proxy in front may ask for a password of its own.
fn bearer(headers: &HeaderMap) -> Option<Option<&str>> {
    let ours = |value: &&HeaderValue| {
        let scheme = value.as_bytes().split(|byte| *byte == b' ').next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    };
    let mut given = headers.get_all(header::AUTHORIZATION).iter().filter(ours);
    let token = given.next()?.to_str().ok().and_then(|value| value.split_once(' ')).map(|(_, token)| token.trim());
    Some(token.filter(|_| given.next().is_none()))
}

fn invalid_token() -> Response {
    let mut response = answers::json(&AppError::SignedOut { ended: None });
    let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn unavailable(headers: &HeaderMap, refusal: Refusal) -> Response {
    answers::refuse(headers, &app::answer::worded(refusal))
}

fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"].iter().any(|name| {
        headers.get(*name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with("prefetch"))
    })
}

/// The browser, with what it is known by: its cookie, or a fresh value, which it is given when it signs in.
fn device(site: &Site, cookies: &Cookies, request: &Request) -> Device {
    let ip = request.extensions().get::<ClientAddr>().map(|client| client.0.to_string()).unwrap_or_default();
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ours = |value: &String| value.len() == DEVICE_CHARS && BASE64.decode(value).is_ok();
    let known_by = site.jar.read(cookies, site.jar.device()).filter(ours);
    Device::new(ip, agent).with_cookie(known_by.unwrap_or_else(|| BASE64.encode(site.house.random.bytes::<16>())))
}
