//! The last events that an administrator should know of: alarms, and what somebody did with the power to run the installation. Never
//! who signed in, which is most of the log, nor that events were removed because their time was over, which nobody did and a large
//! installation does every day: each kind is looked up by its own index, however many others there were since.

use super::Admin;
use crate::{
    Latchkey, Refusal,
    audit::Shown,
    db::{on, statements},
    words::{EventView, Permission},
};

/// How many there are of each kind at most, and of all together.
const FEW: i64 = 8;

/// The newest of each of these kinds.
macro_rules! newest_of {
    ($first:literal $(, $more:literal)* $(,)?) => {
        concat!(
            "select id from (select id from events where kind = '", $first, "' order by id desc limit $1) k",
            $(" union all select id from (select id from events where kind = '", $more, "' order by id desc limit $1) k"),*
        )
    };
}

statements! {
    NOTABLE = concat!(
        "select e.id, e.at, e.kind, e.actor_id, e.subject_id, a.email as actor, s.email as subject,
                e.session_id, e.ip, e.detail, e.note, e.seq, e.personal, e.digest
           from (select id from (",
        newest_of!(
            "reuse_detected", "account_secured", "created", "role_changed", "disabled", "enabled", "sessions_ended_by_admin",
            "password_reset", "letters_retried", "role_made", "role_edited", "role_removed", "invited", "accounts_imported",
            "accounts_exported", "verified_by_admin", "reset_forced", "session_ended_by_admin", "invitation_revoked",
            "deletion_ordered",
            "deletion_revoked", "impersonation_began", "impersonation_ended", "setting_changed", "keys_rotated",
            "key_retirement_planned", "key_distrusted", "audit_exported",
        ),
        ") u order by id desc limit $1) n
           join events e on e.id = n.id
           left join users a on a.id = e.actor_id left join users s on s.id = e.subject_id
          order by e.id desc"
    );
}

/// The last of them, newest first.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn notable(house: &Latchkey, admin: &Admin) -> Result<Vec<EventView>, Refusal> {
    admin.may(Permission::AuditRead)?;
    let rows: Vec<Shown> = on!(house.db, read, |p| sqlx::query_as(NOTABLE).bind(FEW).fetch_all(p).await)?;
    Ok(rows.into_iter().map(EventView::from).collect())
}

#[cfg(test)]
mod tests {
    use crate::{audit::Class, events::Kind};

    #[test]
    fn it_looks_for_every_alarm_and_every_act_of_administration() {
        let acts = || Class::Administration.kinds().filter(|kind| *kind != Kind::EventsRemoved);
        let kinds = || Class::Alarms.kinds().chain(acts());
        for kind in kinds() {
            assert!(super::NOTABLE.contains(&format!("kind = '{kind}'")), "{kind}");
        }
        assert_eq!(super::NOTABLE.matches("kind = '").count(), kinds().count());
    }
}
