//! Understands operators and their order; what it does not know it refuses.

use super::piece::{Element, Piece, Precedence, Shape, number};
use super::types::type_at;
use super::words::Word;
use crate::dialect::token::TokenKind;

/// Brackets and operands inside of one another; beyond, an expression is left as it was written.
const DEEPEST: usize = 64;

/// Operands that a rewriting writes twice may be no longer: it could double again and again.
const LONGEST_DOUBLED: usize = 200;

pub struct Parser<'a> {
    pub(super) words: &'a [Word],
    pub(super) position: usize,
    depth: usize,
}

/// The expression in its canonical form, if all of it is understood.
pub fn rewritten(words: &[Word]) -> Option<String> {
    let mut parser = Parser { words, position: 0, depth: 0 };
    let piece = parser.expression(Precedence::Or)?;
    (parser.position == words.len()).then_some(piece.text)
}

impl Parser<'_> {
    pub(super) fn peek(&self, ahead: usize) -> Option<&Word> {
        self.words.get(self.position + ahead)
    }

    pub(super) fn take(&mut self, matches: impl FnOnce(&Word) -> bool) -> bool {
        let taken = self.peek(0).is_some_and(matches);
        self.position += usize::from(taken);
        taken
    }

    pub(super) fn name(&mut self, name: &str) -> bool {
        self.take(|word| word.is_name(name))
    }

    pub(super) fn symbol(&mut self, symbol: &str) -> bool {
        self.take(|word| word.is_symbol(symbol))
    }

    /// An expression of operators that bind at least by `least`.
    pub(super) fn expression(&mut self, least: Precedence) -> Option<Piece> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.prefixed()?;
        while let Some(precedence) = self.next_precedence().filter(|precedence| *precedence >= least) {
            left = self.infix(left, precedence)?;
        }
        self.depth -= 1;
        Some(left)
    }

    fn prefixed(&mut self) -> Option<Piece> {
        if self.name("not") {
            let operand = self.expression(Precedence::Not)?;
            return Some(Piece::new(format!("not {}", operand.within(Precedence::Not)), Precedence::Not));
        }
        let word = self.peek(0)?.clone();
        match word.text.as_str() {
            "-" | "+" if word.kind == TokenKind::Symbol => {
                self.position += 1;
                let operand = self.expression(Precedence::Sign)?;
                Some(signed(&word.text, operand))
            }
            text if word.kind == TokenKind::Symbol && is_operator(text) => {
                self.position += 1;
                let operand = self.expression(Precedence::Sum)?.soft().within(Precedence::Sum);
                Some(Piece::new(format!("{text} {operand}"), Precedence::Operator))
            }
            _ => self.operand(),
        }
    }

    fn next_precedence(&self) -> Option<Precedence> {
        let word = self.peek(0)?;
        match (word.kind, word.text.as_str()) {
            (TokenKind::Word, "or") => Some(Precedence::Or),
            (TokenKind::Word, "and") => Some(Precedence::And),
            (TokenKind::Word, "is" | "isnull" | "notnull") => Some(Precedence::Is),
            (TokenKind::Word, "in" | "between" | "like" | "ilike") => Some(Precedence::Like),
            (TokenKind::Word, "not") => {
                let negatable = ["in", "between", "like", "ilike"];
                let next = self.peek(1)?;
                negatable.iter().any(|it| next.is_name(it)).then_some(Precedence::Like)
            }
            (TokenKind::Word, "at") => Some(Precedence::TimeZone),
            (TokenKind::Word, "collate") => Some(Precedence::Collate),
            (TokenKind::Symbol, "=" | "<" | ">" | "<=" | ">=" | "<>") => Some(Precedence::Comparison),
            (TokenKind::Symbol, "+" | "-") => Some(Precedence::Sum),
            (TokenKind::Symbol, "*" | "/" | "%") => Some(Precedence::Product),
            (TokenKind::Symbol, "^") => Some(Precedence::Power),
            (TokenKind::Symbol, "::") => Some(Precedence::Cast),
            (TokenKind::Symbol, "[" | ".") => Some(Precedence::Subscript),
            (TokenKind::Symbol, text) if is_operator(text) => Some(Precedence::Operator),
            _ => None,
        }
    }

    fn infix(&mut self, left: Piece, precedence: Precedence) -> Option<Piece> {
        let word = self.peek(0)?.clone();
        self.position += 1;
        match precedence {
            // Both are associative: brackets around the same one say nothing.
            Precedence::Or | Precedence::And => {
                let right = self.expression(precedence.next())?.within(precedence);
                let mut text = left.within(precedence);
                text.extend([" ", &word.text, " ", &right]);
                Some(Piece::new(text, precedence))
            }
            Precedence::Is => self.is(left, &word.text),
            Precedence::Like => {
                let negated = word.text == "not";
                let keyword = if negated { self.keyword()? } else { word.text };
                self.like(left, negated, &keyword)
            }
            Precedence::TimeZone => self.at_time_zone(left),
            Precedence::Collate => {
                let collation = self.path()?;
                let left = left.soft().within(Precedence::Collate);
                Some(Piece::new(format!("{left} collate {collation}"), Precedence::Collate))
            }
            Precedence::Cast => {
                let (data_type, end) = type_at(self.words, self.position)?;
                self.position = end;
                Some(left.cast(&data_type.text))
            }
            Precedence::Subscript => self.subscript(left, &word.text),
            Precedence::Comparison | Precedence::Operator => self.operator(left, &word.text, precedence),
            Precedence::Not
            | Precedence::Sum
            | Precedence::Product
            | Precedence::Power
            | Precedence::Sign
            | Precedence::Whole => self.binary(left, &word.text, precedence),
        }
    }

    fn keyword(&mut self) -> Option<String> {
        let word = self.peek(0)?.clone();
        self.position += 1;
        Some(word.text)
    }

    fn binary(&mut self, left: Piece, operator: &str, precedence: Precedence) -> Option<Piece> {
        let right = self.expression(precedence.next())?;
        // An integer divides in another way than a number with a fraction: there casts are told.
        let (left, right) = if operator == "/" { (left, right) } else { (left.soft(), right.soft()) };
        Some(joined(left, operator, right, precedence))
    }

    fn operator(&mut self, left: Piece, operator: &str, precedence: Precedence) -> Option<Piece> {
        if let Some(quantifier) = self.quantifier() {
            return self.quantified(left, operator, quantifier);
        }
        match operator {
            "~~" | "!~~" | "~~*" | "!~~*" => {
                let right = self.expression(precedence.next())?;
                let keyword = if operator.ends_with('*') { "ilike" } else { "like" };
                let not = if operator.starts_with('!') { "not " } else { "" };
                Some(joined(left.soft(), &format!("{not}{keyword}"), right.soft(), Precedence::Like))
            }
            _ => self.binary(left, operator, precedence),
        }
    }

    fn quantifier(&mut self) -> Option<&'static str> {
        if !self.peek(1)?.is_symbol("(") {
            return None;
        }
        [("any", "any"), ("some", "any"), ("all", "all")]
            .into_iter()
            .find(|(word, _)| self.name(word))
            .map(|(_, quantifier)| quantifier)
    }

    /// `= ANY (ARRAY[…])` is how PostgreSQL keeps `IN (…)`.
    fn quantified(&mut self, left: Piece, operator: &str, quantifier: &str) -> Option<Piece> {
        if !self.symbol("(") {
            return None;
        }
        let array = self.expression(Precedence::Or)?;
        if !self.symbol(")") {
            return None;
        }
        match (operator, quantifier, array.shape) {
            ("=", "any", Shape::Array(elements)) => in_list(left, false, elements),
            ("<>", "all", Shape::Array(elements)) => in_list(left, true, elements),
            _ => {
                let left = left.soft().within(Precedence::Like);
                let text = format!("{left} {operator} {quantifier} ({})", array.text);
                Some(Piece::new(text, Precedence::Comparison))
            }
        }
    }

    fn is(&mut self, left: Piece, keyword: &str) -> Option<Piece> {
        let negated = keyword == "notnull" || keyword == "is" && self.name("not");
        let not = if negated { "not " } else { "" };
        if keyword == "is" && self.name("distinct") {
            if !self.name("from") {
                return None;
            }
            let right = self.expression(Precedence::Comparison)?.soft();
            let distinct = joined(left.soft(), "is distinct from", right, Precedence::Is);
            let precedence = if negated { Precedence::Not } else { Precedence::Is };
            return Some(Piece::new(not.to_owned() + &distinct.text, precedence));
        }
        let what = if keyword == "is" { self.keyword()? } else { "null".to_owned() };
        if !["null", "true", "false", "unknown"].contains(&what.as_str()) {
            return None;
        }
        let left = left.soft().within(Precedence::Comparison);
        Some(Piece::new(format!("{left} is {not}{what}"), Precedence::Is))
    }

    fn like(&mut self, left: Piece, negated: bool, keyword: &str) -> Option<Piece> {
        match keyword {
            "in" => {
                let elements = self.list("(", ")")?;
                in_list(left, negated, elements)
            }
            "between" => self.between(left, negated),
            _ => {
                if let Some(quantifier) = self.quantifier() {
                    let not = if negated { "!" } else { "" };
                    let star = if keyword == "ilike" { "*" } else { "" };
                    return self.quantified(left, &format!("{not}~~{star}"), quantifier);
                }
                let mut right = self.expression(Precedence::Operator)?.soft();
                if self.name("escape") {
                    let escape = self.expression(Precedence::Operator)?.soft();
                    let call = format!("like_escape({}, {})", right.text, escape.text);
                    right = Piece::shaped(call, Precedence::Whole, Shape::Call);
                }
                let not = if negated { "not " } else { "" };
                Some(joined(left.soft(), &format!("{not}{keyword}"), right, Precedence::Like))
            }
        }
    }

    /// PostgreSQL keeps two comparisons.
    fn between(&mut self, left: Piece, negated: bool) -> Option<Piece> {
        let low = self.expression(Precedence::Operator)?.soft();
        if !self.name("and") {
            return None;
        }
        let high = self.expression(Precedence::Operator)?.soft();
        let left = left.soft();
        if left.text.len() > LONGEST_DOUBLED {
            return None;
        }
        let (above, word, below, precedence) =
            if negated { ("<", "or", ">", Precedence::Or) } else { (">=", "and", "<=", Precedence::And) };
        let low = joined(left.clone(), above, low, Precedence::Comparison);
        let high = joined(left, below, high, Precedence::Comparison);
        Some(Piece::new(format!("{} {word} {}", low.text, high.text), precedence))
    }

    fn at_time_zone(&mut self, left: Piece) -> Option<Piece> {
        if !(self.name("time") && self.name("zone")) {
            return None;
        }
        let zone = self.expression(Precedence::Collate)?.soft();
        let call = format!("timezone({}, {})", zone.text, left.soft().text);
        Some(Piece::shaped(call, Precedence::Whole, Shape::Call))
    }

    fn subscript(&mut self, left: Piece, symbol: &str) -> Option<Piece> {
        if symbol == "." {
            let field = self.path()?;
            return Some(Piece::new(format!("({}).{field}", left.text), Precedence::Subscript));
        }
        let index = self.expression(Precedence::Or)?;
        if !self.symbol("]") {
            return None;
        }
        let mut text = left.within(Precedence::Subscript);
        text.extend(["[", &index.text, "]"]);
        Some(Piece::new(text, Precedence::Subscript))
    }

    /// Expressions with commas between, in these brackets, at least one.
    pub(super) fn list(&mut self, open: &str, close: &str) -> Option<Vec<Element>> {
        if !self.symbol(open) {
            return None;
        }
        let mut elements = Vec::new();
        loop {
            elements.push(self.expression(Precedence::Or)?.element());
            if self.symbol(close) {
                return Some(elements);
            }
            if !self.symbol(",") {
                return None;
            }
        }
    }
}

fn is_operator(text: &str) -> bool {
    text.starts_with(|first| "+-*/<>=~!@#%^&|`?".contains(first)) && text != "=>"
}

fn joined(left: Piece, operator: &str, right: Piece, precedence: Precedence) -> Piece {
    // Comparisons do not associate: brackets stay around both operands.
    let least = match precedence {
        Precedence::Comparison | Precedence::Like | Precedence::Is => precedence.next(),
        _ => precedence,
    };
    let mut text = left.within(least);
    text.extend([" ", operator, " ", &right.within(precedence.next())]);
    Piece::new(text, precedence)
}

fn signed(sign: &str, operand: Piece) -> Piece {
    let operand = operand.soft();
    match operand.shape {
        Shape::Number if sign == "+" => operand,
        Shape::Number if !operand.text.starts_with('-') => number(&format!("-{}", operand.text)),
        _ => Piece::new(format!("{sign} {}", operand.within(Precedence::Sign)), Precedence::Sign),
    }
}

/// One element is a comparison, columns are one each, literals stay a list.
fn in_list(left: Piece, negated: bool, elements: Vec<Element>) -> Option<Piece> {
    let left = left.soft();
    if elements.len() > 1 && !elements.iter().all(|element| element.is_column) {
        let texts: Vec<_> = elements.into_iter().map(|element| element.text).collect();
        let not = if negated { "not " } else { "" };
        let text = format!("{} {not}in ({})", left.within(Precedence::Operator), texts.join(", "));
        return Some(Piece::new(text, Precedence::Like));
    }
    if elements.len() > 1 && left.text.len() > LONGEST_DOUBLED {
        return None;
    }
    let (operator, word, precedence) =
        if negated { ("<>", " and ", Precedence::And) } else { ("=", " or ", Precedence::Or) };
    let is_one = elements.len() == 1;
    let left = left.within(Precedence::Like);
    let texts: Vec<_> =
        elements.into_iter().map(|it| format!("{left} {operator} {}", bracketed(&it))).collect();
    Some(Piece::new(texts.join(word), if is_one { Precedence::Comparison } else { precedence }))
}

/// An element's binding is not known any more; a plain one needs no brackets.
fn bracketed(element: &Element) -> String {
    let is_plain = element.is_column
        || element.text.chars().all(|it| it.is_ascii_alphanumeric())
        || element.text.starts_with('\'') && element.text.ends_with('\'') && !element.text.contains(' ');
    if is_plain { element.text.clone() } else { format!("({})", element.text) }
}
