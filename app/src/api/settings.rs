//! Settings that may be changed at run time, for administrators. Everybody else gets 403, a stranger 401.

use super::{fault, here};
use crate::{
    answer::{Done, worded},
    error::AppError,
    flash::Notice,
};
use identity::{
    admin::{self, SettingView},
    policy::Knob,
    words::{Fault, Field, Permission, Stay},
};
use leptos::{prelude::server, server_fn::codec::GetUrl};

/// Every setting, where its value comes from, and who changed it last. Secrets are never in it.
#[server(prefix = "/api", endpoint = "admin/settings", input = GetUrl)]
pub async fn settings() -> Result<Vec<SettingView>, AppError> {
    let visit = here()?;
    let admin = visit.may(Permission::SettingsRead)?;
    admin::settings(&visit.house, &admin).await.map_err(worded)
}

/// Changes one. Lifetimes may come as a `value` or as one field each, as a browser sends boxes that are ticked.
#[server(prefix = "/api", endpoint = "admin/set_setting")]
pub async fn set_setting(
    setting: String,
    value: Option<String>,
    visit: Option<String>,
    day: Option<String>,
    month: Option<String>,
    forever: Option<String>,
) -> Result<Done, AppError> {
    let here = here()?;
    let admin = here.may_change(Permission::SettingsWrite).await?;
    let knob = knob(&setting)?;
    let boxes = [(Stay::Visit, visit), (Stay::Day, day), (Stay::Month, month), (Stay::Forever, forever)];
    let ticked = boxes.into_iter().filter(|(_, ticked)| ticked.is_some()).map(|(stay, _)| stay.as_str());
    let value = value.unwrap_or_else(|| ticked.collect::<Vec<_>>().join(","));
    admin::set_setting(&here.house, &admin, knob, &value).await.map_err(worded)?;
    Ok(Done::go("/admin/settings").telling(Notice::SettingChanged))
}

/// Goes back to the default of one.
#[server(prefix = "/api", endpoint = "admin/reset_setting")]
pub async fn reset_setting(setting: String) -> Result<Done, AppError> {
    let visit = here()?;
    let admin = visit.may_change(Permission::SettingsWrite).await?;
    let knob = knob(&setting)?;
    admin::reset_setting(&visit.house, &admin, knob).await.map_err(worded)?;
    Ok(Done::go("/admin/settings").telling(Notice::SettingChanged))
}

fn knob(name: &str) -> Result<Knob, AppError> {
    Knob::from_word(name).ok_or_else(|| fault(Field::Form, Fault::Malformed))
}
