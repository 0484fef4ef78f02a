//! What operators stand between: columns, literals, calls, CASE and what is in brackets.

use super::parser::Parser;
use super::piece::{Piece, Precedence, Shape, number};
use super::types::type_at;
use super::words::{Word, identifier};
use crate::dialect::token::TokenKind;

/// Words that begin what is not understood here, or nothing at all.
const REFUSED: [&str; 28] = [
    "and", "any", "all", "as", "at", "between", "by", "collate", "distinct", "else", "end", "exists", "from",
    "ilike", "in", "is", "isnull", "like", "notnull", "operator", "or", "order", "select", "some", "then",
    "variadic", "when", "with",
];

impl Parser<'_> {
    pub(super) fn operand(&mut self) -> Option<Piece> {
        let word = self.peek(0)?.clone();
        match word.kind {
            TokenKind::Text => {
                self.position += 1;
                let shape = word.literal().map_or(Shape::Other, Shape::Text);
                Some(Piece::shaped(word.text, Precedence::Whole, shape))
            }
            TokenKind::Number => {
                self.position += 1;
                Some(number(&word.text))
            }
            TokenKind::Symbol => word.is_symbol("(").then(|| self.bracketed())?,
            TokenKind::Quoted => self.named(),
            TokenKind::Word => self.word(&word.text),
        }
    }

    fn word(&mut self, text: &str) -> Option<Piece> {
        let opens = |word: &Word| word.is_symbol("(");
        match text {
            "null" => {
                self.position += 1;
                Some(Piece::shaped("null", Precedence::Whole, Shape::Null))
            }
            "true" | "false" | "current_date" | "current_user" | "session_user" | "localtimestamp" => {
                self.position += 1;
                Some(Piece::new(text, Precedence::Whole))
            }
            "current_timestamp" if !self.peek(1).is_some_and(opens) => {
                self.position += 1;
                Some(Piece::shaped("now()", Precedence::Whole, Shape::Call))
            }
            "case" => self.case(),
            "cast" => self.cast(),
            "array" => self.array(),
            "row" => self.row(),
            "extract" | "trim" | "substring" | "position" | "overlay" if self.peek(1).is_some_and(opens) => {
                self.spoken_call(text)
            }
            _ if REFUSED.contains(&text) => None,
            _ => self.typed_literal().map_or_else(|| self.named(), Some),
        }
    }

    /// `date '2020-01-01'` is a cast.
    fn typed_literal(&mut self) -> Option<Piece> {
        let (data_type, end) = type_at(self.words, self.position)?;
        let value = self.words.get(end)?.literal()?;
        let text = self.words.get(end)?.text.clone();
        let is_interval = data_type.text.starts_with("interval");
        if is_interval && self.words.get(end + 1).is_some_and(|word| word.kind == TokenKind::Word) {
            return None;
        }
        self.position = end + 1;
        Some(Piece::shaped(text, Precedence::Whole, Shape::Text(value)).cast(&data_type.text))
    }

    /// A name and those that follow its dots.
    pub(super) fn path(&mut self) -> Option<String> {
        let mut path = String::new();
        loop {
            let word = self.peek(0)?.clone();
            match word.kind {
                TokenKind::Word => path.push_str(&identifier(&word.text).text),
                TokenKind::Quoted => path.push_str(&word.text),
                TokenKind::Text | TokenKind::Number | TokenKind::Symbol => return None,
            }
            self.position += 1;
            if !self.symbol(".") {
                return Some(path);
            }
            path.push('.');
        }
    }

    /// A column, or the call of a function.
    fn named(&mut self) -> Option<Piece> {
        let path = self.path()?;
        if !self.symbol("(") {
            return Some(Piece::shaped(path, Precedence::Whole, Shape::Column));
        }
        self.position -= 1;
        let arguments = self.arguments()?;
        Some(call(&path, &arguments))
    }

    /// The arguments in their brackets, perhaps none.
    fn arguments(&mut self) -> Option<Vec<String>> {
        if self.peek(1)?.is_symbol(")") {
            self.position += 2;
            return Some(Vec::new());
        }
        Some(self.list("(", ")")?.into_iter().map(|element| element.text).collect())
    }

    fn bracketed(&mut self) -> Option<Piece> {
        self.position += 1;
        let first = self.expression(Precedence::Or)?;
        if self.symbol(")") {
            return Some(first);
        }
        let mut elements = vec![first.element().text];
        while self.symbol(",") {
            elements.push(self.expression(Precedence::Or)?.element().text);
        }
        self.symbol(")").then(|| row(&elements))
    }

    fn row(&mut self) -> Option<Piece> {
        self.position += 1;
        Some(row(&self.arguments()?))
    }

    fn array(&mut self) -> Option<Piece> {
        self.position += 1;
        if self.peek(0)?.is_symbol("[") && self.peek(1)?.is_symbol("]") {
            self.position += 2;
            return Some(Piece::new("array[]", Precedence::Whole));
        }
        let elements = self.list("[", "]")?;
        let texts: Vec<_> = elements.iter().map(|element| element.text.as_str()).collect();
        let text = format!("array[{}]", texts.join(", "));
        Some(Piece::shaped(text, Precedence::Whole, Shape::Array(elements)))
    }

    fn cast(&mut self) -> Option<Piece> {
        self.position += 1;
        if !self.symbol("(") {
            return None;
        }
        let operand = self.expression(Precedence::Or)?;
        if !self.name("as") {
            return None;
        }
        let (data_type, end) = type_at(self.words, self.position)?;
        self.position = end;
        self.symbol(")").then(|| operand.cast(&data_type.text))
    }

    /// PostgreSQL adds `ELSE NULL`.
    fn case(&mut self) -> Option<Piece> {
        self.position += 1;
        let mut text = "case".to_owned();
        if !self.peek(0)?.is_name("when") {
            text.push(' ');
            text.push_str(&self.part()?.text);
        }
        while self.name("when") {
            let condition = self.part()?.text;
            if !self.name("then") {
                return None;
            }
            text.extend([" when ", &condition, " then ", &self.part()?.text]);
        }
        if self.name("else") {
            let usual = self.part()?;
            if usual.shape != Shape::Null {
                text.extend([" else ", &usual.text]);
            }
        }
        text.push_str(" end");
        self.name("end").then(|| Piece::new(text, Precedence::Whole))
    }

    fn part(&mut self) -> Option<Piece> {
        Some(self.expression(Precedence::Or)?.soft())
    }

    /// The functions whose arguments have words between them.
    fn spoken_call(&mut self, name: &str) -> Option<Piece> {
        let start = self.position;
        self.position += 2;
        if name == "extract" {
            let field = self.peek(0)?.clone();
            self.position += 1;
            let field = field.literal().unwrap_or(field.text);
            let source = self.name("from").then(|| self.part())??;
            let is_field = field.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let text = format!("extract({field} from {})", source.text);
            return (self.symbol(")") && is_field)
                .then(|| Piece::shaped(text, Precedence::Whole, Shape::Call));
        }
        if name == "trim" {
            return self.trim();
        }
        let first = self.expression(Precedence::Operator)?.soft();
        let mut arguments = vec![first.text];
        match name {
            "position" if self.name("in") => arguments.insert(0, self.part()?.text),
            "substring" if self.name("from") => {
                arguments.push(self.part()?.text);
                if self.name("for") {
                    arguments.push(self.part()?.text);
                }
            }
            _ => {
                self.position = start;
                return self.named();
            }
        }
        self.symbol(")").then(|| call(name, &arguments))
    }

    /// `trim([both|leading|trailing] [x] from y)` and `trim(y, x)`.
    fn trim(&mut self) -> Option<Piece> {
        let function = if self.name("leading") {
            "ltrim"
        } else if self.name("trailing") {
            "rtrim"
        } else {
            self.name("both");
            "btrim"
        };
        let mut arguments = Vec::new();
        if !self.name("from") {
            arguments.push(self.part()?.text);
            if self.name("from") {
                arguments.insert(0, self.part()?.text);
            }
        } else {
            arguments.push(self.part()?.text);
        }
        while self.symbol(",") {
            arguments.push(self.part()?.text);
        }
        self.symbol(")").then(|| call(function, &arguments))
    }
}

fn row(elements: &[String]) -> Piece {
    let name = if elements.len() < 2 { "row" } else { "" };
    Piece::new(format!("{name}({})", elements.join(", ")), Precedence::Whole)
}

fn call(name: &str, arguments: &[String]) -> Piece {
    let text = format!("{name}({})", arguments.join(", "));
    Piece::shaped(text, Precedence::Whole, Shape::Call)
}
