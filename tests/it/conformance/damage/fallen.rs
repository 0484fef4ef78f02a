//! What is gone of what was expected, by comparing the catalog before and after.

use std::collections::BTreeSet;

use schema_health::audit::Rule;
use schema_health::schema::{Check, IndexPart, Name, Schema, Table, UniqueConstraint};

use super::target::over;

/// An object as the audit should name it: rule, table, column; and for a constraint what it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fallen {
    pub rule: Rule,
    pub table: Name,
    pub column: Option<Name>,
    pub over: Vec<Name>,
    pub name: Option<Name>,
}

/// What two constraints are the same by (any of it), and what a finding must say of it.
struct Known {
    by: Vec<String>,
    over: Vec<Name>,
    name: Option<Name>,
}

impl Known {
    fn columns(name: Option<&Name>, columns: &[Name]) -> Self {
        Self { by: vec![columns.join(", ")], over: columns.to_vec(), name: name.cloned() }
    }

    /// By all that it says, for one column may have several indexes: of other methods and operator classes.
    fn index(name: Option<&Name>, said: String, parts: &[IndexPart]) -> Self {
        let by = name.map(|it| format!("named {it}")).into_iter().chain([said]).collect();
        Self { by, over: over(parts), name: name.cloned() }
    }

    /// By its name or its text: the one may be lacking, the other spelled in two ways.
    fn check(check: &Check) -> Self {
        let name = check.name.as_ref().map(ToString::to_string);
        let by: Vec<String> = name.into_iter().chain(check.expression.text().map(str::to_owned)).collect();
        let over = by.first().map(|it| it.as_str().into()).into_iter().collect();
        Self { by, over, name: check.name.clone() }
    }
}

/// What is gone of what was expected.
pub fn fallen(before: &Schema, after: &Schema, expected: &Schema) -> Vec<Fallen> {
    let mut fallen = Vec::new();
    for wanted in expected.tables.values() {
        let Some(old) = before.tables.get(&wanted.name) else { continue };
        let table = &wanted.name.name;
        let Some(new) = after.tables.get(&wanted.name) else {
            fallen.push(Fallen {
                rule: Rule::MissingTable,
                table: table.clone(),
                column: None,
                over: Vec::new(),
                name: None,
            });
            continue;
        };
        for column in wanted.columns.iter().filter(|it| old.column(&it.name).is_some()) {
            if new.column(&column.name).is_none() {
                let column = Some(column.name.clone());
                fallen.push(Fallen {
                    rule: Rule::MissingColumn,
                    table: table.clone(),
                    column,
                    over: Vec::new(),
                    name: None,
                });
            }
        }
        // Twins promise what one alone does (Django leaves some behind): nothing is lost while one stands, and
        // all of them when none does.
        let mut gone = |rule, wanted: Vec<Known>, old: Vec<Known>, new: Vec<Known>| {
            let is_same = |a: &Known, b: &Known| a.by.iter().any(|it| b.by.contains(it));
            let mut lost: Vec<Known> = Vec::new();
            for it in old {
                let was_expected = wanted.iter().any(|other| {
                    // The check that MariaDB puts on a JSON column is nobody's expectation.
                    let is_own = it.over.iter().any(|text| text.starts_with("json_valid"));
                    let are_unnamed =
                        rule == Rule::MissingCheck && !is_own && it.name.is_none() && other.name.is_none();
                    is_same(&it, other) || other.over == it.over || are_unnamed
                });
                let count = |some: &[Known]| some.iter().filter(|other| is_same(&it, other)).count();
                if was_expected && count(&new) == 0 && count(&lost) < count(&wanted).max(1) {
                    lost.push(it);
                }
            }
            let fallen_one =
                |it: Known| Fallen { rule, table: table.clone(), column: None, over: it.over, name: it.name };
            fallen.extend(lost.into_iter().map(fallen_one));
        };
        let key = |table: &Table| {
            table.primary_key.iter().map(|it| Known::columns(it.name.as_ref(), &it.columns)).collect()
        };
        gone(Rule::MissingPrimaryKey, key(wanted), key(old), key(new));
        // (a, b) and (b, a) forbid the same rows.
        let said = |unique: &UniqueConstraint| {
            let mut sorted = unique.clone();
            if sorted.parts.iter().all(|it| it.as_column().is_some() && it.options.is_none()) {
                sorted.parts.sort_by_key(|it| it.as_column().cloned());
            }
            sorted.to_string()
        };
        let uniques = |table: &Table| {
            table.uniques.iter().map(|it| Known::index(it.name.as_ref(), said(it), &it.parts)).collect()
        };
        // A primary key over the same columns keeps the promise.
        let key_of = |table: &Table| -> BTreeSet<Name> {
            table.primary_key.iter().flat_map(|it| it.columns.iter().cloned()).collect()
        };
        let said_by_key = |it: &UniqueConstraint| {
            let over: Option<BTreeSet<Name>> =
                it.parts.iter().map(|part| part.as_column().cloned()).collect();
            it.condition.is_none() && over.is_some_and(|over| over == key_of(wanted) && over == key_of(new))
        };
        let mut asked = Table::clone(old);
        asked.uniques.retain(|it| !said_by_key(it));
        gone(Rule::MissingUnique, uniques(wanted), uniques(&asked), uniques(new));
        let keys = |table: &Table| {
            table.foreign_keys.iter().map(|it| Known::columns(it.name.as_ref(), &it.columns)).collect()
        };
        gone(Rule::MissingForeignKey, keys(wanted), keys(old), keys(new));
        let checks = |table: &Table| table.checks.iter().map(Known::check).collect();
        gone(Rule::MissingCheck, checks(wanted), checks(old), checks(new));
        let exclusions = |table: &Table| {
            (table.exclusions.iter())
                .map(|it| Known::index(it.name.as_ref(), it.to_string(), &it.parts))
                .collect()
        };
        gone(Rule::MissingExclusion, exclusions(wanted), exclusions(old), exclusions(new));
        let indexes = |table: &Table| {
            (table.indexes.iter())
                .map(|it| Known::index(it.name.as_ref(), it.to_string(), &it.parts))
                .collect()
        };
        gone(Rule::MissingIndex, indexes(wanted), indexes(old), indexes(new));
    }
    fallen
}

impl Fallen {
    /// Whether a blind spot says that code may have dropped it.
    pub fn is_told_by(&self, spot: &str) -> bool {
        let of_column = self.column.as_ref().map(|it| format!("column {}.{it} ", self.table));
        let of_table = format!(" on table {} ", self.table);
        spot.ends_with(" may have done")
            && match of_column {
                Some(column) => spot.starts_with(&column),
                None => spot.contains(&of_table) && self.over.iter().all(|it| spot.contains(&**it)),
            }
    }
}
