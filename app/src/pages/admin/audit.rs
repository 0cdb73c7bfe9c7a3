//! `/admin/audit`: what happened, newest first.

use super::{Pager, Panel, event::What};
use crate::{
    api, catalogue,
    components::{When, loaded},
    visit,
};
use identity::words::EventView;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Audit() -> impl IntoView {
    let [of, after] = ["of", "after"].map(|name| visit::asked(name).unwrap_or_default());
    loaded(api::audit(Some(of.clone()), Some(after.clone())), move |page| {
        let shown = page.items.len();
        let one = !of.is_empty();
        view! {
            <Panel tab="Events" lead="Who did what to whom, newest first. Kept as it was written.">
                <section class="card" aria-label="Security events">
                    {one.then(|| view! {
                        <div class="card__foot card__foot--top">
                            <span>"Events of one account only."</span> <a href="/admin/audit">"Show everybody's"</a>
                        </div>
                    })}
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"What"</th>
                                <th scope="col">"When"</th>
                                <th scope="col">"Whose account"</th>
                                <th scope="col">"Done by"</th>
                                <th scope="col">"From"</th>
                            </tr>
                        </thead>
                        <tbody>{page.items.into_iter().map(|event| view! { <Row event /> }).collect_view()}</tbody>
                    </table>
                    <Pager
                        path="/admin/audit" query=vec![("of", of)] shown further=!after.is_empty()
                        next=page.next.map(|next| next.to_string())
                    />
                </section>
            </Panel>
        }
    })
}

#[component]
fn Row(event: EventView) -> impl IntoView {
    let whose = event.subject.clone().unwrap_or_else(|| "Nobody's".into());
    let by = catalogue::event_actor(&event);
    view! {
        <tr>
            <td><What kind=event.kind detail=event.detail /></td>
            <td data-label="When"><When at=event.at /></td>
            <td data-label="Whose account">{whose}</td>
            <td data-label="Done by">{by}</td>
            <td data-label="From">{(!event.ip.is_empty()).then(|| view! { <span class="quiet">{event.ip}</span> })}</td>
        </tr>
    }
}
