//! What is proven to differ between two schemas, and what could not be told.

use super::*;

/// The differences of two schemas (or of two tables), each as the change that would mend it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableDiff {
    /// Proven differences, in an order in which they can be applied to `actual`.
    pub changes: Vec<Change>,
    /// Pairs that may be the same or not, as the expected object stands.
    pub unproven: Vec<Unproven>,
}

impl TableDiff {
    /// Nothing differs, and nothing is unproven.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.unproven.is_empty()
    }
}

/// An expected object whose counterpart was found but not compared to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// The type, default or generating expression of a column.
    Column {
        table: TableName,
        expected: Column,
        actual: Column,
    },
    Unique {
        table: TableName,
        expected: UniqueConstraint,
    },
    Check {
        table: TableName,
        expected: Check,
    },
    Index {
        table: TableName,
        expected: Index,
    },
    Exclusion {
        table: TableName,
        expected: Exclusion,
    },
}

/// Every change that makes `expected` out of `actual`.
///
/// Objects without a name of their own are matched by what they are, never by the name of a constraint
/// or index: those names vary from one healthy database to the next.
/// Applied to `actual`, the result has no difference to `expected` any more (law 2).
pub fn diff(actual: &Schema, expected: &Schema) -> TableDiff {
    let mut all = TableDiff::default();
    let (mut drops, mut creations) = (Vec::new(), Vec::new());
    for (name, table) in &expected.tables {
        match actual.tables.get(name) {
            Some(actual) if Arc::ptr_eq(actual, table) => {}
            Some(actual) if actual.kind.holds_rows() == table.kind.holds_rows() => {
                let of_table = diff_table(actual, table);
                all.changes.extend(of_table.changes);
                all.unproven.extend(of_table.unproven);
            }
            Some(_) => {
                drops.push(Change::DropTable { table: name.clone() });
                creations.push(Change::CreateTable(Arc::clone(table)));
            }
            None => creations.push(Change::CreateTable(Arc::clone(table))),
        }
    }
    let unexpected = actual.tables.keys().filter(|name| !expected.tables.contains_key(*name));
    drops.extend(unexpected.map(|table| Change::DropTable { table: table.clone() }));
    all.changes.extend(drops);
    all.changes.extend(creations);
    all
}

/// [`diff`] of two tables of one name, both of which are there.
pub fn diff_table(actual: &Table, expected: &Table) -> TableDiff {
    let name = &expected.name;
    let mut unproven = Vec::new();
    let (mut drops, mut columns, mut additions) = (Vec::new(), Vec::new(), Vec::new());
    let table = || name.clone();

    let foreign_keys =
        pair(&actual.foreign_keys, &expected.foreign_keys, |it| it.name.as_ref(), compare_foreign_keys);
    drops.extend(foreign_keys.unexpected.iter().map(|it| Change::DropForeignKey {
        table: table(),
        foreign_key: reference(it.name.as_ref(), || it.columns.clone()),
    }));

    let checks = pair(&actual.checks, &expected.checks, |it| it.name.as_ref(), compare_checks);
    drops.extend(checks.unexpected.iter().map(|it| Change::DropCheck {
        table: table(),
        check: reference(it.name.as_ref(), || it.columns.clone()),
    }));
    unproven
        .extend(checks.unproven.iter().map(|it| Unproven::Check { table: table(), expected: (*it).clone() }));

    let mut uniques = pair(&actual.uniques, &expected.uniques, |it| it.name.as_ref(), compare_uniques);
    // A primary key over the same columns, if it is to stay, keeps the promise of a unique that is not there.
    let key = actual.primary_key.as_ref().filter(|key| {
        expected.primary_key.as_ref().is_some_and(|expected| same_set(&key.columns, &expected.columns))
    });
    uniques.missing.retain(|it| !key.is_some_and(|key| key_promises(key, it)));
    drops.extend(uniques.unexpected.iter().map(|it| Change::DropUnique {
        table: table(),
        unique: reference(it.name.as_ref(), || part_names(&it.parts)),
    }));
    unproven.extend(
        uniques.unproven.iter().map(|it| Unproven::Unique { table: table(), expected: (*it).clone() }),
    );

    let indexes = pair(&actual.indexes, &expected.indexes, |it| it.name.as_ref(), compare_indexes);
    drops.extend(indexes.unexpected.iter().map(|it| Change::DropIndex {
        table: table(),
        index: reference(it.name.as_ref(), || part_names(&it.parts)),
    }));
    unproven.extend(
        indexes.unproven.iter().map(|it| Unproven::Index { table: table(), expected: (*it).clone() }),
    );

    let exclusions =
        pair(&actual.exclusions, &expected.exclusions, |it| it.name.as_ref(), compare_exclusions);
    drops.extend(exclusions.unexpected.iter().map(|it| Change::DropExclusion {
        table: table(),
        exclusion: reference(it.name.as_ref(), || part_names(&it.parts)),
    }));
    unproven.extend(
        exclusions.unproven.iter().map(|it| Unproven::Exclusion { table: table(), expected: (*it).clone() }),
    );

    match (&actual.primary_key, &expected.primary_key) {
        (Some(actual), Some(expected)) if same_set(&actual.columns, &expected.columns) => {}
        (None, None) => {}
        (actual, expected) => {
            if actual.is_some() {
                drops.push(Change::DropPrimaryKey { table: table() });
            }
            additions.extend(
                expected.clone().map(|primary_key| Change::AddPrimaryKey { table: table(), primary_key }),
            );
        }
    }

    for column in &expected.columns {
        match actual.column(&column.name) {
            None => columns.push(Change::AddColumn { table: table(), column: column.clone() }),
            Some(actual) => match compare_columns(actual, column) {
                Comparison::Same => {}
                Comparison::Different => {
                    columns.push(Change::AlterColumn { table: table(), column: column.clone() });
                }
                Comparison::Unproven => unproven.push(Unproven::Column {
                    table: table(),
                    expected: column.clone(),
                    actual: actual.clone(),
                }),
            },
        }
    }
    // What contains a column that goes away has gone before it: its own drop comes first.
    drops.extend(
        (actual.columns.iter().filter(|it| expected.column(&it.name).is_none()))
            .map(|it| Change::DropColumn { table: table(), column: it.name.clone() }),
    );

    additions.extend(
        uniques.missing.into_iter().map(|it| Change::AddUnique { table: table(), unique: it.clone() }),
    );
    additions.extend(
        foreign_keys
            .missing
            .into_iter()
            .map(|it| Change::AddForeignKey { table: table(), foreign_key: it.clone() }),
    );
    additions
        .extend(checks.missing.into_iter().map(|it| Change::AddCheck { table: table(), check: it.clone() }));
    additions.extend(
        (exclusions.missing.into_iter())
            .map(|it| Change::AddExclusion { table: table(), exclusion: it.clone() }),
    );
    additions
        .extend(indexes.missing.into_iter().map(|it| Change::AddIndex { table: table(), index: it.clone() }));

    drops.extend(columns);
    drops.extend(additions);
    TableDiff { changes: drops, unproven }
}

/// Aspect by aspect; any proven difference makes the columns different.
pub fn compare_columns(actual: &Column, expected: &Column) -> Comparison {
    if actual.nullable != expected.nullable || numbering_differs(actual, expected) {
        return Comparison::Different;
    }
    let generated = match (&actual.generated, &expected.generated) {
        (None, None) => Comparison::Same,
        (Some(actual), Some(expected)) if actual.stored == expected.stored => {
            actual.expression.compare(&expected.expression)
        }
        (Some(_), _) | (None, Some(_)) => Comparison::Different,
    };
    // A collation that the manifest does not name is the column's usual one, whichever that is.
    let collation = match (&actual.collation, &expected.collation) {
        (_, None) => Comparison::Same,
        (Some(actual), Some(expected)) if actual == expected => Comparison::Same,
        (Some(_) | None, Some(_)) => Comparison::Different,
    };
    all_of([
        actual.data_type.compare_type(&expected.data_type),
        Spelling::compare_defaults(actual.default.as_ref(), expected.default.as_ref()),
        generated,
        collation,
    ])
}

/// Whether one of them numbers the rows and the other does not. A key of SQLite does so by being an `integer`, so that of
/// one that may have other types too, or of which the type is not known, nothing is said.
pub fn numbering_differs(actual: &Column, expected: &Column) -> bool {
    let may_number =
        || !expected.auto_increment && expected.data_type.text().is_none_or(|it| it.contains(OR));
    actual.auto_increment != expected.auto_increment && !may_number()
}

fn all_of(comparisons: impl IntoIterator<Item = Comparison>) -> Comparison {
    let mut result = Comparison::Same;
    for comparison in comparisons {
        match comparison {
            Comparison::Different => return Comparison::Different,
            Comparison::Unproven => result = Comparison::Unproven,
            Comparison::Same => {}
        }
    }
    result
}

fn exactly(equal: bool) -> Comparison {
    if equal { Comparison::Same } else { Comparison::Different }
}

fn compare_foreign_keys(actual: &ForeignKey, expected: &ForeignKey) -> Comparison {
    let targets = |key: &ForeignKey| -> Vec<(Name, Option<Name>)> {
        let mut pairs: Vec<_> = (key.columns.iter().cloned().enumerate())
            .map(|(position, column)| (column, key.referenced_columns.get(position).cloned()))
            .collect();
        pairs.sort();
        pairs
    };
    let same_columns = if expected.referenced_columns.is_empty() {
        same_set(&actual.columns, &expected.columns)
    } else {
        targets(actual) == targets(expected)
    };
    exactly(
        same_columns
            && actual.references == expected.references
            && actual.on_delete == expected.on_delete
            && actual.on_update == expected.on_update
            && actual.deferrable == expected.deferrable,
    )
}

fn compare_checks(actual: &Check, expected: &Check) -> Comparison {
    let columns_known = !actual.columns.is_empty() && !expected.columns.is_empty();
    // What a column says of itself has no name, and is not what was made under one.
    let is_of_column =
        actual.name.is_none() && expected.name.is_some() && expected.expression == Spelling::Unread;
    match actual.expression.compare(&expected.expression) {
        Comparison::Unproven if is_of_column => Comparison::Different,
        Comparison::Unproven if columns_known && !same_set(&actual.columns, &expected.columns) => {
            Comparison::Different
        }
        comparison => comparison,
    }
}

fn compare_uniques(actual: &UniqueConstraint, expected: &UniqueConstraint) -> Comparison {
    // (a, b) and (b, a) forbid the same rows.
    let parts = if is_plain(&actual.parts) && is_plain(&expected.parts) {
        exactly(same_set(&part_names(&actual.parts), &part_names(&expected.parts)))
    } else {
        compare_parts(&actual.parts, &expected.parts, actual.name.is_some() && actual.name == expected.name)
    };
    all_of([
        parts,
        Spelling::compare_options(actual.condition.as_ref(), expected.condition.as_ref()),
        exactly(
            actual.nulls_not_distinct == expected.nulls_not_distinct
                && actual.deferrable == expected.deferrable
                && same_set(&actual.include, &expected.include),
        ),
    ])
}

fn compare_indexes(actual: &Index, expected: &Index) -> Comparison {
    all_of([
        compare_parts(&actual.parts, &expected.parts, actual.name.is_some() && actual.name == expected.name),
        Spelling::compare_options(actual.condition.as_ref(), expected.condition.as_ref()),
        exactly(actual.method == expected.method && same_set(&actual.include, &expected.include)),
    ])
}

fn compare_exclusions(actual: &Exclusion, expected: &Exclusion) -> Comparison {
    all_of([
        compare_parts(&actual.parts, &expected.parts, actual.name.is_some() && actual.name == expected.name),
        Spelling::compare_options(actual.condition.as_ref(), expected.condition.as_ref()),
        exactly(
            actual.operators == expected.operators
                && actual.method == expected.method
                && actual.deferrable == expected.deferrable
                && same_set(&actual.include, &expected.include),
        ),
    ])
}

/// `is_named_so`: they bear one name.
fn compare_parts(actual: &[IndexPart], expected: &[IndexPart], is_named_so: bool) -> Comparison {
    if actual.len() != expected.len() {
        return Comparison::Different;
    }
    all_of(actual.iter().zip(expected).flat_map(|(actual, expected)| {
        let key = match (&actual.key, &expected.key) {
            (IndexKey::Column(actual), IndexKey::Column(expected)) => exactly(actual == expected),
            (IndexKey::Expression(actual), IndexKey::Expression(expected)) => actual.compare(expected),
            // A server keeps the column alone of a cast to the type that it has.
            (IndexKey::Column(_), IndexKey::Expression(expected))
                if is_named_so && may_be_a_column(expected) =>
            {
                Comparison::Unproven
            }
            (IndexKey::Column(_), IndexKey::Expression(_))
            | (IndexKey::Expression(_), IndexKey::Column(_)) => Comparison::Different,
        };
        [key, exactly(actual.options == expected.options)]
    }))
}

fn may_be_a_column(expression: &Spelling) -> bool {
    let is_cast = |text: &str| text.contains("::") || text.to_ascii_lowercase().contains("cast(");
    match expression {
        Spelling::Certain(text) => is_cast(text),
        Spelling::Uncertain(_) | Spelling::Unread => true,
    }
}

fn is_plain(parts: &[IndexPart]) -> bool {
    parts.iter().all(|part| part.options.is_none() && part.as_column().is_some())
}

fn key_promises(key: &PrimaryKey, unique: &UniqueConstraint) -> bool {
    unique.condition.is_none()
        && is_plain(&unique.parts)
        && same_set(&key.columns, &part_names(&unique.parts))
}

fn part_names(parts: &[IndexPart]) -> Vec<Name> {
    parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(column) => column.clone(),
            IndexKey::Expression(expression) => expression.text().unwrap_or_default().into(),
        })
        .collect()
}

fn same_set(a: &[Name], b: &[Name]) -> bool {
    if a == b {
        return true;
    }
    let sorted = |names: &[Name]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    a.len() == b.len() && sorted(a) == sorted(b)
}

fn reference(name: Option<&Name>, columns: impl FnOnce() -> Vec<Name>) -> ConstraintRef {
    match name {
        Some(name) => ConstraintRef::Name(name.clone()),
        None => ConstraintRef::Columns(columns()),
    }
}

struct Pairs<'a, T> {
    missing: Vec<&'a T>,
    unproven: Vec<&'a T>,
    unexpected: Vec<&'a T>,
}

/// Pairs expected objects with actual ones, each at most once: first those proven the same (of one name
/// before of another), then those of one name that may be the same, then any that may be the same.
///
/// Of several expected ones that are the same, one that stands keeps the promise of all: PostgreSQL and SQLite make one
/// of two uniques that a `CREATE TABLE` says alike, and Django leaves twins of checks and foreign keys behind.
fn pair<'a, T>(
    actual: &'a [T],
    expected: &'a [T],
    name: impl Fn(&T) -> Option<&Name>,
    compare: impl Fn(&T, &T) -> Comparison,
) -> Pairs<'a, T> {
    let mut free: Vec<&T> = actual.iter().collect();
    let mut open: Vec<&T> = expected.iter().collect();
    let mut unproven = Vec::new();
    let rounds = [
        (Comparison::Same, true),
        (Comparison::Same, false),
        (Comparison::Unproven, true),
        (Comparison::Unproven, false),
    ];
    for (wanted, same_name) in rounds {
        if open.is_empty() || free.is_empty() {
            break;
        }
        open.retain(|expected| {
            let partner = free.iter().position(|actual| {
                (!same_name || name(actual) == name(expected)) && compare(actual, expected) == wanted
            });
            if let Some(partner) = partner {
                free.swap_remove(partner);
                if wanted == Comparison::Unproven {
                    unproven.push(*expected);
                }
            }
            partner.is_none()
        });
    }
    let is_one_of = |some: &[T], one: &T, least: usize| {
        some.iter().filter(|it| compare(it, one) == Comparison::Same).count() >= least
    };
    open.retain(|it| !(is_one_of(expected, it, 2) && is_one_of(actual, it, 1)));
    Pairs { missing: open, unproven, unexpected: free }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_which_the_type_is_not_known_may_number_the_rows() {
        let column = |data_type, auto_increment| {
            Column::new("id", data_type).with(|it| it.auto_increment = auto_increment)
        };
        let actual = column(Spelling::certain("integer"), true);
        for (expected, differs) in [
            (column(Spelling::Unread, false), false),
            (column(Spelling::certain("bigint | integer"), false), false),
            (column(Spelling::certain("integer"), false), true),
            (column(Spelling::certain("integer"), true), false),
        ] {
            assert_eq!(numbering_differs(&actual, &expected), differs, "{expected}");
        }
        let plain = column(Spelling::certain("integer"), false);
        assert!(numbering_differs(&plain, &column(Spelling::Unread, true)));
    }
}
