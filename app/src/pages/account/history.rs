//! `/account/history`: what happened to the account, in plain words.

use super::AccountPage;
use crate::{
    answer::worded,
    api,
    catalogue::{
        self,
        account::{HISTORY, history as words},
    },
    components::{NoticeBox, Pager, Tone, When, device_words, loaded, woven},
    error::AppError,
    visit,
};
use identity::{
    history::{self, HistoryView},
    words::Page,
};
use leptos::prelude::*;
use uuid::Uuid;

/// The page.
#[component]
pub fn History() -> impl IntoView {
    let after = visit::asked("after").unwrap_or_default();
    loaded(load(after.clone()), move |page| {
        let further = !after.is_empty();
        view! {
            <AccountPage tab=HISTORY lead=words::LEAD>
                {match page {
                    Some(page) => view! { <Lines page further /> }.into_any(),
                    None => view! { <Away /> }.into_any(),
                }}
            </AccountPage>
        }
    })
}

/// The history, if the database answers.
async fn load(after: String) -> Result<Option<Page<HistoryView>>, AppError> {
    let visit = visit::visit()?;
    let owner = visit.signed_in()?.id;
    let after = (!after.is_empty()).then(|| Uuid::try_parse(&after)).transpose().map_err(|_| AppError::NotFound)?;
    visit.house.unless_away(history::history(&visit.house, owner, after, api::HISTORY_PAGE)).await.map_err(worded)
}

/// In place of the list, while the database is away.
#[component]
fn Away() -> impl IntoView {
    view! { <NoticeBox tone=Tone::Warning title=catalogue::AWAY><p>{words::HISTORY_AWAY}</p></NoticeBox> }
}

#[component]
fn Lines(page: Page<HistoryView>, further: bool) -> impl IntoView {
    let shown = page.items.len();
    let lines = page.items.into_iter().map(|line| view! { <Line line /> }).collect_view();
    view! {
        <section class="card" aria-label=words::LIST>
            <div class="card__head"><p class="card__note">{words::NOTE}</p></div>
            {if shown == 0 {
                view! { <div class="card__body"><p class="quiet">{words::NO_MORE}</p></div> }.into_any()
            } else {
                view! { <ul class="list" role="list">{lines}</ul> }.into_any()
            }}
            <Pager path="/account/history" query=vec![] shown further next=page.next.map(|next| next.to_string()) />
        </section>
    }
}

#[component]
fn Line(line: HistoryView) -> impl IntoView {
    let device = if line.user_agent.is_empty() { String::new() } else { device_words(&line.user_agent) };
    let told = words::line(&line, &device);
    let when = view! { <When at=line.at /> }.into_any();
    let since = || view! { <When at=line.since /> }.into_any();
    let placed = !line.ip.is_empty();
    let ip = line.ip.clone().into_any();
    let note = match (line.count > 1, placed) {
        (true, true) => woven(words::BETWEEN_FROM, [("since", since()), ("when", when), ("ip", ip)]),
        (true, false) => woven(words::BETWEEN, [("since", since()), ("when", when)]),
        (false, true) => woven(words::WHEN_FROM, [("when", when), ("ip", ip)]),
        (false, false) => vec![when],
    };
    view! {
        <li class="list__item">
            <div class="list__text">
                <span class="list__title">{told}</span>
                <span class="list__note">{note}</span>
            </div>
        </li>
    }
}
