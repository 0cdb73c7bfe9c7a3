//! How many accounts and sessions there are.
//!
//! What is few is counted when it is asked for. Counting a million takes longer than anybody should wait, so that is done by a
//! background job, in steps, and kept in the table `tallies`: how many accounts there are of every role, standing and time of the last sign-in.
//! Every filter is a sum of these. A number says whether it is exact, and when it was counted.

use super::{
    filter::{Filter, Seen, Sort, Status, Wanted},
    list::{between, resting},
    search::parts,
    span::Key,
    statements::path,
};
use crate::{
    Latchkey, Refusal,
    admin::Admin,
    db::{afresh, on, statements, within},
    time::Timestamp,
    words::{Count, Permission, Role},
};
use uuid::Uuid;

statements! {
    /// Where a step ends. The primary key alone is read.
    STEP = "select id from users where id > $1 order by id limit 1 offset $2";
    /// What is in a step. A standing is made of bits: disabled, leaving, unverified. Of last sign-ins the first is none, then within
    /// `$3` and so on.
    CELLS = "select coalesce(role_name, role) as role,
                    cast(case when disabled_at is null then 0 else 1 end + case when delete_at is null then 0 else 2 end
                         + case when verified_at is null then 4 else 0 end as bigint) as standing,
                    cast(case when last_sign_in_at is null then 0 when last_sign_in_at >= $3 then 1 when last_sign_in_at >= $4 then 2
                              when last_sign_in_at >= $5 then 3 when last_sign_in_at >= $6 then 4 else 5 end as bigint) as seen,
                    count(*) as count
               from users where id > $1 and id <= $2 group by 1, 2, 3";
    /// Sessions that end by themselves and have not, by the index of the living.
    LIVING = "select count(*) from (select 1 from sessions where ended_at is null and expires_at > $1 limit $2) s";
    /// Sessions that do not end by themselves.
    LASTING = "select count(*) from (select 1 from sessions where ended_at is null and expires_at is null limit $1) s";
    /// Where a step through the former ends.
    LIVING_STEP = "select expires_at, id from sessions
                    where ended_at is null and (expires_at, id) > ($1, $2) order by expires_at, id limit 1 offset $3";
    /// Where a step through the latter ends.
    LASTING_STEP = "select id from sessions
                     where ended_at is null and expires_at is null and id > $1 order by id limit 1 offset $2";
    /// What is left behind the last step.
    LIVING_REST = "select count(*) from sessions where ended_at is null and (expires_at, id) > ($1, $2)";
    LASTING_REST = "select count(*) from sessions where ended_at is null and expires_at is null and id > $1";
    KEEP = "insert into tallies (name, count, counted_at) values ($1, $2, $3)
            on conflict (name) do update set count = excluded.count, counted_at = excluded.counted_at";
    /// Cells nobody is in any more, whatever clock counted them.
    FORGET = "delete from tallies where name >= $1 and name < $2 and counted_at <> $3";
    KEPT = "select name, count, counted_at from tallies where name >= $1 and name < $2";
}

/// So many are counted while somebody waits: on a large table every one of them is somewhere else on the disk.
const LIVE: i64 = 1_000;

/// So many are counted in a step.
const STEP_SIZE: i64 = 10_000;

/// What the cells of accounts are called, and the first name behind them.
const USERS: (&str, &str) = ("users ", "users!");

/// What living sessions are called, and the first name behind that.
const SESSIONS: (&str, &str) = ("sessions", "sessions!");

/// The figures of the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tallies {
    /// Accounts.
    pub users: Count,
    /// Of which administrators.
    pub admins: Count,
    /// Of which disabled.
    pub disabled: Count,
    /// Of which not confirmed and not disabled.
    pub unverified: Count,
    /// Living sessions.
    pub sessions: Count,
}

/// The same as plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Accounts.
    pub users: i64,
    /// Of which administrators.
    pub admins: i64,
    /// Of which disabled.
    pub disabled: i64,
    /// Of which not confirmed.
    pub unverified: i64,
    /// Living sessions.
    pub sessions: i64,
}

/// The figures of the overview.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn tallies(house: &Latchkey, admin: &Admin) -> Result<Tallies, Refusal> {
    admin.may(Permission::UsersRead)?;
    let of = async |role, status| fitting(house, &Filter { role, status, ..Filter::default() }).await;
    Ok(Tallies {
        users: of(None, None).await?,
        admins: of(Some(Role::Admin), None).await?,
        disabled: of(None, Some(Status::Disabled)).await?,
        unverified: of(None, Some(Status::Unverified)).await?,
        sessions: sessions(house).await?,
    })
}

/// The same as plain numbers.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn counts(house: &Latchkey, admin: &Admin) -> Result<Counts, Refusal> {
    let Tallies { users, admins, disabled, unverified, sessions } = tallies(house, admin).await?;
    Ok(Counts {
        users: users.number,
        admins: admins.number,
        disabled: disabled.number,
        unverified: unverified.number,
        sessions: sessions.number,
    })
}

/// How many accounts a filter or a search is met by, whatever page is asked for.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn count(house: &Latchkey, admin: &Admin, filter: &Filter) -> Result<Count, Refusal> {
    admin.may(Permission::UsersRead)?;
    fitting(house, filter).await
}

#[derive(sqlx::FromRow)]
struct Looked {
    looked: i64,
    found: i64,
}

async fn fitting(house: &Latchkey, filter: &Filter) -> Result<Count, Refusal> {
    // The order does not matter, so the shortest index is taken.
    let filter = Filter { sort: Some(Sort::Newest), ..filter.clone() };
    let (mut number, mut exact) = (0, true);
    for part in parts(&filter, house.now()) {
        let wanted = Wanted::of(&filter, house.now(), false);
        let path = path(wanted.class, part.order);
        let row: Looked = on!(house.db, read, |p| {
            let query = between!(afresh(sqlx::query_as(path.count)), part.span).bind(LIVE + 1);
            resting!(query, wanted, part).fetch_one(p).await
        })?;
        number += row.found;
        exact &= row.looked <= LIVE;
    }
    if exact {
        return Ok(Count::exact(number));
    }
    let kept = if filter.searches() { None } else { kept(house, &filter).await? };
    Ok(kept.unwrap_or(Count { number: number.min(LIVE), exact: false, counted_at: None }))
}

/// What was counted last of those that meet a filter.
async fn kept(house: &Latchkey, filter: &Filter) -> Result<Option<Count>, Refusal> {
    let cells: Vec<(String, i64, Timestamp)> =
        on!(house.db, read, |p| sqlx::query_as(KEPT).bind(USERS.0).bind(USERS.1).fetch_all(p).await)?;
    let counted_at = cells.first().map(|(_, _, at)| at.0);
    let fitting = cells.iter().filter(|(name, ..)| Cell::read(name).is_some_and(|cell| cell.fits(filter)));
    let number = fitting.map(|(_, count, _)| count).sum();
    Ok(counted_at.map(|at| Count { number, exact: false, counted_at: Some(at) }))
}

async fn sessions(house: &Latchkey) -> Result<Count, Refusal> {
    let (now, most) = (house.now(), LIVE + 1);
    let living: i64 = on!(house.db, read, |p| sqlx::query_scalar(LIVING).bind(now).bind(most).fetch_one(p).await)?;
    let lasting: i64 = on!(house.db, read, |p| sqlx::query_scalar(LASTING).bind(most).fetch_one(p).await)?;
    if living + lasting <= LIVE {
        return Ok(Count::exact(living + lasting));
    }
    let kept: Option<(String, i64, Timestamp)> =
        on!(house.db, read, |p| sqlx::query_as(KEPT).bind(SESSIONS.0).bind(SESSIONS.1).fetch_optional(p).await)?;
    let kept = kept.map(|(_, number, at)| Count { number, exact: false, counted_at: Some(at.0) });
    Ok(kept.unwrap_or(Count { number: LIVE, exact: false, counted_at: None }))
}

/// Accounts that are alike for every filter.
#[derive(sqlx::FromRow)]
struct Cell {
    role: String,
    standing: i64,
    seen: i64,
}

impl Cell {
    fn name(&self) -> String {
        format!("{}{} {} {}", USERS.0, self.standing, self.seen, self.role)
    }

    fn read(name: &str) -> Option<Self> {
        let mut words = name.strip_prefix(USERS.0)?.splitn(3, ' ');
        let mut number = || words.next()?.parse().ok();
        let (standing, seen) = (number()?, number()?);
        Some(Self { role: words.next()?.to_owned(), standing, seen })
    }

    fn fits(&self, filter: &Filter) -> bool {
        let is = |bit: i64| self.standing & bit != 0;
        let (disabled, leaving, unverified) = (is(1), is(2), is(4));
        let standing = filter.status.is_none_or(|status| match status {
            Status::Active => !disabled && !leaving && !unverified,
            Status::Unverified => unverified && !disabled,
            Status::Disabled => disabled,
            Status::Leaving => leaving,
        });
        let seen = filter.seen.is_none_or(|seen| match seen {
            Seen::Never => self.seen == 0,
            Seen::Week => self.seen == 1,
            Seen::Month => (1..=2).contains(&self.seen),
            Seen::Quarter => (1..=3).contains(&self.seen),
            Seen::NotQuarter => self.seen >= 4,
            Seen::NotYear => self.seen >= 5,
        });
        standing && seen && filter.role.is_none_or(|role| role.as_str() == self.role)
    }
}

/// Counts what is too many to be counted while somebody waits. To be done by one node every few minutes.
///
/// # Errors
/// When the database does not answer; what was counted before stays.
pub(crate) async fn count_anew(house: &Latchkey) -> Result<(), Refusal> {
    let now = house.now();
    if after(house, Uuid::nil(), LIVE).await?.is_some() {
        let cells = cells(house, now).await?;
        keep(house, USERS, cells, now).await?;
    }
    let living: i64 = on!(house.db, read, |p| sqlx::query_scalar(LIVING).bind(now).bind(LIVE + 1).fetch_one(p).await)?;
    let lasting: i64 = on!(house.db, read, |p| sqlx::query_scalar(LASTING).bind(LIVE + 1).fetch_one(p).await)?;
    if living + lasting > LIVE {
        let number = living_now(house, now).await? + lasting_now(house).await?;
        keep(house, SESSIONS, vec![(SESSIONS.0.to_owned(), number)], now).await?;
    }
    Ok(())
}

/// The account that so many others lie before, behind this one.
async fn after(house: &Latchkey, id: Uuid, others: i64) -> Result<Option<Uuid>, Refusal> {
    Ok(on!(house.db, read, |p| sqlx::query_scalar(STEP).bind(id).bind(others).fetch_optional(p).await)?)
}

async fn cells(house: &Latchkey, now: Timestamp) -> Result<Vec<(String, i64)>, Refusal> {
    let mut sums = std::collections::BTreeMap::<String, i64>::new();
    let since = |seen: Seen| seen.range(now).0;
    let year = Seen::NotYear.range(now).1;
    let mut from = Uuid::nil();
    loop {
        let step = after(house, from, STEP_SIZE - 1).await?;
        let to = step.unwrap_or(Uuid::max());
        let found: Vec<(String, i64, i64, i64)> = on!(house.db, read, |p| sqlx::query_as(CELLS)
            .bind(from)
            .bind(to)
            .bind(since(Seen::Week))
            .bind(since(Seen::Month))
            .bind(since(Seen::Quarter))
            .bind(year)
            .fetch_all(p)
            .await)?;
        for (role, standing, seen, count) in found {
            *sums.entry(Cell { role, standing, seen }.name()).or_default() += count;
        }
        if step.is_none() {
            return Ok(sums.into_iter().collect());
        }
        from = to;
    }
}

async fn living_now(house: &Latchkey, now: Timestamp) -> Result<i64, Refusal> {
    let (mut number, mut from) = (0, (now.0, Uuid::max()));
    while let Some(step) = on!(house.db, read, |p| sqlx::query_as(LIVING_STEP)
        .bind(from.0)
        .bind(from.1)
        .bind(STEP_SIZE - 1)
        .fetch_optional(p)
        .await)?
    {
        from = step;
        number += STEP_SIZE;
    }
    let rest: i64 =
        on!(house.db, read, |p| sqlx::query_scalar(LIVING_REST).bind(from.0).bind(from.1).fetch_one(p).await)?;
    Ok(number + rest)
}

async fn lasting_now(house: &Latchkey) -> Result<i64, Refusal> {
    let (mut number, mut from) = (0, Uuid::nil());
    while let Some(step) = on!(house.db, read, |p| sqlx::query_scalar(LASTING_STEP)
        .bind(from)
        .bind(STEP_SIZE - 1)
        .fetch_optional(p)
        .await)?
    {
        from = step;
        number += STEP_SIZE;
    }
    let rest: i64 = on!(house.db, read, |p| sqlx::query_scalar(LASTING_REST).bind(from).fetch_one(p).await)?;
    Ok(number + rest)
}

/// Keeps what was counted, and forgets what was counted before.
async fn keep(
    house: &Latchkey,
    (first, end): (&str, &str),
    counted: Vec<(String, i64)>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut tx = house.db.begin().await?;
    for (name, number) in counted {
        within!(tx, |c| sqlx::query(KEEP).bind(&name).bind(number).bind(now).execute(c).await.map(drop))?;
    }
    within!(tx, |c| sqlx::query(FORGET).bind(first).bind(end).bind(now).execute(c).await.map(drop))?;
    tx.commit().await?;
    Ok(())
}
