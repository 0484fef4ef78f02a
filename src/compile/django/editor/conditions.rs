//! The columns that a condition names, of an index, a unique or a check whose condition is not put into SQL: enough to know
//! whether it goes with a column that SQL drops.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Editor;
use crate::compile::django::arguments::{self, Arguments};
use crate::compile::django::index::{ModelCheck, ModelConstraint};
use crate::compile::django::project::Value;
use crate::compile::django::state::Model;
use crate::migration::Operation;
use crate::schema::{Change, Check, Name, Spelling, Table, TableName};

/// By the name of the index or the check.
pub type Conditions = BTreeMap<Name, BTreeSet<Name>>;

impl Editor<'_> {
    pub(super) fn note_condition(&mut self, model: &Model, name: Option<&Name>, condition: Option<&Value>) {
        let (Some(name), Some(condition)) = (name, condition) else { return };
        if self.back.is_trial {
            return;
        }
        let mut columns = BTreeSet::new();
        if collect(condition, model, &mut columns) {
            self.conditions.insert(name.clone(), columns);
        } else {
            self.conditions.remove(name);
        }
    }

    pub(super) fn note_conditions(&mut self, model: &Model) {
        for index in &model.options.indexes {
            self.note_condition(model, index.name.as_ref(), index.condition.as_ref());
        }
        for constraint in &model.options.constraints {
            self.note_condition_of(model, constraint);
        }
    }

    pub(super) fn note_condition_of(&mut self, model: &Model, constraint: &ModelConstraint) {
        if let ModelConstraint::Unique(unique) = constraint {
            self.note_condition(model, Some(&unique.name), unique.condition.as_ref());
        }
    }

    /// Of these checks, those that are not put into SQL.
    pub(super) fn note_checks(&mut self, model: &Model, checks: &[Check]) {
        for check in checks.iter().filter(|it| it.expression == Spelling::Unread) {
            let is_it = |it: &&ModelCheck| check.name.as_deref() == Some(&*it.name);
            let of_model = model.options.constraints.iter().filter_map(|it| match it {
                ModelConstraint::Check(check) => Some(check),
                ModelConstraint::Unique(_)
                | ModelConstraint::Exclusion(_)
                | ModelConstraint::Unknown { .. } => None,
            });
            if let Some(written) = of_model.into_iter().find(is_it) {
                self.note_condition(model, check.name.as_ref(), Some(&written.condition));
            }
        }
    }

    /// The columns that conditions name get new names, too.
    pub(super) fn follow_conditions(&mut self, table: &TableName, from: &Name, to: &Name) {
        let Some(table) =
            self.schema.tables.get(table).filter(|_| !self.conditions.is_empty() && !self.back.is_trial)
        else {
            return;
        };
        let indexes = table.indexes.iter().map(|it| &it.name);
        let uniques = table.uniques.iter().map(|it| &it.name);
        let checks = table.checks.iter().map(|it| &it.name);
        for name in indexes.chain(uniques).chain(checks).flatten() {
            if let Some(columns) = self.conditions.get_mut(name)
                && columns.remove(from)
            {
                columns.insert(to.clone());
            }
        }
    }

    /// Writes a stand-in for each such condition, by which a reader of SQL sees what it names; the texts of them.
    pub(super) fn lend_conditions(&mut self) -> BTreeSet<Arc<str>> {
        let mut lent = BTreeSet::new();
        if self.conditions.is_empty() {
            return lent;
        }
        let dialect = self.context.backend.dialect;
        let stand_in = |name: Option<&Name>| {
            let columns = self.conditions.get(name?)?.iter().map(|it| dialect.quote(it));
            Some(Arc::<str>::from(columns.collect::<Vec<_>>().join(" AND ")))
        };
        for table in self.schema.tables.values_mut().filter(|it| has_condition(it, &Spelling::Unread)) {
            for_each_condition(Arc::make_mut(table), |name, condition| {
                if *condition == Spelling::Unread
                    && let Some(text) = stand_in(name)
                {
                    lent.insert(text.clone());
                    *condition = Spelling::Uncertain(text);
                }
            });
        }
        lent
    }

    /// Takes the stand-ins back, also out of what was done with them.
    pub(super) fn return_conditions(&mut self, lent: &BTreeSet<Arc<str>>, done: &mut [Operation]) {
        if lent.is_empty() {
            return;
        }
        let unread = |_: Option<&Name>, condition: &mut Spelling| {
            if condition.text().is_some_and(|it| lent.contains(it)) {
                *condition = Spelling::Unread;
            }
        };
        let has_one =
            |it: &Table| lent.iter().any(|text| has_condition(it, &Spelling::Uncertain(text.clone())));
        for table in self.schema.tables.values_mut().filter(|it| has_one(it)) {
            for_each_condition(Arc::make_mut(table), unread);
        }
        for operation in done {
            if let Operation::Change(Change::CreateTable(table)) = operation {
                for_each_condition(Arc::make_mut(table), unread);
            } else if let Operation::Change(Change::AddIndex { index, .. }) = operation {
                index.condition.iter_mut().for_each(|it| unread(None, it));
            } else if let Operation::Change(Change::AddUnique { unique, .. }) = operation {
                unique.condition.iter_mut().for_each(|it| unread(None, it));
            } else if let Operation::Change(Change::AddCheck { check, .. }) = operation {
                unread(None, &mut check.expression);
            }
        }
    }
}

fn has_condition(table: &Table, wanted: &Spelling) -> bool {
    let conditions = table.indexes.iter().map(|it| &it.condition);
    conditions.chain(table.uniques.iter().map(|it| &it.condition)).any(|it| it.as_ref() == Some(wanted))
        || table.checks.iter().any(|it| it.expression == *wanted)
}

fn for_each_condition(table: &mut Table, mut each: impl FnMut(Option<&Name>, &mut Spelling)) {
    let indexes = table.indexes.iter_mut().map(|it| (&it.name, &mut it.condition));
    for (name, condition) in indexes.chain(table.uniques.iter_mut().map(|it| (&it.name, &mut it.condition))) {
        condition.iter_mut().for_each(|it| each(name.as_ref(), it));
    }
    for check in &mut table.checks {
        each(check.name.as_ref(), &mut check.expression);
    }
}

/// Whether all that the value names is known, which then is in `columns`.
fn collect(value: &Value, model: &Model, columns: &mut BTreeSet<Name>) -> bool {
    let field = |path: &str, columns: &mut BTreeSet<Name>| {
        let first = path.split("__").next().unwrap_or(path);
        let field = if first == "pk" { model.primary_key() } else { model.field(first) };
        field.and_then(|it| it.column()).is_some_and(|it| {
            columns.insert(it);
            true
        })
    };
    if let Some(items) = arguments::items(value) {
        return items.iter().all(|it| collect(it, model, columns));
    }
    let object = match value {
        Value::Object(object) => object,
        Value::Unknown(_) | Value::Function(_) | Value::Dict(_) => return false,
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Tuple(_)
        | Value::Set(_)
        | Value::Name(_) => return true,
    };
    let class = arguments::last_part(&object.class);
    if !object.class.starts_with("django.db.models.") || class == "RawSQL" {
        return false;
    }
    let given = Arguments::of(object);
    match class {
        "F" => given.text(0, "name").is_some_and(|it| field(&it, columns)),
        "Q" => {
            let positional = given.args.iter().all(|it| match arguments::items(it) {
                Some([Value::Str(path), value]) => field(path, columns) && collect(value, model, columns),
                Some(_) => false,
                None => collect(it, model, columns),
            });
            let named = given.kwargs.iter().filter(|(name, _)| !matches!(&**name, "_connector" | "_negated"));
            positional
                && named
                    .into_iter()
                    .all(|(path, value)| field(path, columns) && collect(value, model, columns))
        }
        _ => {
            let values = given.args.iter().chain(given.kwargs.iter().map(|(_, value)| value));
            values.into_iter().all(|it| collect(it, model, columns))
        }
    }
}
