//! Tokens that travel by letter: a link's token and a code that can be typed instead. Kept as keyed hashes, spent once.
//!
//! Each carries the registration it confirms. A stranger who registers with somebody else's address, before or after the
//! owner does, can therefore not slip his own password under the owner's confirmation.

use crate::{
    Latchkey, Refusal,
    db::{Tx, on, statements, within},
    keys::mac,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use std::time::Duration;
use uuid::Uuid;

statements! {
    INSERT = "insert into mailed_tokens
                (id, user_id, purpose, address, token_hash, code_hash, name, password_hash, created_at, expires_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SPEND = "update mailed_tokens set spent_at = $1
              where purpose = $2 and (token_hash = $3 or code_hash = $4) and spent_at is null and expires_at > $1
          returning user_id, address, name, password_hash";
    WAITING = "select count(distinct password_hash) from mailed_tokens
                where user_id = $1 and purpose = $2 and spent_at is null and expires_at > $3";
    VOID = "delete from mailed_tokens where user_id = $1 and purpose = $2 and spent_at is null";
    TIDY = "delete from mailed_tokens where expires_at <= $1";
}

/// What the one purpose so far is called in the database. A token is bound to it (ASVS 6.4.3).
const VERIFY: &str = "verify";

/// How long a verification letter is good: 24 hours (NIST SP 800-63B-4 section 4.2.1.2).
pub(super) const VERIFICATION_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Crockford's base32: no I, L, O or U, which are read or spelled wrongly.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a typed code: 75 bits, above the 64 from which guessing needs no throttle (NIST SP 800-63B-4 section 3.1.3).
const CODE_LEN: usize = 15;

/// What goes into a letter.
pub(super) struct Mailed {
    /// 256 bits, base64url.
    pub token: String,
    /// Three groups of five.
    pub code: String,
}

/// The registration a letter confirms.
#[derive(sqlx::FromRow)]
pub(super) struct Registration {
    pub user_id: Uuid,
    pub address: String,
    pub name: String,
    pub password_hash: String,
}

/// Makes a token for a registration.
pub(super) async fn issue(house: &Latchkey, tx: &mut Tx, of: &Registration) -> Result<Mailed, Refusal> {
    let token = BASE64.encode(house.random.bytes::<32>());
    let letters: String =
        house.random.bytes::<CODE_LEN>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let now = house.now();
    within!(*tx, |c| sqlx::query(INSERT)
        .bind(house.new_id())
        .bind(of.user_id)
        .bind(VERIFY)
        .bind(&of.address)
        .bind(&hash(house, b"token", &token)[..])
        .bind(&hash(house, b"code", &letters)[..])
        .bind(&of.name)
        .bind(&of.password_hash)
        .bind(now)
        .bind(now.plus(VERIFICATION_LIFE))
        .execute(c)
        .await
        .map(drop))?;
    let code = format!("{}-{}-{}", &letters[..5], &letters[5..10], &letters[10..]);
    Ok(Mailed { token, code })
}

/// Spends a token or code, and voids every other one of the same account. One statement decides, so of twenty that try at
/// once one succeeds.
pub(super) async fn spend(house: &Latchkey, tx: &mut Tx, typed: &str) -> Result<Option<Registration>, Refusal> {
    let typed = typed.trim();
    let spent: Option<Registration> = within!(*tx, |c| sqlx::query_as(SPEND)
        .bind(house.now())
        .bind(VERIFY)
        .bind(&hash(house, b"token", typed)[..])
        .bind(&hash(house, b"code", &as_code(typed))[..])
        .fetch_optional(c)
        .await)?;
    if let Some(spent) = &spent {
        within!(*tx, |c| sqlx::query(VOID).bind(spent.user_id).bind(VERIFY).execute(c).await.map(drop))?;
    }
    Ok(spent)
}

/// How many different registrations of an account wait for their letter to be answered.
pub(super) async fn waiting(house: &Latchkey, tx: &mut Tx, user: Uuid) -> Result<i64, Refusal> {
    let (count,): (i64,) =
        within!(*tx, |c| sqlx::query_as(WAITING).bind(user).bind(VERIFY).bind(house.now()).fetch_one(c).await)?;
    Ok(count)
}

pub(super) async fn tidy(house: &Latchkey) -> Result<(), Refusal> {
    on!(house.db, write, |p| sqlx::query(TIDY).bind(house.now()).execute(p).await.map(drop))?;
    Ok(())
}

fn hash(house: &Latchkey, kind: &[u8], value: &str) -> [u8; 32] {
    mac(&house.mailed_key, &[VERIFY.as_bytes(), kind, value.as_bytes()])
}

/// What somebody meant who typed a code: without spaces and dashes, upper case, the letters that look like digits as digits.
fn as_code(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '\u{2013}' | '\u{2014}'))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .take(CODE_LEN + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_kindly() {
        assert_eq!(as_code(" k7qf2 – 3mxp9-rtd4w"), "K7QF23MXP9RTD4W");
        assert_eq!(as_code("oil"), "011");
        assert_ne!(as_code(&"A".repeat(16)), as_code(&"A".repeat(15)));
    }
}
