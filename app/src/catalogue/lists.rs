//! The foot of a list that comes in pages.

/// Back to the beginning of a list.
pub const FIRST_PAGE: &str = "First page";
/// Back in a list.
pub const PREVIOUS_PAGE: &str = "Previous page";
/// On in a list.
pub const NEXT_PAGE: &str = "Next page";
/// Name of these.
pub const PAGES: &str = "Pages of the list";

/// How many rows a page of a list has.
pub fn shown(rows: usize) -> String {
    format!("{rows} shown")
}
