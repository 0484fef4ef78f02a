//! A part of an expression that has been understood, and how it is put into a greater part.

/// How strongly an operator binds, weakest first
/// (<https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precedence {
    Or,
    And,
    Not,
    Is,
    Comparison,
    Like,
    Operator,
    Sum,
    Product,
    Power,
    TimeZone,
    Collate,
    Sign,
    Subscript,
    Cast,
    Whole,
}

impl Precedence {
    /// What an operand on the right must bind by at least.
    pub fn next(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Is,
            Self::Is => Self::Comparison,
            Self::Comparison => Self::Like,
            Self::Like => Self::Operator,
            Self::Operator => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product => Self::Power,
            Self::Power => Self::TimeZone,
            Self::TimeZone => Self::Collate,
            Self::Collate => Self::Sign,
            Self::Sign => Self::Subscript,
            Self::Subscript => Self::Cast,
            Self::Cast | Self::Whole => Self::Whole,
        }
    }
}

/// What the casts that PostgreSQL adds, and its other spellings, need to know of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Text(String),
    Number,
    Null,
    Column,
    Call,
    /// `ARRAY[…]` with at least one element.
    Array(Vec<Element>),
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub text: String,
    pub is_column: bool,
}

#[derive(Clone, Debug)]
pub struct Piece {
    pub text: String,
    pub precedence: Precedence,
    pub shape: Shape,
    /// The same without the cast that PostgreSQL adds to an operand or an argument by itself.
    bare: Option<Box<Piece>>,
}

impl Piece {
    pub fn new(text: impl Into<String>, precedence: Precedence) -> Self {
        Self { text: text.into(), precedence, shape: Shape::Other, bare: None }
    }

    pub fn shaped(text: impl Into<String>, precedence: Precedence, shape: Shape) -> Self {
        Self { text: text.into(), precedence, shape, bare: None }
    }

    /// As an operand or argument: without the cast that may have been added.
    pub fn soft(self) -> Self {
        match self.bare {
            Some(bare) => *bare,
            None => self,
        }
    }

    /// As an operand of something that binds by `precedence`.
    pub fn within(self, precedence: Precedence) -> String {
        if self.precedence < precedence { format!("({})", self.text) } else { self.text }
    }

    pub fn element(self) -> Element {
        let soft = self.soft();
        Element { is_column: soft.shape == Shape::Column, text: soft.text }
    }

    pub fn cast(self, data_type: &str) -> Self {
        match &self.shape {
            Shape::Null => return self,
            Shape::Text(value) if is_number_type(data_type) => {
                if let Some(number) = plain_number(value, data_type) {
                    return number.cast(data_type);
                }
            }
            Shape::Text(value) if data_type == "boolean" => match value.as_str() {
                "t" | "true" => return Self::new("true", Precedence::Whole),
                "f" | "false" => return Self::new("false", Precedence::Whole),
                _ => {}
            },
            Shape::Text(_) if takes_text_as_it_is(data_type) => return self,
            Shape::Number if is_number_type(data_type) => {
                let keeps = !self.text.contains(['.', 'e']) || !is_integer(data_type);
                return if keeps { self.added_cast(data_type) } else { self.kept_cast(data_type) };
            }
            Shape::Array(_) if data_type.ends_with("[]") && !data_type.contains('(') => return self,
            Shape::Column | Shape::Call if matches!(data_type, "text" | "varchar") => {
                return self.added_cast(data_type);
            }
            Shape::Text(_) | Shape::Number | Shape::Column | Shape::Call | Shape::Array(_) | Shape::Other => {
            }
        }
        // A number that was cast before keeps its bare form: `('-1'::integer)::numeric`.
        if is_number_type(data_type)
            && let Some(bare) = &self.bare
            && bare.shape == Shape::Number
        {
            return bare.as_ref().clone().cast(data_type);
        }
        self.kept_cast(data_type)
    }

    fn added_cast(self, data_type: &str) -> Self {
        let bare = Box::new(self.clone());
        Self { bare: Some(bare), ..self.kept_cast(data_type) }
    }

    fn kept_cast(self, data_type: &str) -> Self {
        let mut text = self.within(Precedence::Cast);
        text.extend(["::", data_type]);
        Self::new(text, Precedence::Cast)
    }
}

fn is_integer(data_type: &str) -> bool {
    matches!(data_type, "smallint" | "integer" | "bigint")
}

fn is_number_type(data_type: &str) -> bool {
    is_integer(data_type) || matches!(data_type, "numeric" | "real" | "double precision")
}

/// Types whose literals PostgreSQL prints with a cast that nobody writes; not those that cut or that
/// compare in another way than the text.
fn takes_text_as_it_is(data_type: &str) -> bool {
    let is_number = data_type.starts_with("numeric(");
    let cuts = data_type.contains('(') || data_type.starts_with("bit") || data_type.starts_with("varbit");
    !(is_number || is_number_type(data_type) || cuts || matches!(data_type, "boolean" | "money"))
}

fn plain_number(text: &str, data_type: &str) -> Option<Piece> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain =
        is_digits(whole) && is_digits(fraction) && !(digits.contains('.') && is_integer(data_type));
    is_plain.then(|| number(text))
}

/// A number's literal, with its sign.
pub fn number(text: &str) -> Piece {
    let precedence = if text.starts_with('-') { Precedence::Sign } else { Precedence::Whole };
    Piece::shaped(text, precedence, Shape::Number)
}
