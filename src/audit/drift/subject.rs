//! How findings name what they are about.

use super::*;

impl Judge<'_> {
    pub(super) fn subject(&self, table: &TableName) -> Subject {
        let schema = table.schema.as_ref().unwrap_or(&self.observation.schema);
        Subject {
            schema: Some(schema.to_string()),
            table: Some(table.name.to_string()),
            column: None,
            name: None,
        }
    }

    pub(super) fn named(&self, table: &TableName, name: Option<&Name>) -> Subject {
        Subject { name: name.map(ToString::to_string), ..self.subject(table) }
    }

    pub(super) fn reference(&self, table: &TableName, reference: &ConstraintRef) -> Subject {
        match reference {
            ConstraintRef::Name(name) => self.named(table, Some(name)),
            ConstraintRef::Columns(_) => self.subject(table),
        }
    }

    pub(super) fn verify(&self, rule: Rule, table: &TableName, subject: &Subject) -> String {
        let dialect = self.observation.dialect;
        let schema = table.schema.as_ref().unwrap_or(&self.observation.schema);
        match (rule, &subject.column) {
            (Rule::MissingTable | Rule::WrongKind | Rule::UnexpectedTable, _) => {
                dialect.verify_table(schema, &table.name)
            }
            (_, Some(column)) => dialect.verify_column(schema, &table.name, column),
            (Rule::MissingIndex | Rule::MissingUnique, None) => dialect.verify_indexes(schema, &table.name),
            (_, None) => dialect.verify_constraints(schema, &table.name),
        }
    }

    pub(super) fn id(&self, position: u32) -> Option<MigrationId> {
        self.manifest.migration(position).map(|migration| migration.id.clone())
    }

    pub(super) fn id_text(&self, position: u32) -> String {
        self.id(position).map(|id| id.to_string()).unwrap_or_default()
    }
}

pub(super) fn describe_subject(rule: Rule, subject: &Subject, described: &str) -> String {
    let table = subject.table.as_deref().unwrap_or_default();
    match rule {
        Rule::MissingTable | Rule::WrongKind | Rule::UnexpectedTable => format!("table {table}"),
        Rule::MissingColumn
        | Rule::UnexpectedColumn
        | Rule::TypeDiffers
        | Rule::NullabilityDiffers
        | Rule::DefaultDiffers => {
            format!("column {table}.{}", subject.column.as_deref().unwrap_or_default())
        }
        _ => format!("{described} on table {table}"),
    }
}
