//! What a step means for the tables that are known: the part of a statement's meaning that its text leaves out.

use std::collections::BTreeSet;

use super::lexer::Lexer;
use super::step::{ColumnPart, ConstraintKind, Key, Step};
use super::{Effect, Statement, names};
use crate::dialect::Dialect;
use crate::dialect::token::TokenKind;
use crate::migration::{MayTouch, Opaque, Operation};
use crate::schema::{
    Change, Column, ConstraintRef, IndexKey, IndexPart, Name, PrimaryKey, Provenance, Schema, Spelling,
    Table, TableName,
};

/// The operations of these statements, one after the other, each completed against what the ones before have
/// left of `schema`, which becomes what they leave. What does not fit is told as opaque.
pub fn apply(dialect: Dialect, statements: &[Statement], schema: &mut Schema) -> Vec<Operation> {
    let mut operations = Vec::new();
    for statement in statements {
        match &statement.effect {
            Effect::Nothing => {}
            Effect::Opaque(opaque) => operations.push(Operation::Opaque(opaque.clone())),
            Effect::Steps(steps) => {
                for step in steps {
                    for operation in complete(dialect, step, schema) {
                        operations.push(applied(operation, schema, &statement.text));
                    }
                }
            }
        }
    }
    operations
}

fn applied(operation: Operation, schema: &mut Schema, text: &str) -> Operation {
    match operation {
        Operation::Change(change) => match schema.apply(&change) {
            Ok(()) => Operation::Change(change),
            Err(error) => opaque(format!("SQL `{text}`: {error}"), [change.table().clone()]),
        },
        Operation::Opaque(Opaque { reason, may_touch }) => {
            let reason = if reason.starts_with("SQL `") { reason } else { format!("SQL `{text}`: {reason}") };
            Operation::Opaque(Opaque { reason, may_touch })
        }
    }
}

/// What `step` does to `schema`: changes that fit it one after the other, or an opaque operation that names
/// what is not known.
///
/// Names in the changes are those of `schema`, where it has them. To drop what is not known is no change:
/// after it, it is not there, which is what `schema` says. `IF NOT EXISTS` is answered by `schema`.
pub fn complete(dialect: Dialect, step: &Step, schema: &Schema) -> Vec<Operation> {
    Completion { dialect, schema }.step(step)
}

fn opaque(reason: impl Into<String>, tables: impl IntoIterator<Item = TableName>) -> Operation {
    let may_touch = MayTouch::Tables(tables.into_iter().collect());
    Operation::Opaque(Opaque { reason: reason.into(), may_touch })
}

struct Completion<'s> {
    dialect: Dialect,
    schema: &'s Schema,
}

type Operations = Vec<Operation>;

impl<'s> Completion<'s> {
    fn step(&self, step: &Step) -> Operations {
        match step {
            Step::Opaque(it) => vec![Operation::Opaque(it.clone())],
            Step::CreateTable { table, unless_there } => self.create_table(table, *unless_there),
            Step::DropTable { table, cascade } => {
                let Some(table) = self.table(table) else { return Vec::new() };
                let mut changes = if *cascade { self.drop_references(table, None) } else { Vec::new() };
                changes.push(Change::DropTable { table: table.name.clone() });
                all(changes)
            }
            Step::RenameTable { from, to } => self.rename_table(from, to),
            Step::AddColumn { table: name, column, unless_there } => self.with(name, |table| {
                if self.column(table, &column.name).is_none() {
                    let (table, column) = (table.name.clone(), Column::clone(column));
                    return all(vec![Change::AddColumn { table, column }]);
                }
                if *unless_there {
                    return Vec::new();
                }
                vec![opaque(
                    format!("column {} of {name} is there already", column.name),
                    [table.name.clone()],
                )]
            }),
            Step::DropColumn { table, column, cascade } => {
                let Some(table) = self.table(table) else { return Vec::new() };
                let Some(column) = self.column(table, column) else { return Vec::new() };
                all(self.drop_column(table, &column.name, *cascade))
            }
            Step::RenameColumn { table: name, from, to } => self.with(name, |table| {
                let Some(column) = self.column(table, from) else {
                    return vec![opaque(
                        format!("column {from} of {name} is not known"),
                        [table.name.clone()],
                    )];
                };
                let (table, from, to) = (table.name.clone(), column.name.clone(), to.clone());
                all(vec![Change::RenameColumn { table, from, to }])
            }),
            Step::AlterColumn { table: name, column, part } => self.with(name, |table| {
                let Some(was) = self.column(table, column) else {
                    return vec![opaque(
                        format!("column {column} of {name} is not known"),
                        [table.name.clone()],
                    )];
                };
                let column = altered(table, was, part);
                if column == *was {
                    return Vec::new();
                }
                all(vec![Change::AlterColumn { table: table.name.clone(), column }])
            }),
            Step::AddKey { table, key, unless_there } => {
                self.with(table, |table| self.add_key(table, key, *unless_there))
            }
            Step::AddFromIndex { table: name, name: constraint, index, is_primary } => {
                self.with(name, |table| self.add_from_index(table, constraint.as_ref(), index, *is_primary))
            }
            Step::DropPrimaryKey { table } => {
                let table = self.table(table).filter(|table| table.primary_key.is_some());
                all(table
                    .map(|table| Change::DropPrimaryKey { table: table.name.clone() })
                    .into_iter()
                    .collect())
            }
            Step::DropConstraint { table, name, kind, cascade } => {
                let Some(table) = self.table(table) else { return Vec::new() };
                match self.drop_named(table, name, *kind, *cascade) {
                    Some(changes) => all(changes),
                    None => {
                        vec![opaque(format!("{name}, which it drops, is not known"), [table.name.clone()])]
                    }
                }
            }
            Step::DropIndex { schema, name, cascade } => self.drop_index(schema.as_ref(), name, *cascade),
            Step::RenameIndex { schema, from, to } => {
                let tables = self.tables_in(schema.as_ref());
                let mut found = tables.filter(|table| {
                    let of = |name: &Option<Name>| name.as_ref().is_some_and(|name| self.same(name, from));
                    table.indexes.iter().any(|it| of(&it.name)) || table.uniques.iter().any(|it| of(&it.name))
                });
                found.next().map(|table| self.rename_constraint(table, from, to)).unwrap_or_default()
            }
            Step::RenameConstraint { table, from, to } => {
                self.table(table).map(|table| self.rename_constraint(table, from, to)).unwrap_or_default()
            }
        }
    }

    /// The known table of this name, as this dialect compares names.
    fn table(&self, name: &TableName) -> Option<&'s Table> {
        let naming = self.dialect.naming();
        let found = self.schema.tables.get(name).or_else(|| {
            let wanted = naming.table(name);
            let mut all = self.schema.tables.iter();
            all.find(|(known, _)| known.schema == name.schema && naming.table(known) == wanted)
                .map(|(_, table)| table)
        });
        found.map(AsRef::as_ref)
    }

    fn tables_in(&self, schema: Option<&Name>) -> impl Iterator<Item = &'s Table> {
        self.schema
            .tables
            .values()
            .map(AsRef::as_ref)
            .filter(move |table| table.name.schema.as_ref() == schema)
    }

    fn with(&self, name: &TableName, work: impl FnOnce(&'s Table) -> Operations) -> Operations {
        match self.table(name) {
            Some(table) => work(table),
            None => vec![opaque(format!("table {name} is not known"), [name.clone()])],
        }
    }

    fn same(&self, a: &Name, b: &Name) -> bool {
        let naming = self.dialect.naming();
        a == b || naming.other(a) == naming.other(b)
    }

    fn column<'t>(&self, table: &'t Table, name: &Name) -> Option<&'t Column> {
        table.columns.iter().find(|column| self.same(&column.name, name))
    }

    fn create_table(&self, table: &Table, unless_there: bool) -> Operations {
        if let Some(known) = self.table(&table.name) {
            if unless_there {
                return Vec::new();
            }
            return vec![opaque(format!("table {} is there already", table.name), [known.name.clone()])];
        }
        let mut table = table.clone();
        let columns: Vec<Name> = table.columns.iter().map(|it| it.name.clone()).collect();
        let own = |name: &mut Name| self.own(&columns, name);
        table.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(own);
        table.uniques.iter_mut().for_each(|it| self.own_parts(&columns, &mut it.parts));
        table.indexes.iter_mut().for_each(|it| self.own_parts(&columns, &mut it.parts));
        table.foreign_keys.iter_mut().for_each(|it| it.columns.iter_mut().for_each(own));
        table.checks.iter_mut().for_each(|it| self.only_columns(&columns, &mut it.columns));
        if let Some(key) = &table.primary_key {
            for column in table.columns.iter_mut().filter(|it| key.columns.contains(&it.name)) {
                column.nullable = false;
            }
        }
        names::name_all(self.dialect, &mut table);
        all(vec![Change::CreateTable(table.into())])
    }

    /// The column's name as the table spells it.
    fn own(&self, columns: &[Name], name: &mut Name) {
        if let Some(known) = columns.iter().find(|it| self.same(it, name)) {
            name.clone_from(known);
        }
    }

    fn own_parts(&self, columns: &[Name], parts: &mut [IndexPart]) {
        for part in parts {
            match &mut part.key {
                IndexKey::Column(name) => self.own(columns, name),
                IndexKey::Expression(_) => {}
            }
        }
    }

    /// Of the names in an expression those that are columns, in the table's order.
    fn only_columns(&self, columns: &[Name], names: &mut Vec<Name>) {
        let named = columns.iter().filter(|column| names.iter().any(|name| self.same(name, column)));
        *names = named.cloned().collect();
    }

    fn rename_table(&self, from: &TableName, to: &TableName) -> Operations {
        match (self.table(from), self.table(to)) {
            (Some(known), None) => {
                all(vec![Change::RenameTable { from: known.name.clone(), to: to.clone() }])
            }
            (Some(known), Some(other)) if known.name == other.name => {
                all(vec![Change::RenameTable { from: known.name.clone(), to: to.clone() }])
            }
            (None, _) => vec![opaque(format!("table {from} is not known"), [from.clone(), to.clone()])],
            (Some(known), Some(other)) => {
                vec![opaque(format!("table {to} is there already"), [known.name.clone(), other.name.clone()])]
            }
        }
    }

    fn add_key(&self, table: &Table, key: &Key, unless_there: bool) -> Operations {
        let columns: Vec<Name> = table.columns.iter().map(|it| it.name.clone()).collect();
        let mut key = key.clone();
        match &mut key {
            Key::Primary(key) => key.columns.iter_mut().for_each(|it| self.own(&columns, it)),
            Key::Unique(unique) => self.own_parts(&columns, &mut unique.parts),
            Key::Foreign(key) => key.columns.iter_mut().for_each(|it| self.own(&columns, it)),
            Key::Check(check) => self.only_columns(&columns, &mut check.columns),
            Key::Index(index) => self.own_parts(&columns, &mut index.parts),
        }
        let name = match &key {
            Key::Primary(it) => it.name.as_ref(),
            Key::Unique(it) => it.name.as_ref(),
            Key::Foreign(it) => it.name.as_ref(),
            Key::Check(it) => it.name.as_ref(),
            Key::Index(it) => it.name.as_ref(),
        };
        if unless_there && name.is_some_and(|name| names::names(table).any(|it| self.same(it, name))) {
            return Vec::new();
        }
        let key = names::with_name(self.dialect, table, key);
        let name = || table.name.clone();
        all(vec![match key {
            Key::Primary(primary_key) => {
                if table.primary_key.is_some() {
                    return vec![opaque(format!("table {} has a primary key already", table.name), [name()])];
                }
                Change::AddPrimaryKey { table: name(), primary_key }
            }
            Key::Unique(unique) => Change::AddUnique { table: name(), unique },
            Key::Foreign(foreign_key) => Change::AddForeignKey { table: name(), foreign_key },
            Key::Check(check) => Change::AddCheck { table: name(), check },
            Key::Index(index) => Change::AddIndex { table: name(), index },
        }])
    }

    fn add_from_index(
        &self,
        table: &Table,
        name: Option<&Name>,
        index: &Name,
        is_primary: bool,
    ) -> Operations {
        let of_table = || table.name.clone();
        let found = table.uniques.iter().find(|it| it.name.as_ref().is_some_and(|it| self.same(it, index)));
        let Some(unique) = found else {
            return vec![opaque(format!("index {index} is not known"), [of_table()])];
        };
        let index = unique.name.clone().unwrap_or_else(|| index.clone());
        if !is_primary {
            let to = name.unwrap_or(&index).clone();
            let rename =
                (to != index).then(|| Change::RenameConstraint { table: of_table(), from: index, to });
            return all(rename.into_iter().collect());
        }
        let columns: Option<Vec<Name>> = unique.parts.iter().map(|part| part.as_column().cloned()).collect();
        let Some(columns) = columns.filter(|_| table.primary_key.is_none()) else {
            return vec![opaque(format!("index {index} cannot be a primary key"), [of_table()])];
        };
        let name = Some(name.unwrap_or(&index).clone());
        let primary_key = PrimaryKey { name, columns, provenance: Provenance::default() };
        all(vec![
            Change::DropUnique { table: of_table(), unique: ConstraintRef::Name(index) },
            Change::AddPrimaryKey { table: of_table(), primary_key },
        ])
    }

    /// The changes that drop what bears this name on the table; `None` if nothing does.
    fn drop_named(
        &self,
        table: &Table,
        name: &Name,
        kind: ConstraintKind,
        cascade: bool,
    ) -> Option<Vec<Change>> {
        let is = |known: &Option<Name>| known.as_ref().is_some_and(|known| self.same(known, name));
        let reference = |known: &Option<Name>| known.clone().map(ConstraintRef::Name);
        let of_table = || table.name.clone();
        let (indexes, uniques, foreign_keys, checks, any) = match kind {
            ConstraintKind::Any => (false, true, true, true, true),
            ConstraintKind::Index => (true, true, false, false, true),
            ConstraintKind::ForeignKey => (false, false, true, false, false),
            ConstraintKind::Check => (false, false, false, true, false),
        };
        if let Some(key) = table.primary_key.as_ref().filter(|_| any) {
            let usual = match self.dialect {
                Dialect::Postgres => format!("{}_pkey", table.name.name),
                Dialect::Mysql | Dialect::Mariadb => "primary".to_owned(),
                Dialect::Sqlite => String::new(),
            };
            if is(&key.name) || (key.name.is_none() && self.same(name, &usual.into())) {
                let mut changes =
                    if cascade { self.drop_references(table, Some(&key.columns)) } else { Vec::new() };
                changes.push(Change::DropPrimaryKey { table: of_table() });
                return Some(changes);
            }
        }
        if let Some(unique) = table.uniques.iter().filter(|_| uniques).find(|it| is(&it.name)) {
            let columns: Vec<Name> = unique.parts.iter().filter_map(|it| it.as_column().cloned()).collect();
            let mut changes = if cascade { self.drop_references(table, Some(&columns)) } else { Vec::new() };
            changes.push(Change::DropUnique { table: of_table(), unique: reference(&unique.name)? });
            return Some(changes);
        }
        if let Some(key) = table.foreign_keys.iter().filter(|_| foreign_keys).find(|it| is(&it.name)) {
            return Some(vec![Change::DropForeignKey {
                table: of_table(),
                foreign_key: reference(&key.name)?,
            }]);
        }
        if let Some(check) = table.checks.iter().filter(|_| checks).find(|it| is(&it.name)) {
            return Some(vec![Change::DropCheck { table: of_table(), check: reference(&check.name)? }]);
        }
        if let Some(index) = table.indexes.iter().filter(|_| indexes).find(|it| is(&it.name)) {
            return Some(vec![Change::DropIndex { table: of_table(), index: reference(&index.name)? }]);
        }
        None
    }

    /// An index of any table in the schema; when none bears the name, one without a name may be it.
    fn drop_index(&self, schema: Option<&Name>, name: &Name, cascade: bool) -> Operations {
        for table in self.tables_in(schema) {
            if let Some(changes) = self.drop_named(table, name, ConstraintKind::Index, cascade) {
                return all(changes);
            }
        }
        let has_nameless = |table: &&Table| {
            table.indexes.iter().any(|it| it.name.is_none())
                || table.uniques.iter().any(|it| it.name.is_none()) && self.dialect != Dialect::Sqlite
        };
        let tables: BTreeSet<_> =
            self.tables_in(schema).filter(has_nameless).map(|it| it.name.clone()).collect();
        let may_touch = if tables.is_empty() { MayTouch::Nothing } else { MayTouch::Tables(tables) };
        vec![Operation::Opaque(Opaque {
            reason: format!("index {name}, which it drops, is not known"),
            may_touch,
        })]
    }

    /// Names are not compared: one that is not known leaves nothing to change.
    fn rename_constraint(&self, table: &Table, from: &Name, to: &Name) -> Operations {
        let of_key = table.primary_key.as_ref().and_then(|key| key.name.as_ref());
        let mut others = names::names(table).filter(|it| Some(*it) != of_key);
        let Some(known) = others.find(|it| self.same(it, from)) else { return Vec::new() };
        all(vec![Change::RenameConstraint { table: table.name.clone(), from: known.clone(), to: to.clone() }])
    }

    /// The foreign keys of other tables that point to `table`, or to these columns of it.
    fn drop_references(&self, table: &Table, columns: Option<&[Name]>) -> Vec<Change> {
        let mut changes = Vec::new();
        for other in self.schema.tables.values().filter(|other| other.name != table.name) {
            for key in &other.foreign_keys {
                let same_columns = columns.is_none_or(|columns| {
                    key.referenced_columns.iter().all(|it| columns.iter().any(|column| self.same(it, column)))
                });
                if self.table(&key.references).is_some_and(|it| it.name == table.name) && same_columns {
                    let foreign_key = match &key.name {
                        Some(name) => ConstraintRef::Name(name.clone()),
                        None => ConstraintRef::Columns(key.columns.clone()),
                    };
                    changes.push(Change::DropForeignKey { table: other.name.clone(), foreign_key });
                }
            }
        }
        changes
    }

    /// What names the column goes with it, also where it does so in an expression. MySQL takes the column out
    /// of its indexes instead (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>).
    fn drop_column(&self, table: &Table, column: &Name, cascade: bool) -> Vec<Change> {
        let of_table = || table.name.clone();
        let names_it = |spelling: &Spelling| self.mentions(spelling, column);
        let by_expression = |parts: &[IndexPart], condition: &Option<Spelling>| {
            let in_part = |part: &IndexPart| match &part.key {
                IndexKey::Column(_) => false,
                IndexKey::Expression(expression) => names_it(expression),
            };
            parts.iter().any(in_part) || condition.as_ref().is_some_and(names_it)
        };
        let mut changes = Vec::new();
        if cascade {
            for key in self.drop_references(table, None) {
                changes.extend(Some(key).filter(|key| self.points_at(key, column)));
            }
        }
        for index in table.indexes.iter().filter(|it| by_expression(&it.parts, &it.condition)) {
            let index = reference(index.name.as_ref(), &index.parts);
            changes.push(Change::DropIndex { table: of_table(), index });
        }
        for unique in table.uniques.iter().filter(|it| by_expression(&it.parts, &it.condition)) {
            let unique = reference(unique.name.as_ref(), &unique.parts);
            changes.push(Change::DropUnique { table: of_table(), unique });
        }
        for check in table.checks.iter().filter(|it| it.columns.is_empty() && names_it(&it.expression)) {
            let check = match &check.name {
                Some(name) => ConstraintRef::Name(name.clone()),
                None => ConstraintRef::Columns(Vec::new()),
            };
            changes.push(Change::DropCheck { table: of_table(), check });
        }
        changes.push(Change::DropColumn { table: of_table(), column: column.clone() });
        match self.dialect {
            Dialect::Mysql | Dialect::Mariadb => changes.extend(self.shortened(table, column)),
            Dialect::Postgres | Dialect::Sqlite => {}
        }
        changes
    }

    /// The indexes of `table` that had `column` among others, without it.
    fn shortened(&self, table: &Table, column: &Name) -> Vec<Change> {
        let without = |parts: &[IndexPart]| -> Option<Vec<IndexPart>> {
            let rest: Vec<_> =
                parts.iter().filter(|part| part.as_column() != Some(column)).cloned().collect();
            (rest.len() < parts.len() && !rest.is_empty()).then_some(rest)
        };
        let mut changes = Vec::new();
        for index in &table.indexes {
            if let Some(parts) = without(&index.parts) {
                let index = crate::schema::Index { parts, ..index.clone() };
                changes.push(Change::AddIndex { table: table.name.clone(), index });
            }
        }
        changes
    }

    /// Whether a foreign key that is to be dropped points to this column.
    fn points_at(&self, change: &Change, column: &Name) -> bool {
        let Change::DropForeignKey { table, foreign_key } = change else { return false };
        let Some(table) = self.schema.tables.get(table) else { return false };
        table.foreign_keys.iter().any(|key| {
            let is_it = match foreign_key {
                ConstraintRef::Name(name) => key.name.as_ref() == Some(name),
                ConstraintRef::Columns(columns) => key.columns == *columns,
            };
            is_it && key.referenced_columns.contains(column)
        })
    }

    /// Whether an expression may name the column: one that cannot be read may.
    fn mentions(&self, expression: &Spelling, column: &Name) -> bool {
        let Some(text) = expression.text() else { return true };
        let mut lexer = Lexer::new(self.dialect, text);
        loop {
            lexer.skip_blanks();
            let Some(token) = lexer.token() else { return lexer.broken };
            let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
            let name: Name = match (self.dialect, token.kind) {
                (Dialect::Postgres, TokenKind::Word) => token.text.to_ascii_lowercase().into(),
                _ => token.identifier().into(),
            };
            if is_name && self.same(&name, column) {
                return true;
            }
        }
    }
}

fn all(changes: Vec<Change>) -> Operations {
    changes.into_iter().map(Operation::Change).collect()
}

fn reference(name: Option<&Name>, parts: &[IndexPart]) -> ConstraintRef {
    match name {
        Some(name) => ConstraintRef::Name(name.clone()),
        None => ConstraintRef::Columns(
            parts
                .iter()
                .map(|part| match &part.key {
                    IndexKey::Column(name) => name.clone(),
                    IndexKey::Expression(expression) => expression.text().unwrap_or_default().into(),
                })
                .collect(),
        ),
    }
}

/// The column as it is after the change.
fn altered(table: &Table, was: &Column, part: &ColumnPart) -> Column {
    let mut column = was.clone();
    match part {
        ColumnPart::Type { data_type, collation } => {
            // A default is cast along; into another family of types it gets a form that is the server's business.
            let family = |spelling: &Spelling| {
                spelling.text().and_then(|text| text.split('(').next()).map(|text| text.trim().to_lowercase())
            };
            if family(&column.data_type) != family(data_type) {
                column.default = column.default.map(|_| Spelling::Unread);
            }
            column.data_type = data_type.clone();
            column.collation.clone_from(collation);
        }
        ColumnPart::Nullable(nullable) => column.nullable = *nullable,
        ColumnPart::Default(default) => {
            column.default.clone_from(default);
            column.auto_increment = false;
        }
        ColumnPart::AutoIncrement(numbers) => {
            column.auto_increment = *numbers;
            column.default = column.default.filter(|_| !numbers);
        }
        ColumnPart::NotGenerated => column.generated = None,
        ColumnPart::Expression(expression) => {
            if let Some(generated) = &mut column.generated {
                generated.expression = expression.clone();
            }
        }
        ColumnPart::Whole(whole) => {
            let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&was.name));
            column = Column { name: was.name.clone(), provenance: was.provenance, ..Column::clone(whole) };
            column.nullable &= !is_key;
        }
    }
    column
}
