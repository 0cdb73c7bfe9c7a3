//! Letters as their reader gets them: delivered into a folder, read with a mail parser, and taken out of it.

use super::TestApp;
use identity::mail::{self, Transport};
use mail_parser::MessageParser;

/// A letter somebody received.
#[derive(Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Letter {
    /// The path and query of its link with a token.
    pub fn link(&self) -> String {
        let link = self.text.split_whitespace().find(|word| word.contains("?token=")).expect("a link with a token");
        link.strip_prefix(super::ORIGIN).expect("a link to the installation").to_owned()
    }

    /// The token in its link.
    pub fn token(&self) -> String {
        self.link().split_once("?token=").expect("a token").1.to_owned()
    }

    /// The code that can be typed instead: three groups of five.
    pub fn code(&self) -> String {
        let is_code = |line: &&str| line.len() == 17 && line.split('-').all(|group| group.len() == 5);
        self.text.lines().map(str::trim).find(is_code).expect("a line with a code").to_owned()
    }
}

impl TestApp {
    /// The letters posted since the last time somebody looked, in no particular order.
    pub async fn letters(&self) -> Vec<Letter> {
        let folder = self.dir.path().join("mail");
        mail::deliver_due(&self.house, &Transport::files(&folder)).await.unwrap();
        let files = std::fs::read_dir(&folder).into_iter().flatten().map(|file| file.unwrap().path());
        files
            .map(|path| {
                let bytes = std::fs::read(&path).unwrap();
                std::fs::remove_file(&path).unwrap();
                let message = MessageParser::default().parse(&bytes).expect("a message");
                let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("a recipient");
                Letter {
                    to: to.to_owned(),
                    subject: message.subject().expect("a subject").to_owned(),
                    text: message.body_text(0).expect("a text").into_owned(),
                }
            })
            .collect()
    }

    /// The only letter posted since.
    pub async fn letter(&self) -> Letter {
        let mut letters = self.letters().await;
        assert_eq!(letters.len(), 1, "one letter");
        letters.remove(0)
    }
}
