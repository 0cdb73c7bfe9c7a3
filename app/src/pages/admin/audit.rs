//! `/admin/audit`: what happened, newest first.

use super::{Panel, event::What};
use crate::{
    api,
    catalogue::{self, admin, events as words},
    components::{Pager, When, loaded},
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
            <Panel tab=admin::EVENTS lead=words::LEAD>
                <section class="card" aria-label=words::LIST>
                    {one.then(|| view! {
                        <div class="card__foot card__foot--top">
                            <span>{words::ONE_ACCOUNT}</span> <a href="/admin/audit">{words::SHOW_ALL}</a>
                        </div>
                    })}
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{words::WHAT}</th>
                                <th scope="col">{words::WHEN}</th>
                                <th scope="col">{words::WHOSE}</th>
                                <th scope="col">{words::BY}</th>
                                <th scope="col">{words::FROM}</th>
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
    let whose = catalogue::event_subject(&event);
    let by = catalogue::event_actor(&event);
    view! {
        <tr>
            <td><What kind=event.kind detail=event.detail /></td>
            <td data-label=words::WHEN><When at=event.at /></td>
            <td data-label=words::WHOSE>{whose}</td>
            <td data-label=words::BY>{by}</td>
            <td data-label=words::FROM>{(!event.ip.is_empty()).then(|| view! { <span class="quiet">{event.ip}</span> })}</td>
        </tr>
    }
}
