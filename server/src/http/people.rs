//! `/admin/users/export.csv` and `.json`: the list of accounts as a file, narrowed and ordered as the link says.
//!
//! Sent while it is read, like [`export`](super::export): who stops reading stops the reading, and a list that could not be finished is
//! cut off, so that what looks whole is whole.

use super::{Site, answers};
use app::{api::Asked, error::AppError, visit::Visit};
use axum::{
    body::Body,
    extract::{Extension, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use identity::{
    admin::{self, Format},
    words::{Fault, Field, FieldError, Permission},
};

/// Where the list is as CSV.
pub const CSV: &str = "/admin/users/export.csv";

/// Where it is as JSON.
pub const JSON: &str = "/admin/users/export.json";

/// The answer. The guard has led a browser without a proof to where it is given; the rule asks for it all the same.
pub async fn export(
    State(site): State<Site>,
    Extension(visit): Extension<Visit>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let format = if uri.path() == CSV { Format::Csv } else { Format::Json };
    match begin(&site, &visit, &method, &uri, format).await {
        Ok(body) => file(&site, format, body),
        Err(error) => answers::refuse(&headers, &error),
    }
}

async fn begin(site: &Site, visit: &Visit, method: &Method, uri: &Uri, format: Format) -> Result<Body, AppError> {
    let proven = visit.may_change(Permission::UsersRead).await?;
    let malformed = |_| AppError::Invalid { fields: vec![FieldError::new(Field::Form, Fault::Malformed)] };
    let asked: Asked = serde_urlencoded::from_str(uri.query().unwrap_or_default()).map_err(malformed)?;
    let filter = asked.filter()?;
    if method == Method::HEAD {
        // What is only asked about is not taken away.
        return Ok(Body::empty());
    }
    let export = admin::export_users(&site.house, &proven, &filter, format).await.map_err(app::answer::worded)?;
    let pieces = stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(piece) => Ok(piece.map(|piece| (piece, export))),
            Err(refusal) => {
                tracing::error!(error = %refusal, "a list of accounts could not be finished and was cut off");
                Err(refusal)
            }
        }
    });
    Ok(Body::from_stream(pieces))
}

fn file(site: &Site, format: Format, body: Body) -> Response {
    let day = app::catalogue::moments::day(site.house.now().0);
    let name = format!("attachment; filename=\"latchkey-users-{day}.{format}\"");
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        Format::Json => "application/json",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}
