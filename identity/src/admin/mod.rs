//! What an administrator may see and do: other people's accounts, and letters on their way.
//!
//! Authority arrives as a value, [`Admin`] for looking and [`Proven`] for changing, so nothing here can be called by somebody who
//! has none. Every act is recorded in
//! the transaction that does it, and none can leave the installation without an administrator.

mod account;
mod acting;
mod acts;
mod course;
mod delete;
mod health;
mod impersonate;
mod import;
mod invite;
mod keys;
mod letters;
mod notable;
mod one_session;
mod reset;
mod roles;
mod settings;
mod users;
mod verify;

pub(crate) use acting::Acting;

pub use account::{AccountState, account, letters_of};
pub use acts::{disable, enable, end_sessions, reset_password, set_role};
pub use course::{Course, Measure, Over, Series, course};
pub use delete::{order_deletion, revoke_deletion};
pub use health::{DatabaseHealth, Health, KeyHealth, LetterHealth, LogHealth, ProcessHealth, health};
pub use impersonate::{REASON, Wish, impersonate};
pub use import::{How, Imported, Problem, Stopped, Trouble, import};
pub use invite::{create, invite, resend_invitation, revoke_invitation};
pub use keys::{
    KeyState, KeyView, cancel_key_retirement, distrust_key, keys, moment, plan_key_retirement, rotate_keys,
};
pub use letters::{LetterCounts, LetterState, LetterView, letter_counts, letters, retry_letters};
pub use notable::notable;
pub use one_session::end_session;
pub use reset::force_reset;
pub use roles::{
    MAX_ROLES, MOST_HOLDERS, RoleChoice, RoleView, edit_role, make_role, remove_role, role_choices, roles,
};
pub use settings::{ChangeView, SettingView, reset_setting, set_setting, settings};
pub(crate) use users::count_anew;
pub use users::{
    Act, At, Counts, Cursor, FURTHEST, Filter, Format, MOST_AT_ONCE, Outcome, PeopleExport, Seen, Sort, Status,
    Tallies, Why, bulk, count, counts, export_users, find_by_email, named, one, roles_to_filter, tallies, users,
};
pub use verify::verify;

use crate::{
    Latchkey, Refusal,
    audit::{self, Chosen},
    sessions::{self, Device},
    words::{EventView, Page, Permission, Permissions, Role, Viewer},
};
use uuid::Uuid;

/// Part of a condition: whether an administrator who can sign in and means to stay is left besides the account `$id`. One whose password
/// was made worthless cannot before they have set another. Ask it in turn ([`Tx::in_turn`](crate::db::Tx)): two who leave at the same
/// moment would each still see the other.
macro_rules! another_admin {
    ($id:literal) => {
        concat!(
            "exists (select 1 from users o where o.role = 'admin' and o.disabled_at is null
                        and o.verified_at is not null and o.delete_at is null and not ",
            $crate::passwords::worthless!("o"),
            " and o.id <> ",
            $id,
            ")"
        )
    };
}
pub(crate) use another_admin;

pub(crate) fn statements() -> Vec<crate::db::Statement> {
    [
        account::STATEMENTS,
        acting::STATEMENTS,
        acts::STATEMENTS,
        delete::STATEMENTS,
        health::STATEMENTS,
        impersonate::STATEMENTS,
        import::STATEMENTS,
        invite::STATEMENTS,
        letters::STATEMENTS,
        notable::STATEMENTS,
        reset::STATEMENTS,
        roles::STATEMENTS,
        &users::statements(),
        verify::STATEMENTS,
        settings::STATEMENTS,
    ]
    .concat()
}

/// Somebody who may open the admin panel, what they may do there, and where they sit.
pub struct Admin {
    /// Account and session; none for the operator.
    seat: Option<(Uuid, Uuid)>,
    role: Role,
    permissions: Permissions,
    device: Device,
}

impl Admin {
    /// The signed-in person, if their role gives them anything to do in the panel.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn of(viewer: &Viewer, device: &Device) -> Result<Self, Refusal> {
        // Who acts as somebody else is that person, and no administrator.
        if !viewer.permissions.open_panel() || viewer.actor.is_some() {
            return Err(Refusal::Forbidden);
        }
        let (role, permissions) = (viewer.role, viewer.permissions.clone());
        Ok(Self { seat: Some((viewer.id, viewer.session)), role, permissions, device: device.clone() })
    }

    /// Whoever can run the command line on the machine that holds the keys.
    pub fn operator() -> Self {
        let permissions = Permissions::of(Role::Admin, None);
        Self { seat: None, role: Role::Admin, permissions, device: Device::new("command line", "") }
    }

    /// Whether this is their own account.
    pub(crate) fn is(&self, account: Uuid) -> bool {
        self.seat.is_some_and(|(id, _)| id == account)
    }

    /// Whether it is the command line.
    pub(crate) const fn is_operator(&self) -> bool {
        self.seat.is_none()
    }

    /// Whether they may do this. Every rule of the panel asks it first.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn may(&self, permission: Permission) -> Result<(), Refusal> {
        if self.permissions.has(permission) { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    /// Whether their own permissions go as far as these, so that nobody gives what they do not have, and nobody takes over an
    /// account that may do more than theirs. An administrator's go as far as any.
    ///
    /// # Errors
    /// `Forbidden`.
    pub(crate) fn reaches(&self, role: Role, permissions: &Permissions) -> Result<(), Refusal> {
        let within = match (self.role, role) {
            (Role::Admin, _) => true,
            (_, Role::Admin) => false,
            (Role::User | Role::Named(_), Role::User | Role::Named(_)) => self.permissions.cover(permissions),
        };
        if within { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    /// With the proof that the password was given lately.
    ///
    /// # Errors
    /// `Forbidden` when it is somebody else's proof.
    pub fn proven(self, proof: &sessions::Proven) -> Result<Proven, Refusal> {
        if self.is(proof.user()) { Ok(Proven(self)) } else { Err(Refusal::Forbidden) }
    }
}

/// An administrator who has given the password lately. Everything that changes something takes one, and not an [`Admin`]: who
/// forgets to ask for the proof has nothing to call it with. By itself it changes nothing either: it begins a transaction, in which
/// [`Acting`] says what they may do now.
pub struct Proven(Admin);

impl Proven {
    /// Whoever can run the command line. The keys at their hand are proof enough.
    pub fn operator() -> Self {
        Self(Admin::operator())
    }
}

/// Who may change may look.
impl std::ops::Deref for Proven {
    type Target = Admin;

    fn deref(&self) -> &Admin {
        &self.0
    }
}

/// Security events of everybody, or of one account, newest first.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn audit(
    house: &Latchkey,
    admin: &Admin,
    of: Option<Uuid>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<EventView>, Refusal> {
    let chosen = Chosen { subject: of, ..Chosen::default() };
    let cursor = after.map_or(audit::Cursor::Newest, audit::Cursor::OlderThan);
    let listing = audit::list(house, admin, &chosen, cursor, limit).await?;
    let next = listing.next.and_then(|next| next.parse().ok());
    Ok(Page { items: listing.items, next })
}
