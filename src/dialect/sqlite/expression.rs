//! Checks, predicates and index expressions in one way of writing.

use crate::dialect::token::{Quotes, Token, TokenKind, canonical_name, join, tokens, without_outer_brackets};
use crate::schema::Spelling;

/// Lower case outside of quotes, plain names without quotes, no comments, no brackets around the whole.
///
/// Never certain: two texts that differ may still mean the same.
pub fn canonical_expression(text: &str) -> Spelling {
    match tokens(text, Quotes::SQLITE) {
        Some(tokens) => {
            let words: Vec<_> = without_outer_brackets(&tokens).iter().map(canonical_token).collect();
            Spelling::uncertain(join(words.iter().map(|(kind, text)| (*kind, text.as_str()))))
        }
        None => Spelling::uncertain(text.trim()),
    }
}

fn canonical_token(token: &Token<'_>) -> (TokenKind, String) {
    let text = match token.kind {
        TokenKind::Word | TokenKind::Number => token.text.to_lowercase(),
        TokenKind::Quoted => return canonical_name(&token.identifier(), '"'),
        TokenKind::Text => token.text.to_owned(),
        TokenKind::Symbol => match token.text {
            "==" => "=".to_owned(),
            "!=" => "<>".to_owned(),
            other => other.to_owned(),
        },
    };
    (token.kind, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(canonical_expression(text).text(), Some(expected));
    }

    #[test]
    fn one_way_of_writing() {
        check("((\"Price\" >= 0))", "price >= 0");
        check("[a]>0 AND `b` IN ('X','y')", "a > 0 and b in ('X', 'y')");
        check("(a) = (b)", "(a) = (b)");
        check("Length ( name ) == 3 /* three */ -- really", "length(name) = 3");
        check("\"order\" IS NOT NULL", "\"order\" is not null");
        check("\"primary\" AND \"key\" = 1", "\"primary\" and key = 1");
        check("t.\"a b\" <> X'0A'", "t.\"a b\" <> X'0A'");
        check("a = 'not closed", "a = 'not closed");
    }
}
