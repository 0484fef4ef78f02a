//! Text from outside, so that every character of it is seen and none does anything.

/// The text with characters that steer (controls, line ends, marks of direction, nothing wide) written out.
pub fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) { seen.extend(character.escape_default()) } else { seen.push(character) }
    }
    seen
}

/// The same for code, whose lines and tabs stay.
pub fn visible_code(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for character in text.chars() {
        let stays = matches!(character, '\n' | '\t');
        if steers(character) && !stays {
            seen.extend(character.escape_default())
        } else {
            seen.push(character)
        }
    }
    seen
}

/// Controls, and the format characters by which text is made to look like other text
/// (<https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>).
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_written_out() {
        assert_eq!(visible("a\nb\u{202e}c\u{0}ü"), "a\\nb\\u{202e}c\\u{0}ü");
        assert_eq!(visible_code("a\nb\u{1b}"), "a\nb\\u{1b}");
    }
}
