//! The foot of a list that comes in pages.

use crate::catalogue::lists as words;
use leptos::prelude::*;
use url::form_urlencoded;

/// How many are shown, back to the beginning, and on.
#[component]
pub fn Pager(
    /// Where the list is.
    path: &'static str,
    /// What it is filtered by.
    query: Vec<(&'static str, String)>,
    /// Rows on this page.
    shown: usize,
    /// Whether this is not the first page.
    further: bool,
    /// The cursor of the next page.
    next: Option<String>,
    /// The cursor of the page before, in lists that are walked both ways.
    #[prop(optional_no_strip)]
    prev: Option<String>,
    /// How many there are, where that is known.
    #[prop(optional_no_strip)]
    total: Option<String>,
) -> impl IntoView {
    let first = further
        .then(|| view! { <a class="button button--small" href=link(path, &query, None)>{words::FIRST_PAGE}</a> });
    let to = |cursor: Option<String>, name, rel: &'static str, text: &'static str| {
        cursor.map(|cursor| {
            let href = link(path, &query, Some((name, &cursor)));
            view! { <a class="button button--small" href=href rel=rel>{text}</a> }
        })
    };
    let prev = to(prev, "before", "prev", words::PREVIOUS_PAGE);
    let next = to(next, "after", "next", words::NEXT_PAGE);
    let any = first.is_some() || prev.is_some() || next.is_some();
    view! {
        <div class="pager">
            <span>{words::shown(shown)} {total.map(|total| format!(" \u{b7} {total}"))}</span>
            {any.then(|| view! { <nav class="row" aria-label=words::PAGES>{first}{prev}{next}</nav> })}
        </div>
    }
}

/// The address of a list: narrowed so, from there on.
pub(crate) fn link(path: &str, query: &[(&'static str, String)], cursor: Option<(&str, &str)>) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
    pairs.extend_pairs(cursor);
    match pairs.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn links_carry_the_filter_and_nothing_empty() {
        let query = [("q", "a&b=ü".to_owned()), ("role", String::new())];
        assert_eq!(link("/admin/users", &query, Some(("after", "x"))), "/admin/users?q=a%26b%3D%C3%BC&after=x");
        assert_eq!(link("/admin/users", &[], None), "/admin/users");
    }
}
