//! What cannot be taken back, apart from everything else.

use leptos::prelude::*;

/// A card with a list of [`DangerAct`].
#[component]
pub fn DangerZone(
    /// The `id` of its title.
    id: &'static str,
    /// Its title.
    title: &'static str,
    /// The acts.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card card--danger" aria-labelledby=id>
            <div class="card__head"><h2 id=id>{title}</h2></div>
            <ul class="list" role="list">{children()}</ul>
        </section>
    }
}

/// One thing that hurts: its button unfolds the consequence, and below it the form that means it.
#[component]
pub fn DangerAct(
    /// On the button that unfolds.
    name: &'static str,
    /// What follows from it.
    #[prop(into)]
    consequence: String,
    /// Where the form is sent to.
    action: &'static str,
    /// On the button that means it.
    confirm: &'static str,
    /// Fields of the form, hidden or not.
    children: Children,
) -> impl IntoView {
    view! {
        <li class="list__item">
            <details class="unfold">
                <summary class="button button--small button--danger">{name}</summary>
                <form class="unfold__body" method="post" action=action>
                    <p>{consequence}</p>
                    {children()}
                    <button class="button button--small button--danger button--primary">{confirm}</button>
                </form>
            </details>
        </li>
    }
}
