//! Making an account's access tokens stale, so that what they say about its owner is true again with the next request.

use super::granted;
use crate::{
    Latchkey, Refusal,
    db::{Topic, Tx, statements, within},
    sessions,
    time::Timestamp,
    words::Role,
};
use uuid::Uuid;

statements! {
    /// Each mark is in a later second than the one before, because tokens are dated in seconds.
    MARK = concat!(
        "update users
               set tokens_void_before = case when tokens_void_before + 1000 > $1 then tokens_void_before + 1000 else $1 end
             where id = $2 returning tokens_void_before, ",
        granted!("users")
    );
}

/// What the nodes have to know: this one by [`Mark::heed`], the others by looking.
#[must_use = "heed it after the commit"]
pub(crate) struct Mark {
    user: Uuid,
    at: Timestamp,
    role: Role,
    acting: Vec<Uuid>,
}

impl Mark {
    /// To be called after the commit.
    pub(crate) fn heed(&self, house: &Latchkey) {
        house.revocations.user(self.user, self.at, self.role);
        house.revocations.sessions(&self.acting, self.at);
    }
}

/// Marks every access token that was issued up to now, and ends what this person does in somebody else's place: it rested on what they
/// were until now.
///
/// # Errors
/// `NotFound`, or when the database does not answer.
pub(crate) async fn mark(house: &Latchkey, tx: &mut Tx, user: Uuid) -> Result<Mark, Refusal> {
    let marked: Option<(Timestamp, Role, Option<String>)> =
        within!(*tx, |c| sqlx::query_as(MARK).bind(house.now()).bind(user).fetch_optional(c).await)?;
    let (at, role, _) = marked.ok_or(Refusal::NotFound)?;
    tx.ring(Topic::Revoked).await?;
    let acting = sessions::end_acting(house, tx, user).await?;
    Ok(Mark { user, at, role, acting })
}
