//! Step-up: what is dangerous asks whether the password was given lately in this very session (ASVS 7.5.1, RFC 9470).
//!
//! The row of the session knows when, and not the access token: a proof counts at once on every node, and a token that was
//! stolen proves nothing by itself. Rules that need it take a [`Proven`], which cannot be made in any other way.

use crate::{
    Latchkey, Refusal,
    db::{on, statements},
    time::Timestamp,
    words::Viewer,
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    SINCE = "select authenticated_at from sessions where id = $1 and user_id = $2 and ended_at is null";
}

/// How long a proof is good.
pub const PROOF_LIFE: Duration = Duration::from_secs(10 * 60);

/// Somebody who has given the password within the last [`PROOF_LIFE`], in the session they ask in.
#[derive(Clone, Debug)]
pub struct Proven {
    user: Uuid,
    session: Uuid,
}

impl Proven {
    /// The account.
    pub const fn user(&self) -> Uuid {
        self.user
    }

    /// The session.
    pub const fn session(&self) -> Uuid {
        self.session
    }
}

/// Asks for the proof.
///
/// # Errors
/// `ProofNeeded` when the password was given too long ago, `SignedOut` when the session is over, or when the database does not
/// answer.
pub async fn prove(house: &Latchkey, viewer: &Viewer) -> Result<Proven, Refusal> {
    let since: Option<(Timestamp,)> =
        on!(house.db, read, |p| sqlx::query_as(SINCE).bind(viewer.session).bind(viewer.id).fetch_optional(p).await)?;
    let (since,) = since.ok_or(Refusal::SignedOut(None))?;
    if house.now() < since.plus(PROOF_LIFE) {
        Ok(Proven { user: viewer.id, session: viewer.session })
    } else {
        Err(Refusal::ProofNeeded)
    }
}
