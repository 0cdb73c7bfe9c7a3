//! The access token: a signed JWT in the profile of RFC 9068, readable by anyone, so it holds nothing secret.
//!
//! `jsonwebtoken` checks the signature, the algorithm, the issuer and the audience. What it leaves to its caller is checked
//! here: `typ`, `kid`, forbidden header parameters, size, the times (against our clock, not the machine's), and the shape of
//! our own claims.

use crate::{
    Latchkey, Refusal,
    keys::Keyring,
    words::{Role, Viewer},
};
use jsonwebtoken::{Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `typ` of an access token (RFC 9068 section 2.1).
pub const TYP: &str = "at+jwt";

/// The client the tokens are issued to (RFC 9068 section 2.2): our own pages.
pub const CLIENT_ID: &str = "latchkey";

/// Longest token that is looked at, in bytes.
const MAX_LEN: usize = 4096;

/// How far apart the clocks of two nodes may be, in seconds.
const LEEWAY: i64 = 5;

/// The claims. Unknown ones are ignored (RFC 7519 section 4).
#[derive(Serialize, Deserialize)]
struct Claims {
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
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
        client_id: CLIENT_ID.into(),
        iat: viewer.issued_at,
        exp: viewer.expires_at,
        nbf: None,
        jti: house.new_id(),
        auth_time: viewer.auth_time,
        sid: viewer.session,
        r#gen: viewer.generation,
        role: viewer.role,
        name: profile.then(|| viewer.name.clone()),
        email: profile.then(|| viewer.email.clone()),
    };
    let mut header = Header::new(ring.signer.alg.jose());
    header.typ = Some(TYP.into());
    header.kid = Some(ring.signer.kid.clone());
    jsonwebtoken::encode(&header, &claims, ring.encoding()).map_err(|e| Refusal::Broken(format!("signing: {e}")))
}

/// Checks a token against the keys and the clock. Touches no database; whether the session has been ended since is the
/// business of [`crate::sessions::admit`].
///
/// # Errors
/// [`Fault`].
pub fn verify(house: &Latchkey, token: &str) -> Result<Viewer, Fault> {
    let claims = signed_claims(&house.keyring(), &house.issuer, &house.settings.audience, token)?;
    let now = house.now().seconds();
    let lifetime = house.settings.access_ttl.as_secs() as i64;
    let in_the_future = claims.iat > now + LEEWAY || claims.nbf.is_some_and(|nbf| nbf > now + LEEWAY);
    if in_the_future || claims.exp <= claims.iat || claims.client_id != CLIENT_ID {
        return Err(Fault::Invalid);
    }
    // A lifetime that was shortened since applies to tokens already out.
    if claims.exp <= now || claims.iat + lifetime + LEEWAY <= now {
        return Err(Fault::Expired);
    }
    Ok(Viewer {
        id: claims.sub,
        session: claims.sid,
        generation: claims.r#gen,
        role: claims.role,
        name: claims.name.unwrap_or_default(),
        email: claims.email.unwrap_or_default(),
        auth_time: claims.auth_time,
        issued_at: claims.iat,
        expires_at: claims.exp,
    })
}

fn signed_claims(ring: &Keyring, issuer: &str, audience: &str, token: &str) -> Result<Claims, Fault> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if token.len() > MAX_LEN || !token.bytes().all(legal) {
        return Err(Fault::Invalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Fault::Invalid)?;
    let kid = header.kid.as_deref().ok_or(Fault::Invalid)?;
    let key = ring.verifiers.iter().find(|key| key.kid == kid).ok_or(Fault::Invalid)?;
    let plain = Header { typ: header.typ.clone(), kid: header.kid.clone(), ..Header::new(key.alg.jose()) };
    // Equality with a header that has nothing but typ, kid and the key's own alg refuses jku, jwk, x5*, crit, cty, zip, b64
    // and whatever is invented next (RFC 8725 section 3.10).
    if header != plain || header.typ.as_deref().map(str::to_ascii_lowercase).as_deref() != Some(TYP) {
        return Err(Fault::Invalid);
    }
    let mut rules = Validation::new(key.alg.jose());
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The times are checked by the caller, against the injected clock.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    match jsonwebtoken::decode::<Claims>(token, &key.key, &rules) {
        Ok(data) => Ok(data.claims),
        Err(_) => Err(Fault::Invalid),
    }
}
