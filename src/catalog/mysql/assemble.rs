//! Joins the views of `information_schema` into tables: on our side, because the server takes minutes for it.

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::FromRow;

use crate::catalog::words::action;
use crate::dialect::token::{Quotes, Token, TokenKind, tokens};
use crate::dialect::{Dialect, Naming, mysql};
use crate::schema::{
    Check, Column, ColumnDefinition, Deferrable, ForeignKey, Generated, Index, IndexPart, Name, PartOptions,
    PrimaryKey, Provenance, Spelling, Table, TableKind, TableName, UniqueConstraint,
};

#[derive(FromRow)]
pub struct TableRow {
    pub name: String,
    pub kind: String,
    /// `None` for a view.
    pub engine: Option<String>,
}

#[derive(FromRow)]
pub struct ColumnRow {
    table_name: String,
    name: String,
    position: i64,
    data_type: String,
    default_value: Option<String>,
    is_nullable: String,
    extra: String,
    collation: Option<String>,
    generation_expression: Option<String>,
}

#[derive(FromRow)]
pub struct IndexRow {
    table_name: String,
    name: String,
    position: i64,
    non_unique: i64,
    column_name: Option<String>,
    direction: Option<String>,
    prefix_length: Option<i64>,
    method: String,
    expression: Option<String>,
}

#[derive(FromRow)]
pub struct ForeignKeyRow {
    pub table_name: String,
    pub name: String,
    pub position: i64,
    pub column_name: String,
    pub referenced_schema: String,
    pub referenced_table: String,
    pub referenced_column: String,
}

#[derive(FromRow)]
pub struct RuleRow {
    pub table_name: String,
    pub name: String,
    pub on_delete: String,
    pub on_update: String,
}

#[derive(FromRow)]
pub struct CheckRow {
    pub table_name: String,
    pub name: String,
    pub level: String,
    pub expression: String,
}

const SEQUENCE: &str = "SEQUENCE";

/// In any order: to sort them costs the server more than us.
#[derive(Default)]
pub struct Rows {
    pub tables: Vec<TableRow>,
    pub columns: Vec<ColumnRow>,
    pub indexes: Vec<IndexRow>,
    pub foreign_keys: Vec<ForeignKeyRow>,
    pub rules: Vec<RuleRow>,
    pub checks: Vec<CheckRow>,
}

impl Rows {
    /// By table and name, so that what belongs together stands together; columns by their place in the table.
    fn sort(&mut self) {
        self.columns.sort_by_key(|row| row.position);
        self.indexes
            .sort_by(|a, b| (&a.table_name, &a.name, a.position).cmp(&(&b.table_name, &b.name, b.position)));
        self.foreign_keys
            .sort_by(|a, b| (&a.table_name, &a.name, a.position).cmp(&(&b.table_name, &b.name, b.position)));
        self.checks.sort_by(|a, b| (&a.table_name, &a.name).cmp(&(&b.table_name, &b.name)));
    }

    /// The tables whose engine takes a foreign key and forgets it, with that engine
    /// (<https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>).
    pub fn keyless(&self, place: &Place<'_>) -> BTreeMap<TableName, String> {
        let keeps =
            |engine: &str| ["innodb", "ndbcluster", "ndb"].contains(&engine.to_ascii_lowercase().as_str());
        let keyless = |row: &TableRow| {
            let engine = row.engine.as_ref().filter(|it| !keeps(it))?;
            let table = table(row, place).filter(|it| it.kind.holds_rows())?;
            Some((place.naming.table(&table.name), engine.clone()))
        };
        self.tables.iter().filter_map(keyless).collect()
    }

    /// MariaDB's, which have their names among the tables'.
    pub fn sequences(&self, place: &Place<'_>) -> impl Iterator<Item = TableName> {
        let sequences = self.tables.iter().filter(|it| it.kind == SEQUENCE);
        sequences.map(|it| place.naming.table(&place.table_name(place.schema, &it.name)))
    }

    /// How many foreign keys there are, with known rules or without.
    pub fn count_foreign_keys(&self) -> usize {
        self.foreign_keys.iter().map(|row| (&row.table_name, &row.name)).collect::<HashSet<_>>().len()
    }
}

/// Where the rows come from.
pub struct Place<'p> {
    pub dialect: Dialect,
    pub naming: &'p Naming,
    /// The database that was read, and whether it is the audited one, whose tables bear no schema.
    pub schema: &'p str,
    pub audited_schema: &'p str,
}

/// The tables of one database in canonical form. A foreign key of which it is not known what it does on delete
/// and update is left out.
pub fn tables(mut rows: Rows, place: &Place<'_>) -> Vec<Table> {
    rows.sort();
    let mut tables: BTreeMap<String, Table> =
        (rows.tables.into_iter()).filter_map(|row| Some((row.name.clone(), table(&row, place)?))).collect();
    for row in rows.columns {
        // What a view shows is computed from its tables, at a cost, and compared with nothing.
        if let Some(table) = tables.get_mut(&row.table_name).filter(|table| table.kind.holds_rows()) {
            table.columns.push(column(row, place.dialect));
        }
    }
    for index in rows.indexes.chunk_by(|a, b| a.table_name == b.table_name && a.name == b.name) {
        if let Some(table) = index.first().and_then(|row| tables.get_mut(&row.table_name)) {
            add_index(table, index, place.dialect);
        }
    }
    let rules: HashMap<_, _> = rows.rules.iter().map(|row| ((&*row.table_name, &*row.name), row)).collect();
    for key in rows.foreign_keys.chunk_by(|a, b| a.table_name == b.table_name && a.name == b.name) {
        let Some(first) = key.first() else { continue };
        let rule = rules.get(&(&*first.table_name, &*first.name));
        if let (Some(rule), Some(table)) = (rule, tables.get_mut(&first.table_name)) {
            table.foreign_keys.push(foreign_key(first, key, rule, place));
        }
    }
    for row in rows.checks {
        if let Some(table) = tables.get_mut(&row.table_name) {
            add_check(table, row, place.dialect);
        }
    }
    let mut tables: Vec<Table> = tables.into_values().collect();
    for table in &mut tables {
        tell_json(table, place.dialect);
        place.dialect.canonical_table(table, place.naming);
    }
    tables
}

/// `None` for a sequence, which MariaDB keeps among the tables.
fn table(row: &TableRow, place: &Place<'_>) -> Option<Table> {
    let kind = match row.kind.as_str() {
        SEQUENCE => return None,
        "VIEW" | "SYSTEM VIEW" => TableKind::View,
        _ => TableKind::Table,
    };
    Some(Table { kind, ..Table::new(place.table_name(place.schema, &row.name)) })
}

impl Place<'_> {
    fn table_name(&self, schema: &str, name: &str) -> TableName {
        if self.naming.is_same_schema(schema, self.audited_schema) {
            TableName::unqualified(name)
        } else {
            TableName::qualified(schema, name)
        }
    }
}

fn column(row: ColumnRow, dialect: Dialect) -> Column {
    let extra = row.extra.to_ascii_lowercase();
    let generated = row.generation_expression.filter(|text| !text.is_empty()).map(|text| {
        let expression = Spelling::uncertain(expression_text(&text, dialect));
        let stored = extra.contains("stored") || extra.contains("persistent");
        Generated { expression, stored }
    });
    let default = match dialect {
        Dialect::Mysql if !extra.contains("default_generated") => {
            row.default_value.map(|value| raw_default(&value, &row.data_type))
        }
        Dialect::Mysql => row.default_value.map(|text| expression_text(&text, dialect)),
        Dialect::Mariadb | Dialect::Postgres | Dialect::Sqlite => row.default_value,
    };
    let definition = ColumnDefinition {
        data_type: Spelling::uncertain(row.data_type),
        nullable: row.is_nullable == "YES",
        default: default.filter(|_| generated.is_none()).map(Spelling::uncertain),
        auto_increment: extra.contains("auto_increment"),
        generated,
        collation: row.collation.map(Name::from),
    };
    Column::defined(row.name, definition)
}

/// MySQL says the value of a literal default, MariaDB its text in SQL. Here the value becomes SQL.
fn raw_default(value: &str, data_type: &str) -> String {
    let name: String = data_type.chars().take_while(char::is_ascii_alphabetic).collect();
    match name.to_ascii_lowercase().as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "bit"
        | "year" => value.to_owned(),
        _ => Dialect::Mysql.quote_literal(value),
    }
}

/// MySQL 9.7 escapes the text of an expression as if all of it stood in a literal (`_utf8mb4\'it\\\'s\'`), and
/// takes the bytes of its UTF-8 for characters (`ö` comes as `Ã¶`).
fn expression_text(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Mysql => {
            let bytes: Option<Vec<u8>> = text.chars().map(|it| u8::try_from(it).ok()).collect();
            let text = bytes.and_then(|it| String::from_utf8(it).ok()).unwrap_or_else(|| text.to_owned());
            mysql::unescaped(&text, None).unwrap_or(text)
        }
        Dialect::Mariadb | Dialect::Postgres | Dialect::Sqlite => text.to_owned(),
    }
}

fn add_index(table: &mut Table, rows: &[IndexRow], dialect: Dialect) {
    let Some(first) = rows.first() else { return };
    let parts: Vec<IndexPart> = rows.iter().map(|row| part(row, dialect)).collect();
    let none: [Name; 0] = [];
    if first.name == "PRIMARY" {
        let columns = parts.iter().filter_map(IndexPart::as_column).cloned().collect();
        table.primary_key = Some(PrimaryKey { name: None, columns, provenance: Provenance::default() });
    } else if first.non_unique == 0 {
        let name = Some(Name::from(first.name.as_str()));
        table.uniques.push(UniqueConstraint { name, parts, ..UniqueConstraint::on_columns(none) });
    } else {
        let name = Some(Name::from(first.name.as_str()));
        let method = Some(Name::from(first.method.to_lowercase()));
        table.indexes.push(Index { name, parts, method, ..Index::on_columns(none) });
    }
}

fn part(row: &IndexRow, dialect: Dialect) -> IndexPart {
    let part = match (&row.column_name, &row.expression) {
        (Some(column), _) => IndexPart::column(column.as_str()),
        (None, Some(text)) => IndexPart::expression(Spelling::uncertain(expression_text(text, dialect))),
        (None, None) => IndexPart::expression(Spelling::Unread),
    };
    // Of a SPATIAL index it is a constant of the server.
    let prefix_length = row.prefix_length.filter(|_| row.method != "SPATIAL");
    part.with_options(PartOptions {
        descending: row.direction.as_deref() == Some("D"),
        prefix_length: prefix_length.and_then(|length| u32::try_from(length).ok()),
        ..PartOptions::default()
    })
}

fn foreign_key(
    first: &ForeignKeyRow,
    rows: &[ForeignKeyRow],
    rule: &RuleRow,
    place: &Place<'_>,
) -> ForeignKey {
    ForeignKey {
        name: Some(Name::from(first.name.as_str())),
        columns: rows.iter().map(|row| Name::from(row.column_name.as_str())).collect(),
        references: place.table_name(&first.referenced_schema, &first.referenced_table),
        referenced_columns: rows.iter().map(|row| Name::from(row.referenced_column.as_str())).collect(),
        on_delete: action(&rule.on_delete),
        on_update: action(&rule.on_update),
        deferrable: Deferrable::No,
        provenance: Provenance::default(),
    }
}

fn add_check(table: &mut Table, row: CheckRow, dialect: Dialect) {
    let text = expression_text(&row.expression, dialect);
    let names: Vec<String> =
        tokens(&text, Quotes::MYSQL).unwrap_or_default().iter().filter_map(name_in).collect();
    let columns = (table.columns.iter())
        .filter(|column| names.iter().any(|name| name.eq_ignore_ascii_case(&column.name)))
        .map(|column| column.name.clone())
        .collect();
    // With its column it was written without a name: the server lends it the column's.
    let name = (row.level != "Column").then(|| Name::from(row.name));
    let expression = Spelling::uncertain(text);
    table.checks.push(Check { name, columns, expression, provenance: Provenance::default() });
}

fn name_in(token: &Token<'_>) -> Option<String> {
    matches!(token.kind, TokenKind::Word | TokenKind::Quoted).then(|| token.identifier())
}

/// MariaDB makes a `JSON` column a `longtext` with a check of its own; told as the `json` it was.
fn tell_json(table: &mut Table, dialect: Dialect) {
    if dialect != Dialect::Mariadb {
        return;
    }
    for column in &mut table.columns {
        let is_checked = |check: &Check| {
            check.name.is_none()
                && check.expression.text() == Some(&format!("json_valid({})", dialect.quote(&column.name)))
        };
        if column.data_type.text() == Some("longtext") && table.checks.iter().any(is_checked) {
            column.data_type = Spelling::uncertain("json");
        }
    }
}
