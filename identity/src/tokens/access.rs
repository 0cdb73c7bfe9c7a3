//! The access token: a signed JWT in the profile of RFC 9068, readable by anyone, so it holds nothing secret.
//!
//! `jws` checks form, key and signature. Here is what a signature does not say: that it is an access token and not another kind,
//! that we issued it to our own pages for ourselves, and that it is neither too young nor too old by the injected clock.

use super::{jws, known::Good};
use crate::{
    Latchkey, Refusal,
    time::CLOCK_TOLERANCE,
    words::{Actor, Permissions, Role, Viewer},
};
use jsonwebtoken::Header;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// `typ` of an access token (RFC 9068 section 2.1).
pub const TYP: &str = "at+jwt";

/// The client the tokens are issued to (RFC 9068 section 2.2): our own pages.
pub const CLIENT_ID: &str = "latchkey";

/// The client of tokens in which an administrator acts as somebody else. Another one, because a node of the release before knows nothing of
/// `act`: it refuses them, and would otherwise take the administrator for the owner.
pub const ACTING_CLIENT_ID: &str = "latchkey-acting";

/// What is forgiven a clock, in seconds.
const LEEWAY: i64 = CLOCK_TOLERANCE.as_secs() as i64;

/// The claims. Unknown ones are ignored (RFC 7519 section 4).
#[derive(Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    client_id: String,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    jti: Uuid,
    auth_time: i64,
    sid: Uuid,
    r#gen: i64,
    role: Role,
    #[serde(default, skip_serializing_if = "Permissions::is_empty")]
    permissions: Permissions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acting: Option<Acting>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acting_until: Option<i64>,
}

/// Who acts in the place of `sub` (RFC 8693 section 4.1), and the session they come from.
#[derive(Serialize, Deserialize)]
struct Act {
    sub: Uuid,
    sid: Uuid,
}

/// What they may do. A claim of our own: a service that does not know it still sees `act`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Acting {
    Read,
    Write,
}

/// Why an access token is not good (RFC 6750 section 3.1: all of them are `invalid_token`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Ours once, now too old. A refresh token may get a new one.
    Expired,
    /// Not ours, not an access token, not for us, or not yet valid.
    Invalid,
}

/// Signs a token that says what `viewer` says.
///
/// # Errors
/// When the signing key does not work.
pub fn issue(house: &Latchkey, viewer: &Viewer) -> Result<String, Refusal> {
    let ring = house.keyring();
    let profile = house.settings.profile_claims;
    let claims = Claims {
        iss: house.issuer.clone(),
        aud: house.settings.audience.clone(),
        sub: viewer.id,
        client_id: client_of(viewer.actor.is_some()).into(),
        iat: viewer.issued_at,
        exp: viewer.expires_at,
        nbf: None,
        jti: house.new_id(),
        auth_time: viewer.auth_time,
        sid: viewer.session,
        r#gen: viewer.generation,
        role: viewer.role,
        permissions: viewer.permissions.clone(),
        name: profile.then(|| viewer.name.clone()),
        email: profile.then(|| viewer.email.clone()),
        act: viewer.actor.map(|actor| Act { sub: actor.id, sid: actor.from }),
        acting: viewer.actor.map(|actor| if actor.writes { Acting::Write } else { Acting::Read }),
        acting_until: viewer.actor.map(|actor| actor.until),
    };
    let signer = ring.signer(house.now());
    let mut header = Header::new(signer.alg.jose());
    header.typ = Some(TYP.into());
    header.kid = Some(signer.kid.clone());
    jsonwebtoken::encode(&header, &claims, &signer.encoding).map_err(|e| Refusal::Broken(format!("signing: {e}")))
}

/// Checks a token against the keys and the clock. Touches no database; whether the session has been ended since is the
/// business of [`crate::sessions::admit`].
///
/// # Errors
/// [`Fault`].
pub fn verify(house: &Latchkey, token: &str) -> Result<Viewer, Fault> {
    let good = signed_claims(house, token).ok_or(Fault::Invalid)?;
    let claims = &good.claims;
    let client = client_of(claims.act.is_some());
    let ours = claims.iss == house.issuer && claims.aud == house.settings.audience && claims.client_id == client;
    let now = house.now().seconds();
    let lifetime = house.settings.access_ttl.as_secs() as i64;
    let in_the_future = claims.iat > now + LEEWAY || claims.nbf.is_some_and(|nbf| nbf > now + LEEWAY);
    if !ours || in_the_future || claims.exp <= claims.iat {
        return Err(Fault::Invalid);
    }
    // A lifetime that was shortened since applies to tokens already out.
    if claims.exp <= now || claims.iat + lifetime + LEEWAY <= now {
        house.known_tokens.forget(token);
        return Err(Fault::Expired);
    }
    Ok(Viewer {
        id: claims.sub,
        session: claims.sid,
        generation: claims.r#gen,
        role: claims.role,
        permissions: claims.permissions.clone(),
        name: claims.name.clone().unwrap_or_default(),
        email: claims.email.clone().unwrap_or_default(),
        auth_time: claims.auth_time,
        issued_at: claims.iat,
        expires_at: claims.exp.min(claims.iat + lifetime),
        actor: claims.act.as_ref().map(|act| Actor {
            id: act.sub,
            from: act.sid,
            writes: claims.acting == Some(Acting::Write),
            until: claims.acting_until.unwrap_or(claims.exp),
        }),
    })
}

const fn client_of(acting: bool) -> &'static str {
    if acting { ACTING_CLIENT_ID } else { CLIENT_ID }
}

/// The claims of an access token that one of our keys has signed. Each claim that is not optional has to be there, once, and of
/// its type: an `iss` or `aud` that is a list is none of ours. A key that was taken away since signs nothing, whatever is known of it.
fn signed_claims(house: &Latchkey, token: &str) -> Option<Arc<Good>> {
    if token.len() > jws::MAX_LEN {
        return None;
    }
    let ring = house.keyring();
    let good = house.known_tokens.or_check(token, || {
        let key_of = |kid: &str| ring.find(kid).map(|key| (key.signing.alg, &key.verifying));
        let signed = jws::open(token, key_of)?;
        // Media types have no case (RFC 7515 section 4.1.9).
        let is_access = signed.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(TYP));
        let claims = jws::object(&signed.payload).filter(|_| is_access)?;
        Some(Good { kid: signed.kid, claims })
    })?;
    ring.find(&good.kid).map(|_| good)
}
