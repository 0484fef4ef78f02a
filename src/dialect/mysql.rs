//! MySQL's and MariaDB's spelling.

mod default;
mod expression;
mod types;

use crate::schema::{Action, Check, Column, ForeignKey, Index, Name, Spelling, Table};

pub use default::canonical_default;
pub use expression::{canonical_expression, unescaped};
pub use types::{canonical_type, is_large};

/// `serial` is not a type but a `bigint unsigned` that numbers itself
/// (<https://mariadb.com/kb/en/bigint/>); `COLLATE` behind a type belongs to the column.
///
/// The unique key that comes with `serial` is left to whoever makes the table: a column has no keys.
pub fn expand_pseudo_type(column: &mut Column) {
    let Some(text) = column.data_type.text() else { return };
    if text.trim().eq_ignore_ascii_case("serial") {
        column.data_type = Spelling::certain("bigint unsigned");
        column.nullable = false;
        column.auto_increment = true;
    } else if column.collation.is_none() {
        column.collation = types::collation(text).map(Name::from);
    }
}

/// InnoDB treats RESTRICT and NO ACTION alike.
/// <https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>
pub fn canonical_actions(key: &mut ForeignKey) {
    for action in [&mut key.on_delete, &mut key.on_update] {
        match action {
            Action::Restrict => *action = Action::NoAction,
            Action::NoAction | Action::Cascade | Action::SetNull | Action::SetDefault => {}
        }
    }
}

/// `utf8` is the old name of `utf8mb3`: MariaDB 10.6 and MySQL 8.0.30 began to say the new one.
pub fn canonical_collation(name: &str) -> Name {
    let lower = name.to_lowercase();
    match lower.strip_prefix("utf8_") {
        Some(rest) => format!("utf8mb3_{rest}").into(),
        None => lower.into(),
    }
}

/// Whether an index over this many characters of a column is what the server makes of one over a longer column:
/// InnoDB's keys have 3,072 bytes at most, of four, three or one byte a character
/// (<https://mariadb.com/kb/en/innodb-limitations/>).
pub fn is_longest_key(prefix_length: u32) -> bool {
    matches!(prefix_length, 768 | 1024 | 3072)
}

/// Whether InnoDB may have made this index for a foreign key that had none: its columns are exactly those
/// of a key of the table. No migration makes such an index, and none is needed to have it.
pub fn is_server_made_index(table: &Table, index: &Index) -> bool {
    let columns: Option<Vec<&Name>> =
        (index.parts.iter()).map(|part| part.as_column().filter(|_| part.options.is_none())).collect();
    columns.is_some_and(|columns| {
        index.method.is_none()
            && table.foreign_keys.iter().any(|key| key.columns.iter().eq(columns.iter().copied()))
    })
}

/// Whether InnoDB may have made this index for a foreign key and drops it again when another index comes that
/// begins with `columns`
/// (<https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>, Indexes on Foreign Keys). It names
/// such an index after the key, or after its first column.
pub fn gives_way(table: &Table, index: &Index, columns: &[&Name]) -> bool {
    let own: Vec<&Name> = index.parts.iter().filter_map(|part| part.as_column()).collect();
    let is_name_of_its = |base: &Name| {
        let rest = index.name.as_ref().and_then(|name| name.strip_prefix(&**base));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    let is_named_so = table.foreign_keys.iter().filter_map(|key| key.name.as_ref()).any(is_name_of_its)
        || own.first().is_some_and(|first| is_name_of_its(first));
    is_named_so && is_server_made_index(table, index) && columns.starts_with(&own)
}

/// Whether MariaDB may have made this check: its `JSON` is a `longtext` with a check that the text is JSON
/// (<https://mariadb.com/kb/en/json-data-type/>).
pub fn is_server_made_check(table: &Table, check: &Check) -> bool {
    table.columns.iter().any(|column| {
        matches!(column.data_type.text(), Some("json" | "longtext"))
            && canonical_expression(&format!("json_valid(`{}`)", column.name.replace('`', "``"))).text()
                == check.expression.text()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialect::{Dialect, Naming};
    use crate::schema::{IndexPart, PartOptions, Provenance, TableName};

    /// As MariaDB shows evennia's index over a `varchar(1024)`.
    #[test]
    fn an_index_that_the_server_cut_is_the_one_that_was_asked_for() {
        let cut = |length: u32| {
            let part = IndexPart::column("a");
            let options =
                PartOptions { prefix_length: Some(length), descending: true, ..PartOptions::default() };
            let mut index = Index { parts: vec![part.with_options(options)], ..Index::on_columns(["a"]) };
            let mut table = Table::new(TableName::unqualified("t"));
            table.indexes.push(index.clone());
            Dialect::Mariadb.canonical_table(
                &mut table,
                &Naming { keeps_descending: false, ..Dialect::Mariadb.naming() },
            );
            index = table.indexes.remove(0);
            index.parts[0].options.as_ref().map(|it| (it.prefix_length, it.descending))
        };
        assert_eq!(cut(768), None);
        assert_eq!(cut(20), Some((Some(20), false)));
    }

    #[test]
    fn pseudo_types() {
        let mut column = Column::new("id", Spelling::uncertain("SERIAL"));
        column.nullable = true;
        Dialect::Mysql.canonical_column(&mut column, &Dialect::Mysql.naming());
        assert_eq!(column.data_type, Spelling::certain("bigint unsigned"));
        assert!(column.auto_increment && !column.nullable);

        let mut column =
            Column::new("name", Spelling::uncertain("varchar(30) CHARACTER SET utf8 COLLATE UTF8_bin"));
        Dialect::Mariadb.canonical_column(&mut column, &Dialect::Mariadb.naming());
        assert_eq!(column.data_type, Spelling::certain("varchar(30)"));
        assert_eq!(column.collation.as_deref(), Some("utf8mb3_bin"));
    }

    #[test]
    fn what_the_server_makes() {
        let mut table = Table::new(TableName::unqualified("t"));
        table.columns.push(Column::new("a", Spelling::uncertain("json")));
        table.foreign_keys.push(ForeignKey {
            name: None,
            columns: vec!["a".into(), "b".into()],
            references: TableName::unqualified("o"),
            referenced_columns: vec!["x".into(), "y".into()],
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
            deferrable: crate::schema::Deferrable::No,
            provenance: Provenance::default(),
        });
        assert!(is_server_made_index(&table, &Index::on_columns(["a", "b"])));
        assert!(!is_server_made_index(&table, &Index::on_columns(["a"])));
        assert!(!is_server_made_index(&table, &Index::on_columns(["a", "b", "c"])));
        let mut descending = Index::on_columns(["a"]);
        descending.parts.push(
            IndexPart::column("b").with_options(PartOptions { descending: true, ..PartOptions::default() }),
        );
        assert!(!is_server_made_index(&table, &descending));

        let check = |text| Check {
            name: None,
            columns: Vec::new(),
            expression: canonical_expression(text),
            provenance: Provenance::default(),
        };
        assert!(is_server_made_check(&table, &check("json_valid(`a`)")));
        assert!(!is_server_made_check(&table, &check("json_valid(`b`)")));
    }

    #[test]
    fn operators_are_words_in_any_case() {
        for text in ["iS(", "is(", "IS ("] {
            assert_eq!(canonical_type(text).text(), Some("is ("), "{text}");
        }
    }

    proptest! {
        #[test]
        fn canonical_is_idempotent(
            text in "[ a-zA-Z(),0-9'\"\\\\`.eE_+=<>!-]{0,24}|\\PC{0,16}|(int|enum|float|text|decimal|bool|char|blob)[ ]?(\\([0-9,'a ]{0,5}\\))?( unsigned| zerofill| binary| collate x| signed){0,2}",
            kind in 0..8_usize,
        ) {
            let once = canonical_type(&text);
            prop_assert_eq!(canonical_type(once.text().unwrap()), once.clone());
            let once = canonical_expression(&text);
            prop_assert_eq!(canonical_expression(once.text().unwrap()), once);
            let types = ["int", "varchar(3)", "double", "blob", "datetime(6)", "decimal(5,2)", "bit(3)", "enum('a')"];
            let data_type = canonical_type(types[kind]);
            if let Some(once) = canonical_default(&text, &data_type) {
                prop_assert_eq!(canonical_default(once.text().unwrap(), &data_type), Some(once));
            }
        }
    }
}
