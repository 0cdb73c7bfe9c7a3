//! Numbers and lengths of time. Where a language has more than two plurals, this is the file that has to know.

/// A number with its thousands apart: 1,204.
pub fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time in words, rounded up to what a person would say.
pub fn length(seconds: u64) -> String {
    let plural = |n: u64, unit: &str| if n == 1 { format!("one {unit}") } else { format!("{n} {unit}s") };
    match seconds {
        0..=90 => plural(seconds.max(1), "second"),
        91..=5400 => plural(seconds.div_ceil(60), "minute"),
        _ => plural(seconds.div_ceil(3600), "hour"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_as_people_say_them() {
        assert_eq!(length(0), "one second");
        assert_eq!(length(30), "30 seconds");
        assert_eq!(length(91), "2 minutes");
        assert_eq!(length(7200), "2 hours");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(-1204), "-1,204");
        assert_eq!(number(1_234_567), "1,234,567");
    }
}
