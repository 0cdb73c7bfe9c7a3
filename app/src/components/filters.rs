//! Search and filters above a list: a plain GET form. On a phone the filters unfold, and the button says how many are set.

use super::{Glyph, Icon};
use crate::catalogue::pieces as words;
use leptos::prelude::*;

/// The form.
#[component]
pub fn FilterBar(
    /// Where the list is.
    action: &'static str,
    /// How many filters are set, the search not counted.
    #[prop(optional)]
    set: usize,
    /// Whether anything narrows the list, so that it can be cleared.
    filtered: bool,
    /// The field that is always there, mostly [`SearchField`].
    #[prop(optional)]
    search: Option<AnyView>,
    /// What is carried along without being seen, such as the order.
    #[prop(optional)]
    kept: Option<AnyView>,
    /// The filters: [`Filter`] and fields of other kinds.
    children: Children,
) -> impl IntoView {
    view! {
        <form class="filters" method="get" action=action role="search">
            {kept}
            {search}
            <details class="filters__more" open=set != 0>
                <summary class="button filters__toggle">{words::filters(set)} <Icon glyph=Glyph::Chevron /></summary>
                <div class="filters__fields">{children()}</div>
            </details>
            <div class="filters__actions">
                <button class="button"><Icon glyph=Glyph::Search />{words::SHOW}</button>
                {filtered.then(|| view! { <a class="button button--quiet" href=action>{words::CLEAR}</a> })}
            </div>
        </form>
    }
}

/// What is searched for.
#[component]
pub fn SearchField(
    /// Its label.
    label: &'static str,
    /// Its name in the address.
    #[prop(default = "q")]
    name: &'static str,
    /// What was searched for.
    value: String,
) -> impl IntoView {
    view! {
        <div class="field filters__search">
            <label class="field__label small" for=name>{label}</label>
            <input class="input" id=name name=name type="search" value=value maxlength="254" autocomplete="off" />
        </div>
    }
}

/// A filter: any, or one of a few.
#[component]
pub fn Filter(
    /// Its name in the address.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// Value and words of each choice.
    options: Vec<(String, String)>,
    /// The value that is set; empty for any.
    chosen: String,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, text)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{text}</option> }
    });
    view! {
        <div class="field">
            <label class="field__label small" for=name>{label}</label>
            <div class="field__box">
                <select class="input" id=name name=name>
                    <option value="">{words::ANY}</option>
                    {options.collect_view()}
                </select>
                <span class="field__arrow"><Icon glyph=Glyph::Chevron /></span>
            </div>
        </div>
    }
}
