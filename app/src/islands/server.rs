//! How the island asks the server: a request of the page it stands on, with its cookies, and JSON back.

use leptos::prelude::window;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Headers, RequestInit, Response, js_sys::Reflect};
use wasm_bindgen_futures::JsFuture;

/// The status and the answer. With a form it is sent, without one something is read.
pub(super) async fn ask(path: &str, form: Option<&str>) -> Result<(u16, JsValue), JsValue> {
    let (request, headers) = (RequestInit::new(), Headers::new()?);
    headers.set("Accept", "application/json")?;
    if let Some(form) = form {
        headers.set("Content-Type", "application/x-www-form-urlencoded")?;
        request.set_method("POST");
        request.set_body(&JsValue::from_str(form));
    }
    request.set_headers(&headers);
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, &request)).await?;
    let answer: Response = answer.dyn_into()?;
    let body = JsFuture::from(answer.json()?).await?;
    Ok((answer.status(), body))
}

/// What an answer says under a name. Nothing, where there is no such thing.
pub(super) fn field(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A text inside of an answer, by the names that lead to it.
pub(super) fn text(of: &JsValue, names: &[&str]) -> Option<String> {
    names.iter().fold(of.clone(), |of, name| field(&of, name)).as_string()
}
