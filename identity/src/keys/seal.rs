//! Authenticated encryption of small things at rest: AES-256-GCM with a random nonce in front.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

/// Seals and opens with one key. What is sealed for one `aad` does not open for another.
pub struct Sealer(RandomizedNonceKey);

impl Sealer {
    /// From a derived key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(RandomizedNonceKey::new(&AES_256_GCM, &key).expect("AES-256 takes 32 bytes"))
    }

    /// Nonce, ciphertext and tag in one.
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut body = plain.to_vec();
        let nonce =
            self.0.seal_in_place_append_tag(Aad::from(aad), &mut body).expect("sealing fails only beyond 64 GiB");
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut body);
        sealed
    }

    /// The plain text, if it was sealed with this key for this `aad` and not altered since.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(aad), &mut body).ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_here_for_this_opens() {
        let sealer = Sealer::new([7; 32]);
        let sealed = sealer.seal(b"letter", b"hello");
        assert_eq!(sealer.open(b"letter", &sealed).unwrap(), b"hello");
        assert!(sealer.open(b"other", &sealed).is_none());
        assert!(Sealer::new([8; 32]).open(b"letter", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(sealer.open(b"letter", &bent).is_none(), "byte {at}");
        }
        assert!(sealer.open(b"letter", &sealed[..5]).is_none());
    }
}
