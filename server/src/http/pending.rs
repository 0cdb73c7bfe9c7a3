//! A form that waits for the password. What was entered is sealed, taken along to `/reauthenticate` and back, and done as soon as
//! the password was right: nobody types it twice.
//!
//! Sealed for the session and the account it was sent in, and good for as long as a proof is: nobody can put a form into somebody
//! else's hands, or keep one for later. Never carries a secret, nor more than fits beside it into a cookie: then the person gives
//! the password first, and sends the form again.

use super::{Site, flash};
use app::flash::Pending;
use axum::http::Method;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::{sessions::PROOF_LIFE, time::Timestamp, words::Viewer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Where the password is given. Never waits for itself.
pub const DOOR: &str = "/api/reauthenticate";

/// Fields that hold a secret, by name. A form that has one is not carried.
pub const SECRETS: [&str; 5] = ["password", "current", "token", "code", "pending"];

/// The longest that a form may be when sealed. With the rest of the message, sealed once more, it fills the flash cookie; none of
/// ours is half as long.
const LONGEST: usize = 2000;

/// The longest that is said of whom or what it is about: an address at most.
const LONGEST_CONCERNED: usize = 254;

/// The longest path of a page, its query included.
const LONGEST_BACK: usize = 300;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    until: i64,
    act: String,
    back: String,
    /// The whole form, or `None` where it is not carried.
    body: Option<String>,
    typed: BTreeMap<String, String>,
}

/// What became of a form that waited.
pub enum Kept {
    /// To be done now: the path of the function and its form.
    Whole {
        /// `/api/…`
        act: String,
        /// The page it was sent from.
        back: String,
        /// Url-encoded.
        body: String,
    },
    /// To be sent again by the person: the page of the form, and what may be given back to it.
    Again {
        /// `/api/…`
        act: String,
        /// The page it was sent from.
        back: String,
        /// Fields and values.
        typed: BTreeMap<String, String>,
    },
}

/// Seals a form that was sent to `act` from the page `back`: whole, or else what may be given back to it, or else only where it
/// was.
pub fn seal(site: &Site, viewer: &Viewer, act: &str, back: &str, body: &[u8]) -> Option<Pending> {
    let whole = std::str::from_utf8(body).ok().filter(|body| !has_secret(body)).map(str::to_owned);
    let back = if back.len() > LONGEST_BACK { back.split('?').next().unwrap_or_default() } else { back };
    let back = if back.len() > LONGEST_BACK { "/" } else { back };
    let about = concerned(body);
    let seal = |body: Option<String>, typed: BTreeMap<String, String>| {
        let until = site.house.now().plus(PROOF_LIFE).0;
        let (act, back) = (act.to_owned(), back.to_owned());
        let plain = serde_json::to_vec(&Sealed { until, act: act.clone(), back: back.clone(), body, typed }).ok()?;
        let sealed = BASE64.encode(site.flash_sealer.seal(&aad(viewer), &plain));
        Some(Pending { sealed, act, back, concerned: about.clone() }).filter(|pending| pending.sealed.len() <= LONGEST)
    };
    whole
        .and_then(|body| seal(Some(body), BTreeMap::new()))
        .or_else(|| seal(None, flash::kept(body)))
        .or_else(|| seal(None, BTreeMap::new()))
}

/// Opens what the hidden field brought back, if it was sealed for this very session and account and is not too old.
pub fn open(site: &Site, viewer: &Viewer, pending: &str) -> Option<Kept> {
    let plain = site.flash_sealer.open(&aad(viewer), &BASE64.decode(pending).ok()?)?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    let Sealed { until, act, back, body, typed } = sealed;
    if Timestamp(until) <= site.house.now() || !is_ours(&act) {
        return None;
    }
    Some(match body {
        Some(body) => Kept::Whole { act, back, body },
        None => Kept::Again { act, back, typed },
    })
}

/// The hidden field of the form of `/reauthenticate`.
pub fn field(body: &[u8]) -> Option<String> {
    let mut fields = form_urlencoded::parse(body);
    fields.find(|(name, value)| name == "pending" && !value.is_empty()).map(|(_, value)| value.into_owned())
}

impl Kept {
    /// The same for the page that asks once more, after a wrong password.
    pub fn waiting(&self, sealed: &str) -> Pending {
        let (act, back, concerned) = match self {
            Self::Whole { act, back, body } => (act, back, concerned(body.as_bytes())),
            Self::Again { act, back, typed } => (act, back, typed.get("email").cloned()),
        };
        Pending { sealed: sealed.to_owned(), act: act.clone(), back: back.clone(), concerned }
    }
}

fn aad(viewer: &Viewer) -> Vec<u8> {
    [b"pending".as_slice(), viewer.session.as_bytes(), viewer.id.as_bytes()].concat()
}

/// The account or the address that a form names.
fn concerned(body: &[u8]) -> Option<String> {
    let mut fields = form_urlencoded::parse(body);
    let named = fields.find(|(name, _)| name == "id" || name == "email").map(|(_, value)| value.into_owned());
    named.filter(|named| !named.is_empty() && named.len() <= LONGEST_CONCERNED)
}

fn has_secret(body: &str) -> bool {
    form_urlencoded::parse(body.as_bytes()).any(|(name, _)| SECRETS.contains(&name.as_ref()))
}

/// One of our functions that change something.
fn is_ours(act: &str) -> bool {
    act != DOOR && server_fn::axum::server_fn_paths().any(|(path, method)| path == act && method == Method::POST)
}
