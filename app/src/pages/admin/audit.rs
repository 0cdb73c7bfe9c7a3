//! `/admin/audit`: what happened, newest first; chosen by who, whom, what and when; with its place in the chain of hashes.

use super::{Panel, event::What};
use crate::{
    api,
    catalogue::{self, admin, events as words, number},
    components::{
        Column, Copyable, Empty, Fact, Facts, FilterBar, Glyph, Icon, Pager, SearchField, Table, Td, Tr, When, loaded,
    },
    visit,
};
use identity::{
    audit::{Class, Format, Standing},
    words::{EventView, Listing},
};
use leptos::prelude::*;
use url::form_urlencoded;

/// What the page was asked for, by the names of the address.
type Asked = Vec<(&'static str, String)>;

/// The page.
#[component]
pub fn Audit() -> impl IntoView {
    let asked: Asked =
        ["of", "actor", "action", "from", "to"].map(|name| (name, visit::asked(name).unwrap_or_default())).into();
    let [after, before] = ["after", "before"].map(|name| visit::asked(name).unwrap_or_default());
    let further = !after.is_empty() || !before.is_empty();
    loaded(load(asked.clone(), after, before), move |(page, standing)| {
        let shown = page.items.len();
        let set = asked.iter().filter(|(name, value)| *name != "of" && !value.is_empty()).count();
        let filtered = asked.iter().any(|(_, value)| !value.is_empty());
        let exports = view! { <Exports asked=asked.clone() /> }.into_any();
        view! {
            <Panel tab=admin::EVENTS lead=words::LEAD actions=exports>
                <Chain standing />
                <section class="card" aria-label=words::LIST>
                    <Choice asked=asked.clone() set filtered />
                    {match page.items {
                        items if items.is_empty() => {
                            view! { <Empty glyph=Glyph::Search title=words::NOTHING hint=words::NOTHING_HINT /> }.into_any()
                        }
                        items => view! { <Events items /> }.into_any(),
                    }}
                    {page.looked_through.map(|count| view! {
                        <p class="card__foot small">{words::looked_through(&number(count))}</p>
                    })}
                    <Pager path="/admin/audit" query=asked shown further next=page.next prev=page.prev />
                </section>
            </Panel>
        }
    })
}

async fn load(
    asked: Asked,
    after: String,
    before: String,
) -> Result<(Listing<EventView>, Standing), crate::error::AppError> {
    let [of, actor, action, from, to] =
        ["of", "actor", "action", "from", "to"].map(|name| asked.iter().find(|it| it.0 == name).map(|it| it.1.clone()));
    let page = api::audit_log(of, actor, action, from, to, Some(after), Some(before)).await?;
    Ok((page, api::audit_standing().await?))
}

/// How far the chain goes, and its end: to be noted down where nobody who could change the log can change the note.
#[component]
fn Chain(standing: Standing) -> impl IntoView {
    let Standing { seq, digest, waiting } = standing;
    let waiting = (waiting > 0).then(|| words::waiting(waiting));
    view! {
        <section class="card" aria-labelledby="chain">
            <div class="card__head"><h2 id="chain">{words::CHAIN}</h2></div>
            <div class="card__body">
                <Facts>
                    <Fact name=words::SEALED note=waiting.unwrap_or_default()>{words::sealed(&number(seq))}</Fact>
                    {(seq > 0).then(|| view! {
                        <Fact name=words::CHAIN_END note=words::CHAIN_END_NOTE>
                            <Copyable id="chain-end" what=words::DIGEST text=digest />
                        </Fact>
                    })}
                </Facts>
            </div>
        </section>
    }
}

/// The same choice, as files.
#[component]
fn Exports(asked: Asked) -> impl IntoView {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(asked.iter().filter(|(_, value)| !value.is_empty()));
    let query = Some(pairs.finish()).filter(|query| !query.is_empty()).map(|query| format!("?{query}"));
    Format::ALL
        .iter()
        .rev()
        .map(|format| {
            let href = format!("/admin/audit/export.{format}{}", query.as_deref().unwrap_or_default());
            view! { <a class="button button--small" href=href>{words::export(*format)}</a> }
        })
        .collect_view()
}

/// Who, whom, what and when.
#[component]
fn Choice(asked: Asked, set: usize, filtered: bool) -> impl IntoView {
    let value = |name: &str| asked.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap_or_default();
    let search = view! { <SearchField name="of" label=words::WHOM value=value("of") /> };
    let (actor, chosen) = (value("actor"), value("action"));
    let days =
        [("from", words::FROM_DAY, value("from")), ("to", words::TO_DAY, value("to"))].map(|(name, label, day)| {
            view! {
                <div class="field">
                    <label class="field__label small" for=name>{label}</label>
                    <input class="input" id=name name=name type="date" value=day />
                </div>
            }
            .into_any()
        });
    view! {
        <FilterBar action="/admin/audit" set filtered search=search.into_any()>
            <div class="field">
                <label class="field__label small" for="actor">{words::WHO}</label>
                <input class="input" id="actor" name="actor" type="search" value=actor maxlength="254" autocomplete="off" />
            </div>
            <Actions chosen />
            {days.into_iter().collect_view()}
        </FilterBar>
    }
}

/// What can happen, by what it is about.
#[component]
fn Actions(chosen: String) -> impl IntoView {
    let groups = Class::ALL.iter().map(|class| {
        let kinds = class.kinds().map(|kind| {
            let selected = kind.as_str() == chosen;
            view! { <option value=kind.as_str() selected=selected>{catalogue::event(kind.as_str())}</option> }
        });
        view! { <optgroup label=words::class(*class)>{kinds.collect_view()}</optgroup> }
    });
    view! {
        <div class="field">
            <label class="field__label small" for="action">{words::WHAT}</label>
            <div class="field__box">
                <select class="input" id="action" name="action">
                    <option value="">{catalogue::pieces::ANY}</option>
                    {groups.collect_view()}
                </select>
                <span class="field__arrow"><Icon glyph=Glyph::Chevron /></span>
            </div>
        </div>
    }
}

#[component]
fn Events(items: Vec<EventView>) -> impl IntoView {
    let columns = [words::WHAT, words::WHEN, words::WHOSE, words::BY, words::FROM].map(Column::new).into();
    view! {
        <Table columns shape="table--log">{items.into_iter().map(|event| view! { <Row event /> }).collect_view()}</Table>
    }
}

#[component]
fn Row(event: EventView) -> impl IntoView {
    let whose = catalogue::event_subject(&event);
    let by = catalogue::event_actor(&event);
    let (kind, detail, at, ip) = (event.kind.clone(), event.detail.clone(), event.at, event.ip.clone());
    view! {
        <Tr>
            <Td>
                <div class="table__main">
                    <What kind detail />
                    {event.note.clone().map(|note| view! { <span class="list__note list__note--said">{words::note(&note)}</span> })}
                    <Whole event />
                </div>
            </Td>
            <Td label=words::WHEN><When at /></Td>
            <Td label=words::WHOSE>{whose}</Td>
            <Td label=words::BY>{by}</Td>
            <Td label=words::FROM>{(!ip.is_empty()).then(|| view! { <span class="quiet">{ip}</span> })}</Td>
        </Tr>
    }
}

/// Everything an entry has, for whoever unfolds it.
#[component]
fn Whole(event: EventView) -> impl IntoView {
    let EventView { id, seq, kind, actor_id, subject_id, session, detail, personal, digest, at, .. } = event;
    let place = seq.map_or_else(|| words::NO_PLACE.to_owned(), words::entry);
    let ids = [
        (words::EVENT_ID, Some(id)),
        (words::ACTOR_ID, actor_id),
        (words::SUBJECT_ID, subject_id),
        (words::SESSION_ID, session),
    ];
    let mut facts = vec![(words::KIND, kind), (words::MOMENT, identity::audit::rfc3339(at)), (words::DETAIL, detail)];
    facts.extend(ids.into_iter().filter_map(|(name, id)| Some((name, id?.to_string()))));
    facts.extend(
        [(words::PERSONAL, personal), (words::DIGEST, digest)]
            .into_iter()
            .filter_map(|(name, hash)| Some((name, hash?))),
    );
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
        view! { <Fact name><code class="code__text">{value}</code></Fact> }
    });
    view! {
        <details class="entry">
            <summary class="small">{place}</summary>
            <Facts>{facts.collect_view()}</Facts>
        </details>
    }
}
