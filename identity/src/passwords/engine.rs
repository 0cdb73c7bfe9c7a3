//! One argon2id hash at a time: the part that takes the time and the memory. Knows nothing of queues; see `hasher`.

use super::{HashCost, hasher::Verdict, threads::Memory};
use crate::Refusal;
use argon2::{
    Algorithm, Argon2, KeyId, Params, ParamsBuilder, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use std::sync::atomic::{AtomicU64, Ordering};
use zeroize::Zeroizing;

/// Length of the salt in bytes (RFC 9106 section 4).
pub(super) const SALT_LEN: usize = 16;

/// Length of the tag in bytes (RFC 9106 section 4).
pub(super) const TAG_LEN: usize = 32;

/// The cost and the pepper of this installation.
pub(super) struct Engine {
    pepper: Zeroizing<[u8; 32]>,
    params: Params,
    hashes: AtomicU64,
}

impl Engine {
    /// # Errors
    /// `Broken` with a sentence for the operator when the cost is too weak.
    pub(super) fn new(cost: HashCost, pepper: [u8; 32]) -> Result<Self, Refusal> {
        let cost = cost.check().map_err(|why| Refusal::Broken(format!("password hash: {why}")))?;
        let params = ParamsBuilder::new()
            .m_cost(cost.memory_kib)
            .t_cost(cost.iterations)
            .p_cost(cost.parallelism)
            .keyid(pepper_id(&pepper)?)
            .output_len(TAG_LEN)
            .build()
            .map_err(broken)?;
        Ok(Self { pepper: Zeroizing::new(pepper), params, hashes: AtomicU64::new(0) })
    }

    /// The PHC string of a normalised password.
    pub(super) fn hash(&self, password: &str, salt: [u8; SALT_LEN], memory: &mut Memory) -> Result<String, Refusal> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        let mut tag = [0; TAG_LEN];
        let blocks = memory.blocks(self.params.block_count()).map_err(broken)?;
        self.argon2()?.hash_password_into_with_memory(password.as_bytes(), &salt, &mut tag, blocks).map_err(broken)?;
        self.written(salt, tag)
    }

    /// A salt and a tag as a PHC string of today's cost.
    pub(super) fn written(&self, salt: [u8; SALT_LEN], tag: [u8; TAG_LEN]) -> Result<String, Refusal> {
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(broken)?,
            salt: Some(Salt::new(&salt).map_err(broken)?),
            hash: Some(Output::new(&tag).map_err(broken)?),
        };
        Ok(hash.to_string())
    }

    /// Whether a normalised password is the one behind a PHC string, at the cost the string names. The tags are compared in
    /// constant time.
    pub(super) fn verify(&self, password: &str, stored: &str, memory: &mut Memory) -> Result<Verdict, Refusal> {
        let stored = PasswordHash::new(stored).map_err(broken)?;
        let params = Params::try_from(&stored).map_err(broken)?;
        let imported = params.keyid().is_empty();
        if !imported && params.keyid() != self.params.keyid() {
            tracing::error!(
                "a stored password was hashed with another master key and cannot be verified with this one"
            );
        }
        let (Some(salt), Some(tag)) = (&stored.salt, &stored.hash) else { return Err(broken("no salt or no tag")) };
        let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(broken)?;
        let version = stored.version.map(Version::try_from).transpose().map_err(broken)?.unwrap_or_default();
        // One that was imported has no pepper yet. It gets ours at the next sign-in, being outdated.
        let pepper = if imported { &[][..] } else { &*self.pepper };
        let argon2 = Argon2::new_with_secret(pepper, algorithm, version, params.clone()).map_err(broken)?;
        let mut computed = [0; Output::MAX_LENGTH];
        let computed = &mut computed[..tag.len()];
        let blocks = memory.blocks(params.block_count()).map_err(broken)?;
        self.hashes.fetch_add(1, Ordering::Relaxed);
        argon2.hash_password_into_with_memory(password.as_bytes(), salt, computed, blocks).map_err(broken)?;
        // In constant time: that is how the type compares itself.
        Ok(match Output::new(computed).map_err(broken)? == *tag {
            true if params == self.params && self.same_kind(&stored) => Verdict::Right,
            true => Verdict::RightButOutdated,
            false => Verdict::Wrong,
        })
    }

    /// Whether a hash that was made elsewhere, or here, can be stored: of argon2id, version 1.3, without a pepper or with ours, at least as
    /// strong as is asked for here, and at most twice as costly in memory and in work: who knows such an account could burden every sign-in.
    pub(super) fn takes(&self, hash: &str) -> bool {
        let Ok(hash) = PasswordHash::new(hash) else { return false };
        let Ok(params) = Params::try_from(&hash) else { return false };
        let cost = HashCost { memory_kib: params.m_cost(), iterations: params.t_cost(), parallelism: params.p_cost() };
        let work = |memory: u32, passes: u32| u64::from(memory) * u64::from(passes);
        let (memory, passes) = (self.params.m_cost(), self.params.t_cost());
        let bearable = cost.memory_kib <= memory.saturating_mul(2)
            && work(cost.memory_kib, cost.iterations) <= work(memory, passes).saturating_mul(2)
            && cost.parallelism <= 8;
        hash.algorithm == Algorithm::Argon2id.ident()
            && hash.version == Some(Version::V0x13.into())
            && hash.salt.is_some()
            && hash.hash.as_ref().is_some_and(|tag| tag.len() >= 16)
            && (params.keyid().is_empty() || params.keyid() == self.params.keyid())
            && cost.check().is_ok()
            && bearable
    }

    /// How many hashes were computed so far.
    pub(super) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    fn same_kind(&self, stored: &PasswordHash) -> bool {
        stored.algorithm == Algorithm::Argon2id.ident()
            && stored.version == Some(Version::V0x13.into())
            && stored.salt.as_ref().is_some_and(|salt| salt.len() == SALT_LEN)
    }

    fn argon2(&self) -> Result<Argon2<'_>, Refusal> {
        Argon2::new_with_secret(&*self.pepper, Algorithm::Argon2id, Version::V0x13, self.params.clone()).map_err(broken)
    }
}

/// Names the pepper inside each hash, so that a later one can live beside it. Six bytes of a digest of 256 random bits tell
/// nothing about them.
fn pepper_id(pepper: &[u8; 32]) -> Result<KeyId, Refusal> {
    let mut named = b"latchkey pepper id ".to_vec();
    named.extend_from_slice(pepper);
    let named = Zeroizing::new(named);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &named);
    KeyId::new(&digest.as_ref()[..6]).map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> Refusal {
    Refusal::Broken(format!("password hash: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::AssociatedData;

    fn engine(memory_kib: u32, iterations: u32, pepper: u8) -> Engine {
        Engine::new(HashCost { memory_kib, iterations, parallelism: 1 }, [pepper; 32]).unwrap()
    }

    #[test]
    fn the_crate_computes_the_vector_of_rfc_9106_section_5_3() {
        let params = ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(AssociatedData::new(&[4; 12]).unwrap())
            .output_len(32)
            .build()
            .unwrap();
        let mut tag = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .unwrap()
            .hash_password_into(&[1; 32], &[2; 16], &mut tag)
            .unwrap();
        let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    #[test]
    fn the_string_names_its_cost_and_its_pepper_and_nothing_else() {
        let hash = engine(19_456, 2, 7).hash("correct horse battery", [9; SALT_LEN], &mut Memory::default()).unwrap();
        insta::assert_snapshot!(hash, @"$argon2id$v=19$m=19456,t=2,p=1,keyid=hZ0dPC/+$CQkJCQkJCQkJCQkJCQkJCQ$rMUWS4uylsD0gtI5rDJ+n6YdpWF/jPi+D9FO83FvtYw");
    }

    #[test]
    fn only_the_same_password_with_the_same_pepper_is_right() {
        let engine = engine(19_456, 2, 7);
        let stored = engine.hash("correct horse battery", [9; SALT_LEN], &mut Memory::default()).unwrap();
        assert_eq!(engine.verify("correct horse battery", &stored, &mut Memory::default()).unwrap(), Verdict::Right);
        assert_eq!(engine.verify("correct horse batterz", &stored, &mut Memory::default()).unwrap(), Verdict::Wrong);
        assert_eq!(engine.verify("", &stored, &mut Memory::default()).unwrap(), Verdict::Wrong);
        let other = self::engine(19_456, 2, 8);
        assert_eq!(other.verify("correct horse battery", &stored, &mut Memory::default()).unwrap(), Verdict::Wrong);
        assert_eq!(engine.hashes(), 4);
    }

    #[test]
    fn another_cost_is_right_but_outdated() {
        let stored = engine(12_288, 3, 7).hash("correct horse battery", [9; SALT_LEN], &mut Memory::default()).unwrap();
        let engine = engine(19_456, 2, 7);
        assert_eq!(
            engine.verify("correct horse battery", &stored, &mut Memory::default()).unwrap(),
            Verdict::RightButOutdated
        );
        assert_eq!(engine.verify("wrong horse battery", &stored, &mut Memory::default()).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn what_is_no_hash_is_an_alarm_and_not_a_wrong_password() {
        let engine = engine(19_456, 2, 7);
        for stored in
            ["", "plain", "$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$AAAA", "$argon2id$v=19$m=19456,t=2,p=1", "$2b$12$abc"]
        {
            assert!(
                matches!(engine.verify("x", stored, &mut Memory::default()), Err(Refusal::Broken(_))),
                "{stored:?}"
            );
        }
    }

    #[test]
    fn a_weaker_cost_is_refused() {
        let weak = HashCost { memory_kib: 19_455, iterations: 2, parallelism: 1 };
        assert!(matches!(Engine::new(weak, [0; 32]), Err(Refusal::Broken(why)) if why.contains("too weak")));
    }
}
