//! Where each statement of a text begins and ends.

use super::lexer::Lexer;
use crate::dialect::Dialect;
use crate::dialect::token::Token;

/// One statement, not read yet.
pub(super) struct Piece<'a> {
    pub tokens: Vec<Token<'a>>,
    pub line: u32,
    pub source: &'a str,
    /// Why it cannot be read.
    pub broken: Option<&'static str>,
}

/// The statements of `text`, without those that are empty.
///
/// Semicolons end them, but not in quotes, comments, dollar quotes, and the bodies of triggers and routines;
/// so does what a line `DELIMITER x` names (<https://dev.mysql.com/doc/refman/8.4/en/stored-programs-defining.html>).
/// A line that begins with a backslash is psql's (<https://www.postgresql.org/docs/current/app-psql.html>), and
/// what follows `COPY … FROM stdin;` is data up to `\.`.
pub(super) fn split(dialect: Dialect, text: &str) -> Vec<Piece<'_>> {
    let mut splitter = Splitter {
        dialect,
        text,
        lexer: Lexer::new(dialect, text),
        delimiter: ";",
        pieces: Vec::new(),
        tokens: Vec::new(),
        depth: 0,
        counted: (0, 1),
    };
    splitter.run();
    splitter.pieces
}

/// Commands of psql that run what stands elsewhere; those that begin with `\g` run what was written.
const RUNS_MORE: [&str; 8] =
    ["\\i", "\\ir", "\\include", "\\include_relative", "\\copy", "\\!", "\\e", "\\edit"];

struct Splitter<'a> {
    dialect: Dialect,
    text: &'a str,
    lexer: Lexer<'a>,
    delimiter: &'a str,
    pieces: Vec<Piece<'a>>,
    tokens: Vec<Token<'a>>,
    /// Blocks of a routine's body that are open.
    depth: usize,
    /// How far lines were counted, and the number of that line.
    counted: (usize, u32),
}

impl<'a> Splitter<'a> {
    fn run(&mut self) {
        loop {
            self.lexer.skip_blanks();
            let rest = self.lexer.rest();
            if rest.is_empty() {
                return self.end(None);
            }
            if self.at_line_start() && self.clients_own(rest) {
                continue;
            }
            if rest.starts_with(self.delimiter) && (self.depth == 0 || self.delimiter != ";") {
                self.lexer.position += self.delimiter.len();
                let is_copy = self.is_copy_from_stdin();
                self.end(None);
                if is_copy {
                    self.skip_copied_rows();
                }
                continue;
            }
            let Some(token) = self.lexer.token() else { return self.end(None) };
            self.tokens.push(token);
            if self.lexer.broken {
                return self.end(Some("a quote or a comment in it is not closed"));
            }
            self.count_blocks();
        }
    }

    fn end(&mut self, broken: Option<&'static str>) {
        let broken = broken.or(self.lexer.broken.then_some("a comment in it is not closed"));
        let tokens = std::mem::take(&mut self.tokens);
        self.depth = 0;
        if let (Some(first), Some(last)) = (tokens.first(), tokens.last()) {
            let (start, end) = (first.start, last.end());
            let line = self.line_of(start);
            self.pieces.push(Piece { line, source: &self.text[start..end], tokens, broken });
        } else if broken.is_some() {
            let line = self.line_of(self.text.len());
            self.pieces.push(Piece { line, source: "", tokens, broken });
        }
    }

    fn line_of(&mut self, position: usize) -> u32 {
        let (from, line) = self.counted;
        let more = self.text[from..position].bytes().filter(|byte| *byte == b'\n').count();
        self.counted = (position, line.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)));
        self.counted.1
    }

    fn at_line_start(&self) -> bool {
        let before = self.text[..self.lexer.position].trim_end_matches([' ', '\t', '\r']);
        before.is_empty() || before.ends_with('\n')
    }

    /// A line for the client program, which the server never sees.
    fn clients_own(&mut self, rest: &'a str) -> bool {
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        match self.dialect {
            Dialect::Mysql | Dialect::Mariadb => {
                let Some((word, delimiter)) = line.split_once(char::is_whitespace) else { return false };
                if !word.eq_ignore_ascii_case("delimiter") || delimiter.trim().is_empty() {
                    return false;
                }
                self.end(None);
                self.delimiter = delimiter.trim();
            }
            Dialect::Postgres => {
                if !line.starts_with('\\') {
                    return false;
                }
                let start = self.lexer.position;
                let line_number = self.line_of_next(start);
                let word =
                    Token { kind: crate::dialect::token::TokenKind::Symbol, text: line.trim_end(), start };
                let command = line.split_whitespace().next().unwrap_or_default();
                let runs_more = RUNS_MORE.contains(&command) || command.starts_with("\\g");
                if runs_more || !self.tokens.is_empty() {
                    self.end(None);
                    self.pieces.push(Piece {
                        tokens: vec![word],
                        line: line_number,
                        source: line.trim_end(),
                        broken: None,
                    });
                }
            }
            Dialect::Sqlite => return false,
        }
        self.lexer.position += line.len();
        true
    }

    fn line_of_next(&self, position: usize) -> u32 {
        let (from, line) = self.counted;
        let more = self.text[from..position].bytes().filter(|byte| *byte == b'\n').count();
        line.saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
    }

    fn is_copy_from_stdin(&self) -> bool {
        let is_words = |words: &[Token<'_>]| words[0].is_word("from") && words[1].is_word("stdin");
        self.dialect == Dialect::Postgres
            && self.tokens.first().is_some_and(|first| first.is_word("copy"))
            && self.tokens.windows(2).any(is_words)
    }

    fn skip_copied_rows(&mut self) {
        let rest = self.lexer.rest();
        let mut length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        while let Some(line) = rest.get(length..).filter(|it| !it.is_empty()) {
            let end = line.find('\n').map_or(line.len(), |end| end + 1);
            length += end;
            if line[..end].trim_end() == "\\." {
                break;
            }
        }
        self.lexer.position += length;
    }

    /// Follows `BEGIN … END` and `CASE … END` in the body of a routine. `IF`, `LOOP`, `WHILE` and `REPEAT`
    /// end with their own name behind `END`.
    fn count_blocks(&mut self) {
        let [before @ .., last] = self.tokens.as_slice() else { return };
        let after_end = before.last().is_some_and(|token| token.is_word("end"));
        if last.is_word("begin") || last.is_word("case") {
            let may_open = last.is_word("begin") && !before.is_empty() || self.depth > 0;
            if after_end || !may_open || !is_routine(self.dialect, before) {
                return;
            }
            self.depth += 1;
        } else if last.is_word("end") {
            self.depth = self.depth.saturating_sub(1);
        } else if after_end && ["if", "loop", "while", "repeat"].iter().any(|word| last.is_word(word)) {
            self.depth += usize::from(is_routine(self.dialect, before));
        }
    }
}

/// Whether a statement that begins so makes a trigger, a routine or an event.
fn is_routine(dialect: Dialect, tokens: &[Token<'_>]) -> bool {
    const FAR: usize = 14;
    const OBJECTS: [&str; 8] =
        ["table", "view", "index", "trigger", "procedure", "function", "event", "schema"];
    let kind = tokens.iter().take(FAR).find(|token| OBJECTS.iter().any(|word| token.is_word(word)));
    let begins = tokens.first().is_some_and(|first| first.is_word("create") || first.is_word("alter"));
    let is_kind = |words: &[&str]| kind.is_some_and(|kind| words.iter().any(|word| kind.is_word(word)));
    begins
        && match dialect {
            Dialect::Postgres => is_kind(&["procedure", "function"]),
            Dialect::Mysql | Dialect::Mariadb => is_kind(&["trigger", "procedure", "function", "event"]),
            Dialect::Sqlite => is_kind(&["trigger"]),
        }
}
