//! The keys in use: one signs, those before it verify until their tokens have run out, and the next is published before it signs.
//!
//! Publishing early is what makes rotation safe with several nodes and foreign verifiers: by the time a key signs, every node has
//! read it from the database and every verifier has fetched it.

use super::{Purpose, Sealer, SigningAlg, SigningKey};
use crate::{
    Latchkey, Refusal, Settings,
    db::{Db, Topic, Tx, on, statements, within},
    events::{self, Event, Kind},
    random::Random,
    time::Timestamp,
};
use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use std::{sync::Arc, time::Duration};

statements! {
    /// Newest first.
    ALL_KEYS = "select kid, alg, sealed, jwk, created_at, signs_from, retired_at, retire_at from signing_keys
                 order by signs_from desc, created_at desc, kid desc";
    MARKS = "select kid, signs_from, retired_at from signing_keys order by signs_from desc, created_at desc, kid desc";
    INSERT_KEY = "insert into signing_keys (kid, alg, sealed, jwk, created_at, signs_from) values ($1, $2, $3, $4, $5, $6)";
    /// At the moment the new one takes over, even if another one was to.
    RETIRE_OTHERS = "update signing_keys set retired_at = $1 where kid <> $2 and (retired_at is null or retired_at > $1)";
    /// Verifiers may hold a token until its end; after that the key is only a risk, the more so if it was retired because it leaked.
    FORGET_RETIRED = "delete from signing_keys where retired_at < $1";
}

/// How long a key is published before it signs: twice as long as a verifier may keep the key set.
pub const ANNOUNCED: Duration = Duration::from_secs(10 * 60);

/// The same in haste: as long as other nodes take to learn of it. A foreign verifier may have to fetch the key set again.
pub const AT_ONCE: Duration = Duration::from_secs(1);

/// A signing key as an operator may see it: nothing private.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyRow {
    /// Key id.
    pub kid: String,
    /// `alg`.
    pub alg: String,
    /// When it was made, and published.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// When another takes over, or did; it verifies for two more access-token lifetimes.
    pub retired_at: Option<Timestamp>,
    /// When it is planned to stop; a successor is made in time.
    pub retire_at: Option<Timestamp>,
    /// The public half as JSON; empty for a shared secret.
    pub jwk: String,
    sealed: Vec<u8>,
}

impl KeyRow {
    /// Whether its time has come and not gone.
    pub(super) fn signs(&self, now: Timestamp) -> bool {
        self.signs_from <= now && self.retired_at.is_none_or(|at| now < at)
    }
}

/// A key and its times: what those who follow compare.
pub(crate) type Mark = (String, Timestamp, Option<Timestamp>);

pub(crate) struct HeldKey {
    pub signing: SigningKey,
    pub verifying: DecodingKey,
    signs_from: Timestamp,
    retired_at: Option<Timestamp>,
}

/// The keys in memory. Replaced as a whole when they change.
pub struct Keyring {
    /// Newest first; never empty.
    keys: Vec<HeldKey>,
    jwks: String,
}

impl Keyring {
    /// The public keys as a JWK Set (RFC 7517 section 5), serialised.
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// The `kid` of the key that signs at `now`.
    pub fn signer_kid(&self, now: Timestamp) -> &str {
        &self.signer(now).kid
    }

    /// Of the keys whose time has come and not gone the newest. A clock that was set back may leave none: then the one that is
    /// nearest, because no token at all would sign everybody out.
    pub(crate) fn signer(&self, now: Timestamp) -> &SigningKey {
        let began = |key: &&HeldKey| key.signs_from <= now;
        let in_force = |key: &&HeldKey| began(key) && key.retired_at.is_none_or(|at| now < at);
        let key = self.keys.iter().find(in_force).or_else(|| self.keys.iter().find(began));
        &key.unwrap_or(&self.keys[self.keys.len() - 1]).signing
    }

    /// The key with this `kid`, for checking a signature.
    pub(crate) fn find(&self, kid: &str) -> Option<&HeldKey> {
        self.keys.iter().find(|key| key.signing.kid == kid)
    }

    /// Which keys these are, for those who follow.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        self.keys.iter().map(|key| (key.signing.kid.clone(), key.signs_from, key.retired_at)).collect()
    }

    fn build(keys: Vec<HeldKey>) -> Result<Option<Self>, Refusal> {
        let mut jwks = JwkSet { keys: Vec::new() };
        for key in &keys {
            jwks.keys.extend(key.signing.jwk()?);
        }
        let jwks = serde_json::to_string(&jwks).map_err(|e| Refusal::Broken(e.to_string()))?;
        Ok((!keys.is_empty()).then_some(Self { keys, jwks }))
    }
}

/// Reads the keys from the database; `None` when there is none yet.
pub(crate) async fn load(db: &Db, sealer: &Sealer) -> Result<Option<Arc<Keyring>>, Refusal> {
    let mut keys = Vec::new();
    for row in rows(db).await? {
        let alg = SigningAlg::from_word(&row.alg)
            .ok_or_else(|| Refusal::Broken(format!("key {}: unknown algorithm {}", row.kid, row.alg)))?;
        let signing = SigningKey::open(row.kid, alg, &row.sealed, sealer)?;
        let verifying = signing.decoding()?;
        keys.push(HeldKey { signing, verifying, signs_from: row.signs_from, retired_at: row.retired_at });
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

/// The same as the caller's transaction sees them.
pub(super) async fn rows_within(tx: &mut Tx) -> Result<Vec<KeyRow>, Refusal> {
    Ok(within!(*tx, |c| sqlx::query_as(ALL_KEYS).fetch_all(c).await)?)
}

/// Which keys there are, newest first, for those who follow.
pub(crate) async fn marks(db: &Db) -> Result<Vec<Mark>, Refusal> {
    Ok(on!(*db, read, |p| sqlx::query_as(MARKS).fetch_all(p).await)?)
}

/// Makes a new key, publishes it now, and lets it take over after `wait`. Tokens signed before stay good until they run out.
/// Answers its `kid`.
///
/// # Errors
/// When the database does not answer; then nothing has changed.
pub async fn rotate(house: &Latchkey, wait: Duration) -> Result<String, Refusal> {
    let mut tx = house.db.begin().await?;
    tx.in_turn().await?;
    rotate_by(house, tx, Event::new(Kind::KeysRotated), wait).await
}

/// Whether a key is published that does not sign yet.
pub(crate) async fn is_coming(house: &Latchkey, tx: &mut Tx) -> Result<bool, Refusal> {
    let now = house.now();
    Ok(rows_within(tx).await?.iter().any(|key| key.signs_from > now))
}

/// The same in a transaction that has its turn: two at once would not see each other's key, and both would stay in force. `event` says
/// who did it.
pub(crate) async fn rotate_by(house: &Latchkey, mut tx: Tx, event: Event, wait: Duration) -> Result<String, Refusal> {
    let kid = insert(house, &mut tx, house.now().plus(wait)).await?;
    events::record(house, &mut tx, event.detail(kid.as_str())).await?;
    tx.commit().await?;
    house.reload_keys().await?;
    Ok(kid)
}

/// Rotates when the newest key has signed for as long as the operator wants a key to.
pub(crate) async fn rotate_if_old(house: &Latchkey) -> Result<(), Refusal> {
    let Some(age) = house.settings.key_rotation else { return Ok(()) };
    let mut tx = house.db.begin().await?;
    tx.in_turn().await?;
    let newest: Option<KeyRow> = within!(tx, |c| sqlx::query_as(ALL_KEYS).fetch_optional(c).await)?;
    if newest.is_some_and(|key| key.signs_from.plus(age) <= house.now()) {
        let kid = rotate_by(house, tx, Event::new(Kind::KeysRotated), ANNOUNCED).await?;
        tracing::info!(kid, "a new signing key was made because the one in use is old; it takes over in {ANNOUNCED:?}");
    }
    Ok(())
}

/// Forgets the keys of which no token can be alive, here and in the database.
pub(crate) async fn tidy(house: &Latchkey) -> Result<(), Refusal> {
    let before = forgotten_before(&house.settings, house.now());
    on!(house.db, write, |p| sqlx::query(FORGET_RETIRED).bind(before).execute(p).await.map(drop))?;
    if marks(&house.db).await? != house.keyring().marks() {
        house.reload_keys().await?;
    }
    Ok(())
}

/// How long a key verifies after it stopped to sign. Twice the lifetime: a verifier's clock may be behind, and an operator may have
/// shortened the lifetime.
pub(crate) fn verifies_for(settings: &Settings) -> Duration {
    settings.access_ttl * 2
}

fn forgotten_before(settings: &Settings, now: Timestamp) -> Timestamp {
    now.minus(verifies_for(settings))
}

/// Makes an installation's first key, or finds the one that another node has just made.
pub(crate) async fn found(
    db: &Db,
    settings: &Settings,
    sealer: &Sealer,
    now: Timestamp,
    random: &dyn Random,
) -> Result<Arc<Keyring>, Refusal> {
    let mut tx = db.begin().await?;
    tx.in_turn().await?;
    let there = rows_within(&mut tx).await?;
    if there.is_empty() {
        insert_with(&mut tx, settings, sealer, now, now, random).await?;
    }
    tx.commit().await?;
    load(db, sealer).await?.ok_or_else(|| Refusal::Broken("the signing key just made is gone".into()))
}

/// Makes a key that signs from a moment on, and retires the others then, within the caller's transaction. Answers its `kid`.
pub(super) async fn insert(house: &Latchkey, tx: &mut Tx, signs_from: Timestamp) -> Result<String, Refusal> {
    let sealer = house.sealer(Purpose::SigningKeys);
    insert_with(tx, &house.settings, &sealer, house.now(), signs_from, &*house.random).await
}

async fn insert_with(
    tx: &mut Tx,
    settings: &Settings,
    sealer: &Sealer,
    now: Timestamp,
    signs_from: Timestamp,
    random: &dyn Random,
) -> Result<String, Refusal> {
    let key = SigningKey::generate(settings.signing_alg, random)?;
    let jwk = key.jwk()?.map(|jwk| serde_json::to_string(&jwk)).transpose();
    let jwk = jwk.map_err(|e| Refusal::Broken(e.to_string()))?.unwrap_or_default();
    let sealed = key.seal(sealer);
    let forgotten = forgotten_before(settings, now);
    within!(*tx, |c| sqlx::query(INSERT_KEY)
        .bind(&key.kid)
        .bind(key.alg.as_str())
        .bind(&sealed)
        .bind(&jwk)
        .bind(now)
        .bind(signs_from)
        .execute(c)
        .await
        .map(drop))?;
    within!(*tx, |c| sqlx::query(RETIRE_OTHERS).bind(signs_from).bind(&key.kid).execute(c).await.map(drop))?;
    within!(*tx, |c| sqlx::query(FORGET_RETIRED).bind(forgotten).execute(c).await.map(drop))?;
    tx.ring(Topic::Keys).await?;
    Ok(key.kid)
}
