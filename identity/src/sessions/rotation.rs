//! Rotation: what happens when a refresh token is presented. The heart of Latchkey.
//!
//! One conditional `update` has one winner, however many requests ask at once; everybody else gets the very same successor.
//! The old token stays good until the browser has proven that it received the new one, plus a short window; after that, its
//! return means that somebody has a copy, and the session ends. Nothing here ever signs out an honest browser.

use super::{
    acting,
    begin::{Device, Issue, Subject, issue},
    end,
};
use crate::{
    Latchkey, Refusal,
    accounts::granted,
    db::{Tx, on, statements, together, within},
    time::Timestamp,
    tokens::{TokenPair, refresh::Presented},
    words::{Actor, EndCause, Permissions, Role, Secret, Stay, Viewer},
};
use std::time::Duration;
use uuid::Uuid;

statements! {
    STATE = concat!(
        "select s.secret, s.generation, s.confirmed_at, s.authenticated_at, s.expires_at, s.stay, s.ended_at, s.end_cause,
                    s.acting_id, s.acting_from, s.acting_writes, s.acting_back,
                    u.id as user_id, u.name, u.email, u.tokens_void_before, ",
        granted!("u"),
        "
               from sessions s join users u on u.id = s.user_id
              where s.id = $1"
    );
    /// The decision. Reading first and writing after would let two requests win.
    ADVANCE = "update sessions
                  set generation = $1, rotated_at = $2, confirmed_at = null, ip = case when acting_id is null then $3 else '' end
                where id = $4 and generation = $5 and ended_at is null and (expires_at is null or expires_at > $2)";
}

/// How long the previous token stays good after the browser has proven that it holds the next: requests that were already on
/// their way arrive within it.
pub const WINDOW: Duration = Duration::from_secs(20);

/// What presenting a refresh token led to.
#[derive(Debug)]
pub enum Rotation {
    /// The browser gets the next generation.
    Renewed(TokenPair),
    /// A sibling won a moment ago, or the last answer was lost: the same successor again.
    Raced(TokenPair),
    /// An old generation came back late: somebody has a copy. The session is over.
    Reused,
    /// Expired, ended, or never ours; the cause is known when the token was genuine.
    Ended(Option<EndCause>),
    /// An administrator has left somebody else's place: the tokens of their own session, where they may go on.
    Back(Box<Return>),
}

/// The way back from somebody else's place.
#[derive(Debug)]
pub struct Return {
    /// The tokens of the administrator's own session.
    pub pair: TokenPair,
    /// In whose place they were.
    pub place: Uuid,
    /// Why it ended.
    pub cause: EndCause,
}

/// What a genuine token of a live session means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Move the session to this generation.
    Advance(i64),
    /// Hand out the current generation once more.
    Repeat,
    /// Theft.
    Reuse,
}

/// The table of the design, as a function of nothing but its inputs.
///
/// `presented` above `current` means that the database lost its last write in a crash: we alone can have made that token, so
/// the session catches up with it.
pub fn judge(current: i64, confirmed_at: Option<Timestamp>, presented: i64, now: Timestamp) -> Step {
    let window_open = confirmed_at.is_none_or(|at| now < at.plus(WINDOW));
    if presented >= current {
        Step::Advance(presented + 1)
    } else if presented == current - 1 && window_open {
        Step::Repeat
    } else {
        Step::Reuse
    }
}

#[derive(sqlx::FromRow)]
struct State {
    secret: Vec<u8>,
    generation: i64,
    confirmed_at: Option<Timestamp>,
    authenticated_at: Timestamp,
    expires_at: Option<Timestamp>,
    stay: Stay,
    ended_at: Option<Timestamp>,
    end_cause: Option<EndCause>,
    user_id: Uuid,
    role: Role,
    permissions: Option<String>,
    name: String,
    email: String,
    tokens_void_before: Timestamp,
    acting_id: Option<Uuid>,
    acting_from: Option<Uuid>,
    acting_writes: Option<i64>,
    acting_back: Option<i64>,
}

/// Presents a refresh token.
///
/// # Errors
/// Only when the database does not do its part: then nothing is known about the session, and its cookies must be left alone.
pub async fn renew(house: &Latchkey, presented: &str, device: &Device) -> Result<Rotation, Refusal> {
    let Some(token) = Presented::parse(presented) else { return Ok(Rotation::Ended(None)) };
    // Each round that is lost was won by somebody else, so the next read sees their generation and needs no write.
    for _ in 0..8 {
        if let Some(rotation) = round(house, &token, device).await? {
            return Ok(rotation);
        }
    }
    Err(Refusal::Busy { retry_after: Duration::from_secs(1) })
}

/// One look and one step. `None` where somebody else was faster.
async fn round(house: &Latchkey, token: &Presented, device: &Device) -> Result<Option<Rotation>, Refusal> {
    let Some(mut state) = state(house, token.session).await? else { return Ok(Some(Rotation::Ended(None))) };
    if !token.is_genuine(&house.refresh_key, &state.secret) {
        return Ok(Some(Rotation::Ended(None)));
    }
    if let Some(cause) = state.end_cause {
        return over(house, token, &state, cause, device).await;
    }
    let now = house.now();
    if state.expires_at.is_some_and(|end| end <= now) {
        end::lapse(house, token.session, EndCause::Expired).await?;
        return over(house, token, &state, EndCause::Expired, device).await;
    }
    if let Some(actor) = state.actor() {
        match acting::may_go_on(house, &actor, &state.subject()).await? {
            Some(void_before) => state.tokens_void_before = state.tokens_void_before.max(void_before),
            None => {
                end::lapse(house, token.session, EndCause::ActingOver).await?;
                return over(house, token, &state, EndCause::ActingOver, device).await;
            }
        }
    }
    Ok(match judge(state.generation, state.confirmed_at, token.generation, now) {
        Step::Repeat => Some(Rotation::Raced(state.pair(house, token.session, None)?)),
        Step::Advance(to) => {
            let won = advance(house, token, to, state.generation, device).await?;
            won.then(|| state.pair(house, token.session, Some(to))).transpose()?.map(Rotation::Renewed)
        }
        Step::Reuse => {
            let done = match state.actor() {
                // It was copied in the administrator's browser, and leads back to their own session: that one is to end. Where
                // there is none any more, the next round finds that this one is over.
                Some(actor) => match self::state(house, actor.from).await? {
                    Some(own) => end::reused(house, actor.from, &own.subject(), device).await?,
                    None => false,
                },
                None => end::reused(house, token.session, &state.subject(), device).await?,
            };
            done.then_some(Rotation::Reused)
        }
    })
}

/// What a token of a session that is over leads to: nothing, or back to the session of the administrator who was in the owner's place.
///
/// The way back is a rotation of that session. The token counts as that session's own token, of the generation that was current when it
/// first led back, and `judge` says of it what it says of every other: whoever comes again has not received the answer and gets the same
/// one, however late; when the receipt is there for longer than the window, they are a second one, and one of the two has a copy. So is
/// who comes with a token of the place from before its last.
///
/// In one thing it is more careful. It does not move that session on while a request can be on the way with the token before the current
/// one, which after two steps at once would be taken for a thief's, or an answer with tokens of the place, which would take the browser
/// there once more. Then the current tokens are handed out.
async fn over(
    house: &Latchkey,
    token: &Presented,
    state: &State,
    cause: EndCause,
    device: &Device,
) -> Result<Option<Rotation>, Refusal> {
    let ended = Ok(Some(Rotation::Ended(Some(cause))));
    let Some(actor) = state.actor().filter(|_| state.acting_back != Some(acting::NEVER)) else { return ended };
    let own = self::state(house, actor.from).await?;
    let is_theirs = |own: &State| own.user_id == actor.id && own.is_alive(house) && own.actor().is_none();
    let Some(own) = own.filter(is_theirs) else { return ended };
    let now = house.now();
    let counts_as = state.acting_back.map_or(own.generation, |to| to - 1);
    let step = match judge(state.generation, state.confirmed_at, token.generation, now) {
        Step::Reuse => Step::Reuse,
        _ => judge(own.generation, own.confirmed_at, counts_as, now),
    };
    let generation = match step {
        Step::Advance(to) => {
            let moves = own.is_settled(now) && state.is_settled(now);
            let way = acting::Way { own: actor, from: own.generation, to, moves, device };
            if !acting::leave(house, token.session, &way).await? {
                return Ok(None);
            }
            Some(if moves { to } else { own.generation })
        }
        Step::Repeat => Some(own.generation),
        Step::Reuse => None,
    };
    if generation.is_some() {
        let pair = own.pair(house, actor.from, generation)?;
        return Ok(Some(Rotation::Back(Box::new(Return { pair, place: state.user_id, cause }))));
    }
    let done = end::reused(house, actor.from, &own.subject(), device).await?;
    Ok(done.then_some(Rotation::Reused))
}

async fn state(house: &Latchkey, session: Uuid) -> Result<Option<State>, Refusal> {
    Ok(on!(house.db, read, |p| sqlx::query_as(STATE).bind(session).fetch_optional(p).await)?)
}

async fn advance(house: &Latchkey, token: &Presented, to: i64, from: i64, device: &Device) -> Result<bool, Refusal> {
    Ok(together!(house.db, ADVANCE, to, house.now(), &device.ip, token.session, from)? == 1)
}

/// The tokens of a generation that the caller's transaction has just read or made.
pub(super) async fn current(
    house: &Latchkey,
    tx: &mut Tx,
    session: Uuid,
    generation: i64,
) -> Result<TokenPair, Refusal> {
    let state: Option<State> = within!(*tx, |c| sqlx::query_as(STATE).bind(session).fetch_optional(c).await)?;
    state.ok_or(Refusal::SignedOut(None))?.pair(house, session, Some(generation))
}

/// Whether this is the refresh token that belongs to the viewer's access token: only who has it may be given another.
///
/// # Errors
/// When the database does not answer.
pub async fn holds(house: &Latchkey, viewer: &Viewer, refresh: &Secret) -> Result<bool, Refusal> {
    let Some(token) = Presented::parse(refresh.expose()) else { return Ok(false) };
    if (token.session, token.generation) != (viewer.session, viewer.generation) {
        return Ok(false);
    }
    Ok(state(house, token.session).await?.is_some_and(|state| token.is_genuine(&house.refresh_key, &state.secret)))
}

/// The tokens a session has, once more, with an access token that says what its owner is called by now. The generation stays,
/// so no other tab is behind. `None` where another request has moved the session on or ended it.
pub(crate) async fn again(house: &Latchkey, tx: &mut Tx, viewer: &Viewer) -> Result<Option<TokenPair>, Refusal> {
    let state: Option<State> = within!(*tx, |c| sqlx::query_as(STATE).bind(viewer.session).fetch_optional(c).await)?;
    let same = |state: &State| {
        state.user_id == viewer.id && state.generation == viewer.generation && state.end_cause.is_none()
    };
    state.filter(same).map(|state| state.pair(house, viewer.session, None)).transpose()
}

impl State {
    fn actor(&self) -> Option<Actor> {
        let until = self.expires_at.map_or(0, Timestamp::seconds);
        let (id, from) = (self.acting_id?, self.acting_from.unwrap_or_default());
        Some(Actor { id, from, writes: self.acting_writes == Some(1), until })
    }

    fn is_alive(&self, house: &Latchkey) -> bool {
        self.end_cause.is_none() && self.expires_at.is_none_or(|end| house.now() < end)
    }

    /// Whether nothing can be on its way any more that was sent or answered before the last renewal was received, or before the end.
    fn is_settled(&self, now: Timestamp) -> bool {
        let past = |at: Option<Timestamp>| at.is_some_and(|at| at.plus(WINDOW) <= now);
        past(self.confirmed_at) || past(self.ended_at) || (self.generation == 1 && self.confirmed_at.is_none())
    }

    fn subject(&self) -> Subject {
        Subject {
            id: self.user_id,
            role: self.role,
            permissions: Permissions::of(self.role, self.permissions.as_deref()),
            name: self.name.clone(),
            email: self.email.clone(),
        }
    }

    fn pair(&self, house: &Latchkey, session: Uuid, generation: Option<i64>) -> Result<TokenPair, Refusal> {
        let of = Issue {
            session,
            secret: &self.secret,
            generation: generation.unwrap_or(self.generation),
            authenticated_at: self.authenticated_at,
            expires_at: self.expires_at,
            stay: self.stay,
            void_before: self.tokens_void_before,
            actor: self.actor(),
        };
        issue(house, self.subject(), &of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000_000);

    /// The table of the design, row by row.
    #[test]
    fn every_row_of_the_table() {
        let fresh = Some(NOW.minus(Duration::from_millis(19_999)));
        let stale = Some(NOW.minus(WINDOW));
        for (current, confirmed, presented, step) in [
            (5, None, 5, Step::Advance(6)),
            (5, stale, 5, Step::Advance(6)),
            (5, None, 4, Step::Repeat),
            (5, fresh, 4, Step::Repeat),
            (5, stale, 4, Step::Reuse),
            (5, None, 3, Step::Reuse),
            (5, fresh, 3, Step::Reuse),
            (5, stale, 1, Step::Reuse),
            (5, None, 6, Step::Advance(7)),
            (5, stale, 9, Step::Advance(10)),
        ] {
            assert_eq!(judge(current, confirmed, presented, NOW), step, "{current} {confirmed:?} {presented}");
        }
    }
}
