//! The policy in memory, and what it was made of.

use super::{Knob, Origin, Policy};
use crate::{
    Refusal, Settings,
    db::{Db, Tx, on, statements, within},
    time::Timestamp,
};
use std::sync::Arc;

statements! {
    ALL = "select name, value, changed_at from settings order by name";
}

/// A value that was decided at run time.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Row {
    pub name: String,
    pub value: String,
    pub changed_at: Timestamp,
}

/// Everything that was decided at run time.
pub(crate) async fn rows(db: &Db) -> Result<Vec<Row>, Refusal> {
    Ok(on!(*db, read, |p| sqlx::query_as(ALL).fetch_all(p).await)?)
}

/// The same as the caller's transaction sees it.
pub(crate) async fn rows_within(tx: &mut Tx) -> Result<Vec<Row>, Refusal> {
    Ok(within!(*tx, |c| sqlx::query_as(ALL).fetch_all(c).await)?)
}

/// The policy, with the rows it was made of. Replaced as a whole.
pub(crate) struct Held {
    pub policy: Arc<Policy>,
    pub rows: Vec<Row>,
}

impl Held {
    /// What the operator has given, with what was decided at run time where they have given nothing. A value that cannot be used,
    /// because a newer version or a stranger wrote it, counts as none.
    pub fn of(settings: &Settings, rows: Vec<Row>) -> Self {
        let mut policy = settings.policy.clone();
        for row in &rows {
            let Some(knob) = Knob::from_word(&row.name).filter(|knob| settings.is_open(*knob)) else { continue };
            if let Err(fault) = policy.decide(knob, &row.value) {
                tracing::warn!(setting = %knob, %fault, "a value that was set at run time cannot be used");
            }
        }
        Self { policy: Arc::new(policy), rows }
    }
}

impl Settings {
    /// Where the operator has given this setting.
    pub fn origin_of(&self, knob: Knob) -> Origin {
        self.shown.iter().find(|shown| shown.name == knob.as_str()).map_or(Origin::Default, |shown| shown.origin)
    }

    /// Whether it may be changed at run time: the operator has not given it.
    pub fn is_open(&self, knob: Knob) -> bool {
        self.origin_of(knob) == Origin::Default
    }
}
