//! A column as its line, or at length where the line does not say all.

use super::json::{Map, json};
use super::{reference, text_of};
use crate::migration::manifest::short_form::parse_column;
use crate::schema::{Column, ForeignKey, Generated, Spelling};

/// A column with what its line may say beside it.
pub(super) struct ShortColumn<'a> {
    pub(super) column: &'a Column,
    pub(super) is_key: bool,
    pub(super) is_unique: bool,
    pub(super) reference: Option<&'a ForeignKey>,
}

impl<'a> ShortColumn<'a> {
    pub(super) fn of(column: &'a Column) -> Self {
        Self { column, is_key: false, is_unique: false, reference: None }
    }

    pub(super) fn line(&self) -> String {
        let column = self.column;
        let mut line = text_of(&column.data_type).to_owned();
        line.push_str(match (self.is_key, column.nullable) {
            (true, _) => " primary key",
            (false, true) => " null",
            (false, false) => " not null",
        });
        if column.auto_increment {
            line.push_str(" identity");
        }
        if self.is_unique {
            line.push_str(" unique");
        }
        if let Some(collation) = &column.collation {
            line.push_str(&format!(" collate {collation}"));
        }
        if let Some(key) = self.reference {
            line.push_str(&format!(" {}", reference(key)));
        }
        if let Some(default) = &column.default {
            line.push_str(&format!(" default {}", text_of(default)));
        }
        if let Some(generated) = &column.generated {
            line.push_str(&format!(" generated {}", text_of(&generated.expression)));
            line.push_str(if generated.stored { " stored" } else { "" });
        }
        line
    }

    /// Whether the line is read as this very column.
    pub(super) fn is_short(&self) -> bool {
        let Ok(read) = parse_column(&self.line()) else { return false };
        let generated = |it: &Generated| (text_of(&it.expression).to_owned(), it.stored);
        let column = self.column;
        let is_known = column.generated.as_ref().is_none_or(|it| it.expression != Spelling::Unread);
        is_known
            && read.data_type.as_deref() == Some(text_of(&column.data_type))
            && read.default.as_deref() == column.default.as_ref().map(text_of)
            && (read.nullable, read.auto_increment) == (column.nullable, column.auto_increment)
            && read.generated.as_ref().map(generated) == column.generated.as_ref().map(generated)
            && read.collation == column.collation
    }

    pub(super) fn json(&self) -> String {
        if self.is_short() { json(&self.line()) } else { self.long() }
    }

    pub(super) fn long(&self) -> String {
        let column = self.column;
        let mut map = Map::new().with("type", json(text_of(&column.data_type)));
        map = map.flag("nullable", column.nullable);
        map = map.some("default", column.default.as_ref().map(|it| json(text_of(it))));
        map = map.flag("auto_increment", column.auto_increment);
        let generated = column.generated.as_ref().map(|it| {
            let map = Map::new().some("expression", it.expression.text().map(json));
            map.flag("stored", it.stored).text()
        });
        map.some("generated", generated).some("collation", column.collation.as_ref().map(json)).text()
    }
}
