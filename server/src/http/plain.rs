//! Small pages that need neither Leptos nor a script: refusals before rendering, errors after a panic, the mailbox.
//!
//! The one place where HTML is put together from strings, so [`Escaped`] is here too and nowhere else.

use crate::words::browser as words;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use std::fmt;

/// Text inside an element or a quoted attribute.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => fmt::Write::write_char(f, other)?,
            }
        }
        Ok(())
    }
}

/// A page that says one thing.
pub fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let main = format!(
        "<main class=\"message\"><p class=\"message__code\">{}</p><h1>{}</h1><p>{}</p>\
         <p><a class=\"button\" href=\"/\">{}</a></p></main>",
        status.as_u16(),
        Escaped(title),
        Escaped(text),
        Escaped(words::TO_START)
    );
    (status, document(title, &main)).into_response()
}

/// A whole document around `main`, which is HTML already; `title` is text.
pub fn document(title: &str, main: &str) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <title>{}</title>{}</head><body>{main}</body></html>",
        Escaped(&app::catalogue::frame::document(title)),
        stylesheet()
    ))
}

/// The product's style; nothing when the binary was built without assets.
fn stylesheet() -> String {
    super::assets::stylesheet()
        .map_or(String::new(), |path| format!("<link rel=\"stylesheet\" href=\"{}\">", Escaped(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn text_stays_text() {
        let response = page(StatusCode::NOT_FOUND, "<b>", "\"><script>alert('1')</script>&");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"), "{body}");
        assert!(!body.contains("<script") && !body.contains("<b>"), "{body}");
    }
}
