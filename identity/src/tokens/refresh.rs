//! The refresh token: `lk1.<session id>.<generation>.<mac>`, or `lk2.…` of a session in somebody else's hands.
//!
//! The mac is keyed by a secret of the session, which is in the database, and by a server key, which is not: a copy of either
//! alone makes no token. Because nothing in it is random, the successor of a token can be computed, and every request that
//! races for it gets the same one. Because the mac covers the generation, an old token is known to have been genuine.

use crate::keys::{mac, same};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use uuid::Uuid;

const VERSION: &str = "lk1";

/// That of a session in which an administrator acts as somebody else. Nodes of the release before do not know it: they would renew the
/// session as one of its owner's.
const ACTING: &str = "lk2";

/// A well-formed refresh token. Whether it is genuine only [`Presented::is_genuine`] tells.
pub struct Presented {
    /// The session it names.
    pub session: Uuid,
    /// Which of the session's successive tokens it is.
    pub generation: i64,
    version: &'static str,
    mac: [u8; 32],
}

impl Presented {
    /// Reads the one spelling [`issue`] writes; anything else is no token.
    pub fn parse(text: &str) -> Option<Self> {
        // The longest one there is: a version, 22 and 43 characters of base64, 19 digits, three dots.
        if text.len() > 90 {
            return None;
        }
        let mut parts = text.split('.');
        let (version, id, generation, tag) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let version = [VERSION, ACTING].into_iter().find(|known| *known == version)?;
        if parts.next().is_some() {
            return None;
        }
        let id: [u8; 16] = BASE64.decode(id).ok()?.try_into().ok()?;
        let mac: [u8; 32] = BASE64.decode(tag).ok()?.try_into().ok()?;
        let number: i64 = generation.parse().ok()?;
        // One spelling per number: no sign, no leading zeros.
        (number >= 1 && number.to_string() == generation).then_some(Self {
            session: Uuid::from_bytes(id),
            generation: number,
            version,
            mac,
        })
    }

    /// Whether we made it, whatever its age.
    pub fn is_genuine(&self, server_key: &[u8; 32], session_secret: &[u8]) -> bool {
        same(&self.mac, &tag(self.version, server_key, session_secret, self.session, self.generation))
    }
}

/// Writes the token of one generation. `acting` for a session in which an administrator acts as somebody else.
pub fn issue(server_key: &[u8; 32], session_secret: &[u8], session: Uuid, generation: i64, acting: bool) -> String {
    let version = if acting { ACTING } else { VERSION };
    let tag = tag(version, server_key, session_secret, session, generation);
    format!("{version}.{}.{generation}.{}", BASE64.encode(session.as_bytes()), BASE64.encode(tag))
}

fn tag(version: &str, server_key: &[u8; 32], session_secret: &[u8], session: Uuid, generation: i64) -> [u8; 32] {
    // Two steps, so that neither half is ever used as a plain message beside the other.
    let key = mac(server_key, &[version.as_bytes(), session_secret]);
    mac(&key, &[session.as_bytes(), &generation.to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [1; 32];

    #[test]
    fn a_token_is_ours_or_it_is_not() {
        let id = Uuid::from_u128(7);
        let token = issue(&KEY, b"secret", id, 3, false);
        let presented = Presented::parse(&token).unwrap();
        assert_eq!((presented.session, presented.generation), (id, 3));
        assert!(presented.is_genuine(&KEY, b"secret"));
        assert!(!presented.is_genuine(&KEY, b"other"));
        assert!(!presented.is_genuine(&[2; 32], b"secret"));
    }

    #[test]
    fn the_generation_cannot_be_edited() {
        let token = issue(&KEY, b"secret", Uuid::from_u128(7), 3, false);
        let edited = Presented::parse(&token.replace(".3.", ".4.")).unwrap();
        assert!(!edited.is_genuine(&KEY, b"secret"));
    }

    #[test]
    fn one_kind_is_never_the_other() {
        for (acting, own, other) in [(false, "lk1.", "lk2."), (true, "lk2.", "lk1.")] {
            let token = issue(&KEY, b"secret", Uuid::from_u128(7), 3, acting);
            assert!(token.starts_with(own) && Presented::parse(&token).unwrap().is_genuine(&KEY, b"secret"));
            let renamed = Presented::parse(&token.replace(own, other)).unwrap();
            assert!(!renamed.is_genuine(&KEY, b"secret"));
        }
    }

    #[test]
    fn there_is_one_spelling() {
        let token = issue(&KEY, b"secret", Uuid::from_u128(7), 3, false);
        for bad in [
            token.replace(".3.", ".03."),
            token.replace(".3.", ".+3."),
            token.replace(".3.", ".0."),
            token.replace(".3.", ".-1."),
            token.replace("lk1", "lk3"),
            format!("{token}."),
            format!("{token}="),
            format!(" {token}"),
            token[..token.len() - 1].to_owned(),
            String::new(),
            "....".into(),
            "x".repeat(10_000),
        ] {
            assert!(Presented::parse(&bad).is_none(), "{bad}");
        }
    }
}
