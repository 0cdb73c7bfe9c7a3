//! Pages that show data.

use crate::{error::AppError, pages::message::Failed};
use leptos::prelude::*;

/// Loads first and shows afterwards, the whole page or the page of the error instead.
///
/// A bare `Suspend`: it is polled as part of the one document, so the title and the status can still be set from within, and nothing is
/// sent to the browser twice. A `Suspense` around it would walk its children more than once, and a resource would ask for an encoding of
/// data that never travels.
pub fn loaded<T, V>(
    load: impl Future<Output = Result<T, AppError>> + Send + 'static,
    page: impl FnOnce(T) -> V + Send + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    Suspend::new(async move {
        match load.await {
            Ok(data) => page(data).into_any(),
            Err(error) => view! { <Failed error /> }.into_any(),
        }
    })
}
