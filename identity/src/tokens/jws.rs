//! A compact JWS (RFC 7515) in the one shape we accept: base64url and two dots, at most 4096 bytes, a header that has `alg`, `kid`
//! and perhaps `typ` and nothing else, and a key that decides the algorithm. The token never does (RFC 8725 section 3.1).
//!
//! Knows no claims and no clock. Stands apart from `access` so that public test vectors, which sign other things with other
//! keys, go through the very lines that our own tokens go through.

use crate::keys::SigningAlg;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, de::DeserializeOwned};

/// Longest token that is looked at, in bytes.
pub const MAX_LEN: usize = 4096;

/// The header. An allowlist: whatever else it has (`crit`, `jku`, `jwk`, `x5c`, `b64`, `zip`, `cty` or a thing invented tomorrow)
/// makes the token one that we did not write, so it is refused without asking what it means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
}

/// What a good signature covers.
pub struct Signed {
    /// Whose signature it is.
    pub kid: String,
    /// The kind of token, not yet judged (RFC 7515 section 4.1.9).
    pub typ: Option<String>,
    /// The payload, decoded.
    pub payload: Vec<u8>,
}

/// Opens a token whose signature is good; `None` for any other. `key_of` finds the key with a `kid`, and the one algorithm that
/// key is used with.
pub fn open<'k>(token: &str, key_of: impl FnOnce(&str) -> Option<(SigningAlg, &'k DecodingKey)>) -> Option<Signed> {
    let (message, signature) = token.rsplit_once('.').filter(|_| token.len() <= MAX_LEN)?;
    let (header, payload) = message.split_once('.')?;
    let header: Header = object(&decode(header)?)?;
    let (alg, key) = key_of(&header.kid)?;
    let good = header.alg == alg.as_str() && is_good(alg, key, message.as_bytes(), signature);
    Some(Signed { payload: decode(payload).filter(|_| good)?, kid: header.kid, typ: header.typ })
}

/// Whether `signature`, base64url, is this key's for `message`.
pub fn is_good(alg: SigningAlg, key: &DecodingKey, message: &[u8], signature: &str) -> bool {
    jsonwebtoken::crypto::verify(signature, message, key, alg.jose()).unwrap_or(false)
}

/// Reads a JSON object. A struct would also be read from an array, which is not what RFC 7519 section 7.2 calls a claims set.
pub(super) fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let is_object = json.trim_ascii_start().starts_with(b"{");
    serde_json::from_slice(json).ok().filter(|_| is_object)
}

/// Without padding, without stray bits, without characters from elsewhere: one spelling for each value.
fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}
