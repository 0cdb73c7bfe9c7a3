//! One act on several accounts: each by its own rule, in a transaction and with an event of its own.
//!
//! So what is refused for one is done for the others, and the outcome names both. Nobody acts on themselves here: who ticks a whole
//! page should not be outside afterwards. Undoing takes back what was done at one moment and nothing that others have done since.

use crate::{
    Latchkey, Refusal,
    admin::{self, Admin, Proven, acts, delete},
    db::{on, statements},
    time::Timestamp,
    words::{Permission, UserView},
};
use uuid::Uuid;

statements! {
    /// An order to delete shuts an account, but does not disable it.
    STANDING = "select case when deletion_ordered_at is null then disabled_at else disabled_before end as disabled, deletion_ordered_at
                  from users where id = $1";
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
        /// Somebody has changed it since.
        Changed = "changed",
        /// It is to be deleted; taking that back enables it too.
        Ordered = "ordered",
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was done.
    pub act: Act,
    /// When: by this moment an account tells what was done here from what others did.
    pub at: Timestamp,
    /// To whom.
    pub done: Vec<Uuid>,
    /// To whom not, and why.
    pub skipped: Vec<(Uuid, Why)>,
}

/// Does something to several accounts, one after the other. Naming one twice is naming it once. With `since`, only what was done at that
/// moment is taken back.
///
/// # Errors
/// `Forbidden`, or `Invalid` when there are too many.
pub async fn bulk(
    house: &Latchkey,
    admin: &Proven,
    act: Act,
    ids: &[Uuid],
    since: Option<Timestamp>,
) -> Result<Outcome, Refusal> {
    admin.may(Permission::UsersWrite)?;
    let ids = distinct(ids)?;
    let task = Task { act, at: house.now(), since };
    let mut outcome = Outcome { act, at: task.at, done: Vec::new(), skipped: Vec::new() };
    let mut away = false;
    for id in ids {
        let why = match away {
            true => Some(Why::NotNow),
            false => match one(house, admin, task, id).await {
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

/// What is done to each.
#[derive(Clone, Copy)]
struct Task {
    act: Act,
    /// When it is done.
    at: Timestamp,
    /// When that was done which it takes back.
    since: Option<Timestamp>,
}

async fn one(house: &Latchkey, admin: &Proven, task: Task, id: Uuid) -> Result<Option<Why>, Refusal> {
    if admin.is(id) {
        return Ok(Some(Why::Own));
    }
    let Task { act, at, since } = task;
    let standing: Option<(Option<Timestamp>, Option<Timestamp>)> =
        on!(house.db, read, |p| sqlx::query_as(STANDING).bind(id).fetch_optional(p).await)?;
    let (disabled, ordered) = standing.ok_or(Refusal::NotFound)?;
    let other = |stands: Option<Timestamp>| since.is_some_and(|since| stands != Some(since));
    let why = match act {
        Act::Disable => disabled.map(|_| Why::Already),
        Act::Enable if disabled.is_none() => Some(Why::Already),
        Act::Enable if other(disabled) => Some(Why::Changed),
        Act::Enable => ordered.map(|_| Why::Ordered),
        Act::EndSessions => None,
        Act::Delete => ordered.map(|_| Why::Already),
        Act::Keep if ordered.is_none() => Some(Why::Already),
        Act::Keep => other(ordered).then_some(Why::Changed),
    };
    if why.is_some() {
        return Ok(why);
    }
    let done = match act {
        Act::Disable => acts::disable_at(house, admin, id, at).await?,
        Act::Enable => acts::enable_since(house, admin, id, since).await?,
        Act::EndSessions => admin::end_sessions(house, admin, id).await.map(|_| true)?,
        Act::Delete => delete::order_at(house, admin, id, at).await?,
        Act::Keep => delete::revoke_since(house, admin, id, since).await?,
    };
    // Somebody else was quicker.
    Ok((!done).then_some(Why::Changed))
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
