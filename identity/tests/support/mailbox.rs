//! Letters as their reader gets them: delivered into a folder, read with a mail parser, and taken out of it.

use super::TestHouse;
use identity::{
    mail::{self, Delivered, Transport},
    words::Secret,
};
use mail_parser::MessageParser;

/// A letter somebody received.
pub struct Received {
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Received {
    /// The token in its link.
    pub fn token(&self) -> Secret {
        let after = self.text.split("?token=").nth(1).expect("a link with a token");
        Secret::new(after.split_whitespace().next().expect("the token ends"))
    }

    /// The code that can be typed instead: three groups of five.
    pub fn code(&self) -> String {
        let is_code = |line: &&str| line.len() == 17 && line.split('-').all(|group| group.len() == 5);
        self.text.lines().map(str::trim).find(is_code).expect("a line with a code").to_owned()
    }
}

impl TestHouse {
    /// The letters posted since the last time somebody looked, in no particular order.
    pub async fn letters(&self) -> Vec<Received> {
        let folder = self.dir.path().join("mail");
        let transport = Transport::files(&folder);
        loop {
            let done = mail::deliver_due(&self.house, &transport).await.unwrap();
            let failures = "select failure from letters where failure is not null";
            let failures: Vec<(String,)> = self.rows(failures).await;
            let all_sent = Delivered { sent: done.sent, ..Delivered::default() };
            assert_eq!(done, all_sent, "every letter can be written: {failures:?}");
            if done.sent == 0 {
                break;
            }
        }
        let files = std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        files
            .map(|path| {
                let bytes = std::fs::read(&path).unwrap();
                std::fs::remove_file(&path).unwrap();
                let message = MessageParser::default().parse(&bytes).expect("a message");
                let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("a recipient");
                Received {
                    to: to.to_owned(),
                    subject: message.subject().expect("a subject").to_owned(),
                    text: message.body_text(0).expect("a text").into_owned(),
                }
            })
            .collect()
    }

    /// The only letter posted since.
    pub async fn letter(&self) -> Received {
        let mut letters = self.letters().await;
        assert_eq!(letters.len(), 1, "one letter");
        letters.remove(0)
    }
}
