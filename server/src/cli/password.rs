//! Where a command gets a password from: the terminal, unseen and twice, or standard input. Never from an argument, which every
//! user of the machine can read.

use crate::{start::StartError, words::cli::password as words};
use identity::words::Secret;
use std::io::{self, IsTerminal, Read};
use zeroize::Zeroizing;

/// More than any password, less than a mistake such as a whole file.
const LONGEST: u64 = 4096;

/// Reads a new password.
///
/// # Errors
/// When there is no terminal to ask at, the two do not match, or standard input cannot be read.
pub fn read(from_stdin: bool) -> Result<Secret, StartError> {
    if from_stdin {
        return one_line(io::stdin().lock());
    }
    if !io::stdin().is_terminal() {
        return Err(StartError::plain(words::NO_TERMINAL));
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map(Secret::new).map_err(|error| StartError::plain(words::unreadable(error)))
    };
    let first = ask(words::ASK)?;
    if first != ask(words::AGAIN)? {
        return Err(StartError::plain(words::DIFFERENT));
    }
    Ok(first)
}

/// Everything up to the end of the input, without the line end that `echo` adds. Spaces belong to the password.
fn one_line(input: impl Read) -> Result<Secret, StartError> {
    let mut text = Zeroizing::new(String::new());
    input.take(LONGEST).read_to_string(&mut text).map_err(|error| StartError::plain(words::input_unreadable(error)))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(['\n', '\r']) {
        return Err(StartError::plain(words::MANY_LINES));
    }
    Ok(Secret::new(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_with_its_spaces() {
        for (input, password) in [("  a b \n", "  a b "), ("x", "x"), ("x\r\n", "x"), ("", "")] {
            assert_eq!(one_line(input.as_bytes()).unwrap().expose(), password);
        }
        assert!(one_line("a\nb\n".as_bytes()).is_err());
        assert!(one_line(&b"\xff\xfe"[..]).is_err());
    }
}
