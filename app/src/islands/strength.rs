//! A hint at the strength of a new password while it is typed: at once what can be told here, and after a pause what the server
//! says. It decides nothing, and says "good" only when the server did. Without an answer the hint stays as it is.
//!
//! Its words are on the page, as `data-` attributes named like the words of the server.

use super::{
    dom::{each, number, on},
    server,
};
use identity::words::{Fault, Strength, password_fault};
use leptos::prelude::{document, set_timeout};
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{
    Element, HtmlInputElement,
    js_sys::{JsString, encode_uri_component},
};
use std::{cell::Cell, rc::Rc, time::Duration};

/// Nobody is asked while the next character comes.
const PAUSE: Duration = Duration::from_millis(400);

/// The class of each number of bars.
const CLASSES: [&str; 5] =
    ["strength", "strength strength--1", "strength strength--2", "strength strength--3", "strength strength--4"];

/// Before the server has answered: long enough, and no more is known.
const LONG_ENOUGH: (usize, &str) = (2, "long_enough");

pub(super) fn begin() {
    each("[data-measures]", |hint| {
        let input = hint.get_attribute("data-measures").and_then(|id| document().get_element_by_id(&id));
        let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return };
        let min = number(&hint, "data-min") as usize;
        let meter = Rc::new(Meter { hint, input, min, typed: Cell::new(0), asking: Cell::new(false) });
        on(&meter.input.clone(), "input", move |_| meter.typed());
    });
}

struct Meter {
    hint: Element,
    input: HtmlInputElement,
    min: usize,
    /// Counts the changes, to know an answer that comes too late.
    typed: Cell<u32>,
    /// One question at a time.
    asking: Cell<bool>,
}

impl Meter {
    fn typed(self: &Rc<Self>) {
        self.typed.set(self.typed.get().wrapping_add(1));
        let (bars, word) = told_here(&self.normal(), self.min);
        self.show(bars, word);
        self.wait();
    }

    /// What was typed as the server will count it. The browser has the tables for that.
    fn normal(&self) -> String {
        JsString::from(self.input.value()).normalize("NFC").into()
    }

    fn wait(self: &Rc<Self>) {
        let (meter, typed) = (self.clone(), self.typed.get());
        set_timeout(
            move || {
                if meter.typed.get() == typed {
                    meter.ask();
                }
            },
            PAUSE,
        );
    }

    fn ask(self: &Rc<Self>) {
        if self.asking.get() || password_fault(&self.normal(), self.min).is_some() {
            return;
        }
        self.asking.set(true);
        let (meter, typed) = (self.clone(), self.typed.get());
        spawn_local(async move {
            let answer = server::ask("/api/password_strength", Some(&meter.form())).await;
            meter.asking.set(false);
            if meter.typed.get() != typed {
                meter.wait();
            } else if let Ok((200, answer)) = answer {
                meter.answered(&answer);
            }
        });
    }

    /// The password, and the name and address of the form it is in, if it asks for any.
    fn form(&self) -> String {
        let mut body = field("password", &self.input.value());
        let form = self.input.form();
        for (name, selector) in [("name", "[name=name]"), ("email", "[name=email]")] {
            let input = form.as_ref().and_then(|form| form.query_selector(selector).ok().flatten());
            if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
                body.push('&');
                body.push_str(&field(name, &input.value()));
            }
        }
        body
    }

    fn answered(&self, answer: &JsValue) {
        let word = server::text(answer, &["word"]).unwrap_or_default();
        let fault = server::text(answer, &["faults", "0", "fault"]);
        self.show(bars(&word), fault.as_deref().unwrap_or(&word));
    }

    fn show(&self, bars: usize, word: &str) {
        self.hint.set_class_name(CLASSES[bars]);
        let _ = if bars == 0 { self.hint.set_attribute("hidden", "") } else { self.hint.remove_attribute("hidden") };
        let mut name = String::from("data-");
        name.push_str(word);
        let word = self.hint.get_attribute(&name);
        let shown = self.hint.last_element_child();
        // Setting the same text again would have it read aloud again.
        if let Some(shown) = shown.filter(|shown| shown.text_content() != word) {
            shown.set_text_content(word.as_deref());
        }
    }
}

/// `name=value`, as a form sends it.
fn field(name: &str, value: &str) -> String {
    let mut field = String::from(name);
    field.push('=');
    field.push_str(&String::from(encode_uri_component(value)));
    field
}

/// How many bars, and which word.
fn told_here(normal: &str, min: usize) -> (usize, &'static str) {
    match password_fault(normal, min) {
        Some(Fault::Missing) => (0, ""),
        Some(fault) => (1, fault.as_str()),
        None => LONG_ENOUGH,
    }
}

/// The same for the server's word.
fn bars(word: &str) -> usize {
    match Strength::from_word(word) {
        None | Some(Strength::Refused) => 1,
        Some(Strength::Guessable | Strength::Fair | Strength::LongEnough) => 2,
        Some(Strength::Good) => 3,
        Some(Strength::Strong) => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_would_refuse_is_told_at_once() {
        assert_eq!(told_here("", 15), (0, ""));
        assert_eq!(told_here("short", 15), (1, "too_short"));
        assert_eq!(told_here("a tab\tin the middle", 15), (1, "unprintable"));
        assert_eq!(told_here(&"x".repeat(129), 15), (1, "too_long"));
    }

    #[test]
    fn nothing_is_called_good_before_the_server_has_said_so() {
        assert_eq!(told_here("correct horse battery staple", 15), (2, "long_enough"));
        assert_eq!(
            ["refused", "guessable", "fair", "long_enough", "good", "strong", "?"].map(bars),
            [1, 2, 2, 2, 3, 4, 1]
        );
    }
}
