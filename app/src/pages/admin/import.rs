//! `/admin/users/import`: many accounts from a CSV file. First what would be made of it, then the button that means it. The file is
//! pasted, because forms here are of one kind only; a large one goes through the command line.

use super::Panel;
use crate::{
    api::ImportAnswer,
    catalogue::{admin as panel, import as words, number},
    components::{NoticeBox, Tone, When},
    flash::Flash,
    visit,
};
use identity::{
    admin::{Imported, Stopped},
    words::Permission,
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Import() -> impl IntoView {
    let may = visit::current().is_some_and(|visit| visit.permits(Permission::UsersWrite));
    // The server shows this page in answer to the form, with what it answered and what was pasted.
    let flash = use_context::<Flash>().unwrap_or_default();
    let answer: Option<ImportAnswer> = serde_json::from_str(&flash.typed("answer")).ok();
    view! {
        <Panel tab=panel::PEOPLE lead=words::LEAD>
            {match (may, answer) {
                (false, _) => view! { <NoticeBox tone=Tone::Info><p>{words::NOT_YOURS}</p></NoticeBox> }.into_any(),
                (true, Some(answer)) if !answer.made && answer.report.wrong == 0 && answer.report.ready + answer.report.invited > 0 => {
                    view! { <Planned answer csv=flash.typed("csv") /> }.into_any()
                }
                (true, answer) => {
                    let stopped = answer.as_ref().and_then(|answer| answer.report.stopped.map(|stopped| (answer.report.clone(), stopped)));
                    let wrong = answer.filter(|answer| answer.report.wrong > 0 || answer.report.stopped.is_none());
                    view! {
                        {stopped.map(|(report, stopped)| view! { <Halted report stopped /> })}
                        {wrong.map(|answer| view! { <Wrong answer /> })}
                        <Paste />
                    }.into_any()
                }
            }}
        </Panel>
    }
}

#[component]
fn Paste() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="file">
            <div class="card__head">
                <h2 id="file">{words::FILE}</h2>
                <p class="card__note">{words::FILE_TEXT}</p>
            </div>
            <form class="card__body" method="post" action="/api/admin/import">
                <div class="field">
                    <label class="field__label" for="csv">{words::LINES}</label>
                    <textarea
                        class="input input--lines" id="csv" name="csv" rows="12" required=true spellcheck="false" autocomplete="off"
                        placeholder=words::EXAMPLE aria-describedby="csv-hint"
                    ></textarea>
                    <p class="field__hint" id="csv-hint">{words::LIMIT}</p>
                </div>
                <div><button class="button button--primary">{words::CHECK}</button></div>
            </form>
        </section>
        <section class="card" aria-labelledby="columns">
            <div class="card__head"><h2 id="columns">{words::COLUMNS}</h2></div>
            <div class="card__body">
                <dl class="facts facts--told">
                    {words::COLUMN.iter().map(|(name, what)| view! {
                        <div class="facts__row"><dt><code>{*name}</code></dt><dd>{*what}</dd></div>
                    }).collect_view()}
                </dl>
            </div>
        </section>
    }
}

/// What is wrong, line by line.
#[component]
fn Wrong(answer: ImportAnswer) -> impl IntoView {
    let report = answer.report;
    let more = report.wrong.saturating_sub(report.problems.len() as u64);
    let rows = report.problems.into_iter().map(|problem| {
        view! {
            <li class="list__item">
                <div class="list__text">
                    <span class="list__title">{words::line(problem.line)}</span>
                    <span class="list__note">{words::trouble(problem.trouble)}</span>
                </div>
            </li>
        }
    });
    let rows = rows.collect_view();
    let text = if answer.made {
        words::made_some(report.ready + report.invited, report.left)
    } else {
        words::NOTHING.to_owned()
    };
    view! {
        <NoticeBox tone=Tone::Negative title=words::wrong(report.wrong)><p>{text}</p></NoticeBox>
        <section class="card" aria-labelledby="wrong">
            <div class="card__head"><h2 id="wrong">{words::WRONG}</h2></div>
            <ul class="list" role="list">{rows}</ul>
            {(more > 0).then(|| view! { <p class="card__body quiet">{words::more(more)}</p> })}
        </section>
    }
}

/// Very many letters wait: how far it came, and when the rest can follow.
#[component]
fn Halted(report: Imported, stopped: Stopped) -> impl IntoView {
    view! {
        <NoticeBox tone=Tone::Negative title=words::STOPPED>
            <p>{words::stopped(report.ready + report.invited, stopped.line)} " " <When at=stopped.until /></p>
        </NoticeBox>
    }
}

/// What would be made, and the button that means it. The file goes along, because nothing of it is kept here.
#[component]
fn Planned(answer: ImportAnswer, csv: String) -> impl IntoView {
    let report = answer.report;
    let count = |count: u64| number(i64::try_from(count).unwrap_or(i64::MAX));
    view! {
        <section class="card" aria-labelledby="plan">
            <div class="card__head">
                <h2 id="plan">{words::PLAN}</h2>
                <p class="card__note">{words::PLAN_TEXT}</p>
            </div>
            <div class="card__body">
                <dl class="facts">
                    <div class="facts__row"><dt>{words::INVITED}</dt><dd>{count(report.invited)}</dd></div>
                    {report.last_letter.map(|at| view! {
                        <div class="facts__row"><dt>{words::LAST_LETTER}</dt><dd><When at /></dd></div>
                    })}
                    <div class="facts__row"><dt>{words::READY}</dt><dd>{count(report.ready)}</dd></div>
                </dl>
                <form method="post" action="/api/admin/import" class="stack">
                    <input type="hidden" name="csv" value=csv />
                    <input type="hidden" name="confirm" value="yes" />
                    {(report.invited > 0).then(|| view! {
                        <p class="field__hint">{words::PACE}</p>
                        <label class="ticks__item">
                            <input type="checkbox" name="letters" value="yes" checked=true />
                            <span>{words::LETTERS}</span>
                        </label>
                    })}
                    <div class="row">
                        <button class="button button--primary">{words::MAKE}</button>
                        <a class="button" href="/admin/users/import">{words::AGAIN}</a>
                    </div>
                </form>
            </div>
        </section>
    }
}
