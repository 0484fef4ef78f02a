//! Reads out of a stored `CREATE` text what SQLite's pragmas do not tell: checks, names of constraints,
//! collations, deferrable keys, generating expressions, the keys and the predicate of an index.

use crate::dialect::token::{Quotes, Token, TokenKind, after_group, tokens, without_outer_brackets};
use crate::schema::Deferrable;

/// What a `CREATE TABLE` text says beyond the pragmas. Names are as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TableText {
    pub columns: Vec<ColumnText>,
    pub primary_key_name: Option<String>,
    pub uniques: Vec<NamedColumns>,
    /// In the order of their declaration.
    pub foreign_keys: Vec<ForeignKeyText>,
    pub checks: Vec<CheckText>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct ColumnText {
    pub name: String,
    pub collation: Option<String>,
    pub generated: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct NamedColumns {
    pub name: Option<String>,
    pub columns: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct ForeignKeyText {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub deferrable: Deferrable,
}

#[derive(Debug, PartialEq, Eq)]
pub struct CheckText {
    pub name: Option<String>,
    pub expression: String,
    /// Every name in the expression, columns or not.
    pub names: Vec<String>,
}

/// What a `CREATE INDEX` text says: its keys in order, and its predicate.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct IndexText {
    /// A key without `COLLATE`, `ASC` and `DESC`.
    pub keys: Vec<String>,
    pub condition: Option<String>,
}

/// `None` when the text is not that of a table with columns in brackets.
pub fn table(sql: &str) -> Option<TableText> {
    let tokens = tokens(sql, Quotes::SQLITE)?;
    let open = tokens.iter().position(|token| token.is_symbol("("))?;
    let close = after_group(&tokens, open)?;
    let mut text = TableText::default();
    for item in split(tokens.get(open + 1..close - 1)?) {
        let Some(first) = item.first() else { continue };
        let mut reader = Reader { sql, tokens: item, position: 0 };
        if !["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| first.is_word(word)) {
            reader.position = 1;
            text.columns.push(ColumnText { name: first.identifier(), ..ColumnText::default() });
            reader.constraints(&mut text, Some(first.identifier()));
        } else {
            reader.constraints(&mut text, None);
        }
    }
    Some(text)
}

/// `None` when the text is not that of an index.
pub fn index(sql: &str) -> Option<IndexText> {
    let tokens = tokens(sql, Quotes::SQLITE)?;
    let on = tokens.iter().position(|token| token.is_word("on"))?;
    let open = on + tokens.get(on..)?.iter().position(|token| token.is_symbol("("))?;
    let close = after_group(&tokens, open)?;
    let keys = split(tokens.get(open + 1..close - 1)?)
        .map(|key| slice(sql, without_order(key)).to_owned())
        .collect();
    let condition = match tokens.get(close..)? {
        [first, rest @ ..] if first.is_word("where") => Some(slice(sql, rest).to_owned()),
        _ => None,
    };
    Some(IndexText { keys, condition })
}

fn without_order<'t, 'a>(mut key: &'t [Token<'a>]) -> &'t [Token<'a>] {
    while let [rest @ .., last] = key {
        match rest {
            _ if last.is_word("asc") || last.is_word("desc") => key = rest,
            [before @ .., collate] if collate.is_word("collate") => key = before,
            _ => break,
        }
    }
    key
}

/// The parts between commas outside of brackets.
fn split<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'t [Token<'a>]> {
    let mut depth = 0_usize;
    tokens.split(move |token| {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is_symbol(",")
    })
}

/// The text from the first of `tokens` to the last.
fn slice<'s>(sql: &'s str, tokens: &[Token<'_>]) -> &'s str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => sql.get(first.start..last.end()).unwrap_or_default(),
        _ => "",
    }
}

struct Reader<'s, 't, 'a> {
    sql: &'s str,
    tokens: &'t [Token<'a>],
    position: usize,
}

impl<'t, 'a> Reader<'_, 't, 'a> {
    /// Every constraint from here to the end: of `column`, or of the whole table.
    fn constraints(&mut self, text: &mut TableText, column: Option<String>) {
        let mut name = None;
        while let Some(token) = self.next() {
            let own = || column.clone().into_iter().collect::<Vec<_>>();
            if token.kind != TokenKind::Word {
                self.skip_group(token);
            } else if token.is_word("constraint") {
                name = self.next().map(Token::identifier);
            } else if token.is_word("primary") {
                self.take_word("key");
                text.primary_key_name = name.take();
                self.group();
            } else if token.is_word("unique") {
                let columns = if column.is_some() { own() } else { self.names() };
                text.uniques.push(NamedColumns { name: name.take(), columns });
            } else if token.is_word("check") {
                let group = self.group();
                text.checks.push(self.check(name.take(), group));
            } else if token.is_word("foreign") {
                self.take_word("key");
                let columns = self.names();
                text.foreign_keys.push(ForeignKeyText {
                    name: name.take(),
                    columns,
                    deferrable: Deferrable::No,
                });
            } else if token.is_word("references") {
                if column.is_some() {
                    let key =
                        ForeignKeyText { name: name.take(), columns: own(), deferrable: Deferrable::No };
                    text.foreign_keys.push(key);
                }
                self.next();
                self.group();
            } else if token.is_word("deferrable") {
                self.deferrable(text);
            } else if token.is_word("set") {
                // ON DELETE SET DEFAULT, which is no DEFAULT.
                self.next();
            } else if token.is_word("default") {
                self.next().inspect(|value| self.skip_group(value));
            } else if let (true, Some(column)) = (column.is_some(), text.columns.last_mut()) {
                self.of_column(token, column);
            }
        }
    }

    fn of_column(&mut self, token: &Token<'_>, column: &mut ColumnText) {
        if token.is_word("collate") {
            column.collation = self.next().map(Token::identifier);
        } else if token.is_word("as") {
            column.generated = Some(slice(self.sql, self.group()).to_owned());
        }
    }

    /// After `DEFERRABLE`; `NOT` before it takes it back.
    fn deferrable(&mut self, text: &mut TableText) {
        let negated = self.position >= 2 && self.tokens[self.position - 2].is_word("not");
        let mut deferrable = Deferrable::InitiallyImmediate;
        if self.take_word("initially") && self.next().is_some_and(|token| token.is_word("deferred")) {
            deferrable = Deferrable::InitiallyDeferred;
        }
        if let Some(key) = text.foreign_keys.last_mut()
            && !negated
        {
            key.deferrable = deferrable;
        }
    }

    fn check(&self, name: Option<String>, group: &[Token<'_>]) -> CheckText {
        let is_name = |token: &&Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        let names = group.iter().filter(is_name).map(Token::identifier).collect();
        CheckText { name, expression: slice(self.sql, without_outer_brackets(group)).to_owned(), names }
    }

    fn next(&mut self) -> Option<&'t Token<'a>> {
        let token = self.tokens.get(self.position)?;
        self.position += 1;
        Some(token)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_it = self.tokens.get(self.position).is_some_and(|token| token.is_word(word));
        self.position += usize::from(is_it);
        is_it
    }

    /// What stands in the brackets that open here; nothing if none do.
    fn group(&mut self) -> &'t [Token<'a>] {
        if !self.tokens.get(self.position).is_some_and(|token| token.is_symbol("(")) {
            return &[];
        }
        let start = self.position + 1;
        self.position = after_group(self.tokens, self.position).unwrap_or(self.tokens.len());
        self.tokens.get(start..self.position.saturating_sub(1)).unwrap_or_default()
    }

    fn names(&mut self) -> Vec<String> {
        split(self.group()).filter_map(|part| part.first().map(Token::identifier)).collect()
    }

    /// If `token`, which was just taken, opens brackets: go behind them.
    fn skip_group(&mut self, token: &Token<'_>) {
        if token.is_symbol("(") {
            self.position -= 1;
            self.group();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_as_people_write_it() {
        let text = table(
            "CREATE TABLE \"we(i\"\"rd\" ( -- a comment, with (\n \
             id integer CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, [check me] varchar(30) DEFAULT ('a,b)') \
             COLLATE NOCASE CONSTRAINT \"not,empty\" CHECK (length([check me]) > 0) UNIQUE, \
             twice integer GENERATED ALWAYS AS (id * (1 + 1)) STORED, other bigint NOT NULL REFERENCES o (id) \
             ON DELETE CASCADE NOT DEFERRABLE, third bigint REFERENCES o ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED, \
             CONSTRAINT two UNIQUE (other, third COLLATE nocase DESC) CHECK ((a > ')')), \
             CONSTRAINT fk FOREIGN KEY (\"other\") REFERENCES p (x) ON UPDATE SET NULL DEFERRABLE) STRICT",
        )
        .unwrap();
        let columns: Vec<_> = text.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["id", "check me", "twice", "other", "third"]);
        assert_eq!(text.columns[1].collation.as_deref(), Some("NOCASE"));
        assert_eq!(text.columns[2].generated.as_deref(), Some("id * (1 + 1)"));
        assert_eq!(text.primary_key_name.as_deref(), Some("pk"));
        let uniques: Vec<_> =
            text.uniques.iter().map(|it| (it.name.as_deref(), it.columns.join(","))).collect();
        assert_eq!(uniques, [(None, "check me".to_owned()), (Some("two"), "other,third".to_owned())]);
        let checks: Vec<_> =
            text.checks.iter().map(|it| (it.name.as_deref(), it.expression.as_str())).collect();
        assert_eq!(checks, [(Some("not,empty"), "length([check me]) > 0"), (None, "a > ')'")]);
        let keys: Vec<_> = text.foreign_keys.iter().map(|it| (it.name.as_deref(), it.deferrable)).collect();
        assert_eq!(
            keys,
            [
                (None, Deferrable::No),
                (None, Deferrable::InitiallyDeferred),
                (Some("fk"), Deferrable::InitiallyImmediate)
            ]
        );
    }

    #[test]
    fn an_index_as_people_write_it() {
        let text =
            index("CREATE UNIQUE INDEX \"on\" ON t(lower(a) COLLATE nocase DESC, \"b,c\" asc) WHERE a > 0 ")
                .unwrap();
        assert_eq!(text.keys, ["lower(a)", "\"b,c\""]);
        assert_eq!(text.condition.as_deref(), Some("a > 0"));
    }

    #[test]
    fn nonsense_is_no_table() {
        for sql in ["", "CREATE TABLE t AS SELECT 1", "CREATE TABLE t (a", "CREATE TABLE 'open (", ")("] {
            assert_eq!(table(sql), None, "{sql}");
            assert_eq!(index(sql), None, "{sql}");
        }
    }
}
