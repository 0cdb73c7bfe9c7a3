//! Taking the log away, entry by entry as it is read, in the memory of a few hundred.
//!
//! Everything, in the order of the chain and with what is left of removed runs, so that the whole can be verified; or a choice, in
//! order of time, of which every entry can be verified by itself.

use super::{
    check::{Standing, standing},
    lines::{Format, Piece},
    list::{Chosen, sealed},
    read::Chain,
    seal::seal_some,
};
use crate::{
    Latchkey, Refusal,
    admin::Proven,
    events::{self, Kind},
    words::Permission,
};
use std::{collections::VecDeque, sync::Arc};
use uuid::Uuid;

/// Events that are given their place before an export begins. Whoever waits for a file need not wait for millions that an
/// upgrade has left, and nobody can keep the database busy by asking.
pub const SEALED_FIRST: i64 = 800;

/// Pieces handed over at once.
const PORTION: usize = 100;

/// An export on its way.
pub struct Export {
    house: Arc<Latchkey>,
    format: Format,
    stage: Stage,
    standing: Standing,
}

enum Stage {
    /// Nothing was handed over yet.
    Head(Chosen),
    /// The whole chain.
    Whole(Chain),
    /// A choice: what was read ahead, and after which event to go on.
    Some(Chosen, VecDeque<Piece>, Option<Uuid>),
}

impl Export {
    /// Begins one, and records that it was taken away. Of the events that have no place yet some are given theirs; the others are not in
    /// it: [`Export::standing`] tells.
    ///
    /// # Errors
    /// `Forbidden`, or when the database does not answer.
    pub async fn begin(house: Arc<Latchkey>, admin: &Proven, chosen: Chosen, format: Format) -> Result<Self, Refusal> {
        let (mut tx, admin) = admin.begin(&house, Permission::AuditRead).await?;
        let event = admin.event(Kind::AuditExported).detail(format.as_str()).note(chosen.told());
        events::record(&house, &mut tx, event).await?;
        tx.commit().await?;
        seal_some(&house, SEALED_FIRST).await?;
        let standing = standing(&house).await?;
        Ok(Self { house, format, stage: Stage::Head(chosen), standing })
    }

    /// How the chain stood when it began. It has what is chosen up to that place, perhaps more, but nothing that still waits.
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The next lines; `None` at the end.
    ///
    /// # Errors
    /// When the database does not answer: the export is not whole then.
    pub async fn next(&mut self) -> Result<Option<String>, Refusal> {
        if let Stage::Head(chosen) = &mut self.stage {
            let chosen = std::mem::take(chosen);
            self.stage = if chosen.is_all() {
                Stage::Whole(Chain::from_the_beginning())
            } else {
                Stage::Some(chosen, VecDeque::new(), Some(Uuid::nil()))
            };
            if !self.format.head().is_empty() {
                return Ok(Some(self.format.head().to_owned()));
            }
        }
        let mut lines = String::new();
        for _ in 0..PORTION {
            match self.piece().await? {
                Some(piece) => lines.push_str(&self.format.write(&piece)),
                None => break,
            }
        }
        Ok((!lines.is_empty()).then_some(lines))
    }

    async fn piece(&mut self) -> Result<Option<Piece>, Refusal> {
        match &mut self.stage {
            Stage::Head(_) => Ok(None),
            // What is removed meanwhile is accounted for by an entry at the end, which is read too.
            Stage::Whole(chain) => chain.next(&self.house).await,
            Stage::Some(chosen, ahead, after) => loop {
                if let Some(piece) = ahead.pop_front() {
                    return Ok(Some(piece));
                }
                let Some(from) = after.take() else { return Ok(None) };
                let (entries, further) = sealed(&self.house, chosen, from).await?;
                ahead.extend(entries.into_iter().map(Piece::Entry));
                *after = further;
            },
        }
    }
}
