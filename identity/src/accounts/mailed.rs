//! Tokens that travel by letter: a link's token and, for some, a code that can be typed instead. Kept as keyed hashes, bound to
//! purpose and address, spent once.
//!
//! One that confirms a registration carries it. A stranger who registers with somebody else's address, before or after the
//! owner does, can therefore not slip his own password under the owner's confirmation.

use crate::{
    Latchkey, Refusal,
    db::{Picked, Tx, on, picked, statements, within},
    jobs,
    keys::mac,
    time::Timestamp,
    words::{Fault, Field, Secret},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use std::time::Duration;
use uuid::Uuid;

const TIDY: Picked = picked!(
    "delete from mailed_tokens where id",
    "select id from mailed_tokens where expires_at <= $1 order by expires_at limit $2"
);

statements! {
    /// Later than those of the account before it, whatever the clocks of two nodes say: `VOID_SINCE` goes by their order.
    INSERT = "insert into mailed_tokens
                (id, user_id, purpose, address, token_hash, code_hash, name, password_hash, created_at, expires_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8,
                case when exists (select 1 from mailed_tokens o where o.user_id = $2 and o.purpose = $3 and o.created_at >= $9)
                     then (select max(o.created_at) + 1 from mailed_tokens o where o.user_id = $2 and o.purpose = $3)
                     else $9 end, $10)
              on conflict (token_hash) do update set expires_at = excluded.expires_at where mailed_tokens.spent_at is null";
    LOOK = "select user_id, address, name, password_hash from mailed_tokens
             where purpose = $2 and (token_hash = $3 or code_hash = $4) and spent_at is null and expires_at > $1";
    /// Changes nothing and locks the account until the end of the transaction: two letters of one account are spent one after the
    /// other, and never wait for each other.
    TURN = "update users set name = name where id =
              (select user_id from mailed_tokens where purpose = $1 and (token_hash = $2 or code_hash = $3))";
    SPEND = "update mailed_tokens set spent_at = $1
              where purpose = $2 and (token_hash = $3 or code_hash = $4) and spent_at is null and expires_at > $1
          returning id, user_id, address, name, password_hash, created_at";
    /// Only in the transaction that has spent it.
    GIVE_BACK = "update mailed_tokens set spent_at = null where id = $1";
    VOID = "delete from mailed_tokens where user_id = $1 and purpose = $2 and spent_at is null";
    VOID_SINCE = "delete from mailed_tokens
                   where user_id = $1 and purpose = $2 and spent_at is null and (address = $3 or created_at > $4)";
    TIDY_PLAIN = TIDY.plain;
}

crate::spelled! {
    /// What a token is good for, and nothing else (ASVS 6.4.3).
    Purpose {
        /// To confirm the address of a registration.
        Verify = "verify",
        /// To set a new password.
        Reset = "reset",
        /// To confirm the address an account is to have from now on.
        ChangeAddress = "change_address",
        /// To say "this was not me": ends all sessions, gives the account back to the mailbox it was sent to, and starts a reset.
        Secure = "secure",
        /// To keep an account that was about to be deleted.
        Keep = "keep",
        /// To choose the password of an account that an administrator made, and so to have it.
        Invite = "invite",
    }
}

impl Purpose {
    /// How long it is good. Verification: NIST SP 800-63B-4 section 4.2.1.2.
    pub const fn life(self) -> Duration {
        let hour = 3600;
        Duration::from_secs(match self {
            Self::Reset => hour / 2,
            Self::Verify | Self::ChangeAddress => 24 * hour,
            Self::Secure | Self::Keep | Self::Invite => 7 * 24 * hour,
        })
    }

    /// Whether it can also be typed, by who reads letters on another device.
    const fn has_code(self) -> bool {
        matches!(self, Self::Verify | Self::Reset | Self::ChangeAddress)
    }
}

/// Crockford's base32: no I, L, O or U, which are read or spelled wrongly.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a typed code: 75 bits, above the 64 from which guessing needs no throttle (NIST SP 800-63B-4 section 3.1.3).
const CODE_LEN: usize = 15;

/// What goes into a letter.
pub(super) struct Mailed {
    /// 256 bits, base64url.
    pub token: String,
    /// Three groups of five; empty where the purpose has none.
    pub code: String,
}

/// What a token stands for.
#[derive(sqlx::FromRow)]
pub(super) struct Bound {
    pub user_id: Uuid,
    /// Where the letter goes, or went.
    pub address: String,
    /// The registration it confirms; for [`Purpose::Verify`] only.
    pub name: Option<String>,
    pub password_hash: Option<String>,
}

impl Bound {
    /// For every purpose but the confirmation of a registration.
    pub(super) fn to(user_id: Uuid, address: impl Into<String>) -> Self {
        Self { user_id, address: address.into(), name: None, password_hash: None }
    }
}

/// A token that has just been spent.
#[derive(sqlx::FromRow)]
pub(super) struct Taken {
    id: Uuid,
    #[sqlx(flatten)]
    pub of: Bound,
    pub created_at: Timestamp,
}

/// Makes a token. Those made before stay good until one of them is spent.
pub(super) async fn issue(house: &Latchkey, tx: &mut Tx, purpose: Purpose, of: &Bound) -> Result<Mailed, Refusal> {
    issue_until(house, tx, purpose, of, house.now().plus(purpose.life())).await
}

/// The same, good for less than its whole life.
pub(super) async fn issue_until(
    house: &Latchkey,
    tx: &mut Tx,
    purpose: Purpose,
    of: &Bound,
    until: Timestamp,
) -> Result<Mailed, Refusal> {
    store(house, tx, purpose, of, &house.random.bytes(), &house.random.bytes(), until).await
}

/// Makes the token of a letter that was asked for. The same letter always has the same, so that a second copy, sent after a crash,
/// is a copy; a later attempt to send it makes the token good for its whole life again, unless it was spent. Computed from a key
/// that is outside the database.
pub(super) async fn issue_for(
    house: &Latchkey,
    tx: &mut Tx,
    purpose: Purpose,
    of: &Bound,
    letter: Uuid,
) -> Result<Mailed, Refusal> {
    let of_letter = |kind| mac(&house.mailed_key, &[b"asked", purpose.as_str().as_bytes(), kind, letter.as_bytes()]);
    let (token, code) = (of_letter(&b"token"[..]), of_letter(b"code"));
    let until = house.now().plus(purpose.life());
    store(house, tx, purpose, of, &token, code.first_chunk().unwrap_or(&[0; CODE_LEN]), until).await
}

async fn store(
    house: &Latchkey,
    tx: &mut Tx,
    purpose: Purpose,
    of: &Bound,
    token: &[u8; 32],
    code: &[u8; CODE_LEN],
    until: Timestamp,
) -> Result<Mailed, Refusal> {
    let token = BASE64.encode(token);
    let code: Option<String> =
        purpose.has_code().then(|| code.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect());
    let code_hash = code.as_deref().map(|code| hash(house, purpose, b"code", code).to_vec());
    within!(*tx, |c| sqlx::query(INSERT)
        .bind(house.new_id())
        .bind(of.user_id)
        .bind(purpose.as_str())
        .bind(&of.address)
        .bind(&hash(house, purpose, b"token", &token)[..])
        .bind(code_hash)
        .bind(&of.name)
        .bind(&of.password_hash)
        .bind(house.now())
        .bind(until)
        .execute(c)
        .await
        .map(drop))?;
    let code = code.map_or_else(String::new, |code| format!("{}-{}-{}", &code[..5], &code[5..10], &code[10..]));
    Ok(Mailed { token, code })
}

/// What somebody brings from a letter, however they got it here.
///
/// # Errors
/// `Missing` on the field `token` when that is nothing.
pub(super) fn typed(token: &Secret) -> Result<&str, Refusal> {
    match token.expose().trim() {
        "" => Err(Refusal::field(Field::Token, Fault::Missing)),
        typed => Ok(typed),
    }
}

/// The answer to a token that is wrong, too old, spent or void: one for all, because the difference is nobody's business.
pub(super) fn spent() -> Refusal {
    Refusal::field(Field::Token, Fault::Spent)
}

/// Spends a token or code, and voids every other one of the same account and purpose. One statement decides, so of twenty that
/// try at once one succeeds.
pub(super) async fn spend(
    house: &Latchkey,
    tx: &mut Tx,
    purpose: Purpose,
    typed: &str,
) -> Result<Option<Bound>, Refusal> {
    let spent = take(house, tx, purpose, typed).await?;
    let Some(Taken { of, .. }) = spent else { return Ok(None) };
    void(tx, purpose, of.user_id).await?;
    Ok(Some(of))
}

/// Spends a token or code, and leaves the others to the caller.
pub(super) async fn take(
    house: &Latchkey,
    tx: &mut Tx,
    purpose: Purpose,
    typed: &str,
) -> Result<Option<Taken>, Refusal> {
    let (token, code) = hashes(house, purpose, typed);
    within!(*tx, |c| sqlx::query(TURN)
        .bind(purpose.as_str())
        .bind(&token[..])
        .bind(&code[..])
        .execute(c)
        .await
        .map(drop))?;
    Ok(within!(*tx, |c| sqlx::query_as(SPEND)
        .bind(house.now())
        .bind(purpose.as_str())
        .bind(&token[..])
        .bind(&code[..])
        .fetch_optional(c)
        .await)?)
}

/// What a token or code stands for that could be spent now. Only for what has to be known before; spending decides.
pub(super) async fn look(house: &Latchkey, purpose: Purpose, typed: &str) -> Result<Option<Bound>, Refusal> {
    let (token, code) = hashes(house, purpose, typed);
    Ok(on!(house.db, read, |p| sqlx::query_as(LOOK)
        .bind(house.now())
        .bind(purpose.as_str())
        .bind(&token[..])
        .bind(&code[..])
        .fetch_optional(p)
        .await)?)
}

/// Makes worthless what was mailed for this purpose and not spent yet.
pub(super) async fn void(tx: &mut Tx, purpose: Purpose, user: Uuid) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(VOID).bind(user).bind(purpose.as_str()).execute(c).await.map(drop))?;
    Ok(())
}

/// The same for what was mailed to the same address as this one, or after it to any other. What others were sent before stays.
pub(super) async fn void_since(tx: &mut Tx, purpose: Purpose, taken: &Taken) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(VOID_SINCE)
        .bind(taken.of.user_id)
        .bind(purpose.as_str())
        .bind(&taken.of.address)
        .bind(taken.created_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// What was taken in this transaction can be spent again.
pub(super) async fn give_back(tx: &mut Tx, taken: &Taken) -> Result<(), Refusal> {
    within!(*tx, |c| sqlx::query(GIVE_BACK).bind(taken.id).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn tidy(house: &Latchkey) -> Result<bool, Refusal> {
    jobs::clear(house, &TIDY, house.now()).await
}

fn hash(house: &Latchkey, purpose: Purpose, kind: &[u8], value: &str) -> [u8; 32] {
    mac(&house.mailed_key, &[purpose.as_str().as_bytes(), kind, value.as_bytes()])
}

/// Of what was typed, read as a token and as a code.
fn hashes(house: &Latchkey, purpose: Purpose, typed: &str) -> ([u8; 32], [u8; 32]) {
    (hash(house, purpose, b"token", typed), hash(house, purpose, b"code", &as_code(typed)))
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
    fn what_is_blank_is_missing_and_what_surrounds_it_does_not_count() {
        for blank in ["", " ", "\r\n\t"] {
            let missing = typed(&Secret::new(blank)).map(str::to_owned);
            assert!(matches!(missing, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Missing), "{blank:?}");
        }
        assert_eq!(typed(&Secret::new(" abc\n")).unwrap(), "abc");
    }

    #[test]
    fn codes_are_read_kindly() {
        assert_eq!(as_code(" k7qf2 – 3mxp9-rtd4w"), "K7QF23MXP9RTD4W");
        assert_eq!(as_code("oil"), "011");
        assert_ne!(as_code(&"A".repeat(16)), as_code(&"A".repeat(15)));
    }
}
