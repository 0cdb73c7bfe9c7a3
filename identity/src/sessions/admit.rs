//! Admission: who an access token lets in, right now, without asking the database.

use crate::{
    Latchkey,
    tokens::access::{self, Fault},
    words::Viewer,
};

/// What an access token is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one for a request, and it is moved at once")]
pub enum Admission {
    /// It admits this person.
    Admitted(Viewer),
    /// Genuine, but too old, from an ended session or from before a change of role: only a refresh token can tell more.
    Stale,
    /// Not ours, or not for this.
    Refused,
}

/// Checks signature, times and the revocation set.
pub fn admit(house: &Latchkey, token: &str) -> Admission {
    match access::verify(house, token) {
        Ok(viewer) if house.revocations.covers(&viewer) => Admission::Stale,
        Ok(viewer) => Admission::Admitted(viewer),
        Err(Fault::Expired) => Admission::Stale,
        Err(Fault::Invalid) => Admission::Refused,
    }
}
