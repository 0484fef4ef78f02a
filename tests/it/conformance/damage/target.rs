//! What to drop, and how a server is told to.

use schema_health::dialect::Dialect;
use schema_health::schema::{
    Change, Column, ForeignKey, IndexKey, IndexPart, Name, Schema, Spelling, Table, TableName,
};

/// One object to drop.
pub struct Target<'a> {
    pub kind: &'static str,
    pub table: &'a Table,
    /// The same table without it; `None` when the table itself is to go.
    without: Option<Table>,
    pub name: Name,
    columns: Vec<Name>,
}

/// The table itself first, then its columns and constraints.
pub fn targets(table: &Table) -> Vec<Target<'_>> {
    let target = |kind, name: &Name, columns: Vec<Name>, without: Option<Table>| Target {
        kind,
        table,
        without,
        name: name.clone(),
        columns,
    };
    let mut targets = vec![target("tables", &table.name.name, Vec::new(), None)];
    for column in &table.columns {
        let mut without = table.clone();
        let stays = |columns: &[Name]| !columns.contains(&column.name);
        without.columns.retain(|it| it.name != column.name);
        without.primary_key = without.primary_key.filter(|it| stays(&it.columns));
        without.uniques.retain(|it| stays(&over(&it.parts)));
        without.indexes.retain(|it| stays(&over(&it.parts)));
        without.foreign_keys.retain(|it| stays(&it.columns));
        without.checks.retain(|it| stays(&it.columns));
        without.exclusions.retain(|it| stays(&over(&it.parts)));
        without_texts_over(&mut without, &column.name);
        targets.push(target("columns", &column.name, vec![column.name.clone()], Some(without)));
    }
    let without = |change: &dyn Fn(&mut Table)| {
        let mut table = table.clone();
        change(&mut table);
        Some(table)
    };
    for (at, it) in table.uniques.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.uniques.remove(at)));
        targets.push(target("uniques", &name, over(&it.parts), rest));
    }
    for (at, it) in table.foreign_keys.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.foreign_keys.remove(at)));
        targets.push(target("foreign keys", &name, it.columns.clone(), rest));
    }
    for (at, it) in table.checks.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.checks.remove(at)));
        targets.push(target("checks", &name, it.columns.clone(), rest));
    }
    for (at, it) in table.exclusions.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.exclusions.remove(at)));
        targets.push(target("exclusions", &name, over(&it.parts), rest));
    }
    for (at, it) in table.indexes.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.indexes.remove(at)));
        targets.push(target("indexes", &name, over(&it.parts), rest));
    }
    targets
}

/// Takes away what says the column in a text of its own; only SQLite's way of dropping a column looks at that.
fn without_texts_over(table: &mut Table, column: &Name) {
    let says = |text: Option<&Spelling>| {
        let is_of_word = |it: char| it.is_alphanumeric() || it == '_';
        let text = text.and_then(Spelling::text).unwrap_or_default();
        text.split(|it| !is_of_word(it)).any(|word| word == &**column)
            || text.contains(&format!("\"{column}\""))
    };
    let in_parts = |parts: &[IndexPart]| {
        parts.iter().any(|it| match &it.key {
            IndexKey::Column(_) => false,
            IndexKey::Expression(expression) => says(Some(expression)),
        })
    };
    table.uniques.retain(|it| !in_parts(&it.parts) && !says(it.condition.as_ref()));
    table.indexes.retain(|it| !in_parts(&it.parts) && !says(it.condition.as_ref()));
    table.checks.retain(|it| !says(Some(&it.expression)));
    table.columns.retain(|it| !says(it.generated.as_ref().map(|it| &it.expression)));
}

/// The columns of an index, an expression as its text.
pub fn over(parts: &[IndexPart]) -> Vec<Name> {
    let key = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expression) => expression.text().unwrap_or("?").into(),
    };
    parts.iter().map(key).collect()
}

impl Target<'_> {
    /// The ways to drop it, as scripts of SQL: the first that the server takes is the one.
    pub fn ways(&self, dialect: Dialect, whole: &Schema) -> Result<Vec<String>, String> {
        let target = self;
        let (table, name) = (dialect.table(&target.table.name), dialect.quote(&target.name));
        Ok(match dialect {
            Dialect::Postgres => match target.kind {
                // A row that refers to one of its rows would hinder the foreign key when the table comes again.
                "tables" => vec![
                    format!("TRUNCATE {table} CASCADE; DROP TABLE {table} CASCADE"),
                    format!("DROP TABLE {table} CASCADE"),
                ],
                "columns" => vec![format!("ALTER TABLE {table} DROP COLUMN {name} CASCADE")],
                "indexes" => vec![format!("DROP INDEX {name}")],
                _ => vec![
                    format!("ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"),
                    format!("DROP INDEX {name} CASCADE"),
                ],
            },
            Dialect::Mysql | Dialect::Mariadb => {
                let tied = (target.table.foreign_keys.iter())
                    .filter(|key| key.columns.iter().any(|it| target.columns.contains(it)))
                    .filter_map(|key| key.name.as_ref());
                let ties: String =
                    tied.map(|key| drop_foreign_key(dialect, &target.table.name, key)).collect();
                match target.kind {
                    "tables" => vec![format!("DROP TABLE {table}")],
                    "columns" => vec![
                        drop_column(dialect, target, whole),
                        drop_column_after_keys(dialect, target, whole),
                    ],
                    "foreign keys" => vec![drop_foreign_key(dialect, &target.table.name, &target.name)],
                    "checks" if target.name.is_empty() => vec![redefine_column(dialect, target)?],
                    "checks" => vec![format!("ALTER TABLE {table} DROP CONSTRAINT {name}")],
                    _ => vec![
                        format!("ALTER TABLE {table} DROP INDEX {name}"),
                        ties + &drop_if_there(dialect, &target.table.name, "INDEX", &target.name),
                        // Others refer to it.
                        format!(
                            "{}ALTER TABLE {table} DROP INDEX {name}",
                            cut_references(dialect, target, whole)
                        ),
                    ],
                }
            }
            Dialect::Sqlite => {
                let mut statements = vec![format!("DROP TABLE {table}")];
                if let Some(without) = &target.without {
                    let create = Change::CreateTable(without.clone().into());
                    statements.extend(dialect.render(&create).map_err(|error| error.to_string())?);
                }
                vec![statements.join(";\n")]
            }
        })
    }
}

/// With the index of the same name that InnoDB made for it, unless another served.
fn drop_foreign_key(dialect: Dialect, table: &TableName, key: &Name) -> String {
    drop_if_there(dialect, table, "FOREIGN KEY", key) + &drop_if_there(dialect, table, "INDEX", key)
}

/// MySQL has no IF EXISTS here, and is asked first.
fn drop_if_there(dialect: Dialect, table: &TableName, kind: &str, name: &Name) -> String {
    let (quoted, quoted_name) = (dialect.table(table), dialect.quote(name));
    if dialect == Dialect::Mariadb {
        return format!("ALTER TABLE {quoted} DROP {kind} IF EXISTS {quoted_name}; ");
    }
    let literal = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    let (view, column) = match kind {
        "INDEX" => ("statistics", "index_name"),
        _ => ("table_constraints", "constraint_name"),
    };
    format!(
        "SET @drop_it = IF(EXISTS(SELECT 1 FROM information_schema.{view} WHERE table_schema = DATABASE() \
         AND table_name = {} AND {column} = {}), {}, 'DO 0'); \
         PREPARE drop_it FROM @drop_it; EXECUTE drop_it; DEALLOCATE PREPARE drop_it; ",
        literal(&table.name),
        literal(name),
        literal(&format!("ALTER TABLE {quoted} DROP {kind} {quoted_name}")),
    )
}

/// After all foreign keys of the table, for which a server may want the column or an index over it.
fn drop_column_after_keys(dialect: Dialect, target: &Target<'_>, whole: &Schema) -> String {
    let (table, column) = (target.table, &target.name);
    let named = |names: Vec<Option<&Name>>| names.into_iter().flatten().cloned().collect::<Vec<Name>>();
    let keys = named(table.foreign_keys.iter().map(|it| it.name.as_ref()).collect());
    let uniques = table.uniques.iter().filter(|it| over(&it.parts).contains(column));
    let indexes = table.indexes.iter().filter(|it| over(&it.parts).contains(column));
    let indexes =
        named(uniques.map(|it| it.name.as_ref()).chain(indexes.map(|it| it.name.as_ref())).collect());
    let speaks = |text: Option<&str>| text.is_some_and(|text| text.contains(&**column));
    let checks =
        table.checks.iter().filter(|it| it.columns != [column.clone()] && speaks(it.expression.text()));
    let checks = named(checks.map(|it| it.name.as_ref()).collect());
    let quoted = dialect.table(&table.name);
    let mut sql = cut_references(dialect, target, whole);
    sql.extend(keys.iter().map(|it| drop_foreign_key(dialect, &table.name, it)));
    sql.extend(indexes.iter().map(|it| drop_if_there(dialect, &table.name, "INDEX", it)));
    sql.extend(
        checks.iter().map(|it| format!("ALTER TABLE {quoted} DROP CONSTRAINT {}; ", dialect.quote(it))),
    );
    let is_computed_of = |it: &&Column| it.generated.as_ref().is_some_and(|it| speaks(it.expression.text()));
    for computed in table.columns.iter().filter(is_computed_of) {
        let of_computed = table.indexes.iter().filter(|it| over(&it.parts).contains(&computed.name));
        let names = of_computed.filter_map(|it| it.name.as_ref());
        sql.extend(names.map(|it| drop_if_there(dialect, &table.name, "INDEX", it)));
        sql += &format!("ALTER TABLE {quoted} DROP COLUMN {}; ", dialect.quote(&computed.name));
    }
    let is_in_key =
        table.primary_key.as_ref().is_some_and(|it| it.columns.len() > 1 && it.columns.contains(column));
    let key = if is_in_key { "DROP PRIMARY KEY, " } else { "" };
    sql + &format!("ALTER TABLE {quoted} {key}DROP COLUMN {}", dialect.quote(column))
}

/// A check that belongs to a column has no name, and goes when the column is said anew.
fn redefine_column(dialect: Dialect, target: &Target<'_>) -> Result<String, String> {
    let [column] = target.columns.as_slice() else { return Err("a check without a name".to_owned()) };
    let column = target.table.column(column).ok_or("a check of no column")?;
    let change = Change::AlterColumn { table: target.table.name.clone(), column: column.clone() };
    dialect.render(&change).map(|it| it.join("; ")).map_err(|error| error.to_string())
}

/// MariaDB would narrow an index of several columns, and refuses what a foreign key rests on: so everything over
/// the column goes with it.
fn drop_column(dialect: Dialect, target: &Target<'_>, whole: &Schema) -> String {
    let (table, column) = (target.table, &target.name);
    let mut actions = Vec::new();
    let mut drop = |what: &str, name: &Option<Name>| {
        actions.extend(name.as_ref().map(|name| format!("DROP {what} {}", dialect.quote(name))));
    };
    table
        .foreign_keys
        .iter()
        .filter(|it| it.columns.contains(column) || !is_served_without(table, column, it))
        .for_each(|it| drop("FOREIGN KEY", &it.name));
    table.uniques.iter().filter(|it| over(&it.parts).contains(column)).for_each(|it| drop("INDEX", &it.name));
    table.indexes.iter().filter(|it| over(&it.parts).contains(column)).for_each(|it| drop("INDEX", &it.name));
    let speaks = |text: Option<&str>| text.is_some_and(|text| text.contains(&**column));
    let mut checks = table.checks.iter().filter(|it| speaks(it.expression.text()));
    checks.by_ref().filter(|it| it.columns != [column.clone()] || it.name.as_ref() != Some(column)).for_each(
        |it| {
            drop("CONSTRAINT", &it.name);
        },
    );
    actions.push(format!("DROP COLUMN {}", dialect.quote(column)));
    format!(
        "{}ALTER TABLE {} {}",
        cut_references(dialect, target, whole),
        dialect.table(&table.name),
        actions.join(", ")
    )
}

/// Whether an index that begins with the key's columns stays when all over `column` go: without one, InnoDB takes no
/// further change of the table.
fn is_served_without(table: &Table, column: &Name, key: &ForeignKey) -> bool {
    let uniques = table.uniques.iter().map(|it| over(&it.parts));
    let indexes = table.indexes.iter().map(|it| over(&it.parts));
    let keys = table.primary_key.iter().map(|it| it.columns.clone());
    uniques.chain(indexes).chain(keys).any(|it| !it.contains(column) && it.starts_with(&key.columns))
}

/// Drops the foreign keys of other tables that lead to the target's columns.
fn cut_references(dialect: Dialect, target: &Target<'_>, whole: &Schema) -> String {
    let mut sql = String::new();
    for table in whole.tables.values().filter(|it| it.name != target.table.name) {
        for key in &table.foreign_keys {
            let leads_here = key.references == target.table.name
                && key.referenced_columns.iter().any(|it| target.columns.contains(it));
            if let Some(name) = key.name.as_ref().filter(|_| leads_here) {
                sql.push_str(&drop_foreign_key(dialect, &table.name, name));
            }
        }
    }
    sql
}
