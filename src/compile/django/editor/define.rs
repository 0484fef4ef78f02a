//! Columns and tables as `table_sql` and `column_sql` define them.

use std::sync::Arc;

use super::{Editor, find, table_name};
use crate::compile::django::backend::ColumnType;
use crate::compile::django::field::{Adds, Field, Kind, SpatialIndex};
use crate::compile::django::names;
use crate::compile::django::project::FIELD_NAME;
use crate::compile::django::state::{Model, State};
use crate::dialect::Dialect;
use crate::migration::MayUndo;
use crate::schema::{
    Change, Check, Column, Deferrable, ForeignKey, Generated, Index, IndexPart, Name, OR, PartOptions,
    PrimaryKey, Spelling, Table, TableName, UniqueConstraint,
};

/// A field as a column, and what stands beside it.
#[derive(Clone, Debug)]
pub struct Defined {
    pub column: Column,
    /// The check that the backend adds to columns of this type.
    pub check: Option<Check>,
    pub spelled: ColumnType,
}

/// What a field refers to, for the database.
pub enum Reference {
    To(Box<ForeignKey>),
    None,
    /// There is a foreign key, but not to where: why, in one sentence.
    Unseen(String),
}

/// A table as `create_model` makes it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What `CREATE TABLE` itself says.
    pub table: Table,
    /// What follows it at the end of the migration.
    pub deferred: Vec<Change>,
    pub doubts: Doubts,
}

/// What was not seen through of a table, one sentence each.
#[derive(Clone, Debug, Default)]
pub struct Doubts {
    pub whole: Vec<String>,
    /// It is of its columns, or adds to the table, and leaves the rest as it is.
    pub partly: Vec<String>,
    /// What is only a guess.
    pub undefined: MayUndo,
}

pub fn primary_key(columns: impl IntoIterator<Item = Name>) -> PrimaryKey {
    PrimaryKey { name: None, columns: columns.into_iter().collect(), provenance: Default::default() }
}

impl Editor<'_> {
    /// `column_sql`; `None` for a field without a column.
    pub(super) fn define(
        &self,
        state: &State,
        model: &Model,
        table: &TableName,
        field: &Field,
    ) -> Option<Defined> {
        let spelled = state.column_type(field, self.context)?;
        let name = field.column()?;
        let mut column = Column::new(name.clone(), self.open_type(state, field, &spelled.data_type));
        column.auto_increment = spelled.auto_increment;
        column.collation = spelled.collation.clone();
        column.nullable = field.null && !field.primary_key;
        let backend = self.context.backend;
        let facts = |name: &str| self.fact(state, model, name);
        column.default = match &field.db_default {
            Some(default) => backend.default(default, state.scalar(field).as_ref(), &facts),
            None => spelled.default.clone(),
        };
        if let Kind::Generated(generated) = &field.kind {
            // `_iter_column_sql` says either how it is generated or NOT NULL.
            column.nullable = true;
            let expression = generated.spelled(backend, &facts);
            column.generated = Some(Generated { expression, stored: generated.stored });
        }
        let check = spelled.check.as_ref().map(|text| Check {
            // MariaDB calls it like the column, and loses it with the column's definition.
            name: if self.is_mysql() { None } else { self.inline_name(table, &name, "check") },
            columns: vec![name.clone()],
            expression: Spelling::uncertain(text.clone()),
            provenance: Default::default(),
        });
        Some(Defined { column, check, spelled })
    }

    /// The name that a server gives to a constraint that stands in a column's definition.
    fn inline_name(&self, table: &TableName, column: &str, kind: &str) -> Option<Name> {
        match self.context.backend.dialect {
            Dialect::Postgres => {
                let taken = |name: &str| find::has_constraint(self.schema(), table, name);
                let numbered =
                    |number: u32| names::of_postgres(&table.name, column, &format!("{kind}{number}"));
                let usual = names::of_postgres(&table.name, column, kind);
                let name =
                    if taken(&usual) { (1..).map(numbered).find(|it| !taken(it)) } else { Some(usual) };
                name.map(Name::from)
            }
            Dialect::Mariadb | Dialect::Mysql => Some(column.into()),
            Dialect::Sqlite => None,
        }
    }

    pub(super) fn inline_unique(&self, table: &TableName, column: &Name) -> UniqueConstraint {
        let name = self.inline_name(table, column, "key");
        UniqueConstraint { name, ..UniqueConstraint::on_columns([column.clone()]) }
    }

    pub(super) fn foreign_key(&self, state: &State, table: &TableName, field: &Field) -> Reference {
        let Kind::Relation(relation) = &field.kind else { return Reference::None };
        if !relation.db_constraint {
            return Reference::None;
        }
        let Some(column) = field.column() else { return Reference::None };
        let Some((model, target)) = state.target(relation) else {
            return Reference::Unseen(self.points_nowhere(state, field, relation));
        };
        let to = model.table(self.context);
        let to_column = target.column().unwrap_or_else(|| target.name.clone());
        let deferrable = match self.context.backend.dialect {
            Dialect::Postgres | Dialect::Sqlite => Deferrable::InitiallyDeferred,
            Dialect::Mysql | Dialect::Mariadb => Deferrable::No,
        };
        let name = (!self.is_sqlite())
            .then(|| self.context.backend.foreign_key_name(&table.name, &column, &to, &to_column).into());
        Reference::To(Box::new(ForeignKey {
            name,
            columns: vec![column],
            references: table_name(&to),
            referenced_columns: vec![to_column],
            on_delete: relation.on_delete,
            on_update: Default::default(),
            deferrable,
            provenance: Default::default(),
        }))
    }

    /// `_field_should_be_indexed`.
    pub(super) fn should_be_indexed(&self, field: &Field, spelled: &ColumnType) -> bool {
        if spatial_index(field).is_some() {
            return true;
        }
        if !field.db_index || field.unique {
            return false;
        }
        if !self.is_mysql() {
            return true;
        }
        // InnoDB makes the index under a foreign key by itself.
        let has_its_own =
            matches!(&field.kind, Kind::Relation(relation) if relation.db_constraint && !relation.one_to_one);
        !has_its_own && spelled.indexable
    }

    pub(super) fn plain_index(&self, table: &TableName, column: &Name) -> Index {
        let name = self.context.backend.index_name(&table.name, &[column], "");
        Index { name: Some(name.into()), ..Index::on_columns([column.clone()]) }
    }

    /// `_create_spatial_index_sql` of django/contrib/gis/db/backends/postgis/schema.py.
    pub(super) fn spatial_index(&self, table: &TableName, field: &Field, column: &Name) -> Option<Index> {
        let operator_class = spatial_index(field)?.operator_class().map(Name::from);
        let options = PartOptions { operator_class, ..PartOptions::default() };
        let name = match self.context.project.django {
            (4.., _) => self.context.backend.index_name(&table.name, &[column], "_id"),
            _ => format!("{}_{column}_id", table.name),
        };
        Some(Index {
            name: Some(name.into()),
            parts: vec![IndexPart::column(column.clone()).with_options(options)],
            method: Some("gist".into()),
            ..Index::on_columns::<Name>([])
        })
    }

    /// `_create_like_index_sql` of django/db/backends/postgresql/schema.py.
    pub(super) fn like_index(&self, table: &TableName, field: &Field, defined: &Defined) -> Option<Index> {
        let operator_class = defined.spelled.like.filter(|_| self.asks_for_like(field, defined))?;
        if self.is_deterministic(defined) != Some(true) || may_be_citext(defined) {
            return None;
        }
        let column = &defined.column.name;
        let options = PartOptions { operator_class: Some(operator_class.into()), ..PartOptions::default() };
        Some(Index {
            name: Some(self.context.backend.like_name(&table.name, column).into()),
            parts: vec![IndexPart::column(column.clone()).with_options(options)],
            ..Index::on_columns::<Name>([])
        })
    }

    fn asks_for_like(&self, field: &Field, defined: &Defined) -> bool {
        self.is_postgres() && defined.spelled.like.is_some() && (field.db_index || field.unique)
    }

    /// `_is_collation_deterministic`, which asks since Django 4.2; `None` of a collation that nobody was seen to make.
    fn is_deterministic(&self, defined: &Defined) -> Option<bool> {
        match &defined.column.collation {
            Some(name) if self.context.backend.django >= (4, 2) => {
                self.deterministic.get(name).copied().or_else(|| is_predefined(name).then_some(true))
            }
            Some(_) | None => Some(true),
        }
    }

    /// Why it is not known whether the column has an index for patterns.
    pub(super) fn open_like(&self, field: &Field, defined: &Defined) -> Option<String> {
        if !self.asks_for_like(field, defined) {
            return None;
        }
        let column = &defined.column.name;
        if may_be_citext(defined) {
            return Some(format!(
                "column {column} has an index for patterns only if Django 5.1 or later made it, and so no citext"
            ));
        }
        let name = defined.column.collation.as_ref()?;
        self.is_deterministic(defined).is_none().then(|| {
            format!(
                "column {column} has an index for patterns only if the collation {name} is deterministic, which was not seen"
            )
        })
    }

    /// `_field_indexes_sql`.
    pub(super) fn field_indexes(&self, table: &TableName, field: &Field, defined: &Defined) -> Vec<Index> {
        let mut indexes = Vec::new();
        if self.should_be_indexed(field, &defined.spelled) {
            let column = &defined.column.name;
            let index = self.spatial_index(table, field, column);
            indexes.push(index.unwrap_or_else(|| self.plain_index(table, column)));
        }
        indexes.extend(self.like_index(table, field, defined));
        indexes
    }

    /// `table_sql` and `_model_indexes_sql`.
    pub(super) fn plan(&self, state: &State, model: &Model) -> Planned {
        let name = self.table_of(model);
        let mut planned =
            Planned { table: Table::new(name.clone()), deferred: Vec::new(), doubts: Doubts::default() };
        let mut indexes = Vec::new();
        let mut late = Vec::new();
        for field in &model.local {
            self.plan_field(state, model, field, &mut planned, &mut indexes, &mut late);
        }
        if let Some(names) = &model.composite_key {
            let columns = names.iter().filter_map(|name| model.field(name)?.column());
            planned.table.primary_key = Some(primary_key(columns));
        }
        for names in &model.options.unique_together {
            match self.unique_together(&name, model, names) {
                Some(unique) => {
                    planned.deferred.push(Change::AddUnique { table: name.clone(), unique });
                }
                None => {
                    planned.doubts.whole.push(format!("unique_together {names:?} names an unknown field"))
                }
            }
        }
        self.plan_constraints(state, model, &mut planned);
        planned.deferred.extend(late);
        let add_index = |index| Change::AddIndex { table: name.clone(), index };
        planned.deferred.extend(indexes.into_iter().map(add_index));
        for names in &model.options.index_together {
            if let Some(index) = self.index_together(&name, model, names) {
                planned.deferred.push(add_index(index));
            }
        }
        self.plan_indexes(state, model, &mut planned);
        planned.doubts.whole.extend(model.options.unseen.iter().cloned());
        planned
    }

    fn plan_field(
        &self,
        state: &State,
        model: &Model,
        field: &Arc<Field>,
        planned: &mut Planned,
        indexes: &mut Vec<Index>,
        late: &mut Vec<Change>,
    ) {
        if field.blind {
            let told = if leaves_the_rest(model, field) {
                &mut planned.doubts.partly
            } else {
                &mut planned.doubts.whole
            };
            told.push(why_blind(field));
            guessed(field, &mut planned.doubts.undefined);
        }
        let is_told_later = self.tells_later(model, field);
        if !is_told_later && field.adds.as_ref().is_some_and(|it| !has_all(model, field, it)) {
            planned.doubts.partly.extend(adds(field));
        }
        let name = planned.table.name.clone();
        let Some(defined) = self.define(state, model, &name, field) else { return };
        if field.primary_key {
            planned.table.primary_key = Some(primary_key([defined.column.name.clone()]));
        } else if field.unique {
            planned.table.uniques.push(self.inline_unique(&name, &defined.column.name));
        }
        planned.table.checks.extend(defined.check.clone());
        match self.foreign_key(state, &name, field) {
            Reference::To(key) if self.is_sqlite() => planned.table.foreign_keys.push(*key),
            Reference::To(key) => {
                late.push(Change::AddForeignKey { table: name.clone(), foreign_key: *key });
            }
            Reference::None => {}
            Reference::Unseen(reason) => {
                planned.doubts.undefined.definitions.insert(defined.column.name.clone());
                planned.doubts.partly.push(reason);
            }
        }
        indexes.extend(self.field_indexes(&name, field, &defined));
        planned.doubts.partly.extend(self.open_like(field, &defined));
        planned.table.columns.push(defined.column);
    }
}

/// Whether it has no type for patterns if an older Django made it.
fn may_be_citext(defined: &Defined) -> bool {
    defined
        .spelled
        .data_type
        .text()
        .is_some_and(|it| it.contains(OR) && it.split(OR).any(|it| it == "citext"))
}

/// A column of which nothing is known but that it is there, or not even that under this name.
pub(super) fn guessed(field: &Field, may_undo: &mut MayUndo) {
    if field.open_check {
        return;
    }
    if field.is_guessed() {
        may_undo.columns.extend(field.column());
        may_undo.own = true;
    } else {
        may_undo.definitions.extend(field.column());
    }
}

/// Whether a field that was not seen through leaves the rest of its table as it is. It does not where it may be the key, in
/// place of the one that Django gives to a model without.
pub(super) fn leaves_the_rest(model: &Model, field: &Field) -> bool {
    let is_automatic = |it: &Arc<Field>| it.kind.scalar().is_some_and(|it| it.automatic);
    (field.open_check || field.column().is_some()) && !model.local.iter().any(is_automatic)
}

pub(super) fn why_blind(field: &Field) -> String {
    field.notice.clone().unwrap_or_else(|| format!("field `{}` was not seen through", field.name))
}

/// Why its table may have columns that no operation names.
pub(super) fn adds(field: &Field) -> Option<String> {
    let adds = field.adds.as_ref()?;
    let what = if adds.to_meta { "fields, indexes or constraints" } else { "fields" };
    Some(format!("field `{}`: {} may add {what} of its own to the model", field.name, adds.class))
}

/// Whether the migrations name all the fields that a field adds to its model.
pub(super) fn has_all(model: &Model, field: &Field, adds: &Adds) -> bool {
    let name = |it: &Arc<str>| it.replace(FIELD_NAME, &field.name);
    !adds.to_meta
        && adds.names.as_ref().is_some_and(|names| names.iter().all(|it| model.field(&name(it)).is_some()))
}

/// Collations that PostgreSQL has by itself, all of them deterministic: `initdb` makes them of the system's locales and of
/// ICU's (<https://www.postgresql.org/docs/current/collation.html>).
fn is_predefined(name: &str) -> bool {
    let is_locale = || {
        let (language, rest) = name.split_once('_').unwrap_or_default();
        let territory: String = rest.chars().take_while(|it| it.is_ascii_alphabetic()).collect();
        (2..=3).contains(&language.len())
            && language.chars().all(|it| it.is_ascii_lowercase())
            && territory.len() == 2
            && territory.chars().all(|it| it.is_ascii_uppercase())
            && rest[2..].chars().next().is_none_or(|it| matches!(it, '.' | '@'))
    };
    matches!(name, "C" | "POSIX" | "default" | "ucs_basic" | "unicode" | "pg_c_utf8" | "pg_unicode_fast")
        || name.ends_with("-x-icu")
        || name.starts_with("C.")
        || is_locale()
}

pub(super) fn spatial_index(field: &Field) -> Option<SpatialIndex> {
    field.kind.scalar()?.spatial_index
}
