//! The list of accounts, and what is done to several of them. Everybody without the permission gets 403, a stranger 401.

use super::{fault, here, id};
use crate::{
    answer::{Done, worded},
    error::AppError,
    visit::Visit,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::{
    admin::{self, Act, At, Cursor, Filter, Outcome, Seen, Sort, Status, Why},
    keys::{Purpose, Sealer},
    time::Timestamp,
    words::{Count, Fault, Field, Listing, Permission, Role, UserView, Viewer},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Rows to a page, where nothing else is asked for.
const PAGE: usize = 25;

fn given(word: Option<String>) -> Option<String> {
    word.filter(|word| !word.is_empty())
}

fn malformed() -> AppError {
    fault(Field::Form, Fault::Malformed)
}

/// A filter as a form or a link gives it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    /// The beginning of an address, a name or an id.
    pub q: Option<String>,
    /// The name of a role.
    pub role: Option<String>,
    /// A word of [`Status`].
    pub status: Option<String>,
    /// A word of [`Seen`].
    pub seen: Option<String>,
    /// A word of [`Sort`].
    pub sort: Option<String>,
}

impl Asked {
    /// The filter.
    ///
    /// # Errors
    /// `Invalid` for words that are none.
    pub fn filter(self) -> Result<Filter, AppError> {
        let wrong_role = || fault(Field::Role, Fault::Malformed);
        Ok(Filter {
            begins: self.q.unwrap_or_default(),
            role: given(self.role).map(|word| Role::from_word(&word).ok_or_else(wrong_role)).transpose()?,
            status: given(self.status).map(|word| Status::from_word(&word).ok_or_else(malformed)).transpose()?,
            seen: given(self.seen).map(|word| Seen::from_word(&word).ok_or_else(malformed)).transpose()?,
            sort: given(self.sort).map(|word| Sort::from_word(&word).ok_or_else(malformed)).transpose()?,
            ..Filter::default()
        })
    }
}

/// A page of accounts and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePage {
    /// The page.
    #[serde(flatten)]
    pub page: Listing<UserView>,
    /// How many the filter is met by.
    pub count: Count,
}

/// A page of accounts: `q` is the beginning of an address, a name or an id, `after` the `next` and `before` the `prev` of another page.
#[server(prefix = "/api", endpoint = "admin/users", input = GetUrl)]
#[allow(clippy::too_many_arguments)] // one for each field of the form
pub async fn users(
    q: Option<String>,
    role: Option<String>,
    status: Option<String>,
    seen: Option<String>,
    sort: Option<String>,
    after: Option<String>,
    before: Option<String>,
    limit: Option<String>,
) -> Result<PeoplePage, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::UsersRead)?;
    let malformed = || fault(Field::Form, Fault::Malformed);
    let cursor = |word: Option<String>| given(word).map(|word| Cursor::parse(&word)).transpose().map_err(worded);
    let at = match (cursor(after)?, cursor(before)?) {
        (None, None) => At::First,
        (Some(cursor), None) => At::After(cursor),
        (None, Some(cursor)) => At::Before(cursor),
        (Some(_), Some(_)) => return Err(malformed()),
    };
    let limit = given(limit).map_or(Ok(PAGE), |word| word.parse().map_err(|_| malformed()))?;
    let filter = Filter { at, limit, ..Asked { q, role, status, seen, sort }.filter()? };
    let page = admin::users(&visit.house, &admin, &filter).await.map_err(worded)?;
    let count = admin::count(&visit.house, &admin, &filter).await.map_err(worded)?;
    Ok(PeoplePage { page, count })
}

/// The roles that the list can be filtered by. No endpoint: the page of the list asks.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn roles_to_filter() -> Result<Vec<Role>, AppError> {
    let visit = here()?;
    admin::roles_to_filter(&visit.house, &visit.may(Permission::UsersRead)?).await.map_err(worded)
}

/// The accounts that somebody ticked. No endpoint: the page that asks once more shows them.
///
/// # Errors
/// `Forbidden`, `Invalid` when there are too many, or when the database does not answer.
pub async fn ticked(ids: Vec<String>) -> Result<Vec<UserView>, AppError> {
    let visit = here()?;
    let ids = ids.iter().map(|raw| id(raw)).collect::<Result<Vec<Uuid>, _>>()?;
    admin::named(&visit.house, &visit.may(Permission::UsersRead)?, &ids).await.map_err(worded)
}

/// Does something to several accounts; `ids` has commas between. With `since`, milliseconds since 1970, only what was done at that moment
/// is taken back. What became of it is told on the page that `next` leads to.
#[server(prefix = "/api", endpoint = "admin/bulk")]
pub async fn bulk(action: String, ids: String, since: Option<String>) -> Result<Done, AppError> {
    let visit = here()?;
    let proven = visit.may_change(Permission::UsersWrite).await?;
    let act = Act::from_word(&action).ok_or_else(malformed)?;
    let ids = ids.split(',').filter(|raw| !raw.is_empty()).map(id).collect::<Result<Vec<Uuid>, _>>()?;
    if ids.is_empty() {
        return Err(fault(Field::Form, Fault::Missing));
    }
    let since = given(since).map(|word| word.parse().map(Timestamp).map_err(|_| malformed())).transpose()?;
    let outcome = admin::bulk(&visit.house, &proven, act, &ids, since).await.map_err(worded)?;
    Ok(Done::go(format!("/admin/users/bulk?done={}", seal(&visit, &outcome)?)))
}

/// What became of it, as its page shows it.
pub struct Told {
    /// What was done.
    pub act: Act,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// To whom.
    pub done: Vec<UserView>,
    /// To whom not, and why; without those that are gone.
    pub skipped: Vec<(UserView, Why)>,
    /// How many are gone.
    pub gone: usize,
}

/// What a link of [`bulk`] tells. No endpoint.
///
/// # Errors
/// `NotFound` for what was not sealed for this session, `Forbidden`, or when the database does not answer.
pub async fn told(sealed: String) -> Result<Told, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::UsersRead)?;
    let Outcome { act, at, done, skipped } = open(&visit, &sealed).ok_or(AppError::NotFound)?;
    let done = admin::named(&visit.house, &admin, &done).await.map_err(worded)?;
    let ids: Vec<Uuid> = skipped.iter().map(|(id, _)| *id).collect();
    let known = admin::named(&visit.house, &admin, &ids).await.map_err(worded)?;
    let gone = ids.len() - known.len();
    let why = |user: &UserView| skipped.iter().find(|(id, _)| *id == user.id).map_or(Why::Gone, |(_, why)| *why);
    let skipped = known.into_iter().map(|user| (user.clone(), why(&user))).collect();
    Ok(Told { act, at: at.0, done, skipped, gone })
}

/// Sealed, so that nobody is told by a link what was never done.
fn seal(visit: &Visit, outcome: &Outcome) -> Result<String, AppError> {
    let word = |word: &str| word.len().try_into().unwrap_or(u8::MAX);
    let mut plain = vec![word(outcome.act.as_str())];
    plain.extend(outcome.act.as_str().bytes());
    plain.extend(outcome.at.0.to_be_bytes());
    plain.push(u8::try_from(outcome.done.len()).unwrap_or(u8::MAX));
    plain.extend(outcome.done.iter().flat_map(|id| *id.as_bytes()));
    for (id, why) in &outcome.skipped {
        plain.extend(id.as_bytes());
        plain.push(Why::ALL.iter().position(|it| it == why).unwrap_or_default().try_into().unwrap_or(u8::MAX));
    }
    Ok(BASE64.encode(sealer(visit).seal(&aad(visit.signed_in()?), &plain)))
}

fn open(visit: &Visit, sealed: &str) -> Option<Outcome> {
    let plain = sealer(visit).open(&aad(visit.viewer()?), &BASE64.decode(sealed).ok()?)?;
    let (length, rest) = plain.split_first()?;
    let (act, rest) = rest.split_at_checked(usize::from(*length))?;
    let (at, rest) = rest.split_first_chunk()?;
    let (count, rest) = rest.split_first()?;
    let (done, skipped) = rest.split_at_checked(16 * usize::from(*count))?;
    let ids = |bytes: &[u8]| Uuid::from_slice(bytes).ok();
    let skipped = skipped.chunks_exact(17).map(|row| {
        let (why, id) = row.split_last()?;
        Some((ids(id)?, *Why::ALL.get(usize::from(*why))?))
    });
    Some(Outcome {
        act: Act::from_word(str::from_utf8(act).ok()?)?,
        at: Timestamp(i64::from_be_bytes(*at)),
        done: done.chunks_exact(16).map(ids).collect::<Option<_>>()?,
        skipped: skipped.collect::<Option<_>>()?,
    })
}

fn sealer(visit: &Visit) -> Sealer {
    visit.house.sealer(Purpose::Flash)
}

fn aad(viewer: &Viewer) -> Vec<u8> {
    [b"bulk".as_slice(), viewer.session.as_bytes()].concat()
}
