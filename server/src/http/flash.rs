//! The flash: what one page has to tell the next, in a sealed cookie that is read once.
//!
//! Exists so that a browser without JavaScript sees its errors beside the fields and finds what it typed still there. Sealed
//! because it would otherwise let anybody who can plant a cookie put words into our mouth.

use super::{Site, guard::PROOF_PAGE};
use app::flash::{Flash, KEPT};
use axum::{
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::sessions::PROOF_LIFE;
use std::{collections::BTreeMap, time::Duration};
use tower_cookies::Cookies;

/// How long a message waits for a page to show it. A form that waits for the password does so as long as a proof is good, and as
/// the form itself.
const LIFE: Duration = Duration::from_secs(120);

/// Longest typed value that is given back, in characters: more would not fit into a cookie.
const KEPT_CHARS: usize = 256;

/// Longest value of the cookie: browsers keep 4096 bytes (RFC 6265 section 6.1), with the name and the attributes.
const LONGEST: usize = 3900;

const AAD: &[u8] = b"flash";

/// The layer: reads the message for the page, and takes it away once a page has shown it.
pub async fn flash(State(site): State<Site>, cookies: Cookies, mut request: Request, next: Next) -> Response {
    let Some(sealed) = site.jar.read(&cookies, site.jar.flash()) else { return next.run(request).await };
    if request.uri().path().starts_with("/api/") || !is_navigation(request.headers()) {
        return next.run(request).await;
    }
    // The page that asks for the password may be loaded again, and the form that waits there is still there. Where it asks for the
    // sake of another page, the form was given up, and the password is not for it.
    let mut waits = false;
    if let Some(mut flash) = open(&site, &sealed) {
        flash.pending = flash.pending.filter(|_| !leads_on(request.uri().query()));
        waits = flash.pending.is_some() && request.uri().path() == PROOF_PAGE;
        request.extensions_mut().insert(flash);
    }
    let response = next.run(request).await;
    // A redirect shows nothing: the page it leads to will.
    if !response.status().is_redirection() && !waits {
        site.jar.taken(&cookies);
    }
    response
}

/// Whether somebody goes to the page, and not a page that keeps itself up to date asks for it, which shows no message. Browsers that
/// do not say so (Fetch Metadata) go there.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// Whether the page is on the way to another one.
fn leads_on(query: Option<&str>) -> bool {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .any(|(key, value)| key == "next" && !value.is_empty())
}

/// Leaves a message for the next page. What was typed can be typed again if there is no room for it; what went wrong has to be
/// told.
pub fn leave(site: &Site, cookies: &Cookies, flash: &Flash) {
    let message = seal(site, flash).and_then(|message| match message.len() {
        0..=LONGEST => Ok(message),
        _ => seal(site, &Flash { typed: BTreeMap::new(), ..flash.clone() }),
    });
    match message {
        Ok(message) => site.jar.leave(cookies, message, if flash.pending.is_some() { PROOF_LIFE } else { LIFE }),
        Err(error) => tracing::error!(%error, "a message for the next page could not be written"),
    }
}

fn seal(site: &Site, flash: &Flash) -> serde_json::Result<String> {
    Ok(BASE64.encode(site.flash_sealer.seal(AAD, &serde_json::to_vec(flash)?)))
}

fn open(site: &Site, sealed: &str) -> Option<Flash> {
    let plain = site.flash_sealer.open(AAD, &BASE64.decode(sealed).ok()?)?;
    serde_json::from_slice(&plain).ok()
}

/// What was typed into the fields that may be kept.
pub fn kept(body: &[u8]) -> BTreeMap<String, String> {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    let fits = |value: &str| value.chars().count() <= KEPT_CHARS;
    for (field, value) in url::form_urlencoded::parse(body) {
        if !KEPT.contains(&field.as_ref()) || !fits(&value) {
            continue;
        }
        match kept.get_mut(field.as_ref()) {
            None => drop(kept.insert(field.into_owned(), value.into_owned())),
            Some(first) if fits(&format!("{first} {value}")) => *first = format!("{first} {value}"),
            Some(_) => (),
        }
    }
    kept
}
