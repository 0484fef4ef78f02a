//! Reads the moments that ledgers record as text.

use jiff::{Timestamp, civil, tz::Offset};

/// A moment as databases write it: with an offset, or without one, which is then UTC as Django stores it.
/// `None` for what is no moment.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let moment: civil::DateTime = text.parse().ok()?;
    Offset::UTC.to_timestamp(moment).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(parse(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn moments() {
        check("2026-01-14 20:10:00.123456", Some("2026-01-14T20:10:00.123456Z"));
        check("2026-01-14T20:10:00+01:00", Some("2026-01-14T19:10:00Z"));
        check("2026-01-14 20:10:00Z", Some("2026-01-14T20:10:00Z"));
        check("2026-01-14", Some("2026-01-14T00:00:00Z"));
        check("0000-00-00 00:00:00", None);
        check("yesterday", None);
        check("", None);
    }
}
