//! The public vectors of the Wycheproof project (see `vectors/README.md`), through the lines that our own tokens go through.
//!
//! Every vector is tried. Where our answer is not the file's, the vector stands in a list here with the reason; an entry that has
//! become wrong or superfluous fails the test like a vector does.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::{keys::SigningAlg, tokens::jws};
use jsonwebtoken::{DecodingKey, jwk::Jwk};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Vectors that Wycheproof and we judge differently, and why that is right for us.
type Differs = [(u64, &'static str)];

const SIGNATURES: &Differs = &[
    (353, "a key's `use`: our keys are made here for signing and are read from no JWK"),
    (354, "a key's `use`"),
    (355, "a key's `key_ops`: likewise"),
    (356, "a key's `key_ops`"),
    (367, "should have bad padding, but the file has lost it: it is vector 357, which is valid"),
    (370, "should have bad padding, but the file has lost it: it is vector 357"),
    (372, "a character outside base64url: Wycheproof allows to ignore it, we refuse (RFC 7515 section 2)"),
    (373, "a character outside base64url"),
];

const KEYS: &Differs = &[
    (1, "shared and public keys side by side: harmless where each key is bound to one algorithm"),
    (4, "two keys with one kid: `kid` is the primary key of our table"),
    (7, "a key made by a broken smart card (ROCA): ours are made by aws-lc"),
    (10, "an HMAC key that is too short: ours has 32 random bytes"),
    (16, "an empty HMAC key: likewise"),
    (21, "a key's `use`: our keys are made here for signing and are read from no JWK"),
];

fn groups(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/wycheproof/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let mut whole: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    serde_json::from_value(whole["testGroups"].take()).unwrap()
}

fn tests(group: &Value) -> impl Iterator<Item = (u64, &Value, bool)> {
    let tests = group["tests"].as_array().unwrap();
    tests.iter().map(|test| (test["tcId"].as_u64().unwrap(), test, test["result"] == "valid"))
}

/// The key of a JWK in the form our ring keeps: bound to the algorithm it says it is for. `None` for algorithms that are not ours
/// and for what is no key. A JWK that says only what kind it is gets the one algorithm we have for that kind.
fn key(jwk: &Value) -> Option<(SigningAlg, DecodingKey)> {
    let (kind, curve) = (jwk["kty"].as_str()?, jwk["crv"].as_str().unwrap_or(""));
    let alg = match jwk["alg"].as_str() {
        Some(alg) => SigningAlg::from_word(alg)?,
        None if kind == "RSA" => SigningAlg::RS256,
        None if kind == "EC" => SigningAlg::ES256,
        None => return None,
    };
    // The three kinds of key we make.
    let fits = match alg {
        SigningAlg::EdDSA => (kind, curve) == ("OKP", "Ed25519"),
        SigningAlg::ES256 => (kind, curve) == ("EC", "P-256"),
        SigningAlg::RS256 => kind == "RSA",
        SigningAlg::HS256 => kind == "oct",
    };
    let mut bare = jwk.clone();
    for member in ["use", "key_ops", "alg", "d", "p", "q", "dp", "dq", "qi"] {
        bare.as_object_mut()?.remove(member);
    }
    let jwk: Jwk = serde_json::from_value(bare).ok().filter(|_| fits)?;
    Some((alg, DecodingKey::from_jwk(&jwk).ok()?))
}

/// Whether a token opens with a ring of these keys.
fn opens(token: &str, ring: &[Value]) -> bool {
    let keys: Vec<_> = ring.iter().filter_map(|jwk| Some((jwk["kid"].as_str()?, key(jwk)?))).collect();
    let find = |kid: &str| keys.iter().find(|(known, _)| *known == kid).map(|(_, (alg, key))| (*alg, key));
    jws::open(token, find).is_some()
}

/// Compares our answers with the file's, and the differences with the list.
#[derive(Default)]
struct Report {
    agreed: BTreeMap<bool, usize>,
    differed: Vec<u64>,
}

impl Report {
    fn note(&mut self, id: u64, ours: bool, theirs: bool) {
        if ours == theirs {
            *self.agreed.entry(theirs).or_default() += 1;
        } else {
            self.differed.push(id);
        }
    }

    fn expect(&self, differs: &Differs, valid: usize, invalid: usize) {
        assert_eq!(self.differed, differs.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        let agreed = |theirs| self.agreed.get(&theirs).copied().unwrap_or(0);
        assert_eq!((agreed(true), agreed(false)), (valid, invalid), "valid and invalid vectors that were tried");
    }
}

#[test]
fn signatures_in_tokens_are_judged_as_they_should_be() {
    let mut report = Report::default();
    let mut not_ours = Vec::new();
    for group in groups("json_web_signature_test") {
        let jwk = if group["public"].is_null() { &group["private"] } else { &group["public"] };
        let ours = key(jwk).is_some();
        for (id, test, valid) in tests(&group) {
            let opens = opens(test["jws"].as_str().unwrap(), std::slice::from_ref(jwk));
            match ours {
                true => report.note(id, opens, valid),
                // Keys for algorithms we do not sign with (RS384, PS256, ES512 …): nothing of theirs may open.
                false => not_ours.push((id, opens)),
            }
        }
    }
    report.expect(SIGNATURES, 18, 290);
    assert!(not_ours.len() > 80 && not_ours.iter().all(|(_, opens)| !opens), "{not_ours:?}");
}

#[test]
fn keys_in_sets_are_judged_as_they_should_be() {
    let mut report = Report::default();
    let mut not_ours = Vec::new();
    for group in groups("json_web_key_test") {
        let set = if group["public"].is_null() { &group["private"] } else { &group["public"] };
        let ring = set["keys"].as_array().unwrap();
        let foreign = ring.iter().all(|jwk| matches!(jwk["alg"].as_str(), Some("HS384" | "HS512")));
        for (id, test, valid) in tests(&group) {
            let opens = opens(test["jws"].as_str().unwrap(), ring);
            if foreign { not_ours.push((id, opens)) } else { report.note(id, opens, valid) }
        }
    }
    report.expect(KEYS, 3, 11);
    assert!(!not_ours.is_empty() && not_ours.iter().all(|(_, opens)| !opens), "{not_ours:?}");
}

/// The bytes behind hexadecimal digits.
fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// The raw vectors sign any message, not only tokens, so they enter one line further down.
fn raw(file: &str, alg: SigningAlg, key_of: impl Fn(&Value, &Value) -> DecodingKey) -> Report {
    let mut report = Report::default();
    for group in groups(file) {
        for (id, test, valid) in tests(&group) {
            let signature = if test["sig"].is_null() { &test["tag"] } else { &test["sig"] };
            let signature = BASE64.encode(bytes(signature));
            // An HMAC cut to half its length is valid in the file and never in a token (RFC 7518 section 3.2).
            let valid = valid && (group["tagSize"].is_null() || group["tagSize"] == 256);
            report.note(id, jws::is_good(alg, &key_of(&group, test), &bytes(&test["msg"]), &signature), valid);
        }
    }
    report
}

#[test]
fn ed25519_signatures_are_judged_as_they_should_be() {
    let report = raw("ed25519_test", SigningAlg::EdDSA, |group, _| {
        DecodingKey::from_ed_components(group["publicKeyJwk"]["x"].as_str().unwrap()).unwrap()
    });
    report.expect(&[], 88, 63);
}

#[test]
fn es256_signatures_are_judged_as_they_should_be() {
    let report = raw("ecdsa_secp256r1_sha256_p1363_test", SigningAlg::ES256, |group, _| {
        let point = bytes(&group["publicKey"]["uncompressed"]);
        let jwk =
            json!({"kty": "EC", "crv": "P-256", "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..])});
        DecodingKey::from_jwk(&serde_json::from_value(jwk).unwrap()).unwrap()
    });
    report.expect(&[], 173, 89);
}

#[test]
fn hs256_tags_are_judged_as_they_should_be() {
    let report = raw("hmac_sha256_test", SigningAlg::HS256, |_, test| DecodingKey::from_secret(&bytes(&test["key"])));
    report.expect(&[], 33, 141);
}
