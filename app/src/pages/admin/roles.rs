//! `/admin/roles`: what each role lets people do, who has it, and making roles of the installation's own.

use super::Panel;
use crate::{
    api,
    catalogue::{admin, roles as words},
    components::{Glyph, Icon, RoleBadge, loaded},
    flash::Flash,
    visit,
};
use identity::{
    admin::{MAX_ROLES, RoleView},
    words::{Fault, Field, MAX_PERMISSIONS, MAX_ROLE_NAME, Permission, Permissions, Role},
};
use leptos::prelude::*;

/// The forms, by where they are sent.
const MAKE: &str = "/api/admin/make_role";
const EDIT: &str = "/api/admin/edit_role";

/// The page.
#[component]
pub fn Roles() -> impl IntoView {
    loaded(api::roles(), |roles| {
        let may_write = visit::current().is_some_and(|visit| visit.permits(Permission::RolesWrite));
        let own = roles.iter().filter(|view| view.role.named().is_some()).count();
        let full = i64::try_from(own).is_ok_and(|own| own >= MAX_ROLES);
        let rows = roles.into_iter().map(move |view| view! { <Row view may_write /> });
        view! {
            <Panel tab=admin::ROLES lead=words::LEAD>
                <div class="columns">
                    <section class="card" aria-label=words::LIST>
                        <ul class="list" role="list">{rows.collect_view()}</ul>
                    </section>
                    {may_write.then(|| view! {
                        <section class="card" aria-labelledby="make">
                            <div class="card__head"><h2 id="make">{words::MAKE}</h2></div>
                            {if full {
                                view! { <div class="card__body"><p class="quiet">{words::full()}</p></div> }.into_any()
                            } else {
                                view! { <Make /> }.into_any()
                            }}
                        </section>
                    })}
                </div>
            </Panel>
        }
    })
}

#[component]
fn Row(view: RoleView, may_write: bool) -> impl IntoView {
    let (role, permissions) = (view.role, view.permissions.clone());
    let own = role.named().is_some();
    view! {
        <li class="list__item role">
            <div class="role__head">
                <h2 class="role__name"><RoleBadge role /></h2>
                {(!own).then(|| view! { <span class="small quiet">{words::BUILT_IN}</span> })}
                <Holders view=view.clone() />
            </div>
            <Grants role permissions />
            {(own && may_write).then(|| view! { <Change view /> })}
        </li>
    }
}

/// How many have it: a link for those who may see them.
#[component]
fn Holders(view: RoleView) -> impl IntoView {
    let may_see = visit::current().is_some_and(|visit| visit.permits(Permission::UsersRead));
    let told = words::holders(&view);
    match view.holders {
        0 => view! { <span class="role__holders quiet">{words::NOBODY}</span> }.into_any(),
        _ if may_see => {
            view! { <a class="role__holders" href=format!("/admin/users?role={}", view.role)>{told}</a> }.into_any()
        }
        _ => view! { <span class="role__holders">{told}</span> }.into_any(),
    }
}

/// What a role lets one do, in plain words.
#[component]
fn Grants(role: Role, permissions: Permissions) -> impl IntoView {
    let sentence = match role {
        Role::User => Some(words::OWN_ACCOUNT),
        Role::Admin => Some(words::EVERYTHING),
        Role::Named(_) if permissions.is_empty() => Some(words::NOTHING),
        Role::Named(_) => None,
    };
    match sentence {
        Some(sentence) => view! { <p class="quiet">{sentence}</p> }.into_any(),
        None => {
            let items = permissions.iter().map(|word| {
                let told = Permission::from_word(word).map_or(words::OWN_WORD, words::permission);
                view! { <li class="grants__item"><Icon glyph=Glyph::Check /><span>{told} " " <code>{word.to_owned()}</code></span></li> }
            });
            view! { <ul class="grants" role="list">{items.collect_view()}</ul> }.into_any()
        }
    }
}

/// Changing and removing it. What hurts asks once more, by unfolding.
#[component]
fn Change(view: RoleView) -> impl IntoView {
    if !view.within_reach {
        return view! { <p class="small quiet">{words::BEYOND}</p> }.into_any();
    }
    let name = view.role.to_string();
    let told = Told::of(EDIT, Some(&name));
    let (open, prefix) = (told.failed, format!("edit-{name}"));
    let told = if told.failed { told } else { Told::stored(&view.permissions) };
    let held = (view.holders > 0).then(|| words::held(&view));
    view! {
        <div class="role__acts">
            <details class="unfold" open=open>
                <summary class="button button--small">
                    {words::EDIT} <span class="visually-hidden">" " {words::quoted(view.role)}</span>
                </summary>
                <form class="unfold__body unfold__body--wide" method="post" action=EDIT>
                    <input type="hidden" name="name" value=name.clone() />
                    <Boxes prefix told />
                    <p>{words::EDIT_TEXT}</p>
                    <button class="button button--small button--primary">{words::SAVE}</button>
                </form>
            </details>
            {match held {
                Some(held) => view! { <p class="small quiet">{held}</p> }.into_any(),
                None => view! {
                    <details class="unfold">
                        <summary class="button button--small button--danger">
                            {words::REMOVE} <span class="visually-hidden">" " {words::quoted(view.role)}</span>
                        </summary>
                        <form class="unfold__body" method="post" action="/api/admin/remove_role">
                            <p>{words::REMOVE_TEXT}</p>
                            <input type="hidden" name="name" value=name />
                            <button class="button button--small button--danger">{words::REALLY_REMOVE}</button>
                        </form>
                    </details>
                }
                .into_any(),
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Make() -> impl IntoView {
    let told = Told::of(MAKE, None);
    let error = told.name_fault.map(words::name_fault);
    view! {
        <form class="card__body" method="post" action=MAKE>
            <div class="field">
                <label class="field__label" for="name">{words::NAME}</label>
                <input
                    class="input" id="name" name="name" value=told.name.clone() required=true maxlength=MAX_ROLE_NAME autocomplete="off"
                    autocapitalize="none" spellcheck="false" aria-invalid=error.is_some().then_some("true")
                    aria-describedby=if error.is_some() { "name-error name-hint" } else { "name-hint" }
                />
                <Wrong id="name-error".to_owned() error />
                <p class="field__hint" id="name-hint">{words::NAME_HINT}</p>
            </div>
            <Boxes prefix="make".to_owned() told />
            <div class="row"><button class="button button--primary">{words::MAKE_IT}</button></div>
        </form>
    }
}

/// The permissions to tick, as far as the reader's own go, and a field for words of one's own.
#[component]
fn Boxes(prefix: String, told: Told) -> impl IntoView {
    let visit = visit::current();
    let mine = |it: &&Permission| visit.as_ref().is_some_and(|visit| visit.permits(**it));
    let boxes = Permission::ALL.iter().filter(mine).map(|it| {
        let word = it.as_str();
        let ticked = told.ticked.split(' ').any(|ticked| ticked == word);
        view! {
            <label class="ticks__item">
                <input type="checkbox" name="permission[]" value=word checked=ticked />
                <span>{words::permission(*it)} " " <code>{word}</code></span>
            </label>
        }
    });
    let (id, error) = (format!("{prefix}-others"), told.others_fault.map(words::others_fault));
    let described = match error {
        Some(_) => format!("{id}-error {id}-hint"),
        None => format!("{id}-hint"),
    };
    view! {
        <fieldset class="ticks">
            <legend class="field__label">{words::MAY}</legend>
            {boxes.collect_view()}
        </fieldset>
        <div class="field">
            <label class="field__label" for=id.clone()>{words::OTHERS}</label>
            <input
                class="input" id=id.clone() name="others" value=told.others maxlength=MAX_PERMISSIONS autocomplete="off" autocapitalize="none"
                spellcheck="false" aria-invalid=error.is_some().then_some("true") aria-describedby=described
            />
            <Wrong id=format!("{id}-error") error />
            <p class="field__hint" id=format!("{id}-hint")>{words::OTHERS_HINT}</p>
        </div>
    }
}

#[component]
fn Wrong(id: String, error: Option<&'static str>) -> impl IntoView {
    error.map(|error| view! { <p class="field__error" id=id><Icon glyph=Glyph::Warning />{error}</p> })
}

/// What stands in a form: what is stored or, when it was refused, what was entered.
#[derive(Default)]
struct Told {
    failed: bool,
    name: String,
    ticked: String,
    others: String,
    name_fault: Option<Fault>,
    others_fault: Option<Fault>,
}

impl Told {
    /// What the form before said; of the form about this role, where there are several.
    fn of(form: &str, role: Option<&str>) -> Self {
        let flash = use_context::<Flash>().unwrap_or_default();
        let name = flash.typed(Field::Name.as_str());
        if flash.form != form || flash.error.is_none() || role.is_some_and(|role| role != name) {
            return Self::default();
        }
        Self {
            failed: true,
            name,
            ticked: flash.typed("permission[]"),
            others: flash.typed(Field::Others.as_str()),
            name_fault: flash.fault(Field::Name),
            others_fault: flash.fault(Field::Others),
        }
    }

    fn stored(permissions: &Permissions) -> Self {
        let (ours, others): (Vec<&str>, Vec<&str>) =
            permissions.iter().partition(|word| Permission::from_word(word).is_some());
        Self { ticked: ours.join(" "), others: others.join(" "), ..Self::default() }
    }
}
