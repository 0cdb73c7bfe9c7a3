//! The master key: 32 random bytes in a file or an environment variable, never in the database.

use crate::random::Random;
use aws_lc_rs::hkdf;
use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

/// What a derived key is for. One key per purpose, so that no misuse of one touches another (RFC 8725 section 3.11).
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// The server's half of the refresh-token key.
    RefreshTokens,
    /// The pepper of password hashes.
    Pepper,
    /// Wraps signing keys.
    SigningKeys,
    /// Hashes mailed tokens and typed codes.
    MailedTokens,
    /// Seals letters that wait to be sent.
    Letters,
    /// Seals the one-shot flash cookie.
    Flash,
    /// Hashes what the throttle counts by.
    Throttle,
    /// Hashes the cookies that browsers are known by.
    Devices,
    /// Vouches for the end of the audit log.
    Audit,
    /// Tells whether a database was made with this key.
    Check,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::RefreshTokens => b"latchkey/1/refresh-tokens",
            Self::Pepper => b"latchkey/1/pepper",
            Self::SigningKeys => b"latchkey/1/signing-keys",
            Self::MailedTokens => b"latchkey/1/mailed-tokens",
            Self::Letters => b"latchkey/1/letters",
            Self::Flash => b"latchkey/1/flash",
            Self::Throttle => b"latchkey/1/throttle",
            Self::Devices => b"latchkey/1/devices",
            Self::Audit => b"latchkey/1/audit",
            Self::Check => b"latchkey/1/check",
        }
    }
}

/// The root of every key. Nodes of one installation share it.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A fresh one.
    pub fn generate(random: &dyn Random) -> Self {
        Self(Zeroizing::new(random.bytes()))
    }

    /// Reads base64 of exactly 32 bytes.
    ///
    /// # Errors
    /// What is wrong, without the value.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).map_err(|_| "it is not base64")?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| "it is not 32 bytes long")?;
        if bytes.iter().all(|b| *b == bytes[0]) {
            return Err("it is not random");
        }
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// Base64, for the key file.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD.encode(self.0.as_slice()))
    }

    /// The key for one purpose: HKDF-SHA-256 (RFC 5869) with the purpose as info.
    pub fn derive(&self, purpose: Purpose) -> [u8; 32] {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"latchkey").extract(self.0.as_slice());
        let info = [purpose.label()];
        let mut key = [0; 32];
        prk.expand(&info, hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .expect("32 bytes is a valid length of HKDF-SHA-256 output");
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededSource;

    #[test]
    fn a_key_survives_its_file_and_purposes_differ() {
        let key = MasterKey::generate(&SeededSource::new(1));
        let again = MasterKey::parse(&format!("{}\n", key.to_base64().as_str())).unwrap();
        assert_eq!(key.derive(Purpose::Pepper), again.derive(Purpose::Pepper));
        assert_ne!(key.derive(Purpose::Pepper), key.derive(Purpose::Letters));
    }

    #[test]
    fn bad_keys_are_refused() {
        for bad in ["", "secret", "c2hvcnQ=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            assert!(MasterKey::parse(bad).is_err(), "{bad}");
        }
    }
}
