//! What a document is made of, whatever it is written as.

/// One piece of a document, below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Heading {
        /// 1 for the title, 2 for a section, 3 below.
        level: u8,
        text: String,
    },
    /// Short facts, each with its label.
    Facts(Vec<(&'static str, Line)>),
    Paragraph(Line),
    List {
        ordered: bool,
        items: Vec<Line>,
    },
    Table {
        heads: Vec<&'static str>,
        rows: Vec<Vec<Line>>,
    },
    /// To be pasted as it is.
    Code {
        language: &'static str,
        text: String,
    },
    /// What must not be overlooked.
    Callout {
        tone: Tone,
        line: Line,
    },
    /// Behind a summary, where there is much of it.
    Details {
        summary: Line,
        blocks: Vec<Block>,
    },
}

/// A line of text, in spans.
pub type Line = Vec<Span>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    Text(String),
    Strong(String),
    /// A name or a piece of code.
    Code(String),
    Link {
        text: String,
        url: String,
    },
    /// A word of judgement.
    Mark {
        tone: Tone,
        text: String,
    },
}

/// How good the news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warning,
    Bad,
    Quiet,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }

    pub fn sign(self) -> &'static str {
        match self {
            Self::Good => "✅",
            Self::Warning => "⚠️",
            Self::Bad => "❌",
            Self::Quiet => "ℹ️",
        }
    }
}

pub fn section(text: &str) -> Block {
    Block::Heading { level: 2, text: text.to_owned() }
}

pub fn subsection(text: impl Into<String>) -> Block {
    Block::Heading { level: 3, text: text.into() }
}

pub fn paragraph(text: impl AsRef<str>) -> Block {
    Block::Paragraph(said(text))
}

/// A sentence in which backticks enclose code, as the messages of an audit have it.
pub fn said(text: impl AsRef<str>) -> Line {
    let pieces: Vec<&str> = text.as_ref().split('`').collect();
    // Without its partner a backtick is but a character.
    if pieces.len().is_multiple_of(2) {
        return vec![Span::Text(text.as_ref().to_owned())];
    }
    let span = |(at, piece): (usize, &&str)| match (piece.is_empty(), at % 2) {
        (true, _) => None,
        (false, 0) => Some(Span::Text((*piece).to_owned())),
        (false, _) => Some(Span::Code((*piece).to_owned())),
    };
    pieces.iter().enumerate().filter_map(span).collect()
}

pub fn list(items: Vec<Line>) -> Block {
    Block::List { ordered: false, items }
}

pub fn steps(items: Vec<Line>) -> Block {
    Block::List { ordered: true, items }
}

pub fn text(text: impl Into<String>) -> Span {
    Span::Text(text.into())
}

pub fn strong(text: impl Into<String>) -> Span {
    Span::Strong(text.into())
}

pub fn code(text: impl Into<String>) -> Span {
    Span::Code(text.into())
}

pub fn mark(tone: Tone, text: impl Into<String>) -> Span {
    Span::Mark { tone, text: text.into() }
}

/// Names with commas between them.
pub fn codes<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Line {
    let mut line = Line::new();
    for name in names {
        if !line.is_empty() {
            line.push(text(", "));
        }
        line.push(code(name));
    }
    line
}
