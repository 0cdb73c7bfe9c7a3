//! Where somebody is signed in, with an end to each and to all.

use crate::{catalogue::admin as words, components::SessionItem, visit};
use identity::words::SessionView;
use leptos::prelude::*;
use uuid::Uuid;

/// The card.
#[component]
pub(super) fn Sessions(id: Uuid, sessions: Vec<SessionView>, own: bool, may_change: bool) -> impl IntoView {
    let here = visit::current().and_then(|visit| visit.viewer().map(|viewer| viewer.session));
    let any = !sessions.is_empty();
    let of = may_change.then_some(id);
    let rows = sessions.into_iter().map(|session| {
        let current = Some(session.id) == here;
        view! { <SessionItem session current of /> }
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <div class="card__head">
                <h2 id="sessions">{words::SESSIONS}</h2>
                {(any && may_change).then(|| view! {
                    <form method="post" action="/api/admin/end_sessions">
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="button button--small button--danger">
                            {if own { words::END_ALL_OWN } else { words::END_ALL }}
                        </button>
                    </form>
                })}
            </div>
            {if any {
                view! { <ul class="list" role="list">{rows.collect_view()}</ul> }.into_any()
            } else {
                view! { <div class="card__body"><p class="quiet">{words::NO_SESSIONS}</p></div> }.into_any()
            }}
        </section>
    }
}
