//! `/admin/keys`: what tokens are signed with, and what to do when a key should stop or has leaked.

use super::Panel;
use crate::{
    api,
    catalogue::keys as words,
    components::{Copyable, DangerZone, Fact, Facts, Glyph, Icon, When, loaded},
    flash::Flash,
    visit,
};
use identity::{
    admin::{KeyState, KeyView},
    words::{Field, Permission},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Keys() -> impl IntoView {
    loaded(api::keys(), |keys| {
        let may = visit::current().is_some_and(|visit| visit.permits(Permission::KeysRotate));
        let signing = keys.iter().find(|key| key.state == KeyState::Signing).cloned();
        let coming = keys.iter().any(|key| key.state == KeyState::Coming);
        let acts = keys.iter().map(|key| {
            let kid = key.kid.clone();
            view! { <Distrust kid /> }
        });
        let acts = acts.collect_view();
        let cards = keys.into_iter().map(|key| view! { <Key key /> });
        view! {
            <Panel tab=words::KEYS lead=words::LEAD>
                <div class="columns">
                    <div class="stack">{cards.collect_view()}</div>
                    {may.then(|| view! {
                        <div class="stack">
                            <Rotate coming />
                            {signing.map(|key| view! { <Plan key /> })}
                            <DangerZone id="leaked" title=words::LEAKED>{acts}</DangerZone>
                        </div>
                    })}
                </div>
            </Panel>
        }
    })
}

#[component]
fn Key(key: KeyView) -> impl IntoView {
    let badge = match key.state {
        KeyState::Coming => "badge",
        KeyState::Signing => "badge badge--positive",
        KeyState::Retired => "badge badge--quiet",
    };
    let id = format!("kid-{}", key.kid);
    view! {
        <section class="card">
            <div class="card__head">
                <h2><Copyable id what=words::KID text=key.kid.clone() /></h2>
                <span class="badge">{key.alg.clone()}</span>
                <span class=badge>{words::state(key.state)}</span>
            </div>
            <div class="card__body">
                <Facts>
                    <Fact name=words::MADE><When at=key.made_at /></Fact>
                    <Fact name=words::SIGNS><When at=key.signs_from /></Fact>
                    {key.planned_at.map(|at| view! { <Fact name=words::PLANNED><When at /></Fact> })}
                    {key.retired_at.map(|at| view! { <Fact name=words::UNTIL><When at /></Fact> })}
                    {key.verifies_until.map(|at| view! { <Fact name=words::VERIFIES><When at /></Fact> })}
                </Facts>
                {match key.jwk {
                    Some(jwk) => view! {
                        <details class="unfold">
                            <summary class="button button--small">{words::PUBLIC}</summary>
                            <div class="unfold__body">
                                <Copyable id=format!("jwk-{}", key.kid) what=words::PUBLIC text=jwk />
                            </div>
                        </details>
                    }
                    .into_any(),
                    None => view! { <p class="quiet">{words::SHARED}</p> }.into_any(),
                }}
            </div>
        </section>
    }
}

#[component]
fn Rotate(
    /// Whether the next key is published already.
    coming: bool,
) -> impl IntoView {
    let act = match coming {
        true => view! { <p class="quiet">{words::PLAN_TAKEN}</p> }.into_any(),
        false => view! {
            <form method="post" action="/api/admin/rotate_keys">
                <button class="button">{words::REALLY_ROTATE}</button>
            </form>
        }
        .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="rotate">
            <div class="card__head"><h2 id="rotate">{words::ROTATE}</h2></div>
            <div class="card__body">
                <p>{words::ROTATE_TEXT}</p>
                {act}
            </div>
        </section>
    }
}

/// The planned end of the key that signs.
#[component]
fn Plan(key: KeyView) -> impl IntoView {
    let body = match (key.retired_at, key.planned_at) {
        (Some(_), _) => view! { <p class="quiet">{words::PLAN_TAKEN}</p> }.into_any(),
        (None, Some(at)) => view! {
            <p><When at /></p>
            <form method="post" action="/api/admin/cancel_key_retirement">
                <button class="button">{words::PLAN_CANCEL}</button>
            </form>
        }
        .into_any(),
        (None, None) => view! { <PlanForm /> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="plan">
            <div class="card__head"><h2 id="plan">{words::PLAN}</h2></div>
            <div class="card__body"><p>{words::PLAN_TEXT}</p> {body}</div>
        </section>
    }
}

#[component]
fn PlanForm() -> impl IntoView {
    let flash =
        use_context::<Flash>().filter(|flash| flash.form == "/api/admin/plan_key_retirement").unwrap_or_default();
    let error = flash.fault(Field::Value).map(words::fault);
    view! {
        <form class="stack" method="post" action="/api/admin/plan_key_retirement">
            <div class="field">
                <label class="field__label" for="moment">{words::PLAN_AT}</label>
                <input
                    class="input" id="moment" name="value" type="datetime-local" required=true value=flash.typed("value")
                    aria-invalid=error.is_some().then_some("true") aria-describedby=error.is_some().then_some("moment-error")
                />
                {error.map(|error| view! {
                    <p class="field__error" id="moment-error"><Icon glyph=Glyph::Warning />{error}</p>
                })}
            </div>
            <button class="button">{words::PLAN_IT}</button>
        </form>
    }
}

#[component]
fn Distrust(kid: String) -> impl IntoView {
    view! {
        <li class="list__item">
            <details class="unfold">
                <summary class="button button--small button--danger">{words::distrust(&kid)}</summary>
                <form class="unfold__body" method="post" action="/api/admin/distrust_key">
                    <p>{words::DISTRUST_TEXT}</p>
                    <input type="hidden" name="kid" value=kid />
                    <button class="button button--small button--danger button--primary">{words::REALLY_DISTRUST}</button>
                </form>
            </details>
        </li>
    }
}
