//! How a letter looks: the same parts as plain text and as HTML, so that the two cannot say different things.
//!
//! Styles are inline where mail programs demand it; the one `<style>` block only swaps colours in the dark and may be dropped
//! without harm. Nothing is loaded from anywhere: the mark is a letter on a coloured ground, in the colours of `style/tokens.css`.

use std::fmt::Write;

/// A piece of a letter. All strings are plain text; escaping happens here and nowhere else.
pub(super) enum Part<'a> {
    /// A paragraph.
    Says(&'a str),
    /// The one thing to do: its label and link.
    Button(&'a str, &'a str),
    /// Something else that can be done, in an emergency: why, and its label and link.
    Otherwise(&'a str, &'a str, &'a str),
    /// Something to type elsewhere.
    Code(&'a str),
    /// Labels and values.
    Facts(&'a [(&'a str, &'a str)]),
}

/// The name above every letter.
const SENDER: &str = "Latchkey";

const DARK: &str = "@media (prefers-color-scheme:dark){body,.page{background:#0b1410!important;color:#eeede6!important}\
.card{background:#151e1a!important;border-color:#293631!important}.quiet,.quiet a{color:#adb4a8!important}\
.line{border-color:#293631!important}.code{background:#1d2823!important;color:#eeede6!important}\
.button{background:#e9c26b!important;color:#0b1410!important}.otherwise{color:#eeede6!important;border-color:#5c6b62!important}}";

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
        "</div>\n<p class=\"quiet\" style=\"margin:20px 0 0;font-size:13px;color:#4c5951\">{}</p>\n</div></body></html>\n",
        escaped(why)
    );
    (text, html)
}

fn as_text(part: &Part<'_>, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match part {
        Part::Says(words) => write!(out, "{words}\n\n"),
        Part::Button(label, link) => write!(out, "{label}:\n{link}\n\n"),
        Part::Otherwise(why, label, link) => write!(out, "{why}\n\n{label}:\n{link}\n\n"),
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
            "<p style=\"margin:24px 0 12px\"><a class=\"button\" href=\"{}\" style=\"display:inline-block;padding:12px 22px;\
             border-radius:10px;background:#18503d;color:#fdfdfa;font-weight:600;text-decoration:none\">{}</a></p>\n\
             <p class=\"quiet\" style=\"margin:0 0 20px;font-size:13px;color:#4c5951;word-break:break-all\">{}</p>",
            escaped(link),
            escaped(label),
            escaped(link)
        ),
        Part::Otherwise(why, label, link) => writeln!(
            out,
            "<div class=\"line\" style=\"margin:24px 0 0;padding:20px 0 0;border-top:1px solid #dfdcd2\">\n\
             <p style=\"margin:0 0 14px\">{}</p>\n\
             <p style=\"margin:0\"><a class=\"otherwise\" href=\"{}\" style=\"display:inline-block;padding:9px 16px;\
             border:1px solid #8a918a;border-radius:10px;color:#15261f;font-weight:600;text-decoration:none\">{}</a></p>\n</div>",
            escaped(why),
            escaped(link),
            escaped(label)
        ),
        Part::Code(code) => writeln!(
            out,
            "<p style=\"margin:0 0 16px\"><strong class=\"code\" style=\"display:inline-block;padding:8px 14px;border-radius:8px;\
             background:#f0eee5;font:600 20px/1.4 ui-monospace,Consolas,monospace;letter-spacing:1px\">{}</strong></p>",
            escaped(code)
        ),
        Part::Facts(facts) => {
            let row = |(label, value): &(&str, &str)| {
                format!(
                    "<tr><td class=\"quiet\" style=\"padding:3px 20px 3px 0;color:#4c5951;vertical-align:top;white-space:nowrap\">{}</td>\
                     <td style=\"padding:3px 0;vertical-align:top;word-break:break-word\">{}</td></tr>\n",
                    escaped(label),
                    escaped(value)
                )
            };
            let rows: String = facts.iter().map(row).collect();
            writeln!(
                out,
                "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"margin:0 0 16px;border-collapse:collapse;\
                 font:inherit;color:inherit\">\n{rows}</table>"
            )
        }
    };
}

fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{title}</title><style>{DARK}</style></head>\n\
         <body style=\"margin:0;background:#f8f6f1;color:#15261f\"><div class=\"page\" style=\"max-width:560px;margin:0 auto;\
         padding:28px 16px 40px;background:#f8f6f1;font:16px/1.55 Inter,system-ui,-apple-system,'Segoe UI',sans-serif\">\n\
         <p style=\"margin:0 0 18px;font-weight:650;letter-spacing:-0.3px\"><span aria-hidden=\"true\" style=\"display:inline-block;\
         width:28px;margin:0 9px 0 0;border-radius:8px;background:#18503d;color:#e9c26b;font-weight:700;line-height:28px;\
         text-align:center\">L</span>{SENDER}</p>\n\
         <div class=\"card\" style=\"padding:28px 24px;border:1px solid #dfdcd2;border-radius:16px;background:#fdfdfa\">\n\
         <h1 style=\"margin:0 0 18px;font-size:21px;line-height:1.3;letter-spacing:-0.4px\">{title}</h1>\n",
        title = escaped(title)
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
