//! Each distinct text of many tables kept once: ten thousand tables are written in a few hundred words.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::*;

/// The texts met so far. What goes through one pool shares its texts, and holds no more room than it fills.
#[derive(Debug, Default)]
pub struct Pool {
    texts: HashSet<Arc<str>, RandomState>,
    definitions: HashSet<Arc<ColumnDefinition>, RandomState>,
}

impl Pool {
    pub fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&text));
        text
    }

    pub fn table(&mut self, table: &mut Table) {
        self.share_table_name(&mut table.name);
        table.columns.iter_mut().for_each(|it| self.column(it));
        if let Some(key) = &mut table.primary_key {
            self.share_names(&mut key.name, &mut key.columns);
        }
        for unique in &mut table.uniques {
            self.share_names(&mut unique.name, &mut unique.include);
            self.share_parts(&mut unique.parts);
            unique.condition.iter_mut().for_each(|it| self.share_spelling(it));
        }
        for key in &mut table.foreign_keys {
            self.share_names(&mut key.name, &mut key.columns);
            self.share_table_name(&mut key.references);
            self.share_names(&mut None, &mut key.referenced_columns);
        }
        for check in &mut table.checks {
            self.share_names(&mut check.name, &mut check.columns);
            self.share_spelling(&mut check.expression);
        }
        for index in &mut table.indexes {
            self.share_names(&mut index.name, &mut index.include);
            self.share_parts(&mut index.parts);
            index.condition.iter_mut().for_each(|it| self.share_spelling(it));
        }
        for exclusion in &mut table.exclusions {
            self.share_names(&mut exclusion.name, &mut exclusion.include);
            self.share_parts(&mut exclusion.parts);
            exclusion.operators.iter_mut().for_each(|it| self.share(it));
            exclusion.condition.iter_mut().for_each(|it| self.share_spelling(it));
        }
        table.columns.shrink_to_fit();
        table.uniques.shrink_to_fit();
        table.foreign_keys.shrink_to_fit();
        table.checks.shrink_to_fit();
        table.indexes.shrink_to_fit();
        table.exclusions.shrink_to_fit();
    }

    pub fn column(&mut self, column: &mut Column) {
        self.share(&mut column.name);
        if let Some(known) = self.definitions.get(&column.definition) {
            column.definition = Arc::clone(known);
            return;
        }
        self.share_spelling(&mut column.data_type);
        column.default.iter_mut().for_each(|it| self.share_spelling(it));
        column.collation.iter_mut().for_each(|it| self.share(it));
        self.definitions.insert(Arc::clone(&column.definition));
    }

    fn share(&mut self, text: &mut Arc<str>) {
        *text = self.text(text);
    }

    fn share_table_name(&mut self, name: &mut TableName) {
        name.schema.iter_mut().for_each(|it| self.share(it));
        self.share(&mut name.name);
    }

    fn share_names(&mut self, name: &mut Option<Name>, columns: &mut Vec<Name>) {
        name.iter_mut().for_each(|it| self.share(it));
        columns.iter_mut().for_each(|it| self.share(it));
        columns.shrink_to_fit();
    }

    fn share_parts(&mut self, parts: &mut Vec<IndexPart>) {
        for part in &mut *parts {
            match &mut part.key {
                IndexKey::Column(name) => self.share(name),
                IndexKey::Expression(expression) => self.share_spelling(expression),
            }
        }
        parts.shrink_to_fit();
    }

    fn share_spelling(&mut self, spelling: &mut Spelling) {
        match spelling {
            Spelling::Certain(text) | Spelling::Uncertain(text) => self.share(text),
            Spelling::Unread => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stay_what_they_are_and_share_their_texts() {
        let table = |name: &str| {
            let mut table = Table::new(TableName::unqualified(name));
            table.columns.push(Column::new("id", Spelling::certain("bigint")));
            table.uniques.push(UniqueConstraint::on_columns(["id"]));
            table
        };
        let (mut one, mut other, mut pool) = (table("one"), table("other"), Pool::default());
        pool.table(&mut one);
        pool.table(&mut other);
        assert_eq!((&one, &other), (&table("one"), &table("other")));
        assert!(Arc::ptr_eq(&one.columns[0].name, &other.columns[0].name));
        assert!(Arc::ptr_eq(&one.columns[0].definition, &other.columns[0].definition));
        assert!(Arc::ptr_eq(&one.columns[0].name, other.uniques[0].parts[0].as_column().unwrap()));
    }
}
