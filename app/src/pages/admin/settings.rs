//! `/admin/settings`: every setting, where its value comes from, and a form for those that may be changed at run time.

use super::Panel;
use crate::{
    api,
    catalogue::{self, settings as words},
    components::{Glyph, Icon, When, loaded},
    flash::Flash,
    visit,
};
use identity::{
    admin::{ChangeView, SettingView},
    policy::{Knob, Origin, SignUp},
    words::{Field, Permission, Stay},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    loaded(api::settings(), |views| {
        let may = visit::current().is_some_and(|visit| visit.permits(Permission::SettingsWrite));
        let (knobs, rest): (Vec<_>, Vec<_>) = views.into_iter().partition(|view| Knob::from_word(&view.name).is_some());
        let knobs = knobs.into_iter().map(move |setting| view! { <KnobCard setting may /> });
        let rest = rest.into_iter().map(|setting| view! { <Row setting /> });
        view! {
            <Panel tab=words::SETTINGS lead=words::LEAD>
                <section class="card" aria-labelledby="here">
                    <div class="card__head">
                        <h2 id="here">{words::CHANGEABLE}</h2>
                        <p class="card__note">{words::CHANGEABLE_NOTE}</p>
                    </div>
                    <ul class="list" role="list">{knobs.collect_view()}</ul>
                </section>
                <section class="card" aria-labelledby="rest">
                    <div class="card__head">
                        <h2 id="rest">{words::REST}</h2>
                        <p class="card__note">{words::REST_NOTE}</p>
                    </div>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{words::SETTING}</th>
                                <th scope="col">{words::VALUE}</th>
                                <th scope="col">{words::ORIGIN}</th>
                            </tr>
                        </thead>
                        <tbody>{rest.collect_view()}</tbody>
                    </table>
                </section>
            </Panel>
        }
    })
}

/// One that is given when Latchkey starts.
#[component]
fn Row(setting: SettingView) -> impl IntoView {
    let given = setting.origin != Origin::Default;
    let value = match setting.value {
        _ if setting.secret && given => words::SET.into_any(),
        Some(value) if value.is_empty() => words::NOTHING.into_any(),
        Some(value) => view! { <code class="code__text">{value}</code> }.into_any(),
        None => setting.default.into_any(),
    };
    view! {
        <tr>
            <td>
                <div class="table__main">
                    <span class="table__title"><code>{setting.name}</code></span>
                    <span class="table__note">{setting.help}</span>
                </div>
            </td>
            <td data-label=words::VALUE>{value}</td>
            <td data-label=words::ORIGIN><OriginBadge origin=setting.origin /></td>
        </tr>
    }
}

#[component]
fn OriginBadge(origin: Origin) -> impl IntoView {
    let class = match origin {
        Origin::Default => "badge badge--quiet",
        Origin::RunTime => "badge badge--positive",
        Origin::File | Origin::Environment | Origin::Flag => "badge",
    };
    view! { <span class=class>{words::origin(origin)}</span> }
}

/// One that may be changed here, unless the operator has given it.
#[component]
fn KnobCard(setting: SettingView, may: bool) -> impl IntoView {
    let Some(knob) = Knob::from_word(&setting.name) else { return ().into_any() };
    let value = setting.value.clone().unwrap_or_default();
    let reset = setting.origin == Origin::RunTime && may;
    view! {
        <li class="list__item" id=knob.as_str()>
            <div class="setting">
                <div class="setting__about">
                    <h3>{words::name(knob)}</h3>
                    <p class="field__hint" id=format!("{knob}-hint")>{words::meaning(knob)}</p>
                    <p class="setting__marks">
                        <code class="code__text">{knob.as_str()}</code>
                        <OriginBadge origin=setting.origin />
                        {(!setting.open).then_some(view! { <span class="badge">{words::FIXED}</span> })}
                    </p>
                    <p class="field__hint">{words::default(&shown(knob, &setting.default))}</p>
                    {setting.changed.map(|change| view! { <Changed change /> })}
                </div>
                <div class="setting__act">
                    {if may && setting.open {
                        view! { <Form knob value /> }.into_any()
                    } else {
                        view! { <p><strong>{shown(knob, &value)}</strong></p> }.into_any()
                    }}
                    {reset.then(|| view! {
                        <form method="post" action="/api/admin/reset_setting">
                            <input type="hidden" name="setting" value=knob.as_str() />
                            <button class="button button--small button--quiet">{words::RESET}</button>
                        </form>
                    })}
                </div>
            </div>
        </li>
    }
    .into_any()
}

/// A value in words.
fn shown(knob: Knob, value: &str) -> String {
    match knob {
        Knob::SignUp => SignUp::from_word(value).map(words::sign_up).unwrap_or_default().to_owned(),
        Knob::Stays => {
            let stays = value.split(',').filter_map(Stay::from_word).map(catalogue::stay);
            stays.collect::<Vec<_>>().join(", ")
        }
        Knob::SignUpDomains if value.is_empty() => words::NOTHING.to_owned(),
        _ => value.replace(',', ", "),
    }
}

/// Who changed it last.
#[component]
fn Changed(change: ChangeView) -> impl IntoView {
    let by = match (change.by, change.address) {
        (None, _) => words::ON_THE_COMMAND_LINE.to_owned(),
        (Some(_), Some(address)) => words::by(&address),
        (Some(_), None) => words::BY_SOMEBODY.to_owned(),
    };
    view! { <p class="field__hint">{words::CHANGED} " " <When at=change.at /> " " <bdi>{by}</bdi></p> }
}

#[component]
fn Form(knob: Knob, value: String) -> impl IntoView {
    // There are many forms of the same name here: what was typed into one says which it was.
    let flash = use_context::<Flash>().filter(|flash| flash.typed("setting") == knob.as_str()).unwrap_or_default();
    let error = flash.fault(Field::Value).map(|fault| words::fault(knob, fault));
    let typed = flash.typed.get("value").cloned().unwrap_or_else(|| value.clone());
    let (hint, wrong) = (format!("{knob}-hint"), format!("{knob}-error"));
    let described = if error.is_some() { format!("{wrong} {hint}") } else { hint };
    let invalid = error.is_some().then_some("true");
    let control = match knob {
        Knob::SignUp => {
            let options = SignUp::ALL.iter().map(|mode| {
                view! {
                    <label class="choice__option">
                        <input type="radio" name="value" value=mode.as_str() checked=mode.as_str() == typed />
                        {words::sign_up(*mode)}
                    </label>
                }
            });
            view! { <div class="choice__options">{options.collect_view()}</div> }.into_any()
        }
        Knob::Stays => {
            let options = Stay::ALL.iter().map(|stay| {
                view! {
                    <label class="choice__option">
                        <input
                            type="checkbox" name=stay.as_str() value="on"
                            checked=value.split(',').any(|word| word == stay.as_str())
                        />
                        {catalogue::stay(*stay)}
                    </label>
                }
            });
            view! { <div class="choice__options">{options.collect_view()}</div> }.into_any()
        }
        Knob::SignUpDomains
        | Knob::RetentionSignIns
        | Knob::RetentionAccounts
        | Knob::RetentionAdministration
        | Knob::RetentionAlarms => view! {
            <input
                class="input" name="value" value=typed maxlength="2000" autocapitalize="none" spellcheck="false"
                aria-label=words::name(knob) aria-describedby=described.clone() aria-invalid=invalid
            />
        }
        .into_any(),
        Knob::MinPassword | Knob::SignInAttempts | Knob::SignInsPerMinute => view! {
            <input
                class="input setting__number" name="value" value=typed inputmode="numeric" required=true
                aria-label=words::name(knob) aria-describedby=described.clone() aria-invalid=invalid
            />
        }
        .into_any(),
    };
    view! {
        <form class="setting__form" method="post" action="/api/admin/set_setting">
            <input type="hidden" name="setting" value=knob.as_str() />
            <fieldset class="choice" aria-describedby=described>
                <legend class="visually-hidden">{words::name(knob)}</legend>
                {control}
            </fieldset>
            {error.map(|error| view! { <p class="field__error" id=wrong><Icon glyph=Glyph::Warning />{error}</p> })}
            <button class="button button--small">{words::SAVE}</button>
        </form>
    }
}
