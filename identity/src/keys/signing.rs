//! One signing key: made, sealed, opened, and its public half.

use super::Sealer;
use crate::{Refusal, random::Random};
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, jwk::Jwk};
use zeroize::Zeroizing;

/// The algorithms access tokens may be signed with. `EdDSA` (Ed25519, RFC 8037) is the default; RS256 is for verifiers that
/// know nothing else; HS256 for a single service that shares the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlg {
    /// Ed25519.
    EdDSA,
    /// ECDSA with P-256 and SHA-256.
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    RS256,
    /// HMAC with SHA-256: never published in the JWKS.
    HS256,
}

impl SigningAlg {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::EdDSA, Self::ES256, Self::RS256, Self::HS256];

    /// The `alg` of RFC 7518 and RFC 8037.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDSA => "EdDSA",
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
            Self::HS256 => "HS256",
        }
    }

    /// The algorithm with exactly this `alg`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == word)
    }

    pub(crate) const fn jose(self) -> Algorithm {
        match self {
            Self::EdDSA => Algorithm::EdDSA,
            Self::ES256 => Algorithm::ES256,
            Self::RS256 => Algorithm::RS256,
            Self::HS256 => Algorithm::HS256,
        }
    }
}

/// A key that signs, with its `kid`.
pub struct SigningKey {
    /// Key id (RFC 7515 section 4.1.4): random, means nothing.
    pub kid: String,
    /// The one algorithm this key is used with.
    pub alg: SigningAlg,
    pub(crate) encoding: EncodingKey,
    private: Zeroizing<Vec<u8>>,
}

impl SigningKey {
    /// A fresh key.
    pub(super) fn generate(alg: SigningAlg, random: &dyn Random) -> Result<Self, Refusal> {
        let made = |_| Refusal::Broken(format!("cannot make a key for {}", alg.as_str()));
        let rng = SystemRandom::new();
        let private = match alg {
            SigningAlg::EdDSA => Ed25519KeyPair::generate_pkcs8v1(&rng).map_err(made)?.as_ref().to_vec(),
            SigningAlg::ES256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).map_err(made)?.as_ref().to_vec()
            }
            SigningAlg::RS256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(made)?;
                AsDer::<aws_lc_rs::encoding::Pkcs8V1Der>::as_der(&pair).map_err(made)?.as_ref().to_vec()
            }
            SigningAlg::HS256 => random.bytes::<32>().to_vec(),
        };
        let kid = uuid::Uuid::from_bytes(random.bytes()).simple().to_string()[..16].to_owned();
        Self::from_private(kid, alg, Zeroizing::new(private))
    }

    fn from_private(kid: String, alg: SigningAlg, private: Zeroizing<Vec<u8>>) -> Result<Self, Refusal> {
        let encoding = match alg {
            SigningAlg::EdDSA => EncodingKey::from_ed_der(&private),
            SigningAlg::ES256 => EncodingKey::from_ec_der(&private),
            SigningAlg::RS256 => EncodingKey::from_rsa_pem(pem(&private).as_bytes())
                .map_err(|e| Refusal::Broken(format!("key {kid}: {e}")))?,
            SigningAlg::HS256 => EncodingKey::from_secret(&private),
        };
        Ok(Self { kid, alg, encoding, private })
    }

    /// Opens a stored key.
    ///
    /// # Errors
    /// When it was sealed with another master key or altered.
    pub(super) fn open(kid: String, alg: SigningAlg, sealed: &[u8], sealer: &Sealer) -> Result<Self, Refusal> {
        let private = sealer
            .open(kid.as_bytes(), sealed)
            .ok_or_else(|| Refusal::Broken(format!("key {kid} cannot be opened with this master key")))?;
        Self::from_private(kid, alg, Zeroizing::new(private))
    }

    /// For the database.
    pub(super) fn seal(&self, sealer: &Sealer) -> Vec<u8> {
        sealer.seal(self.kid.as_bytes(), &self.private)
    }

    /// The public half as a JWK (RFC 7517) with `kid`, `alg` and `use`; `None` for a shared secret.
    pub(super) fn jwk(&self) -> Result<Option<Jwk>, Refusal> {
        if self.alg == SigningAlg::HS256 {
            return Ok(None);
        }
        let mut jwk = Jwk::from_encoding_key(&self.encoding, self.alg.jose())
            .map_err(|e| Refusal::Broken(format!("public half of key {}: {e}", self.kid)))?;
        jwk.common.key_id = Some(self.kid.clone());
        jwk.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);
        Ok(Some(jwk))
    }

    /// What verifies this key's signatures.
    pub(super) fn decoding(&self) -> Result<DecodingKey, Refusal> {
        match self.jwk()? {
            Some(jwk) => DecodingKey::from_jwk(&jwk).map_err(|e| Refusal::Broken(format!("key {}: {e}", self.kid))),
            None => Ok(DecodingKey::from_secret(&self.private)),
        }
    }
}

/// PKCS#8 as PEM (RFC 7468), the one form in which `jsonwebtoken` takes an RSA key made by aws-lc.
fn pem(pkcs8: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(BASE64_STANDARD.encode(pkcs8));
    let mut text = Zeroizing::new(String::from("-----BEGIN PRIVATE KEY-----\n"));
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}
