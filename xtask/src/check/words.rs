//! The rule that pages and their pieces hold no words: every word a person reads is in `app/src/catalogue`.
//!
//! It looks at string literals, one by one, and goes by where a literal stands and how it begins. It may be fooled on purpose (a
//! single lower-case word in a branch looks like a class name), never by an ordinary `<p>"Some words"</p>`.

use super::Finding;

/// Where there may be no words.
const FOLDERS: [&str; 2] = ["app/src/pages/", "app/src/components/"];

/// Attributes and properties that people read, or hear read to them. `aria-label` and `data-label` end like the first.
const READ: [&str; 7] = ["label=", "hint=", "lead=", "title=", "legend=", "alt=", "placeholder="];

const WHAT: &str = "words belong into app/src/catalogue, where a translator finds them";

/// The words in one source file.
pub fn apply(path: &str, text: &str) -> Vec<Finding> {
    if !FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        return Vec::new();
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let words = literals(code).into_iter().filter(|literal| is_words(code, literal));
    words.map(|(from, _)| Finding { line: code[..from].matches('\n').count() + 1, what: WHAT }).collect()
}

/// From the opening quote to the closing one.
type Literal = (usize, usize);

/// Every string literal outside comments.
fn literals(code: &str) -> Vec<Literal> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &code.as_bytes()[at..];
        if rest.starts_with(b"//") {
            at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        } else if rest.starts_with(b"'\"'") || rest.starts_with(b"'\\") {
            // A character: a quote, or something escaped.
            at += 3;
        } else if rest[0] == b'"' {
            let from = at;
            at += 1;
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            found.push((from, at.min(bytes.len())));
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

fn is_words(code: &str, &(from, to): &Literal) -> bool {
    let text = &code[from + 1..to];
    let before = &code[..from];
    let after = code.get(to + 1..).unwrap_or_default().trim_start();
    let has_letters = without_places(text).chars().any(char::is_alphabetic);
    let of_attribute = before.strip_suffix("format!(").unwrap_or(before);
    if of_attribute.ends_with('=') {
        return has_letters && READ.iter().any(|name| of_attribute.ends_with(name));
    }
    let sentence = begins_like_a_sentence(text) || has_two_words(text);
    has_letters && !before.ends_with("<code>") && (sentence || is_text_node(before.trim_end(), after))
}

/// What `format!` fills in is not words.
fn without_places(text: &str) -> String {
    text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect()
}

/// A capital letter and a small one.
fn begins_like_a_sentence(text: &str) -> bool {
    let mut letters = text.trim_start_matches(|c: char| !c.is_alphabetic() && c != '/' && c != '{').chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
}

/// Two neighbours of letters alone. Class names mostly have a dash or an underscore, drawings have digits.
fn has_two_words(text: &str) -> bool {
    let is_word = |part: &str| part.chars().count() > 1 && part.chars().all(char::is_alphabetic);
    let parts: Vec<bool> =
        text.split_whitespace().map(|part| is_word(part.trim_end_matches(['.', ',', '?', ':']))).collect();
    parts.windows(2).any(|pair| pair[0] && pair[1])
}

/// Between tags, or between braces of a view.
fn is_text_node(before: &str, after: &str) -> bool {
    let after_tag = before.ends_with('>') && !before.ends_with("=>") && !before.ends_with("->");
    let before_tag =
        after.strip_prefix('<').is_some_and(|tag| tag.starts_with(|c: char| c == '/' || c.is_alphabetic()));
    let after_braces = before.ends_with('}') && !after.starts_with("=>") && !after.starts_with('|');
    after_tag || before_tag || after_braces
}

#[cfg(test)]
mod tests {
    use super::apply;

    fn lines(text: &str) -> Vec<usize> {
        apply("app/src/pages/a.rs", text).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn words_are_found_where_people_read_them() {
        for text in [
            "<p>\"Some words\"</p>",
            "<p>\n    \"none of your business\"\n</p>",
            "<a href=\"/login\">\"now\"</a>",
            "{shown} \" shown\"",
            "<p>{host} \" by \" {PRODUCT}</p>",
            "aria-label=\"close\"",
            "label=\"Email\" kind=\"email\"",
            "title=format!(\"{name} x\")",
            "if own { \"End all\" } else { words::X }",
            "None => \"Never\".into_any(),",
            "format!(\"{count} could not be sent\")",
            "#[prop(default = \"Password\")]",
        ] {
            assert_eq!(lines(text).len(), 1, "{text}");
        }
        assert_eq!(lines("// \"A comment\"\nlet a = '\"';\nlet b = \"Two words\"; // \"Not these\"\n"), [3]);
    }

    #[test]
    fn what_nobody_reads_is_no_word() {
        for text in [
            "<p class=\"card stack\">{words::LEAD}</p>",
            "let class = if large { \"avatar avatar--large\" } else { \"avatar\" };",
            "<path d=\"M10 3 2.6 15.9a.8.8 0 0 0 .7 1.1\" />",
            "<svg preserveAspectRatio=\"xMidYMax meet\">",
            "<form method=\"post\" action=\"/api/login\"><input type=\"hidden\" name=\"next\" value=next />",
            "{words::NEW_HERE} \" \" <a href=\"/register\">",
            "format!(\"/admin/users/{}\", user.id)",
            "title=format!(\"{a} · {b}\")",
            "<code>\"latchkey admin create\"</code>",
            "match word { A => {} \"user\" => b, _ => c }",
            "404 => \"doorway__gap\",",
            "{PRODUCT} \" \" {env!(\"CARGO_PKG_VERSION\")}",
            "#[cfg(test)]\nmod tests { const A: &str = \"Some words\"; }",
        ] {
            assert_eq!(lines(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn it_is_for_pages_and_pieces() {
        assert!(apply("app/src/catalogue/a.rs", "const A: &str = \"Some words\";").is_empty());
        assert!(apply("server/src/a.rs", "const A: &str = \"Some words\";").is_empty());
        assert_eq!(apply("app/src/components/a.rs", "const A: &str = \"Some words\";").len(), 1);
    }
}
