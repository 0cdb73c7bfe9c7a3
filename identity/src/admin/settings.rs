//! Settings as the panel and `latchkey settings` show and change them.
//!
//! Only those that the operator has not given, by the same parsers as the settings file, and every change with an event in its
//! transaction. Secrets never get here: what [`Settings::shown`](crate::Settings::shown) says about them is that they are given.

use super::{Admin, Proven};
use crate::{
    Latchkey, Refusal,
    db::{Topic, on, statements, within},
    events::{self, Kind},
    policy::{self, Held, Knob, Origin, Row, SignUp},
    time::Timestamp,
    words::{Fault, Field, Permission},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

statements! {
    PUT = "insert into settings (name, value, changed_at) values ($1, $2, $3)
           on conflict (name) do update set value = $2, changed_at = $3";
    TAKE_BACK = "delete from settings where name = $1";
    /// Newest first; more than there are settings, and no more than can be read in no time.
    CHANGES = "select e.detail, e.at, e.actor_id, a.email as actor
                 from events e left join users a on a.id = e.actor_id
                where e.kind = 'setting_changed' order by e.id desc limit 200";
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingView {
    /// Its name in the settings file.
    pub name: String,
    /// What it means, in one line.
    pub help: String,
    /// The value in force. `None` for the default where that is no value, and for what is secret.
    pub value: Option<String>,
    /// The default, in words where it is no value.
    pub default: String,
    /// Where the value comes from.
    pub origin: Origin,
    /// Whether the value must never be shown.
    pub secret: bool,
    /// Whether it may be changed at run time.
    pub open: bool,
    /// Who changed it last, and when. Only for those who may see events.
    pub changed: Option<ChangeView>,
}

/// A change of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// In milliseconds since 1970.
    pub at: i64,
    /// By whom; `None` on the command line.
    pub by: Option<Uuid>,
    /// Their address, unless they are gone.
    pub address: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Change {
    detail: String,
    at: Timestamp,
    actor_id: Option<Uuid>,
    actor: Option<String>,
}

/// Every setting, in the order of the help.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn settings(house: &Latchkey, admin: &Admin) -> Result<Vec<SettingView>, Refusal> {
    admin.may(Permission::SettingsRead)?;
    house.reload_policy().await?;
    let (held, policy) = (policy::rows(&house.db).await?, house.policy());
    let mut changes = match admin.may(Permission::AuditRead) {
        Ok(()) => changes(house).await?,
        Err(_) => BTreeMap::new(),
    };
    let views = house.settings.shown.iter().map(|shown| {
        let knob = Knob::from_word(shown.name);
        let open = knob.is_some_and(|knob| house.settings.is_open(knob));
        let stored = held.iter().any(|row| row.name == shown.name);
        SettingView {
            name: shown.name.to_owned(),
            help: shown.help.to_owned(),
            value: knob.map(|knob| policy.text(knob)).or_else(|| shown.value.clone().filter(|_| !shown.secret)),
            default: shown.default.to_owned(),
            origin: if open && stored { Origin::RunTime } else { shown.origin },
            secret: shown.secret,
            open,
            changed: changes.remove(shown.name),
        }
    });
    Ok(views.collect())
}

/// The last change of each setting.
async fn changes(house: &Latchkey) -> Result<BTreeMap<String, ChangeView>, Refusal> {
    let rows: Vec<Change> = on!(house.db, read, |p| sqlx::query_as(CHANGES).fetch_all(p).await)?;
    let view = |row: Change| (row.detail, ChangeView { at: row.at.0, by: row.actor_id, address: row.actor });
    // The newest comes last, and stays.
    Ok(rows.into_iter().rev().map(view).collect())
}

/// Changes a setting, on every node within a second. The value it has already changes nothing.
///
/// # Errors
/// `Forbidden`, `Invalid` with what is wrong with the value or when the operator has given the setting, or when the database does
/// not answer.
pub async fn set_setting(house: &Latchkey, admin: &Proven, knob: Knob, text: &str) -> Result<(), Refusal> {
    change(house, admin, knob, Some(text)).await
}

/// Goes back to the default.
///
/// # Errors
/// As [`set_setting`].
pub async fn reset_setting(house: &Latchkey, admin: &Proven, knob: Knob) -> Result<(), Refusal> {
    change(house, admin, knob, None).await
}

async fn change(house: &Latchkey, admin: &Proven, knob: Knob, text: Option<&str>) -> Result<(), Refusal> {
    admin.may(Permission::SettingsWrite)?;
    let wrong = |fault| Refusal::field(Field::Value, fault);
    if !house.settings.is_open(knob) {
        return Err(wrong(Fault::Fixed));
    }
    let now = house.now();
    // The value before is part of the event, and must be that of the change before.
    let (mut tx, admin) = admin.begin(house, Permission::SettingsWrite).await?;
    let rows = policy::rows_within(&mut tx).await?;
    let before = Held::of(&house.settings, rows.clone()).policy;
    let others: Vec<Row> = rows.iter().filter(|row| row.name != knob.as_str()).cloned().collect();
    let mut after = Held::of(&house.settings, others).policy.as_ref().clone();
    if let Some(text) = text {
        after.decide(knob, text).map_err(wrong)?;
    }
    let of_sign_up = matches!(knob, Knob::SignUp | Knob::SignUpDomains);
    if of_sign_up && after.sign_up == SignUp::Domains && after.sign_up_domains.is_empty() {
        // It would admit nobody and look as if it admitted some.
        return Err(wrong(Fault::Missing));
    }
    let (old, new) = (before.text(knob), after.text(knob));
    let stored = rows.iter().any(|row| row.name == knob.as_str());
    if old == new && stored == text.is_some() {
        return Ok(());
    }
    match text {
        Some(_) => {
            within!(tx, |c| sqlx::query(PUT).bind(knob.as_str()).bind(&new).bind(now).execute(c).await.map(drop))?
        }
        None => within!(tx, |c| sqlx::query(TAKE_BACK).bind(knob.as_str()).execute(c).await.map(drop))?,
    }
    let event = admin.event(Kind::SettingChanged).detail(knob.as_str()).note(format!("{old} -> {new}"));
    events::record(house, &mut tx, event).await?;
    tx.ring(Topic::Settings).await?;
    tx.commit().await?;
    house.reload_policy().await
}
