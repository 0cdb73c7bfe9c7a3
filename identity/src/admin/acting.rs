//! Authority at the moment it is used: what an administrator may do is asked again within the transaction that does it.
//!
//! An access token says what its owner was allowed when it was issued. Between then and the turn of what they ask for, they may have
//! been demoted, disabled or signed out, perhaps by a node whose news has not come yet. So nothing is changed on the word of a
//! [`Proven`]: it can only begin a transaction, and only [`Acting`], which comes with it, reaches accounts and records events. Who
//! gives and takes authority takes a turn, and so does this: what it finds holds until the commit.

use super::{Admin, Proven};
use crate::{
    Latchkey, Refusal,
    accounts::granted,
    db::{Tx, statements, within},
    events::{self, Event},
    words::{Permission, Permissions, Role},
};
use std::ops::Deref;

statements! {
    PRESENT = concat!(
        "select u.disabled_at is not null as disabled,
                exists (select 1 from sessions s where s.id = $2 and s.user_id = u.id and s.ended_at is null
                           and (s.expires_at is null or s.expires_at > $3)) as alive, ",
        granted!("u"),
        " from users u where u.id = $1"
    );
}

#[derive(sqlx::FromRow)]
struct Present {
    disabled: bool,
    alive: bool,
    role: Role,
    permissions: Option<String>,
}

/// An administrator within a transaction, with what their role lets them do now.
pub(crate) struct Acting(Admin);

impl Proven {
    /// Begins a transaction in turn ([`Tx::in_turn`]) in which this administrator does something that takes this permission.
    ///
    /// # Errors
    /// `Forbidden` when they may not, or may not any more; `SignedOut` when their session is over; or when the database does not
    /// answer.
    pub(crate) async fn begin(&self, house: &Latchkey, permission: Permission) -> Result<(Tx, Acting), Refusal> {
        self.may(permission)?;
        let mut tx = house.db.begin().await?;
        tx.in_turn().await?;
        let acting = present(house, &mut tx, self).await?;
        acting.may(permission)?;
        Ok((tx, acting))
    }
}

/// The operator's keys do not change hands between two statements.
async fn present(house: &Latchkey, tx: &mut Tx, admin: &Admin) -> Result<Acting, Refusal> {
    let (role, permissions) = match admin.seat {
        None => (admin.role, admin.permissions.clone()),
        Some((id, session)) => {
            let found: Option<Present> = within!(*tx, |c| sqlx::query_as(PRESENT)
                .bind(id)
                .bind(session)
                .bind(house.now())
                .fetch_optional(c)
                .await)?;
            let found = found.filter(|found| !found.disabled).ok_or(Refusal::Forbidden)?;
            if !found.alive {
                return Err(Refusal::SignedOut(None));
            }
            (found.role, Permissions::of(found.role, found.permissions.as_deref()))
        }
    };
    Ok(Acting(Admin { seat: admin.seat, role, permissions, device: admin.device.clone() }))
}

impl Acting {
    /// Begins an event of this administrator.
    pub(crate) fn event(&self, kind: events::Kind) -> Event {
        let event = Event::new(kind).from(&self.0.device);
        match self.0.seat {
            Some((id, _)) => event.by(id),
            None => event,
        }
    }
}

impl Deref for Acting {
    type Target = Admin;

    fn deref(&self) -> &Admin {
        &self.0
    }
}
