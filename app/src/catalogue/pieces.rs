//! What lists, tables and other pieces of the admin panel say wherever they stand.

/// Narrows a list.
pub const SHOW: &str = "Show";
/// Ends search and filters.
pub const CLEAR: &str = "Clear";
/// A filter that lets everything pass.
pub const ANY: &str = "Any";
/// On a button for a moment, after it copied something.
pub const COPIED: &str = "Copied";

/// Unfolds the filters, of which so many are set.
pub fn filters(set: usize) -> String {
    if set == 0 { "Filters".into() } else { format!("Filters ({set})") }
}

/// What the heading of a column does.
pub fn sort_by(column: &str) -> String {
    format!("Sort by {column}")
}

/// A button that copies something.
pub fn copy(what: &str) -> String {
    format!("Copy {what}")
}
