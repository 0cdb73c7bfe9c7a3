use leptos::prelude::*;

#[island]
pub fn Reveal() -> impl IntoView {
    let (on, set_on) = signal(false);
    view! { <button type="button" on:click=move |_| set_on.update(|o| *o = !*o)>{move || if on.get() { "Hide" } else { "Show" }}</button> }
}

#[server(prefix = "/api", endpoint = "ping")]
pub async fn ping(name: String) -> Result<String, ServerFnError> {
    Ok(name)
}
