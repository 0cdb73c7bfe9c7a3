//! Beginning to act as somebody else. What such a session is, and when it ends, is told in `sessions::acting`.

use super::Proven;
use crate::{
    Latchkey, Refusal,
    accounts::{self, granted},
    db::{statements, within},
    events::{self, Kind},
    sessions::{
        Subject,
        acting::{self, Going},
    },
    time::Timestamp,
    tokens::TokenPair,
    words::{Fault, Field, FieldError, Permission, Permissions, Role, Viewer},
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

statements! {
    STANDING = concat!(
        "select users.name, users.email, users.disabled_at, users.verified_at, users.delete_at, users.tokens_void_before, ",
        granted!("users"),
        " from users where users.id = $1"
    );
}

/// The shortest and the longest reason, in characters. One word is none.
pub const REASON: std::ops::RangeInclusive<usize> = 10..=500;

/// As whom, why and how.
pub struct Wish<'a> {
    /// The account.
    pub of: Uuid,
    /// Why, in the administrator's words. Its owner reads it.
    pub reason: &'a str,
    /// Whether something is to be changed. Otherwise everything but looking is refused.
    pub writes: bool,
    /// Whether the refresh token leads back to the administrator's own session afterwards. Not for who came with an access token alone:
    /// they would get more than they had.
    pub returns: bool,
}

#[derive(sqlx::FromRow)]
struct Standing {
    name: String,
    email: String,
    disabled_at: Option<Timestamp>,
    verified_at: Option<Timestamp>,
    delete_at: Option<Timestamp>,
    tokens_void_before: Timestamp,
    role: Role,
    permissions: Option<String>,
}

/// Begins a session of somebody else's account, for an hour at most and never longer than the administrator's own, which stays alive.
/// Its owner is told in the history, and no trace of a sign-in of theirs is made.
///
/// # Errors
/// `Forbidden`, also for oneself and for whoever may open the panel; `NotFound`; `Invalid` on `reason`, or on `id` for an account that is
/// disabled, not confirmed or about to be deleted; `SignedOut` when the own session is over, or when the database does not answer.
pub async fn impersonate(
    house: &Latchkey,
    admin: &Proven,
    viewer: &Viewer,
    wish: &Wish<'_>,
) -> Result<TokenPair, Refusal> {
    admin.may(Permission::UsersImpersonate)?;
    if !admin.is(viewer.id) || viewer.actor.is_some() || wish.of == viewer.id {
        return Err(Refusal::Forbidden);
    }
    let reason = reason(wish.reason)?;
    let (mut tx, admin) = admin.begin(house, Permission::UsersImpersonate).await?;
    let find = async |tx: &mut crate::db::Tx, id: Uuid| -> Result<Option<Standing>, Refusal> {
        Ok(within!(*tx, |c| sqlx::query_as(STANDING).bind(id).fetch_optional(c).await)?)
    };
    let own = find(&mut tx, viewer.id).await?.ok_or(Refusal::SignedOut(None))?;
    let of = find(&mut tx, wish.of).await?.ok_or(Refusal::NotFound)?;
    let permissions = Permissions::of(of.role, of.permissions.as_deref());
    admin.reaches(of.role, &permissions)?;
    if permissions.open_panel() {
        return Err(Refusal::Forbidden);
    }
    if of.disabled_at.is_some() || of.verified_at.is_none() || of.delete_at.is_some() {
        return Err(Refusal::field(Field::Id, Fault::NotAllowed));
    }
    let subject = Subject { id: wish.of, role: of.role, permissions, name: of.name, email: of.email };
    let going = Going {
        admin: viewer.id,
        from: viewer.session,
        writes: wish.writes,
        returns: wish.returns,
        void_before: own.tokens_void_before.max(of.tokens_void_before),
    };
    let pair = acting::begin(house, &mut tx, subject, &going).await?;
    let event = admin.event(Kind::ImpersonationBegan).on(wish.of).session(pair.viewer.session);
    let event = event.detail(if wish.writes { "write" } else { "read" }).note(reason);
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    Ok(pair)
}

/// One line of plain text. Line breaks become spaces; what could spoof the text around it is refused, as in a name.
fn reason(raw: &str) -> Result<String, FieldError> {
    let fault = |fault| Err(FieldError::new(Field::Reason, fault));
    if raw.chars().count() > 4 * REASON.end() {
        return fault(Fault::TooLong);
    }
    let spaced: String = raw.nfc().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let text = spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if text.chars().any(accounts::disturbs) {
        return fault(Fault::Unprintable);
    }
    match text.chars().count() {
        0 => fault(Fault::Missing),
        few if few < *REASON.start() => fault(Fault::TooShort),
        many if many > *REASON.end() => fault(Fault::TooLong),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_line_of_text() {
        let told = |raw: &str| reason(raw).map_err(|error| error.fault);
        assert_eq!(told("  Ticket 12:\r\n cannot  sign in "), Ok("Ticket 12: cannot sign in".into()));
        assert_eq!(told(" \n"), Err(Fault::Missing));
        assert_eq!(told("because  "), Err(Fault::TooShort));
        assert_eq!(told("a\u{202E}gnp.exe is why"), Err(Fault::Unprintable));
        assert_eq!(told(&"é".repeat(500)).map(|text| text.chars().count()), Ok(500));
        assert_eq!(told(&"é".repeat(501)), Err(Fault::TooLong));
        assert_eq!(told(&" ".repeat(1_000_000)), Err(Fault::TooLong));
    }
}
