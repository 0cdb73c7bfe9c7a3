//! Receipts: the first request whose access token carries a generation proves that the browser received it. Only then does the
//! window of the generation before begin, so an answer that was lost on the way never costs a session.

use crate::{
    Latchkey, Refusal,
    db::{statements, together},
    words::Viewer,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

statements! {
    CONFIRM = "update sessions set confirmed_at = $1
                where id = $2 and generation = $3 and confirmed_at is null and ended_at is null";
}

/// How many sessions are remembered before the memory is emptied. Forgetting costs one superfluous statement each.
const MEMORY: usize = 65_536;

/// What this node has confirmed lately, so that a session costs one statement per generation and not one per request.
#[derive(Default)]
pub struct Receipts(Mutex<HashMap<Uuid, i64>>);

impl Receipts {
    fn knows(&self, session: Uuid, generation: i64) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&session).is_some_and(|known| *known >= generation)
    }

    fn learn(&self, session: Uuid, generation: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MEMORY {
            known.clear();
        }
        known.insert(session, generation);
    }
}

/// Takes note that the bearer of this access token has received its generation.
///
/// # Errors
/// When the database does not answer. Nothing is lost by that: the next request confirms.
pub async fn confirm(house: &Latchkey, viewer: &Viewer) -> Result<(), Refusal> {
    // Nothing came before the first generation, so there is no window to begin.
    if viewer.generation <= 1 || house.receipts.knows(viewer.session, viewer.generation) {
        return Ok(());
    }
    together!(house.db, CONFIRM, house.now(), viewer.session, viewer.generation)?;
    house.receipts.learn(viewer.session, viewer.generation);
    Ok(())
}
