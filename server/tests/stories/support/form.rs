//! Forms as a browser without JavaScript finds them in a page: what is sent besides what somebody types.

/// The fields that a form of the page sends when nothing is typed, in order of appearance. `None` when the page has no such form.
pub fn fields(page: &str, action: &str) -> Option<Vec<(String, String)>> {
    let forms = page.split("<form").skip(1).map(|rest| rest.split_once("</form>").map_or(rest, |(form, _)| form));
    let form = forms.into_iter().find(|form| {
        let tag = tag(form);
        attribute(tag, "action").as_deref() == Some(action) && attribute(tag, "method").as_deref() == Some("post")
    })?;
    let inputs = form.split("<input").skip(1).map(tag);
    Some(inputs.filter(is_sent).filter_map(field).collect())
}

/// A radio button or check box counts only when it is chosen.
fn is_sent(tag: &&str) -> bool {
    match attribute(tag, "type").as_deref() {
        Some("radio" | "checkbox") => attribute(tag, "checked").is_some(),
        _ => true,
    }
}

fn field(tag: &str) -> Option<(String, String)> {
    Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
}

/// The rest of an opening tag.
fn tag(rest: &str) -> &str {
    let mut quoted = false;
    let end = rest.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// The value of an attribute; empty when it stands without one.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => ("", after.trim_start_matches('=')),
        };
        if key == name {
            return Some(entities(value));
        }
        rest = after.trim_start();
    }
    None
}

/// HTML text as a person reads it: without the empty comments that Leptos puts between pieces of text which come from two expressions,
/// and with its entities read.
pub fn text(html: &str) -> String {
    entities(&html.replace("<!>", ""))
}

/// With the entities read that renderers write.
fn entities(html: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    named.iter().fold(html.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

#[test]
fn forms_are_read_as_a_browser_reads_them() {
    let page = r#"<form method="post" action="/a"><input name="x" value="1"></form>
        <form method="post" action="/b"><input type="hidden" name="t" value="a&amp;b>"/><input type="radio" name="r" value="1">
        <input type="radio" name="r" value="2" checked><input name="e" required></form>"#;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(fields(page, "/b").unwrap(), [pair("t", "a&b>"), pair("r", "2"), pair("e", "")]);
    assert_eq!(fields(page, "/a").unwrap(), [pair("x", "1")]);
    assert!(fields(page, "/c").is_none());
    assert_eq!(text("a<!> &lt;!&gt; b"), "a <!> b");
    assert_eq!(attribute("input value=\"<!>&amp;\"", "value").as_deref(), Some("<!>&"));
}
