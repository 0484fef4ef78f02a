//! Refuses Python that no person wrote before it is parsed: deep nesting overflows the stack of any parser
//! and of any walk of its tree.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// CPython's own limit on nested brackets (`MAXSTACK` in `Parser/tokenizer`); real migrations nest 40.
pub const MAX_BRACKETS: usize = 200;
/// CPython's own limit (`MAXINDENT`).
pub const MAX_INDENTS: usize = 100;
/// Operators, dots and keywords between two commas: a chain of them makes a tree as deep as it is long.
pub const MAX_RUN: u32 = 10_000;

/// Why a text is not to be parsed.
pub fn refuse(text: &str) -> Option<String> {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut runs: Vec<u32> = vec![0];
    let mut indents = 0;
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return None,
            TokenKind::Name | TokenKind::String | TokenKind::Int | TokenKind::Comment => {}
            TokenKind::Indent => {
                indents += 1;
                if indents > MAX_INDENTS {
                    return Some(format!("it is indented more than {MAX_INDENTS} times"));
                }
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Newline | TokenKind::Comma => {
                if let Some(run) = runs.last_mut() {
                    *run = 0;
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if runs.len() > 1 {
                    runs.pop();
                }
            }
            _ => {
                if let Some(run) = runs.last_mut() {
                    *run += 1;
                    if *run > MAX_RUN {
                        return Some(format!("it has more than {MAX_RUN} operators in a run"));
                    }
                }
                if matches!(kind, TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace) {
                    runs.push(0);
                    if runs.len() > MAX_BRACKETS {
                        return Some(format!("its brackets nest more than {MAX_BRACKETS} deep"));
                    }
                }
            }
        }
    }
}
