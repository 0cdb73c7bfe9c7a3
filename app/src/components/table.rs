//! Tables of the admin panel: columns with names, perhaps to sort by; on a phone, one card a row.
//!
//! Roles are written out, because a table that is laid out as anything else is no table any more for those who hear it. The column's
//! name stands before each value on a phone, and comes from the same word as the heading.

use crate::catalogue::pieces as words;
use leptos::prelude::*;

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// Smallest, oldest or A first.
    Up,
    /// Largest, newest or Z first.
    Down,
}

/// The heading of a column.
#[derive(Clone, Debug)]
pub struct Column {
    name: &'static str,
    hidden: bool,
    number: bool,
    sort: Option<(String, Option<Sorted>)>,
}

impl Column {
    /// A column with a name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, hidden: false, number: false, sort: None }
    }

    /// A column whose name is only heard, such as that of buttons.
    pub fn unseen(name: &'static str) -> Self {
        Self { hidden: true, ..Self::new(name) }
    }

    /// A column of numbers, which end at the same edge.
    pub fn of_numbers(name: &'static str) -> Self {
        Self { number: true, ..Self::new(name) }
    }

    /// Sorted by a link. `href` leads to the list sorted by this column, or the other way round where it is already.
    #[must_use]
    pub fn sorting(self, href: String, now: Option<Sorted>) -> Self {
        Self { sort: Some((href, now)), ..self }
    }

    fn view(self) -> AnyView {
        let class = self.number.then_some("table__number");
        let Some((href, now)) = self.sort else {
            let name = match self.hidden {
                true => view! { <span class="visually-hidden">{self.name}</span> }.into_any(),
                false => self.name.into_any(),
            };
            return view! { <th role="columnheader" scope="col" class=class>{name}</th> }.into_any();
        };
        let (order, mark) = match now {
            None => (None, "sort"),
            Some(Sorted::Up) => (Some("ascending"), "sort sort--up"),
            Some(Sorted::Down) => (Some("descending"), "sort sort--down"),
        };
        view! {
            <th role="columnheader" scope="col" class=class aria-sort=order data-sorts="">
                <a class=mark href=href title=words::sort_by(self.name)>{self.name}</a>
            </th>
        }
        .into_any()
    }
}

/// The table.
#[component]
pub fn Table(
    /// Its columns.
    columns: Vec<Column>,
    /// What it is a table of, where no heading or region around it says so.
    #[prop(optional)]
    caption: &'static str,
    /// A class that says how wide its columns are, or how a card of it looks.
    #[prop(default = "")]
    shape: &'static str,
    /// Rows of [`Tr`].
    children: Children,
) -> impl IntoView {
    let head = columns.into_iter().map(Column::view).collect_view();
    view! {
        <table class=format!("table {shape}").trim_end().to_owned() role="table">
            {(!caption.is_empty()).then(|| view! { <caption class="visually-hidden">{caption}</caption> })}
            <thead role="rowgroup"><tr role="row">{head}</tr></thead>
            <tbody role="rowgroup">{children()}</tbody>
        </table>
    }
}

/// A row.
#[component]
pub fn Tr(
    /// Cells of [`Td`], the first of which says what the row is about.
    children: Children,
) -> impl IntoView {
    view! { <tr role="row">{children()}</tr> }
}

/// A cell.
#[component]
pub fn Td(
    /// The name of its column, as it stands before the value on a phone. Not in the first cell, nor in that of buttons.
    #[prop(optional)]
    label: &'static str,
    /// Whether it holds a number.
    #[prop(optional)]
    number: bool,
    /// The value.
    children: Children,
) -> impl IntoView {
    let label = (!label.is_empty()).then_some(label);
    view! { <td role="cell" class=number.then_some("table__number") data-label=label>{children()}</td> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_says_how_it_is_sorted_and_leads_to_the_other_way() {
        let html = |column: Column| column.view().to_html();
        let sorted = html(Column::new("Name").sorting("?sort=-name".into(), Some(Sorted::Up)));
        assert!(sorted.contains("aria-sort=\"ascending\"") && sorted.contains("href=\"?sort=-name\""), "{sorted}");
        assert!(!html(Column::new("Name").sorting("?sort=name".into(), None)).contains("aria-sort"));
        assert!(!html(Column::new("Name")).contains("<a"));
        assert!(html(Column::unseen("Acts")).contains("visually-hidden"));
    }
}
