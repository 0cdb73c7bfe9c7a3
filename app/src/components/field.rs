//! Form fields: a label, something to fill in, a word of help and, when it went wrong, what to change.

use super::{Glyph, Icon};
use crate::{
    catalogue::{self, fields as words, passwords as hints},
    flash::Flash,
    visit,
};
use identity::words::{Fault, Field, MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, Strength as Verdict};
use leptos::prelude::*;

/// What the form before said about a field: its typed value, and its fault in words.
fn told(field: Field) -> (String, Option<String>) {
    let flash = use_context::<Flash>().unwrap_or_default();
    let fault = flash.fault(field).map(|fault| catalogue::fault(field, fault, min_password()));
    (flash.typed(field.as_str()), fault)
}

/// The shortest password the operator allows.
fn min_password() -> usize {
    visit::current().map_or(MIN_PASSWORD_CHARS, |visit| visit.house.policy().min_password)
}

/// What `aria-describedby` names: the hint, the error, or both.
fn described(id: &str, hint: bool, error: bool) -> Option<String> {
    let parts: Vec<String> =
        [error.then(|| format!("{id}-error")), hint.then(|| format!("{id}-hint"))].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[component]
fn FieldError(id: &'static str, error: Option<String>) -> impl IntoView {
    error.map(
        |error| view! { <p class="field__error" id=format!("{id}-error")><Icon glyph=Glyph::Warning />{error}</p> },
    )
}

/// One line of text.
#[component]
pub fn TextField(
    /// Which field of the form.
    field: Field,
    /// The visible label.
    label: &'static str,
    /// `type` of the input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in (HTML, section 4.10.18.7).
    autocomplete: &'static str,
    /// A word of help.
    #[prop(optional)]
    hint: &'static str,
    /// Another class of the input.
    #[prop(optional)]
    class: &'static str,
    /// Most characters.
    #[prop(default = 254)]
    max: usize,
    /// What stands in it when the form before said nothing.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let id = field.as_str();
    let (typed, error) = told(field);
    let typed = if typed.is_empty() && error.is_none() { value } else { typed };
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <input
                class=format!("input {class}") id=id name=id type=kind value=typed autocomplete=autocomplete maxlength=max
                required=true aria-invalid=error.is_some().then_some("true")
                aria-describedby=described(id, !hint.is_empty(), error.is_some())
            />
            <FieldError id error />
            {(!hint.is_empty()).then(|| view! { <p class="field__hint" id=format!("{id}-hint")>{hint}</p> })}
        </div>
    }
}

/// The button that shows what was typed. It appears when the island wakes.
#[component]
fn Reveal(input: &'static str) -> impl IntoView {
    view! {
        <button type="button" class="field__toggle" hidden=true data-reveals=input aria-label=words::SHOW_PASSWORD aria-pressed="false">
            <Icon glyph=Glyph::Eye />
        </button>
    }
}

/// The hint at the strength of what is typed. It appears with the first character, where there is JavaScript.
#[component]
fn Strength(input: &'static str, min: usize) -> impl IntoView {
    view! {
        <div
            class="strength" hidden=true data-measures=input data-min=min data-long_enough=hints::strength(Verdict::LongEnough)
            data-too_short=hints::fault(Fault::TooShort) data-too_long=hints::fault(Fault::TooLong)
            data-unprintable=hints::fault(Fault::Unprintable) data-common=hints::fault(Fault::Common)
            data-personal=hints::fault(Fault::Personal) data-guessable=hints::strength(Verdict::Guessable)
            data-fair=hints::strength(Verdict::Fair) data-good=hints::strength(Verdict::Good)
            data-strong=hints::strength(Verdict::Strong)
        >
            <div class="strength__bars" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
            <span class="strength__word" aria-live="polite"></span>
        </div>
    }
}

/// The password one has.
#[component]
pub fn PasswordField(
    /// Which field of the form.
    #[prop(default = Field::Password)]
    field: Field,
    /// The visible label.
    #[prop(default = words::PASSWORD)]
    label: &'static str,
) -> impl IntoView {
    let (_, error) = told(field);
    let id = field.as_str();
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <div class="field__box">
                <input
                    class="input input--toggled" id=id name=id type="password" autocomplete="current-password" required=true
                    aria-invalid=error.is_some().then_some("true") aria-describedby=described(id, false, error.is_some())
                />
                <Reveal input=id />
            </div>
            <FieldError id error />
        </div>
    }
}

/// A password to be chosen.
#[component]
pub fn NewPassword(
    /// The visible label.
    #[prop(default = words::PASSWORD)]
    label: &'static str,
) -> impl IntoView {
    let (_, error) = told(Field::Password);
    let id = Field::Password.as_str();
    let min = min_password();
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <div class="field__box">
                <input
                    class="input input--toggled" id=id name=id type="password" autocomplete="new-password" required=true
                    minlength=min maxlength=2 * MAX_PASSWORD_CHARS aria-invalid=error.is_some().then_some("true")
                    aria-describedby=described(id, true, error.is_some())
                />
                <Reveal input=id />
            </div>
            <Strength input=id min=min />
            <FieldError id error />
            <p class="field__hint" id=format!("{id}-hint")>
                {words::password_hint(min)}
            </p>
        </div>
    }
}

/// One of a few, side by side: real radio buttons.
#[component]
pub fn Choice(
    /// Which field of the form.
    field: Field,
    /// The visible legend.
    legend: &'static str,
    /// Value and words of each option.
    options: Vec<(&'static str, &'static str)>,
    /// The value chosen when the form before said nothing.
    default: &'static str,
) -> impl IntoView {
    let (typed, error) = told(field);
    let chosen = if options.iter().any(|(value, _)| *value == typed) { typed } else { default.to_owned() };
    let id = field.as_str();
    let radios = options.into_iter().map(|(value, text)| {
        view! {
            <label class="choice__option">
                <input type="radio" name=id value=value checked=value == chosen />
                {text}
            </label>
        }
    });
    view! {
        <fieldset class="choice">
            <legend class="field__label">{legend}</legend>
            <div class="choice__options">{radios.collect_view()}</div>
            <FieldError id error />
        </fieldset>
    }
}
