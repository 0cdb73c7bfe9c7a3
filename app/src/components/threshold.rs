//! The pages before the door: a form beside a front door, which is all the decoration there is.

use super::{Brand, FlashNotice};
use crate::{catalogue::frame as words, islands::Manners, visit};
use leptos::prelude::*;
use leptos_meta::Title;

/// A page for a stranger.
#[component]
pub fn Threshold(
    /// The title of the document and of the page.
    title: &'static str,
    /// One line below the title.
    #[prop(optional)]
    lead: &'static str,
    /// Whether the content itself says what the page before had to tell.
    #[prop(optional)]
    told: bool,
    /// The content.
    children: Children,
) -> impl IntoView {
    let host = visit::current()
        .and_then(|visit| {
            let url = &visit.house.settings.public_url;
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            url.host_str().map(|host| format!("{host}{port}"))
        })
        .unwrap_or_default();
    view! {
        <Title text=words::document(title) />
        <div class="threshold">
            <div class="threshold__side">
                <header class="threshold__head"><Brand /></header>
                <main class="threshold__main">
                    <div>
                        <h1>{title}</h1>
                        {(!lead.is_empty()).then(|| view! { <p class="threshold__lead">{lead}</p> })}
                    </div>
                    {(!told).then(|| view! { <FlashNotice /> })}
                    {children()}
                </main>
                <footer>
                    <p class="threshold__foot">{words::guarded(&host)}</p>
                </footer>
            </div>
            <div class="threshold__door"><Door /></div>
        </div>
        <Manners />
    }
}

/// The door.
#[component]
fn Door() -> impl IntoView {
    view! {
        <svg class="door" viewBox="0 0 640 860" preserveAspectRatio="xMidYMax meet" overflow="visible" aria-hidden="true">
            <radialGradient id="glow">
                <stop offset=".25" stop-color="var(--door-glow)" /><stop offset="1" stop-color="var(--door-glow)" stop-opacity="0" />
            </radialGradient>
            <circle cx="320" cy="330" r="480" fill="url(#glow)" />
            <path fill="var(--door-ground)" d="M-900 768h2440v400H-900z" />
            <path fill="var(--door-stone)" d="M152 740V330a168 168 0 0 1 336 0v410z" />
            <path fill="var(--door-shade)" d="M184 740V330a136 136 0 0 1 272 0v410zM304 156h32l7 44h-46z" />
            <path fill="var(--door-glass)" d="M196 334a124 124 0 0 1 248 0z" />
            <g fill="none" stroke="var(--door-stone)" stroke-width="5">
                <path d="M320 334v-124M320 334 258 226.6M320 334l62-107.4M320 334l-107.4-62M320 334l107.4-62" />
                <path d="M241 334a79 79 0 0 1 158 0" />
            </g>
            <path fill="var(--door-leaf)" d="M282 334a38 38 0 0 1 76 0zM196 350h248v390H196z" />
            <path fill="var(--door-stone)" d="M184 332h272v16H184z" />
            <path
                fill="var(--door-line)"
                d="M220 378h88v168h-88zM332 378h88v168h-88zM220 612h88v100h-88zM332 612h88v100h-88z"
            />
            <path
                fill="var(--door-leaf)"
                d="M229 387h70v150h-70zM341 387h70v150h-70zM229 621h70v82h-70zM341 621h70v82h-70z"
            />
            <g fill="var(--door-brass)">
                <rect x="280" y="572" width="80" height="15" rx="4" />
                <circle cx="432" cy="560" r="7.5" />
                <rect x="427" y="576" width="10" height="24" rx="5" />
                <path d="M196 728h248v12H196z" />
            </g>
            <g fill="var(--door-line)">
                <rect x="287" y="577.5" width="66" height="4" rx="2" />
                <circle cx="432" cy="585" r="2" />
                <path d="M431 585h2l1 8h-4z" />
            </g>
            <path fill="var(--door-stone)" d="M128 740h384v18H128zM96 758h448v20H96z" />
            <path fill="var(--door-shade)" d="M128 754h384v4H128zM96 774h448v5H96z" />
            <g id="tree">
                <path stroke="var(--door-pot)" stroke-width="7" d="M62 600v110" />
                <g fill="var(--door-tree)"><circle cx="62" cy="616" r="50" /><circle cx="62" cy="532" r="34" /></g>
                <path fill="var(--door-pot)" d="M26 696h72v14h-5l-7 70H38l-7-70h-5z" />
            </g>
            <use href="#tree" x="516" />
        </svg>
    }
}
