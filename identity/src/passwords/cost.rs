//! What hashing a password costs: the three numbers of argon2id (RFC 9106 section 3.1).

/// Cost of one hash. The memory is held for as long as one hash takes, times the hashes running at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB (`m`).
    pub memory_kib: u32,
    /// Passes over the memory (`t`).
    pub iterations: u32,
    /// Lanes (`p`).
    pub parallelism: u32,
}

/// The weakest that ASVS 5.0 appendix C accepts, each as strong as the others: memory and passes.
const FLOOR: [(u32, u32); 3] = [(47_104, 1), (19_456, 2), (12_288, 3)];

/// Guards against slips of the keyboard, such as bytes where KiB are meant: 4 GiB, 100 passes, 64 lanes.
const CEILING: HashCost = HashCost { memory_kib: 4 * 1024 * 1024, iterations: 100, parallelism: 64 };

impl Default for HashCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

impl HashCost {
    /// Itself, if it is at least as strong as one row of the floor (OWASP, ASVS 11.4.2) and no obvious mistake.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn check(self) -> Result<Self, String> {
        let strong = FLOOR.iter().any(|&(memory, passes)| self.memory_kib >= memory && self.iterations >= passes);
        if !strong || self.parallelism == 0 {
            return Err(format!(
                "{self} is too weak: it takes at least m=47104,t=1,p=1 or m=19456,t=2,p=1 or m=12288,t=3,p=1 (m in KiB)"
            ));
        }
        if self.memory_kib > CEILING.memory_kib
            || self.iterations > CEILING.iterations
            || self.parallelism > CEILING.parallelism
        {
            return Err(format!("{self} is more than {CEILING} (m in KiB); nobody could sign in"));
        }
        Ok(self)
    }
}

impl std::fmt::Display for HashCost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "m={},t={},p={}", self.memory_kib, self.iterations, self.parallelism)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(memory_kib: u32, iterations: u32, parallelism: u32) -> HashCost {
        HashCost { memory_kib, iterations, parallelism }
    }

    #[test]
    fn the_floor_and_everything_above_is_accepted() {
        for strong in [
            HashCost::default(),
            cost(47_104, 1, 1),
            cost(19_456, 2, 1),
            cost(12_288, 3, 1),
            cost(20_000, 2, 4),
            cost(65_536, 3, 4),
            cost(2_097_152, 1, 4),
        ] {
            assert_eq!(strong.check(), Ok(strong));
        }
    }

    #[test]
    fn anything_weaker_is_refused_with_a_reason() {
        for weak in [
            cost(47_103, 1, 1),
            cost(19_455, 2, 1),
            cost(12_287, 3, 1),
            cost(12_288, 2, 1),
            cost(9_216, 4, 1),
            cost(7_168, 5, 1),
            cost(19_456, 2, 0),
            cost(19_456, 0, 1),
            cost(0, 0, 0),
        ] {
            assert!(weak.check().unwrap_err().contains("too weak"), "{weak}");
        }
    }

    #[test]
    fn slips_of_the_keyboard_are_refused() {
        for slip in [cost(19_922_944, 2, 1), cost(19_456, 2000, 1), cost(65_536, 3, 1000)] {
            assert!(slip.check().unwrap_err().contains("more than"), "{slip}");
        }
    }
}
