//! The keys in use: one signs, it and the lately retired verify.

use super::{Purpose, Sealer, SigningAlg, SigningKey};
use crate::{
    Latchkey, Refusal, Settings,
    db::{Db, on, statements, within},
    random::Random,
    time::Timestamp,
};
use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use std::sync::Arc;

statements! {
    /// Newest first: the first one that is not retired signs.
    ALL_KEYS = "select kid, alg, sealed, created_at, retired_at from signing_keys order by created_at desc, kid desc";
    INSERT_KEY = "insert into signing_keys (kid, alg, sealed, jwk, created_at) values ($1, $2, $3, $4, $5)";
    RETIRE_OTHERS = "update signing_keys set retired_at = $1 where kid <> $2 and retired_at is null";
    NEWEST = "select kid from signing_keys where retired_at is null order by created_at desc, kid desc limit 1";
    /// Verifiers may hold a token until its end; after that the key is only a risk, the more so if it was retired because it leaked.
    FORGET_RETIRED = "delete from signing_keys where retired_at < $1";
}

/// A signing key as an operator may see it: nothing private.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyRow {
    /// Key id.
    pub kid: String,
    /// `alg`.
    pub alg: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When another took over; it verifies for one more access-token lifetime.
    pub retired_at: Option<Timestamp>,
    sealed: Vec<u8>,
}

pub(crate) struct VerifyingKey {
    pub kid: String,
    pub alg: SigningAlg,
    pub key: DecodingKey,
}

/// The keys in memory. Replaced as a whole when they change.
pub struct Keyring {
    pub(crate) signer: SigningKey,
    pub(crate) verifiers: Vec<VerifyingKey>,
    jwks: String,
}

impl Keyring {
    /// The public keys as a JWK Set (RFC 7517 section 5), serialised.
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// The `kid` of the key that signs.
    pub fn signer_kid(&self) -> &str {
        &self.signer.kid
    }

    pub(crate) fn encoding(&self) -> &jsonwebtoken::EncodingKey {
        &self.signer.encoding
    }

    fn build(keys: Vec<SigningKey>) -> Result<Option<Self>, Refusal> {
        let mut verifiers = Vec::new();
        let mut jwks = JwkSet { keys: Vec::new() };
        for key in &keys {
            verifiers.push(VerifyingKey { kid: key.kid.clone(), alg: key.alg, key: key.decoding()? });
            jwks.keys.extend(key.jwk()?);
        }
        let Some(signer) = keys.into_iter().next() else { return Ok(None) };
        let jwks = serde_json::to_string(&jwks).map_err(|e| Refusal::Broken(e.to_string()))?;
        Ok(Some(Self { signer, verifiers, jwks }))
    }
}

/// Reads the keys from the database; `None` when there is none yet.
pub(crate) async fn load(db: &Db, sealer: &Sealer) -> Result<Option<Arc<Keyring>>, Refusal> {
    let mut keys = Vec::new();
    // A key in force comes before every retired one, whatever their ages.
    let (live, retired): (Vec<_>, Vec<_>) = rows(db).await?.into_iter().partition(|row| row.retired_at.is_none());
    for row in live.into_iter().chain(retired) {
        let alg = SigningAlg::from_word(&row.alg)
            .ok_or_else(|| Refusal::Broken(format!("key {}: unknown algorithm {}", row.kid, row.alg)))?;
        keys.push(SigningKey::open(row.kid, alg, &row.sealed, sealer)?);
    }
    Ok(Keyring::build(keys)?.map(Arc::new))
}

async fn rows(db: &Db) -> Result<Vec<KeyRow>, Refusal> {
    Ok(on!(*db, read, |p| sqlx::query_as::<_, KeyRow>(ALL_KEYS).fetch_all(p).await)?)
}

/// Every key, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(house: &Latchkey) -> Result<Vec<KeyRow>, Refusal> {
    rows(&house.db).await
}

/// Makes a new key the signer and retires the others. Tokens signed before stay good until they run out.
///
/// # Errors
/// When the database does not answer; then nothing has changed.
pub async fn rotate(house: &Latchkey) -> Result<String, Refusal> {
    let kid = insert(&house.db, &house.settings, &house.sealer(Purpose::SigningKeys), house.now(), &*house.random).await?;
    house.reload_keys().await?;
    Ok(kid)
}

/// Forgets the keys of which no token can be alive, here and in the database.
pub(crate) async fn tidy(house: &Latchkey) -> Result<(), Refusal> {
    let before = forgotten_before(&house.settings, house.now());
    on!(house.db, write, |p| sqlx::query(FORGET_RETIRED).bind(before).execute(p).await.map(drop))?;
    // Another node may have been the one that deleted it, so what counts is what is in memory here.
    if house.keyring().verifiers.len() > 1 {
        house.reload_keys().await?;
    }
    Ok(())
}

/// Twice the lifetime: a verifier's clock may be behind, and an operator may have shortened the lifetime.
fn forgotten_before(settings: &Settings, now: Timestamp) -> Timestamp {
    now.minus(settings.access_ttl * 2)
}

/// The `kid` of the key that should be signing, for those who follow.
pub(crate) async fn newest(db: &Db) -> Result<Option<String>, Refusal> {
    let row: Option<(String,)> = on!(*db, read, |p| sqlx::query_as(NEWEST).fetch_optional(p).await)?;
    Ok(row.map(|(kid,)| kid))
}

/// Makes an installation's first key. Two nodes may do it at once: the newer key signs, the older verifies.
pub(crate) async fn found(
    db: &Db,
    settings: &Settings,
    sealer: &Sealer,
    now: Timestamp,
    random: &dyn Random,
) -> Result<Arc<Keyring>, Refusal> {
    insert(db, settings, sealer, now, random).await?;
    load(db, sealer).await?.ok_or_else(|| Refusal::Broken("the signing key just made is gone".into()))
}

async fn insert(
    db: &Db,
    settings: &Settings,
    sealer: &Sealer,
    now: Timestamp,
    random: &dyn Random,
) -> Result<String, Refusal> {
    let key = SigningKey::generate(settings.signing_alg, random)?;
    let jwk = key.jwk()?.map(|jwk| serde_json::to_string(&jwk)).transpose();
    let jwk = jwk.map_err(|e| Refusal::Broken(e.to_string()))?.unwrap_or_default();
    let sealed = key.seal(sealer);
    let forgotten = forgotten_before(settings, now);
    let mut tx = db.begin().await?;
    within!(tx, |c| sqlx::query(INSERT_KEY)
        .bind(&key.kid)
        .bind(key.alg.as_str())
        .bind(&sealed)
        .bind(&jwk)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    within!(tx, |c| sqlx::query(RETIRE_OTHERS).bind(now).bind(&key.kid).execute(c).await.map(drop))?;
    within!(tx, |c| sqlx::query(FORGET_RETIRED).bind(forgotten).execute(c).await.map(drop))?;
    tx.commit().await?;
    Ok(key.kid)
}
