//! Sign-outs that could not be written down yet.
//!
//! Whoever wants to leave may leave, also while the database is away: this node refuses the session at once, and remembers that
//! its end is owed. It is paid as soon as the database answers. A node that dies before takes the debt with it, so the log
//! says when it stops with some; the session's cookies are gone from the browser in any case.

use super::{Device, end};
use crate::{Latchkey, Refusal, words::Viewer};
use std::sync::{Mutex, PoisonError};

/// How many are remembered: strangers may present made-up tokens during an outage.
const MOST: usize = 10_000;

/// What is to end.
pub(super) enum Debt {
    /// The session of an access token that we have checked.
    Session(Box<Viewer>, Device),
    /// The session of somebody else that an administrator was in.
    Place(Box<Viewer>),
    /// That of a refresh token, which only the database can check.
    Token(String, Device),
}

/// What is owed.
#[derive(Default)]
pub struct Owed(Mutex<Vec<Debt>>);

impl Owed {
    pub(super) fn add(&self, debt: Debt) {
        let mut debts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if debts.len() < MOST {
            debts.push(debt);
        } else {
            tracing::error!("more sessions are owed their end than can be remembered: one is forgotten");
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether nothing is owed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Ends what is owed its end.
///
/// # Errors
/// When the database still does not answer; what was not ended is still owed.
pub(crate) async fn settle(house: &Latchkey) -> Result<(), Refusal> {
    loop {
        let debt = house.owed.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(debt) = debt else { return Ok(()) };
        let paid = match &debt {
            Debt::Session(viewer, device) => end::sign_out_now(house, viewer, device).await,
            Debt::Place(viewer) => end::stop_acting_now(house, viewer).await,
            Debt::Token(token, device) => end::sign_out_by(house, token, device).await,
        };
        match paid {
            Ok(()) => {}
            Err(refusal @ Refusal::Unavailable(_)) => {
                house.owed.add(debt);
                return Err(refusal);
            }
            Err(refusal) => tracing::error!(error = %refusal, "a session could not be ended that somebody has left"),
        }
    }
}
