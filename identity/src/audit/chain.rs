//! What is hashed, and how: pure functions, the same for sealing, for reading an export, and for whoever writes a program of their own.
//!
//! Every value is preceded by its length in eight bytes, so that no two entries are written down alike; what may be missing has a
//! byte before it that says whether it is there. Numbers are eight bytes, big-endian, two's complement. Ids are sixteen bytes.

use crate::{events::Kind, keys::mac};
use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

/// A SHA-256 value.
pub type Digest = [u8; 32];

/// What the first entry is chained to.
pub const BEGINNING: Digest = [0; 32];

const PERSONAL: &[u8] = b"latchkey audit personal 1";
const ENTRY: &[u8] = b"latchkey audit entry 1";
const END: &[u8] = b"latchkey audit end 1";

/// What an event says about people. Hashed with a salt of its own, so that nobody who knows the hash can try network addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Personal {
    /// The account that acted.
    pub actor: Option<Uuid>,
    /// The account it happened to.
    pub subject: Option<Uuid>,
    /// The session.
    pub session: Option<Uuid>,
    /// The network address.
    pub ip: String,
    /// The reason an administrator gave.
    pub note: Option<String>,
}

impl Personal {
    /// The salted hash of it all.
    pub fn hash(&self, salt: &[u8]) -> Digest {
        let mut hasher = Hasher::new(PERSONAL);
        hasher.bytes(salt);
        for id in [self.actor, self.subject, self.session] {
            hasher.maybe(id.as_ref().map(|id| &id.as_bytes()[..]));
        }
        hasher.bytes(self.ip.as_bytes());
        hasher.maybe(self.note.as_deref().map(str::as_bytes));
        hasher.finish()
    }
}

/// An entry of the log: an event in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1.
    pub seq: i64,
    /// The event's id.
    pub id: Uuid,
    /// When, milliseconds since 1970.
    pub at: i64,
    /// What happened: a word of `events::Kind`, perhaps of a newer version.
    pub kind: String,
    /// A word of detail.
    pub detail: String,
    /// What it says about people, as far as it still does.
    pub people: Personal,
    /// Of the hash over that; `None` since somebody in it was forgotten.
    pub salt: Option<Vec<u8>>,
    /// The hash over what it said about people when it was sealed.
    pub personal: Digest,
    /// The digest of the entry before.
    pub prev: Digest,
    /// Its own.
    pub digest: Digest,
}

impl Entry {
    /// What its digest has to be: over the digest before, everything public, and the hash of what is personal.
    pub fn expected_digest(&self) -> Digest {
        let mut hasher = Hasher::new(ENTRY);
        hasher.bytes(&self.prev);
        hasher.bytes(&self.seq.to_be_bytes());
        hasher.bytes(self.id.as_bytes());
        hasher.bytes(&self.at.to_be_bytes());
        hasher.bytes(self.kind.as_bytes());
        hasher.bytes(self.detail.as_bytes());
        hasher.bytes(&self.personal);
        hasher.finish()
    }

    /// Whether somebody in it was forgotten, so that what is personal cannot be checked any more.
    pub const fn is_forgotten(&self) -> bool {
        self.salt.is_none()
    }

    /// Whether it says what it said when it was sealed. Of a forgotten one, that nothing is left that forgetting empties.
    pub fn is_genuine(&self) -> bool {
        let people = match &self.salt {
            Some(salt) => self.people.hash(salt) == self.personal,
            None => {
                let note_may_stay = Kind::from_word(&self.kind).is_some_and(Kind::keeps_note);
                self.people.session.is_none()
                    && self.people.ip.is_empty()
                    && (self.people.note.is_none() || note_may_stay)
            }
        };
        people && self.expected_digest() == self.digest
    }
}

/// The MAC over where the chain ends.
pub(crate) fn end_mac(key: &[u8; 32], seq: i64, digest: &[u8]) -> Digest {
    mac(key, &[END, &seq.to_be_bytes(), digest])
}

/// Bytes in hexadecimal, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

struct Hasher(Context);

impl Hasher {
    fn new(purpose: &[u8]) -> Self {
        let mut hasher = Self(Context::new(&SHA256));
        hasher.bytes(purpose);
        hasher
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn maybe(&mut self, bytes: Option<&[u8]>) {
        self.0.update(&[u8::from(bytes.is_some())]);
        self.bytes(bytes.unwrap_or_default());
    }

    fn finish(self) -> Digest {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.0.finish().as_ref());
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let people = Personal { actor: Some(Uuid::from_u128(1)), ip: "192.0.2.7".into(), ..Personal::default() };
        let salt = vec![7; 16];
        let mut entry = Entry {
            seq: 1,
            id: Uuid::from_u128(2),
            at: 3,
            kind: "signed_in".into(),
            detail: "day".into(),
            personal: people.hash(&salt),
            people,
            salt: Some(salt),
            prev: BEGINNING,
            digest: BEGINNING,
        };
        entry.digest = entry.expected_digest();
        entry
    }

    /// Written down once: a release that hashes otherwise could check no export of the one before.
    #[test]
    fn the_hashes_are_what_they_were() {
        let entry = entry();
        assert_eq!(hex(&entry.personal), "1b646749a48b43c00270ba9e45877775a25512c3eb2b4db70fdc90069eb28d89");
        assert_eq!(hex(&entry.digest), "feed9b5cd36045abfa3125b5a7248bb27b4c1fc92015a7762566293889a34fcf");
    }

    #[test]
    fn what_ends_elsewhere_is_something_else() {
        let one = Entry { kind: "ab".into(), detail: "c".into(), ..entry() };
        let other = Entry { kind: "a".into(), detail: "bc".into(), ..entry() };
        assert_ne!(one.expected_digest(), other.expected_digest());
        let actor = Personal { actor: Some(Uuid::nil()), ..Personal::default() };
        let subject = Personal { subject: Some(Uuid::nil()), ..Personal::default() };
        assert_ne!(actor.hash(&[]), subject.hash(&[]));
        let empty = Personal { note: Some(String::new()), ..Personal::default() };
        assert_ne!(empty.hash(&[]), Personal::default().hash(&[]));
    }

    #[test]
    fn a_forgotten_entry_says_nothing_that_forgetting_empties() {
        let people = Personal { actor: Some(Uuid::from_u128(9)), ..Personal::default() };
        let forgotten = Entry { salt: None, people, ..entry() };
        assert!(entry().is_genuine() && forgotten.is_genuine());
        let told = Personal { ip: "192.0.2.7".into(), ..Personal::default() };
        assert!(!Entry { people: told, ..forgotten.clone() }.is_genuine());
        let noted = Personal { note: Some("asked by phone".into()), ..Personal::default() };
        assert!(!Entry { people: noted.clone(), ..forgotten.clone() }.is_genuine());
        // What was done to the installation or to somebody else stays told.
        for kind in Kind::ALL.iter().copied() {
            let mut told = Entry { people: noted.clone(), kind: kind.as_str().into(), ..forgotten.clone() };
            told.digest = told.expected_digest();
            assert_eq!(told.is_genuine(), kind.keeps_note(), "{kind}");
        }
    }
}
