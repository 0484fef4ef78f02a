//! The short forms of a hand-written manifest: a column, or a key of an index, in a line of SQL's own words.

use std::borrow::Cow;

use crate::schema::{
    Action, Deferrable, ForeignKey, Generated, IndexPart, Name, NullsOrder, PartOptions, Provenance,
    Spelling, TableName,
};

use super::file::{ColumnFile, shared};

/// `bigint not null references shop_customer(id)`: a type, then its properties in any order; `default` or
/// `generated` takes the rest of the line.
pub(super) fn parse_column(text: &str) -> Result<ColumnFile, String> {
    let words = split_words(text);
    let end_of_type = words.iter().position(|word| is_property(&keyword(word.text))).unwrap_or(words.len());
    if end_of_type == 0 {
        return Err("a column begins with its type, for example `varchar(30) not null`".to_owned());
    }
    let data_type = &text[words[0].start..words[end_of_type - 1].end];
    let mut column = ColumnFile::of_type(data_type);
    column.nullable = true;

    let mut rest = words[end_of_type..].iter();
    while let Some(word) = rest.next() {
        let mut next = || rest.next().map(|word| word.text).unwrap_or_default();
        match &*keyword(word.text) {
            "null" => column.nullable = true,
            "not" => match &*keyword(next()) {
                "null" => column.nullable = false,
                other => return Err(format!("expected `null` after `not`, found `{other}`")),
            },
            "primary" => match &*keyword(next()) {
                "key" => {
                    column.primary_key = true;
                    column.nullable = false;
                }
                other => return Err(format!("expected `key` after `primary`, found `{other}`")),
            },
            "unique" => column.unique = true,
            "identity" | "auto_increment" => column.auto_increment = true,
            "collate" => column.collation = Some(shared(next().trim_matches('"'))),
            "references" => {
                let (references, referenced_columns) = parse_reference(next())?;
                column.references = Some(ForeignKey {
                    name: None,
                    columns: Vec::new(),
                    references,
                    referenced_columns,
                    on_delete: Action::NoAction,
                    on_update: Action::NoAction,
                    deferrable: Deferrable::No,
                    provenance: Provenance::default(),
                });
            }
            "on" => {
                let event = keyword(next());
                let mut action = keyword(next());
                if matches!(&*action, "no" | "set") {
                    action = format!("{action}_{}", keyword(next())).into();
                }
                let action = parse_action(&action)?;
                let key =
                    column.references.as_mut().ok_or("`on …` comes after `references table(column)`")?;
                match &*event {
                    "delete" => key.on_delete = action,
                    "update" => key.on_update = action,
                    other => {
                        return Err(format!("expected `delete` or `update` after `on`, found `{other}`"));
                    }
                }
            }
            "deferrable" => {
                let deferrable = match (&*keyword(next()), &*keyword(next())) {
                    ("initially", "deferred") => Deferrable::InitiallyDeferred,
                    ("initially", "immediate") => Deferrable::InitiallyImmediate,
                    _ => return Err("expected `deferrable initially deferred` or `… immediate`".to_owned()),
                };
                let key = column.references.as_mut().ok_or("`deferrable` comes after `references`")?;
                key.deferrable = deferrable;
            }
            "default" => {
                column.default = Some(shared(rest_of(text, word.end, "default")?));
                break;
            }
            "generated" => {
                let expression = rest_of(text, word.end, "generated")?;
                let (expression, stored) = match expression.strip_suffix(" stored") {
                    Some(expression) => (expression, true),
                    None => (expression, false),
                };
                column.generated = Some(Generated { expression: Spelling::uncertain(expression), stored });
                break;
            }
            other => return Err(format!("`{other}` is no property of a column; see the manifest's README")),
        }
    }
    Ok(column)
}

/// The word in lower case, which it mostly is already.
fn keyword(word: &str) -> Cow<'_, str> {
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        word.to_ascii_lowercase().into()
    } else {
        word.into()
    }
}

fn is_property(word: &str) -> bool {
    matches!(
        word,
        "null"
            | "not"
            | "primary"
            | "unique"
            | "identity"
            | "auto_increment"
            | "collate"
            | "references"
            | "on"
            | "deferrable"
            | "default"
            | "generated"
    )
}

fn rest_of<'a>(text: &'a str, from: usize, what: &str) -> Result<&'a str, String> {
    match text[from..].trim() {
        "" => Err(format!("`{what}` needs an expression behind it")),
        rest => Ok(rest),
    }
}

fn parse_reference(word: &str) -> Result<(TableName, Vec<Name>), String> {
    let (table, columns) = match word.split_once('(') {
        None => (word, Vec::new()),
        Some((table, columns)) => {
            let columns = columns.strip_suffix(')').ok_or("a `)` is missing after `references`")?;
            (table, columns.split(',').map(|column| shared(column.trim())).collect())
        }
    };
    if table.is_empty() {
        return Err("`references` needs a table, for example `references shop_customer(id)`".to_owned());
    }
    Ok((TableName::unqualified(shared(table)), columns))
}

fn parse_action(word: &str) -> Result<Action, String> {
    match word {
        "no_action" => Ok(Action::NoAction),
        "restrict" => Ok(Action::Restrict),
        "cascade" => Ok(Action::Cascade),
        "set_null" => Ok(Action::SetNull),
        "set_default" => Ok(Action::SetDefault),
        other => Err(format!(
            "`{other}` is no action: expected no action, restrict, cascade, set null or set default"
        )),
    }
}

/// `name`, `name desc nulls last`, `name varchar_pattern_ops`, `name(10)`, `(lower(name)) desc`.
pub(super) fn parse_part(text: &str) -> Result<IndexPart, String> {
    let words = split_words(text);
    let (first, rest) = words.split_first().ok_or("a key of an index needs a column or an expression")?;
    let mut options = PartOptions::default();
    let part = match first.text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(expression) => IndexPart::expression(Spelling::Uncertain(shared(expression))),
        None => match first.text.split_once('(') {
            None => IndexPart::column(shared(first.text)),
            Some((column, length)) => {
                let length = length.trim_end_matches(')').trim().parse().map_err(|_| {
                    format!("`{}`: expected a number of characters in the brackets; an expression stands in brackets as a whole: `({})`", first.text, first.text)
                })?;
                options.prefix_length = Some(length);
                IndexPart::column(shared(column))
            }
        },
    };
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.text.to_ascii_lowercase().as_str() {
            "asc" => {}
            "desc" => options.descending = true,
            "nulls" => match rest.next().map(|word| word.text.to_ascii_lowercase()).as_deref() {
                Some("first") => options.nulls = Some(NullsOrder::First),
                Some("last") => options.nulls = Some(NullsOrder::Last),
                _ => return Err("expected `first` or `last` after `nulls`".to_owned()),
            },
            "collate" => {
                let name = rest.next().ok_or("`collate` needs a name behind it")?;
                options.collation = Some(name.text.trim_matches('"').into());
            }
            _ if options.operator_class.is_none() => options.operator_class = Some(word.text.into()),
            other => return Err(format!("`{other}` is no property of an index key")),
        }
    }
    Ok(part.with_options(options))
}

struct Word<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

/// Splits at white space outside of brackets and quotes; a `(` that follows a space belongs to its own word.
fn split_words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut start, mut depth, mut quote) = (None, 0_usize, None);
    for (position, character) in text.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => continue,
            None => match character {
                '\'' | '"' | '`' => quote = Some(character),
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            },
        }
        if character.is_whitespace() && depth == 0 && quote.is_none() {
            if let Some(start) = start.take() {
                words.push(Word { text: &text[start..position], start, end: position });
            }
        } else {
            start.get_or_insert(position);
        }
    }
    if let Some(start) = start {
        words.push(Word { text: &text[start..], start, end: text.len() });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let column = parse_column(text).unwrap();
        let mut said = vec![column.data_type.as_deref().unwrap_or_default().to_owned()];
        said.push(if column.nullable { "null" } else { "not null" }.to_owned());
        for (is, word) in
            [(column.primary_key, "primary key"), (column.unique, "unique"), (column.auto_increment, "auto")]
        {
            if is {
                said.push(word.to_owned());
            }
        }
        said.extend(column.references.map(|key| {
            format!(
                "-> {}({}) {:?} {:?}",
                key.references,
                key.referenced_columns.join(","),
                key.on_delete,
                key.deferrable
            )
        }));
        said.extend(column.default.map(|it| format!("= {it}")));
        said.extend(column.generated.map(|it| format!("as {} {}", it.expression, it.stored)));
        assert_eq!(said.join(" | "), expected);
    }

    #[test]
    fn columns() {
        check("text", "text | null");
        check("varchar(30) not null", "varchar(30) | not null");
        check("double precision NOT NULL", "double precision | not null");
        check("timestamp with time zone null", "timestamp with time zone | null");
        check("bigint primary key identity", "bigint | not null | primary key | auto");
        check("numeric(10, 2) not null default 0.00", "numeric(10, 2) | not null | = 0.00");
        check("text not null default 'not null unique'", "text | not null | = 'not null unique'");
        check("int unique references t(id) on delete set null", "int | null | unique | -> t(id) SetNull No");
        check(
            "bigint not null references t deferrable initially deferred",
            "bigint | not null | -> t() NoAction InitiallyDeferred",
        );
        check("text not null generated lower(a) stored", "text | not null | as lower(a) true");
        check("enum('a b','not null') not null", "enum('a b','not null') | not null");
    }

    #[test]
    fn columns_refused() {
        for text in
            ["", "not null", "text not", "text primary", "text references", "text default", "int quickly"]
        {
            // `int quickly` is a type of two words as far as we know: types are the dialect's business.
            assert_eq!(parse_column(text).is_err(), text != "int quickly", "{text}");
        }
    }

    #[test]
    fn parts() {
        let show = |text: &str| parse_part(text).unwrap().to_string();
        assert_eq!(show("name"), "name");
        assert_eq!(show("name desc nulls last"), "name DESC NULLS LAST");
        assert_eq!(show("name varchar_pattern_ops"), "name varchar_pattern_ops");
        assert_eq!(show("name(10)"), "name(10)");
        assert_eq!(show("(lower(name)) desc"), "(lower(name)) DESC");
        assert!(parse_part("lower(name)").is_err());
        assert!(parse_part("").is_err());
    }
}
