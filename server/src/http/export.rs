//! `/account/export`: everything held about the asker, as a file. The one page that is no page.
//!
//! Sent while it is read, so that nobody's long life fills our memory. When the database goes away in the middle, the connection is
//! cut: a file that looks whole must be whole. Not a server function, because `answers.rs` reads their answers to the end first.

use super::{Site, answers};
use app::visit::Visit;
use axum::{
    body::Body,
    extract::{Extension, State},
    http::{HeaderMap, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use identity::accounts::leaving;

/// Where it is.
pub const PATH: &str = "/account/export";

/// The answer. The guard has led a browser without a proof to where it is given; the rule asks for it all the same.
pub async fn export(
    State(site): State<Site>,
    Extension(visit): Extension<Visit>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let proven = match visit.proven().await {
        Ok(proven) => proven,
        Err(error) => return answers::refuse(&headers, &error),
    };
    if method == Method::HEAD {
        // What is only asked about is not taken away.
        return file(&site, Body::empty());
    }
    let export = match leaving::export(&site.house, &proven, &visit.device).await {
        Ok(export) => export,
        Err(refusal) => return answers::refuse(&headers, &app::answer::worded(refusal)),
    };
    let pieces = stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(piece) => Ok(piece.map(|piece| (piece, export))),
            Err(refusal) => {
                tracing::error!(error = %refusal, "a copy of somebody's data could not be finished and was cut off");
                Err(refusal)
            }
        }
    });
    file(&site, Body::from_stream(pieces))
}

fn file(site: &Site, body: Body) -> Response {
    let day = app::catalogue::moments::day(site.house.now().0);
    let name = format!("attachment; filename=\"latchkey-export-{day}.json\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}
