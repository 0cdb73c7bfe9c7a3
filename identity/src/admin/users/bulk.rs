//! One act on several accounts: each by its own rule, in a transaction and with an event of its own.
//!
//! So what is refused for one is done for the others, and the outcome names both. Nobody acts on themselves here: who ticks a whole
//! page should not be outside afterwards.

use crate::{
    Latchkey, Refusal,
    admin::{self, Admin, Proven},
    db::{on, statements},
    words::{Permission, UserView},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

statements! {
    STANDING = "select disabled_at is not null as disabled, deletion_ordered_at is not null as ordered from users where id = $1";
}

/// So many accounts at once. Each takes a transaction, and all of them have to be named.
pub const MOST_AT_ONCE: usize = 30;

crate::spelled! {
    /// What can be done to several accounts at once.
    Act {
        /// They may not sign in any more.
        Disable = "disable",
        /// They may again.
        Enable = "enable",
        /// They are signed out everywhere.
        EndSessions = "end-sessions",
        /// They are shut, and deleted in seven days.
        Delete = "delete",
        /// That is taken back.
        Keep = "keep",
    }
}

impl Act {
    /// What takes it back, where anything does.
    pub const fn undone_by(self) -> Option<Self> {
        match self {
            Self::Disable => Some(Self::Enable),
            Self::Enable => Some(Self::Disable),
            Self::Delete => Some(Self::Keep),
            Self::Keep => Some(Self::Delete),
            Self::EndSessions => None,
        }
    }
}

crate::spelled! {
    /// Why nothing was done to an account.
    Why {
        /// It is so already.
        Already = "already",
        /// It is the own one.
        Own = "own",
        /// It would leave no administrator.
        LastAdmin = "last-admin",
        /// It may do more than who asks.
        Beyond = "beyond",
        /// There is none.
        Gone = "gone",
        /// The database did not answer; it was not tried with the rest.
        NotNow = "not-now",
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was done.
    pub act: Act,
    /// To whom.
    pub done: Vec<Uuid>,
    /// To whom not, and why.
    pub skipped: Vec<(Uuid, Why)>,
}

/// Does something to several accounts, one after the other. Naming one twice is naming it once.
///
/// # Errors
/// `Forbidden`, or `Invalid` when there are too many.
pub async fn bulk(house: &Latchkey, admin: &Proven, act: Act, ids: &[Uuid]) -> Result<Outcome, Refusal> {
    admin.may(Permission::UsersWrite)?;
    let ids = distinct(ids)?;
    let mut outcome = Outcome { act, done: Vec::new(), skipped: Vec::new() };
    let mut away = false;
    for id in ids {
        let why = match away {
            true => Some(Why::NotNow),
            false => match one(house, admin, act, id).await {
                Ok(why) => why,
                Err(Refusal::Forbidden) => Some(Why::Beyond),
                Err(Refusal::LastAdmin) => Some(Why::LastAdmin),
                Err(Refusal::NotFound) => Some(Why::Gone),
                Err(error) => {
                    tracing::warn!(%error, %id, "one of several accounts could not be changed; the rest is left");
                    away = true;
                    Some(Why::NotNow)
                }
            },
        };
        match why {
            None => outcome.done.push(id),
            Some(why) => outcome.skipped.push((id, why)),
        }
    }
    Ok(outcome)
}

async fn one(house: &Latchkey, admin: &Proven, act: Act, id: Uuid) -> Result<Option<Why>, Refusal> {
    if admin.is(id) {
        return Ok(Some(Why::Own));
    }
    let standing: Option<(bool, bool)> =
        on!(house.db, read, |p| sqlx::query_as(STANDING).bind(id).fetch_optional(p).await)?;
    let (disabled, ordered) = standing.ok_or(Refusal::NotFound)?;
    let already = match act {
        Act::Disable => disabled,
        Act::Enable => !disabled,
        Act::EndSessions => false,
        Act::Delete => ordered,
        Act::Keep => !ordered,
    };
    if already {
        return Ok(Some(Why::Already));
    }
    match act {
        Act::Disable => admin::disable(house, admin, id).await?,
        Act::Enable => admin::enable(house, admin, id).await?,
        Act::EndSessions => admin::end_sessions(house, admin, id).await.map(drop)?,
        Act::Delete => admin::order_deletion(house, admin, id).await?,
        Act::Keep => admin::revoke_deletion(house, admin, id).await?,
    }
    Ok(None)
}

fn distinct(ids: &[Uuid]) -> Result<Vec<Uuid>, Refusal> {
    let mut distinct: Vec<Uuid> = Vec::new();
    for id in ids {
        if !distinct.contains(id) {
            distinct.push(*id);
        }
    }
    if distinct.len() > MOST_AT_ONCE {
        return Err(Refusal::field(crate::words::Field::Form, crate::words::Fault::TooLong));
    }
    Ok(distinct)
}

/// Those that are named, in that order; without those that are gone.
///
/// # Errors
/// `Forbidden`, `Invalid` when there are too many, or when the database does not answer.
pub async fn named(house: &Latchkey, admin: &Admin, ids: &[Uuid]) -> Result<Vec<UserView>, Refusal> {
    admin.may(Permission::UsersRead)?;
    let mut found = Vec::new();
    for id in distinct(ids)? {
        match super::one(house, admin, id).await {
            Ok(user) => found.push(user),
            Err(Refusal::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
