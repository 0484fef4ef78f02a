//! What MariaDB shows in other words than it was written in, where single operands are enough to see that both mean the same
//! (`src/compile/django/expression/printed_mariadb.txt` has what it showed).

use crate::dialect::token::TokenKind;

type Word = (TokenKind, String);

/// A text cast to binary is `binary` and the text; of one value, `in` is `=`; no brackets around a single operand that is
/// compared; a comparison of two, or with NULL, without the `not` before it.
pub fn rewritten(words: Vec<Word>) -> Vec<Word> {
    without_not(without_brackets(words))
}

fn without_brackets(words: Vec<Word>) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = &words[at..];
        if is(rest, &["cast", "(", "", "as", "char", "charset", "binary", ")"])
            && rest[2].0 == TokenKind::Text
        {
            kept.extend([(TokenKind::Word, "binary".to_owned()), rest[2].clone()]);
            at += 8;
        } else if is(rest, &["in", "(", "", ")"]) && is_operand(&rest[2]) && !is_after(&kept, "not") {
            kept.extend([(TokenKind::Symbol, "=".to_owned()), rest[2].clone()]);
            at += 4;
        } else if inverse(&word.1).is_some() && is(&rest[1..], &["(", "", ")"]) && is_operand(&rest[2]) {
            kept.extend([word.clone(), rest[2].clone()]);
            at += 4;
        } else {
            kept.push(word.clone());
            at += 1;
        }
    }
    kept
}

fn without_not(words: Vec<Word>) -> Vec<Word> {
    let mut kept = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = &words[at..];
        let ends =
            |length: usize| rest.get(length).is_none_or(|(_, next)| matches!(&**next, "and" | "or" | ")"));
        let compared = |of: &[Word]| {
            is_operand(&of[0]).then(|| inverse(&of[1].1)).flatten().filter(|_| is_operand(&of[2]))
        };
        if is(rest, &["not", "(", "", "", "", ")"])
            && ends(6)
            && let Some(other) = compared(&rest[2..5])
        {
            kept.extend([rest[2].clone(), (TokenKind::Symbol, other.to_owned()), rest[4].clone()]);
            at += 6;
        } else if is(rest, &["not", "(", "", "is", "null", ")"]) && ends(6) && is_operand(&rest[2]) {
            let not = (TokenKind::Word, "not".to_owned());
            kept.extend([rest[2].clone(), rest[3].clone(), not, rest[4].clone()]);
            at += 6;
        } else {
            kept.push(word.clone());
            at += 1;
        }
    }
    kept
}

/// Whether these words come next; an empty one is any.
fn is(words: &[Word], wanted: &[&str]) -> bool {
    words.len() >= wanted.len()
        && wanted.iter().zip(words).all(|(wanted, (kind, word))| {
            wanted.is_empty() || (*word == **wanted && matches!(kind, TokenKind::Word | TokenKind::Symbol))
        })
}

fn is_after(kept: &[Word], wanted: &str) -> bool {
    kept.last().is_some_and(|(kind, word)| *kind == TokenKind::Word && word == wanted)
}

fn is_operand((kind, _): &Word) -> bool {
    match kind {
        TokenKind::Word | TokenKind::Quoted | TokenKind::Number | TokenKind::Text => true,
        TokenKind::Symbol => false,
    }
}

fn inverse(comparison: &str) -> Option<&'static str> {
    Some(match comparison {
        "=" => "<>",
        "<>" => "=",
        "<" => ">=",
        ">=" => "<",
        ">" => "<=",
        "<=" => ">",
        _ => return None,
    })
}
