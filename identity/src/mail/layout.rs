//! How a letter looks: the same parts as plain text and as HTML, so that the two cannot say different things.
//!
//! Styles are inline where mail programs demand it; the one `<style>` block only swaps colours in the dark and may be dropped
//! without harm. Nothing is loaded from anywhere.

use std::fmt::Write;

/// A piece of a letter. All strings are plain text; escaping happens here and nowhere else.
pub(super) enum Part<'a> {
    /// A paragraph.
    Says(&'a str),
    /// The one thing to do: its label and link.
    Button(&'a str, &'a str),
    /// Something to type elsewhere.
    Code(&'a str),
    /// Labels and values.
    Facts(&'a [(&'a str, &'a str)]),
}

const DARK: &str = "@media (prefers-color-scheme:dark){body,.page{background:#14171c!important;color:#e8eaed!important}\
.quiet{color:#9aa3ad!important}.code{background:#252a32!important;color:#e8eaed!important}\
.button{background:#8ab4ff!important;color:#10131a!important}}";

/// Text and HTML of a letter; `why` is the small print.
pub(super) fn lay_out(title: &str, parts: &[Part<'_>], why: &str) -> (String, String) {
    let (mut text, mut html) = (String::new(), head(title));
    for part in parts {
        as_text(part, &mut text);
        as_html(part, &mut html);
    }
    let _ = write!(text, "-- \n{why}\n");
    let _ = write!(
        html,
        "<p class=\"quiet\" style=\"margin:32px 0 0;font-size:13px;color:#5b6570\">{}</p>\n</div></body></html>\n",
        escaped(why)
    );
    (text, html)
}

fn as_text(part: &Part<'_>, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match part {
        Part::Says(words) => write!(out, "{words}\n\n"),
        Part::Button(label, link) => write!(out, "{label}:\n{link}\n\n"),
        Part::Code(code) => write!(out, "    {code}\n\n"),
        Part::Facts(facts) => {
            let lines: String = facts.iter().map(|(label, value)| format!("{label}: {value}\n")).collect();
            writeln!(out, "{lines}")
        }
    };
}

fn as_html(part: &Part<'_>, out: &mut String) {
    let _ = match part {
        Part::Says(words) => writeln!(out, "<p style=\"margin:0 0 16px\">{}</p>", escaped(words)),
        Part::Button(label, link) => writeln!(
            out,
            "<p style=\"margin:24px 0\"><a class=\"button\" href=\"{}\" style=\"display:inline-block;padding:12px 20px;\
             border-radius:8px;background:#1f4fd8;color:#ffffff;font-weight:600;text-decoration:none\">{}</a></p>\n\
             <p class=\"quiet\" style=\"margin:0 0 16px;font-size:13px;color:#5b6570;word-break:break-all\">{}</p>",
            escaped(link),
            escaped(label),
            escaped(link)
        ),
        Part::Code(code) => writeln!(
            out,
            "<p style=\"margin:0 0 16px\"><strong class=\"code\" style=\"display:inline-block;padding:8px 14px;border-radius:8px;\
             background:#eef1f6;font:600 20px/1.4 ui-monospace,Consolas,monospace;letter-spacing:1px\">{}</strong></p>",
            escaped(code)
        ),
        Part::Facts(facts) => {
            let lines: Vec<String> =
                facts.iter().map(|(label, value)| format!("{}: {}", escaped(label), escaped(value))).collect();
            writeln!(out, "<p style=\"margin:0 0 16px\">{}</p>", lines.join("<br>\n"))
        }
    };
}

fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{}</title><style>{DARK}</style></head>\n\
         <body style=\"margin:0;background:#ffffff;color:#1b1f24\"><div class=\"page\" style=\"max-width:520px;margin:0 auto;\
         padding:32px 20px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif\">\n",
        escaped(title)
    )
}

/// Text as it may stand between tags and inside quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
