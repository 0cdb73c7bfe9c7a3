//! The rules, each with its reason.

use super::{Finding, is_admin, islands, words};

/// Text that must not be in `app`, and why.
const FORBIDDEN: [(&str, &str); 4] = [
    ("inner_html", "inner_html writes unescaped HTML; render text or elements"),
    (" style=", "a style attribute needs 'unsafe-inline' in the content security policy; use a class"),
    ("ServerFnError::new", "the text of ServerFnError reaches the client; answer an AppError"),
    ("expect_context", "expect_context panics where a context is missing; use use_context and show what can be shown"),
];

/// The only server functions that may be reached by GET: they change nothing.
const READS: [&str; 11] = [
    "me",
    "sessions",
    "history",
    "admin/overview",
    "admin/users",
    "admin/user",
    "admin/roles",
    "admin/audit",
    "admin/letters",
    "admin/settings",
    "admin/keys",
];

/// Everything wrong with one source file.
pub fn apply(path: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let in_app = path.starts_with("app/");
    let code = without_comments(text);
    if in_app {
        for (pattern, what) in FORBIDDEN {
            found.extend(code.match_indices(pattern).map(|(at, _)| Finding { line: line_of(&code, at), what }));
        }
        found.extend(textareas(&code));
        if is_admin(path) && !islands(&code).is_empty() {
            let what = "islands share one download, so one in the admin panel would reach every user";
            found.push(Finding { line: line_of(&code, code.find("#[island").unwrap_or(0)), what });
        }
    }
    found.extend(server_functions(&code));
    found.extend(words::apply(path, text));
    found
}

/// Comments may name what code must not do. Their lines are emptied, not removed, so that line numbers stay right.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Leptos 0.8 does not escape what a textarea contains: `</textarea><script>` would run.
fn textareas(code: &str) -> Vec<Finding> {
    let dynamic = code.match_indices("</textarea>").filter(|(at, _)| {
        let before = code[..*at].trim_end();
        !before.ends_with('>') || before.ends_with("->") || before.ends_with("=>")
    });
    let what = "Leptos 0.8 does not escape the children of a textarea; use prop:value";
    dynamic.map(|(at, _)| Finding { line: line_of(code, at), what }).collect()
}

/// Without an endpoint the URL carries a hash of the build folder, so server and browser disagree. A GET that changes
/// something is sent by any cross-site link, cookies included.
fn server_functions(code: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    // `#[server(default)]` stands at an argument.
    let functions = code.match_indices("#[server").filter(|(at, _)| !code[*at..].starts_with("#[server(default)]"));
    for (at, opening) in functions {
        let attribute = code[at..].split(")]").next().unwrap_or_default();
        let line = line_of(code, at);
        // `#[server]` without arguments has no bracket of its own to end at.
        let bare = code[at + opening.len()..].starts_with(']');
        let endpoint = attribute.split_once("endpoint").filter(|_| !bare).and_then(|(_, rest)| rest.split('"').nth(1));
        match endpoint {
            None => found.push(Finding { line, what: "a server function needs a stable name: endpoint = \"…\"" }),
            Some(name) if attribute.contains("GetUrl") && !READS.contains(&name.trim_start_matches('/')) => {
                found.push(Finding { line, what: "only reads may be reached by GET" });
            }
            Some(_) => {}
        }
    }
    found
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::apply;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        apply(path, text).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn forbidden_words_count_in_app_and_not_in_comments() {
        let text =
            "// inner_html is not for us\nlet a = view! { <p inner_html=x/> };\nlet b = view! { <p style=\"a\"/> };\n";
        assert_eq!(lines("app/src/a.rs", text), [2, 3]);
        assert_eq!(lines("server/src/a.rs", text), [0; 0]);
    }

    #[test]
    fn a_textarea_may_be_empty_but_not_filled() {
        assert_eq!(lines("app/src/a.rs", "<textarea prop:value=x></textarea>"), [0; 0]);
        assert_eq!(lines("app/src/a.rs", "<textarea>\n{move || x.get()}</textarea>"), [2]);
        assert_eq!(lines("app/src/a.rs", "<textarea>words</textarea>"), [1]);
    }

    #[test]
    fn a_server_function_has_an_endpoint() {
        assert_eq!(lines("app/src/a.rs", "#[server]\nasync fn a() {}\n#[server(endpoint = \"b\")]\n"), [1]);
        assert_eq!(lines("app/src/a.rs", "#[server(prefix = \"/api\")]\nasync fn a() {}\n"), [1]);
        assert_eq!(lines("app/src/a.rs", "#[server(\n    prefix = \"/api\",\n    endpoint = \"a\"\n)]\n"), [0; 0]);
    }

    #[test]
    fn get_is_for_reads() {
        assert_eq!(lines("app/src/a.rs", "#[server(endpoint = \"me\", input = GetUrl)]"), [0; 0]);
        assert_eq!(lines("app/src/a.rs", "#[server(endpoint = \"logout\", input = GetUrl)]"), [1]);
    }

    #[test]
    fn the_admin_panel_has_no_islands() {
        assert_eq!(lines("app/src/pages/admin.rs", "fn a() {}\n#[island]\nfn Users() {}"), [2]);
        assert_eq!(lines("app/src/pages/login.rs", "#[island]\nfn Reveal() {}"), [0; 0]);
    }
}
