//! `/admin/audit/export.csv` and `.jsonl`: the audit log, or what a filter chooses of it, as a file.
//!
//! Sent while it is read, like `export.rs`, and cut off when the database goes away: a file that looks whole must be whole.

use super::{Site, answers};
use app::{error::AppError, visit::Visit};
use axum::{
    body::Body,
    extract::{Extension, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use identity::{
    audit::{self, Asked, Export, Format},
    words::Permission,
};

/// Where they are.
pub const PATHS: [&str; 2] = ["/admin/audit/export.csv", "/admin/audit/export.jsonl"];

/// The answer. The guard has led a browser without a proof to where it is given; the rule asks for it all the same.
pub async fn export(
    State(site): State<Site>,
    Extension(visit): Extension<Visit>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let format = if uri.path().ends_with(".csv") { Format::Csv } else { Format::Jsonl };
    match begin(&site, &visit, format, &method, asked).await {
        Ok((reaches, body)) => file(&site, format, reaches, body),
        Err(error) => answers::refuse(&headers, &error),
    }
}

async fn begin(
    site: &Site,
    visit: &Visit,
    format: Format,
    method: &Method,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<(i64, Body), AppError> {
    let admin = visit.may_change(Permission::AuditRead).await?;
    let Ok(Query(asked)) = asked else { return Err(AppError::NotFound) };
    let chosen = audit::choose(&site.house, &admin, &asked).await.map_err(app::answer::worded)?;
    if *method == Method::HEAD {
        // What is only asked about is not taken away.
        return Ok((audit::standing(&site.house).await.map_err(app::answer::worded)?.seq, Body::empty()));
    }
    let export = Export::begin(site.house.clone(), &admin, chosen, format).await.map_err(app::answer::worded)?;
    let reaches = export.standing().seq;
    let body = Body::from_stream(stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(piece) => Ok(piece.map(|piece| (piece, export))),
            Err(refusal) => {
                tracing::error!(error = %refusal, "an export of the audit log could not be finished and was cut off");
                Err(refusal)
            }
        }
    }));
    Ok((reaches, body))
}

/// Its name says how far it reaches: what has no place in the chain yet is not in it.
fn file(site: &Site, format: Format, reaches: i64, body: Body) -> Response {
    let day = app::catalogue::moments::day(site.house.now().0);
    let name = format!("attachment; filename=\"latchkey-audit-{day}-to-{reaches}.{format}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}
