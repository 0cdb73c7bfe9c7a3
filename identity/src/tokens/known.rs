//! Access tokens whose signature was found good a moment ago.
//!
//! A browser shows the same token for ten minutes, a service with every request, and checking the signature is a quarter of what such a
//! request costs. Only that answer is kept, which cannot change: under the digest of the whole token, so that another byte anywhere is
//! another token. Whether its key still counts, its times and its session are asked each time. Nothing is kept of a token that was
//! refused, or strangers would fill the memory; nor of one that has run out, which says what somebody is called.

use super::access::Claims;
use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How many are known at once. One takes less than a kilobyte, with very many permissions two or three.
const ROOM: usize = 4096;

/// What a good signature covers.
pub(super) struct Good {
    /// Whose signature it is.
    pub kid: String,
    pub claims: Claims,
}

/// The tokens.
pub struct Known(Cache<[u8; 32], Arc<Good>>);

impl Default for Known {
    fn default() -> Self {
        Self(Cache::new(ROOM))
    }
}

impl Known {
    /// What this token says, if its signature was good; `check` tells when it is not known.
    pub(super) fn or_check(&self, token: &str, check: impl FnOnce() -> Option<Good>) -> Option<Arc<Good>> {
        let name = name(token);
        if let Some(good) = self.0.get(&name) {
            return Some(good);
        }
        let good = Arc::new(check()?);
        self.0.insert(name, good.clone());
        Some(good)
    }

    /// Keeps nothing of this token any more.
    pub(super) fn forget(&self, token: &str) {
        self.0.remove(&name(token));
    }

    /// How many there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.len()
    }
}

fn name(token: &str) -> [u8; 32] {
    let mut name = [0; 32];
    name.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(kid: &str) -> Option<Good> {
        let claims = r#"{"iss":"i","aud":"a","sub":"01a20515-ee11-70d2-bd9a-577b00099875","client_id":"latchkey","iat":1,"exp":2,
            "jti":"01a20515-ee11-70d2-bd9a-577b00099875","auth_time":1,"sid":"01a20515-ee11-70d2-bd9a-577b00099875","gen":1,"role":"user"}"#;
        Some(Good { kid: kid.to_owned(), claims: serde_json::from_str(claims).unwrap() })
    }

    #[test]
    fn what_was_good_is_not_checked_again_and_every_other_token_is() {
        let known = Known::default();
        assert_eq!(known.or_check("a.b.c", || good("k")).unwrap().kid, "k");
        assert_eq!(known.or_check("a.b.c", || panic!("it is known")).unwrap().kid, "k");
        for other in ["a.b.C", "a.b.c ", "a.b.", ""] {
            assert!(known.or_check(other, || None).is_none(), "{other:?}");
        }
    }

    #[test]
    fn what_was_refused_takes_no_room_and_is_checked_each_time() {
        let known = Known::default();
        assert!(known.or_check("a.b.c", || None).is_none());
        assert_eq!(known.len(), 0);
        assert!(known.or_check("a.b.c", || good("k")).is_some());
    }

    #[test]
    fn what_is_forgotten_is_checked_again() {
        let known = Known::default();
        known.or_check("a.b.c", || good("k"));
        known.forget("a.b.c");
        assert_eq!(known.len(), 0);
        assert!(known.or_check("a.b.c", || None).is_none());
    }

    #[test]
    fn a_flood_of_good_ones_takes_no_more_room_than_there_is() {
        let known = Known::default();
        for number in 0..3 * ROOM {
            known.or_check(&number.to_string(), || good("k"));
        }
        assert!(known.len() <= ROOM);
    }
}
