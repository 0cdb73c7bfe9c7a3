//! One short name for many bytes: answers "is this what went in last time?".

use sha2::{Digest, Sha256};

/// SHA-256 over named parts. The length before each part keeps `ab`+`c` apart from `a`+`bc`.
#[derive(Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds one part; the order of parts matters.
    pub fn add(&mut self, name: &str, content: &[u8]) {
        for bytes in [name.as_bytes(), content] {
            self.0.update((bytes.len() as u64).to_le_bytes());
            self.0.update(bytes);
        }
    }

    /// The first 64 bits in hexadecimal. It tells builds apart; it protects nothing.
    pub fn finish(self) -> String {
        self.0.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    fn of(parts: &[(&str, &str)]) -> String {
        let mut fingerprint = Fingerprint::default();
        for (name, content) in parts {
            fingerprint.add(name, content.as_bytes());
        }
        fingerprint.finish()
    }

    #[test]
    fn the_same_parts_have_the_same_name() {
        assert_eq!(of(&[("main.css", "a{}")]), of(&[("main.css", "a{}")]));
        assert_eq!(of(&[("main.css", "a{}")]).len(), 16);
    }

    #[test]
    fn a_byte_a_name_an_order_or_a_boundary_makes_a_difference() {
        let one = of(&[("a", "b"), ("c", "d")]);
        for other in [
            of(&[("a", "b"), ("c", "e")]),
            of(&[("a", "b"), ("x", "d")]),
            of(&[("c", "d"), ("a", "b")]),
            of(&[("ab", ""), ("c", "d")]),
        ] {
            assert_ne!(one, other);
        }
    }
}
