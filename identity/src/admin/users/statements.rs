//! Every statement of the list of accounts, put together when this is compiled: a class of accounts, an order, a direction.
//!
//! For every class and every order there is an index (migration 4), so that a statement begins where the page does and reads as far as
//! the page goes, whether there are ten accounts or ten million. What a filter asks for beyond its class is looked at row by row, and
//! [`list`](super::list) bounds how far. Nothing that somebody typed ever becomes part of a statement.

use super::{filter::Class, span::Order};
use crate::db::Statement;

/// What is shown of an account, and what orders it.
macro_rules! columns {
    () => {
        "id, name, name_key, email, coalesce(role_name, role) as role, created_at, verified_at, disabled_at, last_sign_in_at, delete_at"
    };
}
pub(super) use columns;

/// The condition of a class, as its partial indexes have it.
macro_rules! class {
    (all, $role:literal) => {
        ""
    };
    (admins, $role:literal) => {
        "role = 'admin' and "
    };
    (named, $role:literal) => {
        concat!("role_name = ", $role, " and ")
    };
    (disabled, $role:literal) => {
        "disabled_at is not null and "
    };
    (unverified, $role:literal) => {
        "verified_at is null and disabled_at is null and "
    };
    (leaving, $role:literal) => {
        "delete_at is not null and "
    };
}

/// What is asked of each row: a role, a standing, a time of the last sign-in, and not to have been found already by its address or id.
/// A last sigma stands for both of its forms. Written so that no index fits, or a database might take that one and sort what it finds.
macro_rules! rest {
    ($role:literal, $standing:literal, $since:literal, $until:literal, $address:literal, $first:literal, $last:literal) => {
        concat!(
            "(",
            $role,
            " = '' or coalesce(role_name, role) = ",
            $role,
            ")
             and (",
            $standing,
            " = ''
                  or (",
            $standing,
            " = 'active' and verified_at is not null and disabled_at is null and delete_at is null)
                  or (",
            $standing,
            " = 'unverified' and verified_at is null and disabled_at is null)
                  or (",
            $standing,
            " = 'disabled' and disabled_at is not null)
                  or (",
            $standing,
            " = 'leaving' and delete_at is not null))
             and coalesce(last_sign_in_at + 0, 0) >= ",
            $since,
            " and coalesce(last_sign_in_at + 0, 0) < ",
            $until,
            "
             and (",
            $address,
            " = '' or substr(email, 1, length(",
            $address,
            ")) not in (",
            $address,
            ", rtrim(",
            $address,
            ", '\u{3c2}') || '\u{3c3}'))
             and not (id >= ",
            $first,
            " and id <= ",
            $last,
            ")"
        )
    };
}

/// The range of an order: from the first end on, up to the second and not further.
macro_rules! range {
    (id) => {
        "id >= $1 and id < $2"
    };
    (address) => {
        "email >= $1 and email < $2"
    };
    (name) => {
        "(name_key, id) >= ($1, $3) and (name_key, id) < ($2, $4)"
    };
    (seen) => {
        "last_sign_in_at is not null and (last_sign_in_at, id) >= ($1, $3) and (last_sign_in_at, id) < ($2, $4)"
    };
    (never) => {
        "last_sign_in_at is null and id >= $1 and id < $2"
    };
}

/// What is ordered by, and how a row's place in it is told.
macro_rules! key {
    (id) => {
        "id"
    };
    (address) => {
        "email"
    };
    (name) => {
        "name_key, id"
    };
    (seen) => {
        "last_sign_in_at, id"
    };
    (never) => {
        "id"
    };
}

/// Those who never signed in are all alike for the index, which goes on by id.
macro_rules! order {
    (id, up) => {
        " order by id"
    };
    (id, down) => {
        " order by id desc"
    };
    (address, up) => {
        " order by email"
    };
    (address, down) => {
        " order by email desc"
    };
    (name, up) => {
        " order by name_key, id"
    };
    (name, down) => {
        " order by name_key desc, id desc"
    };
    (seen, up) => {
        " order by last_sign_in_at, id"
    };
    (seen, down) => {
        " order by last_sign_in_at desc, id desc"
    };
    (never, up) => {
        " order by last_sign_in_at, id"
    };
    (never, down) => {
        " order by last_sign_in_at desc, id desc"
    };
}

/// Arguments after the ends of the range: how many rows, then the rest.
macro_rules! walk {
    ($class:ident, $key:ident, $way:ident, $limit:literal, $role:literal, $($rest:literal),+) => {
        Walk {
            page: concat!(
                "select ", columns!(), " from users where ", class!($class, $role), range!($key), " and ", rest!($role, $($rest),+),
                order!($key, $way), " limit ", $limit
            ),
            reach: concat!(
                "select ", key!($key), " from users where ", class!($class, $role), range!($key), order!($key, $way),
                " limit 2 offset ", $limit
            ),
        }
    };
}

macro_rules! path {
    ($class:ident, $key:ident, $limit:literal, $role:literal, $($rest:literal),+) => {
        Path {
            up: walk!($class, $key, up, $limit, $role, $($rest),+),
            down: walk!($class, $key, down, $limit, $role, $($rest),+),
            count: concat!(
                "select count(*) as looked, coalesce(sum(case when ", rest!($role, $($rest),+), " then 1 else 0 end), 0) as found
                   from (select id, email, role, role_name, verified_at, disabled_at, delete_at, last_sign_in_at
                           from users where ", class!($class, $role), range!($key), order!($key, up), " limit ", $limit, ") c"
            ),
        }
    };
}

macro_rules! paths {
    ($class:ident) => {
        [
            path!($class, id, "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10"),
            path!($class, address, "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10"),
            path!($class, name, "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12"),
            path!($class, seen, "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12"),
            path!($class, never, "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10"),
        ]
    };
}

/// The statements of one direction.
pub(super) struct Walk {
    /// The rows of a page.
    pub page: &'static str,
    /// Where so many rows further is, and the row after that.
    pub reach: &'static str,
}

/// The statements of a class in an order.
pub(super) struct Path {
    /// From small to great.
    pub up: Walk,
    /// From great to small.
    pub down: Walk,
    /// How many there are, among so many.
    pub count: &'static str,
}

/// Of every class, in the order of [`Class`], in every order, as [`Order`] has them.
static PATHS: [[Path; 5]; 6] =
    [paths!(all), paths!(admins), paths!(named), paths!(disabled), paths!(unverified), paths!(leaving)];

/// The statements for a class in an order.
pub(super) fn path(class: Class, order: Order) -> &'static Path {
    &PATHS[class as usize][order as usize]
}

/// All of them, for the register.
pub(super) fn statements() -> Vec<Statement> {
    let paths = PATHS.iter().flatten();
    let texts = paths.flat_map(|path| {
        let walks = [&path.up, &path.down].into_iter().flat_map(|walk| [walk.page, walk.reach]);
        walks.chain([path.count])
    });
    texts.map(|sql| ("accounts listed", sql)).collect()
}
