//! Slowing down what is tried too often, per account. Never a hard lock: a stranger must not be able to lock anyone out for good.
//!
//! Counted in the database, so that a restart forgives nothing, under a keyed hash, so that it holds no address. An attempt is
//! counted before it is judged: fifty guesses at once are fifty attempts. Limits per network address are the server's.

use crate::{
    Latchkey, Refusal,
    db::{Picked, Tx, on, picked, statements, within},
    jobs,
    keys::mac,
    policy::Policy,
    time::Timestamp,
    words::EmailAddress,
};
use std::time::Duration;
use uuid::Uuid;

const TIDY: Picked = picked!(
    "delete from throttles where key",
    "select key from throttles
      where started_at <= $1 and blocked_until <= cast($1 as bigint) + 3600000 order by started_at limit $2"
);

statements! {
    /// Counts one attempt, unless the key is blocked: then no row comes back. `$3` window, `$4` free attempts, `$5` first
    /// delay, `$6` longest delay, `$7` how long a key that was blocked is remembered.
    TAKE = "insert into throttles (key, count, started_at, blocked_until) values ($1, 1, $2, 0)
            on conflict (key) do update set
                count = case when throttles.started_at + case when throttles.count < cast($4 as bigint) then cast($3 as bigint) else cast($7 as bigint) end <= $2
                             then 1 else throttles.count + 1 end,
                started_at = case when throttles.count >= cast($4 as bigint) or throttles.started_at + cast($3 as bigint) <= $2
                                  then $2 else throttles.started_at end,
                blocked_until = case when throttles.started_at + case when throttles.count < cast($4 as bigint) then cast($3 as bigint) else cast($7 as bigint) end <= $2
                                     then 0
                                     when throttles.count + 1 < cast($4 as bigint) then 0
                                     when (throttles.count + 2 - cast($4 as bigint)) * cast($5 as bigint) > cast($6 as bigint) then $2 + cast($6 as bigint)
                                     else $2 + (throttles.count + 2 - cast($4 as bigint)) * cast($5 as bigint) end
            where throttles.blocked_until <= $2
            returning blocked_until";
    BLOCKED = "select blocked_until from throttles where key = $1";
    CLEAR = "delete from throttles where key = $1";
    /// Those of which the longest block is over too.
    TIDY_PLAIN = TIDY.plain;
}

/// How long a key that was blocked is remembered after its last attempt.
const MEMORY: Duration = Duration::from_secs(3600);

crate::spelled! {
    /// What is throttled, and how.
    Throttle {
        /// Sign-in to one account: a few attempts in five minutes, five unless the policy says otherwise, then a delay that grows by half a minute to a quarter of an hour
        /// (ASVS 6.3.1, NIST SP 800-63B-4 section 3.2.2).
        SignIn = "sign-in",
        /// The same for one browser that an account has been used from, counted by itself: strangers who guess cannot slow the
        /// owner down.
        KnownDevice = "known-device",
        /// The password given inside a session, to prove or to change something, of one account: the same numbers, counted apart from
        /// the door, where strangers are. Who has an open session of somebody else guesses at this account alone.
        Proof = "proof",
        /// Letters about a registration to one address, or about making it an account's: three in an hour.
        Letters = "letters",
        /// Letters with which a new password can be set, to one address: three in an hour. Counted apart, so that nobody can keep the
        /// owner from one by registering the address again and again.
        Resets = "resets",
        /// Requests of one account for another address: three in an hour.
        ChangeAddress = "change-address",
        /// New names of one account: ten in an hour. Each leaves a line in its history.
        ChangeName = "change-name",
        /// Copies of everything held about one person: ten in an hour.
        Export = "export",
        /// Letters that tell one person of new browsers: three in an hour. Whoever knows the password could otherwise bury the letter
        /// that matters. Holds even where limits are off: it keeps a mailbox and not us.
        NewDevice = "new-device",
        /// Invitations sent one at a time, and other letters of administrators to people who have never signed in, of the whole
        /// installation: a hundred in an hour. The invitations of imports have a pace of their own
        /// ([`crate::mail`]).
        Invitations = "invitations",
    }
}

impl Throttle {
    /// Whether the operator has let this one go.
    fn is_off(self, house: &Latchkey) -> bool {
        !house.settings.limits && self != Self::NewDevice
    }

    /// Window, free attempts, first delay, longest delay.
    fn numbers(self, policy: &Policy) -> (i64, i64, i64, i64) {
        match self {
            Self::SignIn | Self::KnownDevice | Self::Proof => {
                (300_000, policy.sign_in_attempts.into(), 30_000, 900_000)
            }
            Self::Letters | Self::Resets | Self::ChangeAddress | Self::NewDevice => {
                (3_600_000, 3, 1_200_000, 3_600_000)
            }
            Self::Invitations => (3_600_000, 100, 600_000, 3_600_000),
            Self::ChangeName | Self::Export => (3_600_000, 10, 600_000, 3_600_000),
        }
    }
}

fn key(house: &Latchkey, what: Throttle, of: &[u8]) -> [u8; 32] {
    mac(&house.throttle_key, &[what.as_str().as_bytes(), of])
}

/// [`TAKE`] with all it needs, for whichever database.
macro_rules! taking {
    ($key:expr, $now:expr, $numbers:expr) => {
        sqlx::query_as(TAKE)
            .bind(&$key[..])
            .bind($now)
            .bind($numbers.0)
            .bind($numbers.1)
            .bind($numbers.2)
            .bind($numbers.3)
            .bind(MEMORY.as_millis() as i64)
    };
}

/// Counts an attempt on an address.
///
/// # Errors
/// `TooMany` when it has to wait, or when the database does not answer.
pub async fn take(house: &Latchkey, what: Throttle, address: &EmailAddress) -> Result<(), Refusal> {
    take_by(house, what, address.as_str().as_bytes()).await
}

/// The same for what is counted by something else.
pub(crate) async fn take_by(house: &Latchkey, what: Throttle, of: &[u8]) -> Result<(), Refusal> {
    if what.is_off(house) {
        return Ok(());
    }
    let (key, now, numbers) = (key(house, what, of), house.now(), what.numbers(&house.policy()));
    let taken: Option<(Timestamp,)> = on!(house.db, write, |p| taking!(key, now, numbers).fetch_optional(p).await)?;
    if taken.is_some() {
        return Ok(());
    }
    Err(too_many(blocked_until(house, &key).await?, now))
}

/// The same within the caller's transaction, for what is to be counted only where it is done: nothing that can be guessed, because what is
/// refused for another reason is not counted. To be called last in it: others who count the same wait for its end.
pub(crate) async fn take_within(house: &Latchkey, tx: &mut Tx, what: Throttle, of: &[u8]) -> Result<(), Refusal> {
    if what.is_off(house) {
        return Ok(());
    }
    let (key, now, numbers) = (key(house, what, of), house.now(), what.numbers(&house.policy()));
    let taken: Option<(Timestamp,)> = within!(*tx, |c| taking!(key, now, numbers).fetch_optional(c).await)?;
    if taken.is_some() {
        return Ok(());
    }
    let until: Option<(Timestamp,)> = within!(*tx, |c| sqlx::query_as(BLOCKED).bind(&key[..]).fetch_optional(c).await)?;
    Err(too_many(until.map(|(until,)| until), now))
}

fn too_many(until: Option<Timestamp>, now: Timestamp) -> Refusal {
    let wait = until.map_or(0, |until| until.0 - now.0).max(1000);
    Refusal::TooMany { retry_after: Duration::from_millis(wait as u64) }
}

/// Until when what is counted under this key is refused; none where nothing is counted.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn blocked_until(house: &Latchkey, key: &[u8]) -> Result<Option<Timestamp>, Refusal> {
    let until: Option<(Timestamp,)> =
        on!(house.db, read, |p| sqlx::query_as(BLOCKED).bind(key).fetch_optional(p).await)?;
    Ok(until.map(|(until,)| until))
}

/// Forgets the attempts on an address: after a success, or when an administrator says so.
///
/// # Errors
/// When the database does not answer.
pub async fn clear(house: &Latchkey, what: Throttle, address: &EmailAddress) -> Result<(), Refusal> {
    clear_by(house, what, address.as_str().as_bytes()).await
}

/// The same for what is counted by something else.
pub(crate) async fn clear_by(house: &Latchkey, what: Throttle, of: &[u8]) -> Result<(), Refusal> {
    let key = key(house, what, of);
    on!(house.db, write, |p| sqlx::query(CLEAR).bind(&key[..]).execute(p).await.map(drop))?;
    Ok(())
}

/// Forgets the attempts that led to a success which has been written down already: if that fails, what was done is done all the same,
/// and somebody may have to wait.
pub(crate) async fn forgive(house: &Latchkey, what: Throttle, of: &[u8]) {
    if let Err(error) = clear_by(house, what, of).await {
        tracing::warn!(throttle = %what, %error, "attempts that led to a success are still counted");
    }
}

/// The same within the transaction that writes the success down, for what is done often: one wait for the disk and not two. To be called
/// last in it: others who count the same wait for its end.
pub(crate) async fn forgive_within(house: &Latchkey, tx: &mut Tx, what: Throttle, of: &[u8]) -> Result<(), Refusal> {
    if what.is_off(house) {
        return Ok(());
    }
    let key = key(house, what, of);
    within!(*tx, |c| sqlx::query(CLEAR).bind(&key[..]).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets everything about an account and its address that are nobody's any more, within the caller's transaction.
pub(crate) async fn forget(house: &Latchkey, tx: &mut Tx, user: Uuid, address: &str) -> Result<(), Refusal> {
    for what in Throttle::ALL {
        for of in [address.as_bytes(), user.as_bytes()] {
            let key = key(house, *what, of);
            within!(*tx, |c| sqlx::query(CLEAR).bind(&key[..]).execute(c).await.map(drop))?;
        }
    }
    Ok(())
}

pub(crate) async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    const { assert!(MEMORY.as_millis() == 3_600_000, "the statement has it as a number") };
    jobs::clear(house, &TIDY, house.now().minus(MEMORY)).await
}
