//! Pages that say one thing.

/// 404, as a title.
pub const NOT_FOUND: &str = "There is no door here";
/// 404, as a sentence.
pub const NOT_FOUND_TEXT: &str =
    "The page you asked for does not exist, or no longer. Check the address, or go back to where you were.";
/// 403, as a title.
pub const DENIED: &str = "This door is not yours";
/// 403, as a sentence.
pub const DENIED_TEXT: &str = "You are signed in, but this page is for administrators.";
/// The way out.
pub const START: &str = "Go to the start";

/// The small print: the status, and what the log calls this request.
pub fn code(status: u16, reference: Option<&str>) -> String {
    match reference {
        Some(reference) => format!("{status} · reference {reference}"),
        None => status.to_string(),
    }
}
