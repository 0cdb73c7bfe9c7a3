//! What an operator decides about accounts and sessions. Parsed and defended by the server's command line; plain values here.

use crate::{
    keys::SigningAlg,
    passwords::HashCost,
    policy::{Policy, Shown},
};
use std::{sync::Arc, time::Duration};
use url::Url;

/// The rules' settings. Everything about listening, limits per network address and logs belongs to the server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach the installation: base of mailed links and issuer of tokens. Never taken from a request.
    pub public_url: Url,
    /// The `aud` of access tokens (RFC 9068 section 3).
    pub audience: String,
    /// Life of an access token.
    pub access_ttl: Duration,
    /// Whether access tokens carry the name and address. Without them every page asks the database.
    pub profile_claims: bool,
    /// The algorithm new signing keys are made for.
    pub signing_alg: SigningAlg,
    /// How long a key signs before a new one is made; `None` leaves it to the operator.
    pub key_rotation: Option<Duration>,
    /// What may be changed at run time, where the operator has given nothing. Rules ask [`Latchkey::policy`](crate::Latchkey::policy).
    pub policy: Policy,
    /// Every setting the operator could give, and where they have given it.
    pub shown: Arc<[Shown]>,
    /// Where to ask whether a new password has leaked: a URL that ends with a slash and is followed by five digits of a SHA-1.
    pub breach_check: Option<Url>,
    /// Cost of hashing a password.
    pub hash_cost: HashCost,
    /// Sender of letters.
    pub mail_from: String,
    /// Whether sign-in attempts are counted and slowed down. Off for benchmarks only.
    pub limits: bool,
}

impl Settings {
    /// The defaults for an installation reached at `public_url`.
    pub fn new(public_url: Url) -> Self {
        let host = public_url.host_str().unwrap_or("localhost").to_owned();
        Self {
            audience: Self::origin(&public_url),
            public_url,
            access_ttl: Duration::from_secs(10 * 60),
            profile_claims: true,
            signing_alg: SigningAlg::EdDSA,
            key_rotation: Some(Duration::from_secs(90 * 86_400)),
            policy: Policy::default(),
            shown: Arc::default(),
            breach_check: None,
            hash_cost: HashCost::default(),
            mail_from: format!("Latchkey <latchkey@{host}>"),
            limits: true,
        }
    }

    /// The issuer (`iss`): the public URL without a trailing slash.
    pub fn issuer(&self) -> String {
        Self::origin(&self.public_url)
    }

    fn origin(url: &Url) -> String {
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// A link into the installation.
    pub fn link(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut url = self.public_url.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url.into()
    }
}
