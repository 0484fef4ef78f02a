//! What a step means for the tables that are known: the part of a statement's meaning that its text leaves out.

mod alter;
mod convert;
mod copied;
mod drops;
mod perhaps;

use super::step::{Key, Step};
use super::{Effect, Statement, names};
use crate::dialect::{Dialect, Naming};
use crate::migration::{MayTouch, Opaque, Operation};
use crate::schema::{Change, Column, IndexKey, IndexPart, Name, Schema, Spelling, Table, TableName};

/// The operations of these statements, one after the other, each completed against what the ones before have
/// left of `schema`, which becomes what they leave. What does not fit is told as opaque.
pub fn apply(dialect: Dialect, statements: &[Statement], schema: &mut Schema) -> Vec<Operation> {
    let mut operations = Vec::new();
    let mut released = Vec::new();
    for statement in statements {
        match &statement.effect {
            Effect::Nothing => {}
            Effect::Opaque(opaque) => operations.push(Operation::Opaque(opaque.clone())),
            Effect::Steps(steps) => {
                for step in steps {
                    let is_left = convert::is_left_index(dialect, step, &mut released);
                    let done = complete(dialect, step, schema);
                    let is_known = |it: &Operation| matches!(it, Operation::Change(_));
                    for operation in done.into_iter().filter(|it| !is_left || is_known(it)) {
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
        Operation::Opaque(mut opaque) => {
            if !opaque.reason.starts_with("SQL `") {
                opaque.reason = format!("SQL `{text}`: {}", opaque.reason);
            }
            Operation::Opaque(opaque)
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

/// What PostgreSQL drops along with a column because an expression, a condition or a generated column surely names it.
pub fn named_in_expressions(schema: &Schema, table: &TableName, column: &Name) -> Vec<Change> {
    let completion = Completion { dialect: Dialect::Postgres, schema };
    let Some(table) = completion.table(table) else { return Vec::new() };
    let names_it = |it: &Spelling| it.text().is_some() && completion.mentions(it, column);
    let mut changes = completion.drop_expressions(table, names_it);
    completion.drop_generated(table, column, &mut changes);
    changes
}

fn opaque(reason: impl Into<String>, tables: impl IntoIterator<Item = TableName>) -> Operation {
    let may_touch = MayTouch::Tables(tables.into_iter().collect());
    Operation::Opaque(Opaque::new(reason, may_touch))
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
            Step::IfThere { table, what, step } => {
                if self.is_surely_absent(table, what) {
                    Vec::new()
                } else {
                    self.step(step)
                }
            }
            Step::Perhaps { reason, steps } => {
                let opaque = self.perhaps(reason, steps);
                // As of an index that is surely not there.
                let is_nothing = opaque.may_touch == MayTouch::Nothing && opaque.may_undo.is_nothing();
                if is_nothing { Vec::new() } else { vec![Operation::Opaque(opaque)] }
            }
            Step::Unread { reason, .. } => {
                vec![Operation::Opaque(self.perhaps(reason, std::slice::from_ref(step)))]
            }
            Step::ConvertTexts { table, collation } => {
                self.with(table, |table| all(self.converted(table, collation.as_ref())))
            }
            Step::MakeRoutine { .. } | Step::MakeView { .. } => Vec::new(),
            Step::Calls { reason, .. } => {
                vec![Operation::Opaque(Opaque::new(reason.clone(), MayTouch::Anything))]
            }
            Step::DropRoutines { names } => self.drop_routines(names),
            Step::DropTypes { names } => self.drop_types(names),
            Step::Defer { table, name, deferrable } => {
                self.with(table, |table| self.defer(table, name, *deferrable))
            }
            Step::DropOwnChecks { table, column } => {
                self.table(table).map(|table| all(self.drop_own_checks(table, column))).unwrap_or_default()
            }
            Step::CreateTable { table, unless_there } => self.create_table(table, *unless_there),
            Step::CopyTable(copied) => self.copy_table(copied),
            Step::DropTable { table, cascade } => {
                let Some(table) = self.table(table) else { return Vec::new() };
                let mut changes = if *cascade { self.drop_references(table, None) } else { Vec::new() };
                changes.push(Change::DropTable { table: table.name.clone() });
                all(changes)
            }
            Step::RenameTable { from, to } => self.rename_table(from, to),
            Step::AddColumn { table, column, keys, unless_there } => {
                self.with(table, |table| self.add_column(table, column, keys, *unless_there))
            }
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
                let was = &self.spelled(was);
                let column = self.spelled(&alter::altered(table, was, part));
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
                    None if self.is_of_foreign_key(table, name, *kind) => Vec::new(),
                    None => {
                        vec![opaque(format!("{name}, which it drops, is not known"), [table.name.clone()])]
                    }
                }
            }
            Step::DropSomeIndexes { .. } => {
                let reason = "which index it drops is not known";
                vec![Operation::Opaque(self.perhaps(reason, std::slice::from_ref(step)))]
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

    /// In canonical form but for the names, so that a `serial` is an integer that numbers itself and can stop to.
    fn spelled(&self, column: &Column) -> Column {
        let mut column = column.clone();
        self.dialect.canonical_column(&mut column, &Naming::EXACT);
        column
    }

    fn create_table(&self, table: &Table, unless_there: bool) -> Operations {
        if let Some(known) = self.table(&table.name) {
            if unless_there {
                return Vec::new();
            }
            return vec![opaque(format!("table {} is there already", table.name), [known.name.clone()])];
        }
        let mut table = table.clone();
        table.columns.iter_mut().for_each(|it| *it = self.spelled(it));
        let columns = table.columns.clone();
        let own = |name: &mut Name| self.own(&columns, name);
        table.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(own);
        table.uniques.iter_mut().for_each(|it| self.own_parts(&columns, &mut it.parts));
        table.indexes.iter_mut().for_each(|it| self.own_parts(&columns, &mut it.parts));
        table.exclusions.iter_mut().for_each(|it| self.own_parts(&columns, &mut it.parts));
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
    fn own(&self, columns: &[Column], name: &mut Name) {
        if let Some(known) = columns.iter().find(|it| self.same(&it.name, name)) {
            name.clone_from(&known.name);
        }
    }

    /// The same for keys of an index; and a key that sorts as its column does anyway does not say so.
    fn own_parts(&self, columns: &[Column], parts: &mut [IndexPart]) {
        for part in parts {
            let IndexKey::Column(name) = &mut part.key else { continue };
            let Some(column) = columns.iter().find(|it| self.same(&it.name, name)) else { continue };
            name.clone_from(&column.name);
            let usual = match (&column.collation, self.dialect) {
                (Some(collation), _) => &**collation,
                (None, Dialect::Sqlite) => "binary",
                (None, Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb) => "default",
            };
            if let Some(mut options) = part.options.take() {
                options.collation = options.collation.filter(|it| match self.dialect {
                    Dialect::Postgres => **it != *usual,
                    Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite => !it.eq_ignore_ascii_case(usual),
                });
                *part = part.clone().with_options(*options);
            }
        }
    }

    /// Of the names in an expression those that are columns, in the table's order.
    fn only_columns(&self, columns: &[Column], names: &mut Vec<Name>) {
        let named = columns.iter().filter(|column| names.iter().any(|name| self.same(name, &column.name)));
        *names = named.map(|column| column.name.clone()).collect();
    }

    fn rename_table(&self, from: &TableName, to: &TableName) -> Operations {
        match (self.table(from), self.table(to)) {
            (Some(known), other) if other.is_none_or(|other| known.name == other.name) => {
                let mut changes = self.rename_generated(known, to);
                changes.push(Change::RenameTable { from: known.name.clone(), to: to.clone() });
                all(changes)
            }
            // PostgreSQL renames a sequence so too, which is not compared.
            (None, _)
                if self.dialect == Dialect::Postgres
                    && [from, to].iter().all(|it| it.name.ends_with("_seq")) =>
            {
                Vec::new()
            }
            (None, _) => vec![opaque(format!("table {from} is not known"), [from.clone(), to.clone()])],
            (Some(known), _) => {
                vec![opaque(format!("table {to} is there already"), [known.name.clone(), to.clone()])]
            }
        }
    }

    fn add_column(&self, table: &Table, column: &Column, keys: &[Key], unless_there: bool) -> Operations {
        if self.column(table, &column.name).is_some() {
            if unless_there {
                return Vec::new();
            }
            let reason = format!("column {} of {} is there already", column.name, table.name);
            return vec![opaque(reason, [table.name.clone()])];
        }
        let column = self.spelled(column);
        let mut longer = table.clone();
        longer.columns.push(column.clone());
        let mut operations = all(vec![Change::AddColumn { table: table.name.clone(), column }]);
        operations.extend(keys.iter().flat_map(|key| self.add_key(&longer, key, false)));
        operations
    }

    fn add_key(&self, table: &Table, key: &Key, unless_there: bool) -> Operations {
        let columns = &table.columns;
        let mut key = key.clone();
        match &mut key {
            Key::Primary(key) => key.columns.iter_mut().for_each(|it| self.own(columns, it)),
            Key::Unique(unique) => self.own_parts(columns, &mut unique.parts),
            Key::Foreign(key) => key.columns.iter_mut().for_each(|it| self.own(columns, it)),
            Key::Check(check) => self.only_columns(columns, &mut check.columns),
            Key::Index(index) => self.own_parts(columns, &mut index.parts),
            Key::Exclusion(it) => self.own_parts(columns, &mut it.parts),
        }
        let name = match &key {
            Key::Primary(it) => it.name.as_ref(),
            Key::Unique(it) => it.name.as_ref(),
            Key::Foreign(it) => it.name.as_ref(),
            Key::Check(it) => it.name.as_ref(),
            Key::Index(it) => it.name.as_ref(),
            Key::Exclusion(it) => it.name.as_ref(),
        };
        // MySQL has names of indexes for each table, the others for each schema.
        let namesakes = |name: &Name| match self.dialect {
            Dialect::Mysql | Dialect::Mariadb => names::names(table).any(|it| self.same(it, name)),
            Dialect::Postgres | Dialect::Sqlite => self
                .tables_in(table.name.schema.as_ref())
                .flat_map(names::names)
                .any(|it| self.same(it, name)),
        };
        if unless_there && name.is_some_and(namesakes) {
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
            Key::Exclusion(exclusion) => Change::AddExclusion { table: name(), exclusion },
        }])
    }

    /// Names are not compared: one that is not known leaves nothing to change.
    fn rename_constraint(&self, table: &Table, from: &Name, to: &Name) -> Operations {
        let of_key = table.primary_key.as_ref().and_then(|key| key.name.as_ref());
        let mut others = names::names(table).filter(|it| Some(*it) != of_key);
        let Some(known) = others.find(|it| self.same(it, from)) else { return Vec::new() };
        all(vec![Change::RenameConstraint { table: table.name.clone(), from: known.clone(), to: to.clone() }])
    }
}

fn all(changes: Vec<Change>) -> Operations {
    changes.into_iter().map(Operation::Change).collect()
}
