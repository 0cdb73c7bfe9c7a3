//! A page of accounts, forwards and back.
//!
//! Every part of the list is a range of an index. Where a filter asks for more than the index knows, no more than [`FURTHEST`] accounts
//! are looked through for one page; the page says so, and goes on from there.

use super::{
    Row,
    cursor::Cursor,
    filter::{At, Class, Filter, Wanted},
    search::{Part, parts},
    span::{Key, Order, Span},
    statements::{Walk, path},
};
use crate::{
    Latchkey, Refusal,
    admin::Admin,
    db::{afresh, on},
    paging::PageSize,
    words::{Listing, Permission, UserView},
};
use uuid::Uuid;

/// How many accounts are looked through for one page at most.
pub const FURTHEST: i64 = 5000;

/// Binds the ends of a range: two values, or four where the id tells apart what is equal otherwise.
macro_rules! between {
    ($query:expr, $span:expr) => {
        match (&$span.from, &$span.to) {
            (Key::Id(from), Key::Id(to)) => $query.bind(*from).bind(*to),
            (Key::Address(from), Key::Address(to)) => $query.bind(from.as_str()).bind(to.as_str()),
            (Key::Name(from, first), Key::Name(to, last)) => {
                $query.bind(from.as_str()).bind(to.as_str()).bind(*first).bind(*last)
            }
            (Key::Seen(from, first), Key::Seen(to, last)) => $query.bind(*from).bind(*to).bind(*first).bind(*last),
            _ => return Err(sqlx::Error::Protocol("a range between two orders".into())),
        }
    };
}
pub(super) use between;

/// Binds what is asked of each row.
macro_rules! resting {
    ($query:expr, $wanted:expr, $part:expr) => {
        $query
            .bind(&$wanted.rest.role)
            .bind($wanted.rest.status)
            .bind($wanted.rest.since)
            .bind($wanted.rest.until)
            .bind(&$part.not_address)
            .bind($part.not_ids.0)
            .bind($part.not_ids.1)
    };
}
pub(super) use resting;

/// A page of accounts. One that would be empty because there is nothing before it is the first.
///
/// # Errors
/// `Forbidden`, `Invalid` for a cursor of another list, or when the database does not answer.
pub async fn users(house: &Latchkey, admin: &Admin, filter: &Filter) -> Result<Listing<UserView>, Refusal> {
    admin.may(Permission::UsersRead)?;
    let page = page(house, filter).await?;
    if page.rows.is_empty() && page.reached.is_none() && matches!(filter.at, At::Before(_)) {
        return Ok(self::page(house, &Filter { at: At::First, ..filter.clone() }).await?.listing());
    }
    Ok(page.listing())
}

/// What was found.
pub(super) struct Found {
    /// In the order of the list, with the part each was found in and its place there.
    pub rows: Vec<(Cursor, Row)>,
    at: At,
    /// Whether there are more in the direction that was taken.
    more: bool,
    /// Where the search stopped because it had looked through so many.
    reached: Option<Cursor>,
}

impl Found {
    /// Where the list goes on forwards.
    pub fn next(&self) -> Option<Cursor> {
        match &self.at {
            At::First | At::After(_) => self.further(self.rows.last()),
            At::Before(cursor) => Some(beside(self.rows.last(), cursor)),
        }
    }

    fn prev(&self) -> Option<Cursor> {
        match &self.at {
            At::First => None,
            At::After(cursor) => Some(beside(self.rows.first(), cursor)),
            At::Before(_) => self.further(self.rows.first()),
        }
    }

    /// On in the direction that was taken.
    fn further(&self, last: Option<&(Cursor, Row)>) -> Option<Cursor> {
        let last = last.filter(|_| self.more).map(|(cursor, _)| cursor);
        last.or(self.reached.as_ref()).cloned()
    }

    fn listing(self) -> Listing<UserView> {
        let (next, prev) = (self.next(), self.prev());
        Listing {
            next: next.map(|cursor| cursor.to_string()),
            prev: prev.map(|cursor| cursor.to_string()),
            looked_through: self.reached.is_some().then_some(FURTHEST),
            items: self.rows.into_iter().map(|(_, row)| row.into()).collect(),
        }
    }
}

/// Back to where the page came from; with an empty one, to the very row it began behind.
fn beside(row: Option<&(Cursor, Row)>, from: &Cursor) -> Cursor {
    row.map_or_else(|| Cursor { with: !from.with, ..from.clone() }, |(cursor, _)| cursor.clone())
}

/// Looks for a page.
pub(super) async fn page(house: &Latchkey, filter: &Filter) -> Result<Found, Refusal> {
    let size = PageSize::of(filter.limit);
    let parts = parts(filter, house.now());
    let forwards = !matches!(filter.at, At::Before(_));
    let from = match &filter.at {
        At::First => None,
        At::After(cursor) | At::Before(cursor) => {
            cursor.fits(&parts.iter().map(|part| part.order).collect::<Vec<_>>())?;
            Some(cursor)
        }
    };
    let all = || parts.iter().enumerate();
    let way: Vec<(usize, &Part)> = if forwards { all().collect() } else { all().rev().collect() };
    let mut found = Found { rows: Vec::new(), at: filter.at.clone(), more: false, reached: None };
    for (number, part) in way {
        let passed = from.is_some_and(|from| if forwards { number < from.part } else { number > from.part });
        if passed {
            continue;
        }
        let up = part.up == forwards;
        let by_seen = matches!(part.order, Order::Seen | Order::Never);
        let wanted = Wanted::of(filter, house.now(), by_seen);
        let path = path(wanted.class, part.order);
        let walk = if up { &path.up } else { &path.down };
        let mut span = part.span.clone();
        if let Some(from) = from.filter(|from| from.part == number) {
            span = span.beyond(from.key.clone(), from.with, up);
        }
        let mark = |key| Cursor { part: number, key, with: false };
        let mut reached = None;
        if !(wanted.whole && part.whole())
            && let Some((last, beyond)) = reach(house, walk, part.order, &span, &wanted).await?
        {
            span = span.short_of(beyond, up);
            reached = Some(mark(last));
        }
        let rows = rows(house, walk, &span, size.ask() - found.rows.len() as i64, &wanted, part).await?;
        found.rows.extend(rows.into_iter().map(|row| (mark(Key::of(part.order, &row)), row)));
        if found.rows.len() as i64 == size.ask() {
            found.rows.pop();
            found.more = true;
            break;
        }
        if reached.is_some() {
            found.reached = reached;
            break;
        }
    }
    if !forwards {
        found.rows.reverse();
    }
    Ok(found)
}

async fn rows(
    house: &Latchkey,
    walk: &'static Walk,
    span: &Span,
    limit: i64,
    wanted: &Wanted,
    part: &Part,
) -> Result<Vec<Row>, Refusal> {
    Ok(on!(house.db, read, |p| {
        let query = between!(afresh(sqlx::query_as(walk.page)), span).bind(limit);
        resting!(query, wanted, part).fetch_all(p).await
    })?)
}

/// The last place that is looked at, and the one after it, when there are so many.
async fn reach(
    house: &Latchkey,
    walk: &'static Walk,
    order: Order,
    span: &Span,
    wanted: &Wanted,
) -> Result<Option<(Key, Key)>, Refusal> {
    macro_rules! places {
        ($kind:ty, $key:expr) => {{
            let rows: Vec<$kind> = on!(house.db, read, |p| {
                let query = between!(afresh(sqlx::query_as(walk.reach)), span).bind(FURTHEST - 1);
                let query = if wanted.class == Class::Named { query.bind(&wanted.rest.role) } else { query };
                query.fetch_all(p).await
            })?;
            rows.into_iter().map($key).collect::<Vec<Key>>()
        }};
    }
    let places = match order {
        Order::Id | Order::Never => places!((Uuid,), |(id,)| Key::Id(id)),
        Order::Address => places!((String,), |(text,)| Key::Address(text)),
        Order::Name => places!((String, Uuid), |(text, id)| Key::Name(text, id)),
        Order::Seen => places!((i64, Uuid), |(at, id)| Key::Seen(at, id)),
    };
    Ok(<[Key; 2]>::try_from(places).ok().map(|[last, beyond]| (last, beyond)))
}
