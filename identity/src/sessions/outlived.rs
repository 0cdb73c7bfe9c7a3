//! Sessions that have been over for long, and are forgotten.
//!
//! A session that has ended still tells its owner's history which browser it was, and a node that was cut off for a while what it must
//! refuse. After [`REMEMBERED`] it does neither, and would only be a record of where somebody used to sit. What happened stays in the
//! security events.

use crate::{
    Latchkey, Refusal,
    db::{Picked, picked, statements},
    jobs,
};
use std::time::Duration;

const ENDED: Picked =
    picked!("delete from sessions where id", "select id from sessions where ended_at <= $1 order by ended_at limit $2");

/// Those that ran out and whose browser never came back to learn it.
const RUN_OUT: Picked = picked!(
    "delete from sessions where id",
    "select id from sessions where ended_at is null and expires_at <= $1 order by expires_at, id limit $2"
);

statements! {
    ENDED_PLAIN = ENDED.plain;
    RUN_OUT_PLAIN = RUN_OUT.plain;
}

/// How long a session is remembered after its end.
pub const REMEMBERED: Duration = Duration::from_secs(90 * 86_400);

/// Forgets those whose time is over. Answers whether there are more.
pub(crate) async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    let before = house.now().minus(REMEMBERED);
    jobs::both(jobs::clear(house, &ENDED, before).await, jobs::clear(house, &RUN_OUT, before).await)
}
