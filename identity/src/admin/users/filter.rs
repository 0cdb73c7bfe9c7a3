//! What to list, in closed words: which accounts, in which order, from where on.

use super::{cursor::Cursor, span::Order};
use crate::{time::Timestamp, words::Role};
use std::time::Duration;

crate::spelled! {
    /// The standing of an account, as the list filters it. One may be disabled and leaving at once.
    Status {
        /// May sign in, and means to stay.
        Active = "active",
        /// Has not confirmed the address.
        Unverified = "unverified",
        /// Was disabled by an administrator.
        Disabled = "disabled",
        /// Is about to be deleted.
        Leaving = "leaving",
    }
}

crate::spelled! {
    /// When somebody signed in last, as the list filters it.
    Seen {
        /// Within seven days.
        Week = "7d",
        /// Within thirty days.
        Month = "30d",
        /// Within ninety days.
        Quarter = "90d",
        /// Once, but not within ninety days.
        NotQuarter = "not-90d",
        /// Once, but not within a year.
        NotYear = "not-365d",
        /// Not at all.
        Never = "never",
    }
}

crate::spelled! {
    /// In which order.
    Sort {
        /// Newest account first.
        Newest = "newest",
        /// Oldest account first.
        Oldest = "oldest",
        /// By name.
        Name = "name",
        /// By name, from the end.
        NameDown = "name-down",
        /// By address.
        Address = "address",
        /// By address, from the end.
        AddressDown = "address-down",
        /// By the last sign-in, the latest first.
        Seen = "seen",
        /// By the last sign-in, those who never did first.
        SeenUp = "seen-up",
    }
}

impl Sort {
    /// The index, and whether it is walked from small to great.
    pub(super) const fn order(self) -> (Order, bool) {
        match self {
            Self::Newest => (Order::Id, false),
            Self::Oldest => (Order::Id, true),
            Self::Name => (Order::Name, true),
            Self::NameDown => (Order::Name, false),
            Self::Address => (Order::Address, true),
            Self::AddressDown => (Order::Address, false),
            Self::Seen => (Order::Seen, false),
            Self::SeenUp => (Order::Seen, true),
        }
    }
}

/// A day, in which last sign-ins are measured.
const DAY: Duration = Duration::from_secs(86_400);

impl Seen {
    /// From which last sign-in on, and up to which and no further; nobody's is 0.
    pub(super) fn range(self, now: Timestamp) -> (i64, i64) {
        let ago = |days: u32| now.minus(days * DAY).0.max(1);
        match self {
            Self::Week => (ago(7), i64::MAX),
            Self::Month => (ago(30), i64::MAX),
            Self::Quarter => (ago(90), i64::MAX),
            Self::NotQuarter => (1, ago(90)),
            Self::NotYear => (1, ago(365)),
            Self::Never => (0, 1),
        }
    }
}

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// With the first row.
    #[default]
    First,
    /// Behind this: `next` of another page.
    After(Cursor),
    /// It ends before this: `prev` of another page.
    Before(Cursor),
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Address, name or id begins with this, whatever the case. An id's beginning has four characters at least.
    pub begins: String,
    /// Only this role.
    pub role: Option<Role>,
    /// Only this standing.
    pub status: Option<Status>,
    /// Only who signed in last then.
    pub seen: Option<Seen>,
    /// In which order; a search has its own. `None` is by the last sign-in where that is filtered, else the newest first.
    pub sort: Option<Sort>,
    /// Which page.
    pub at: At,
    /// Rows to a page, 1 to 200.
    pub limit: usize,
}

impl Filter {
    /// The order the list is in; `None` for a search.
    pub fn order(&self) -> Option<Sort> {
        let usual = if self.seen.is_some() { Sort::Seen } else { Sort::Newest };
        (!self.searches()).then_some(self.sort.unwrap_or(usual))
    }

    /// What it chooses, for the event of who takes it away. Not what is searched for, which may be somebody's address.
    pub(super) fn told(&self) -> String {
        let parts = [
            self.role.map(|role| format!("role={role}")),
            self.status.map(|status| format!("status={}", status.as_str())),
            self.seen.map(|seen| format!("seen={}", seen.as_str())),
            self.searches().then(|| "search".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether something is searched for.
    pub fn searches(&self) -> bool {
        !super::search::normal(&self.begins).is_empty()
    }
}

/// Accounts for which there are indexes of their own: usually few, so that whoever looks for them need not pass all the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    All,
    Admins,
    Named,
    Disabled,
    Unverified,
    Leaving,
}

/// What a row has to be beyond its class.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    pub role: String,
    pub status: &'static str,
    pub since: i64,
    pub until: i64,
}

/// A filter in the database's terms.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub class: Class,
    pub rest: Rest,
    /// Whether the class says it all.
    pub whole: bool,
}

impl Wanted {
    /// What a filter asks for; `by_seen` where the last sign-in is the order and its range is walked.
    pub fn of(filter: &Filter, now: Timestamp, by_seen: bool) -> Self {
        let class = match (filter.role, filter.status) {
            (Some(Role::Named(_)), _) => Class::Named,
            (Some(Role::Admin), _) => Class::Admins,
            (_, Some(Status::Disabled)) => Class::Disabled,
            (_, Some(Status::Unverified)) => Class::Unverified,
            (_, Some(Status::Leaving)) => Class::Leaving,
            (_, Some(Status::Active) | None) => Class::All,
        };
        let by_role = matches!(class, Class::Named | Class::Admins);
        let by_status = matches!(class, Class::Disabled | Class::Unverified | Class::Leaving);
        let seen = filter.seen.filter(|_| !by_seen);
        let (since, until) = seen.map_or((0, i64::MAX), |seen| seen.range(now));
        let rest = Rest {
            role: filter.role.map_or_else(String::new, |role| role.as_str().to_owned()),
            status: filter.status.map_or("", Status::as_str),
            since,
            until,
        };
        let whole = (by_role || filter.role.is_none()) && (by_status || filter.status.is_none()) && seen.is_none();
        Self { class, rest, whole }
    }
}
