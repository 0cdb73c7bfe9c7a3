//! What a page learns from the link in a letter. Exists so that every page that a letter leads to decides alike whether it shows a button
//! or something else. It never spends the token: mail scanners open every link, and only the form does.

use crate::{flash::Flash, visit};
use identity::words::Field;
use leptos::prelude::use_context;

/// The longest that is taken for a token and put into a form: ours are a fifth as long.
const LONGEST: usize = 200;

/// The token in the page's own address, unless the form before was refused because of it: such a link is of no further use.
pub(super) fn token() -> Option<String> {
    let refused = use_context::<Flash>().is_some_and(|flash| flash.fault(Field::Token).is_some());
    visit::asked("token").filter(|token| token.len() <= LONGEST && !refused)
}
