//! The safe steps by which a person mends what the plan leaves out.

use super::Variant;
use super::hazard::{given, has_no_value};
use super::hindrance::{NameHolder, TakenName};
use crate::audit::Holder;
use crate::dialect::{ColumnAspect, Dialect, NotRenderable};
use crate::schema::{Change, Column, TableKind, TableName};

/// What a person can do, in this order: SQL where it can be written, else a sentence.
pub fn steps(dialect: Dialect, variant: Variant, change: &Change, reason: &str) -> Vec<String> {
    match change {
        Change::AddColumn { table, column } if has_no_value(column) && reason.contains("has rows") => {
            add_filled(dialect, variant, table, column)
        }
        Change::AddColumn { table, column } if given(dialect, column).refused => {
            add_given(dialect, table, column)
        }
        Change::AlterColumn { table, column } => vec![format!(
            "compare {table}.{} with its migration, and write the change as a migration of your own that says what \
             becomes of the rows",
            column.name
        )],
        Change::AddForeignKey { .. } if reason.contains("but differs") => {
            vec!["drop the foreign key that differs in a migration of your own, then plan again".to_owned()]
        }
        Change::AddColumn { .. }
        | Change::CreateTable(_)
        | Change::AddPrimaryKey { .. }
        | Change::AddUnique { .. }
        | Change::AddForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::AddIndex { .. }
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => Vec::new(),
    }
}

/// How to give back a name that the plan needs.
pub fn free_name(dialect: Dialect, taken: &TakenName) -> Vec<String> {
    let name = dialect.table(&taken.name);
    let rename = |words: &str| format!("{words} {name} RENAME TO …  -- or drop it, if nobody needs it");
    let way = match (dialect, taken.by) {
        (_, NameHolder::Other(Holder::OfExtension)) => {
            return vec![format!("see which extension {name} belongs to: nothing else may take its name")];
        }
        (_, NameHolder::Other(Holder::Shadow)) => {
            return vec![format!(
                "see which virtual table keeps its rows in {name}: that would have to be renamed"
            )];
        }
        (Dialect::Mysql | Dialect::Mariadb, _) => {
            format!("RENAME TABLE {name} TO …  -- or drop it, if nobody needs it")
        }
        (Dialect::Postgres, NameHolder::Other(Holder::Sequence)) => rename("ALTER SEQUENCE"),
        (Dialect::Postgres, NameHolder::Other(Holder::CompositeType | Holder::Type)) => rename("ALTER TYPE"),
        (Dialect::Postgres, NameHolder::Relation(TableKind::View)) => rename("ALTER VIEW"),
        (Dialect::Postgres, NameHolder::Relation(TableKind::MaterializedView)) => {
            rename("ALTER MATERIALIZED VIEW")
        }
        (Dialect::Postgres, NameHolder::Relation(TableKind::Foreign)) => rename("ALTER FOREIGN TABLE"),
        (Dialect::Postgres, NameHolder::Index) => rename("ALTER INDEX"),
        (Dialect::Sqlite, NameHolder::Index) => {
            format!("DROP INDEX {name}  -- and make it again by another name")
        }
        (Dialect::Sqlite, NameHolder::Relation(TableKind::View)) => {
            format!("DROP VIEW {name}  -- and make it again by another name")
        }
        (
            Dialect::Postgres | Dialect::Sqlite,
            NameHolder::Other(Holder::Partition | Holder::Sequence | Holder::CompositeType | Holder::Type)
            | NameHolder::Relation(_),
        ) => rename("ALTER TABLE"),
    };
    vec![
        format!("see what {name} is, and who uses it by that name"),
        way,
        "schema-health repair: the plan makes it as soon as the name is free".to_owned(),
    ]
}

/// Nullable first, then a value for each row, then NOT NULL: only a person knows the values.
fn add_filled(dialect: Dialect, variant: Variant, table: &TableName, column: &Column) -> Vec<String> {
    let (relation, name) = (dialect.table(table), dialect.quote(&column.name));
    let nullable = column.clone().with(|it| it.nullable = true);
    let add = dialect.render_guarded(&Change::AddColumn { table: table.clone(), column: nullable });
    let mut steps = match add {
        Ok(commands) => vec![commands.join(";\n")],
        Err(refused) => return vec![refused.to_string()],
    };
    steps.push(format!(
        "UPDATE {relation} SET {name} = … WHERE {name} IS NULL  -- the value is for you to say; in batches where the \
         table is large"
    ));
    match dialect {
        Dialect::Postgres if variant == Variant::ZeroDowntime => {
            steps.extend(dialect.not_null_gently(table, column).into_iter().map(|it| it.sql));
        }
        Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb => {
            match dialect.render_aspect(table, column, ColumnAspect::SetNotNull) {
                Ok(commands) => steps.push(commands.join(";\n")),
                Err(refused) => steps.push(refused.to_string()),
            }
        }
        Dialect::Sqlite => steps.push(
            "schema-health repair: once every row has a value, the plan sets NOT NULL by rebuilding the table".to_owned(),
        ),
    }
    steps
}

/// Without its default first, so that the server takes it; then the default, and its value for each row.
fn add_given(dialect: Dialect, table: &TableName, column: &Column) -> Vec<String> {
    let (relation, name) = (dialect.table(table), dialect.quote(&column.name));
    let bare = column.clone().with(|it| {
        it.nullable = true;
        it.default = None;
    });
    let add = dialect.render_guarded(&Change::AddColumn { table: table.clone(), column: bare });
    let told = |rendered: Result<Vec<String>, NotRenderable>| match rendered {
        Ok(commands) => commands.join(";\n"),
        Err(refused) => refused.to_string(),
    };
    let default = dialect.default_of(column).unwrap_or_else(|_| "…".to_owned());
    let mut steps = vec![told(add)];
    if !column.nullable {
        // While nothing but its type is known of it, the column can be written anew.
        steps.push(format!("UPDATE {relation} SET {name} = {default} WHERE {name} IS NULL"));
        steps.push(told(dialect.render_aspect(table, column, ColumnAspect::SetNotNull)));
    }
    steps.push(told(dialect.render_aspect(table, column, ColumnAspect::SetDefault)));
    if column.nullable {
        steps.push(format!(
            "UPDATE {relation} SET {name} = {default} WHERE {name} IS NULL  -- as the migration would have done"
        ));
    }
    steps
}
