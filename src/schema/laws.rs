//! Laws 1 and 2 as property tests.

use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

const TABLES: [&str; 4] = ["a", "b", "c", "d"];
const COLUMNS: [&str; 5] = ["id", "name", "owner_id", "made_at", "x"];

fn certain(texts: &'static [&'static str]) -> impl Strategy<Value = Spelling> {
    select(texts).prop_map(Spelling::certain)
}

fn columns_of(columns: &[Column]) -> Vec<Name> {
    columns.iter().map(|column| column.name.clone()).collect()
}

fn some_of(names: Vec<Name>) -> impl Strategy<Value = Vec<Name>> {
    let most = names.len();
    subsequence(names, 1..=most).prop_shuffle()
}

fn a_column(name: &'static str) -> impl Strategy<Value = Column> {
    (
        certain(&["bigint", "text", "varchar(30)"]),
        any::<bool>(),
        option::of(certain(&["0", "'x'"])),
        any::<bool>(),
    )
        .prop_map(move |(data_type, nullable, default, auto_increment)| {
            let definition =
                ColumnDefinition { data_type, nullable, default, auto_increment, ..Default::default() };
            Column::defined(name, definition)
        })
}

fn parts(names: Vec<Name>) -> impl Strategy<Value = Vec<IndexPart>> {
    some_of(names).prop_flat_map(move |names| {
        let parts: Vec<_> = names
            .into_iter()
            .map(|name| {
                any::<bool>().prop_map(move |descending| {
                    IndexPart::column(name.clone())
                        .with_options(PartOptions { descending, ..PartOptions::default() })
                })
            })
            .collect();
        parts
    })
}

fn a_table(name: &'static str) -> impl Strategy<Value = Table> {
    subsequence(COLUMNS.to_vec(), 1..=COLUMNS.len())
        .prop_flat_map(|names| names.into_iter().map(a_column).collect::<Vec<_>>())
        .prop_flat_map(move |columns| {
            let names = columns_of(&columns);
            let condition = || option::of(certain(&["x > 0", "x < 0"]));
            let unique = (parts(names.clone()), condition()).prop_map(|(parts, condition)| {
                UniqueConstraint { parts, condition, ..UniqueConstraint::on_columns(Vec::<Name>::new()) }
            });
            let index = (parts(names.clone()), condition()).prop_map(|(parts, condition)| Index {
                parts,
                condition,
                ..Index::on_columns(Vec::<Name>::new())
            });
            let exclusion = (parts(names.clone()), condition(), certain(&["&&", "="])).prop_map(
                |(parts, condition, operator)| Exclusion {
                    name: None,
                    operators: parts.iter().filter_map(|_| operator.text().map(Name::from)).collect(),
                    parts,
                    include: Vec::new(),
                    condition,
                    method: Some("gist".into()),
                    deferrable: Deferrable::No,
                    provenance: Provenance::default(),
                },
            );
            let foreign_key = (select(names.clone()), select(TABLES.to_vec()), any::<bool>()).prop_map(
                |(column, target, deferred)| ForeignKey {
                    name: None,
                    columns: vec![column],
                    references: TableName::unqualified(target),
                    referenced_columns: vec!["id".into()],
                    on_delete: Action::NoAction,
                    on_update: Action::NoAction,
                    deferrable: if deferred { Deferrable::InitiallyDeferred } else { Deferrable::No },
                    provenance: Provenance::default(),
                },
            );
            let check = (select(names.clone()), any::<bool>()).prop_map(|(column, above)| Check {
                name: None,
                expression: Spelling::certain(format!("{column} {} 0", if above { ">" } else { "<" })),
                columns: vec![column],
                provenance: Provenance::default(),
            });
            let key = option::of(some_of(names).prop_map(|columns| PrimaryKey {
                name: None,
                columns,
                provenance: Provenance::default(),
            }));
            (
                Just(columns),
                key,
                vec(unique, 0..3),
                vec(foreign_key, 0..3),
                vec(check, 0..2),
                vec(index, 0..3),
                vec(exclusion, 0..2),
            )
                .prop_map(
                    move |(columns, primary_key, uniques, foreign_keys, checks, indexes, exclusions)| Table {
                        columns,
                        primary_key,
                        uniques,
                        foreign_keys,
                        checks,
                        indexes,
                        exclusions,
                        ..Table::new(TableName::unqualified(name))
                    },
                )
        })
}

/// What a server does to a table: a key's columns are not null, constraints and indexes have names, each once: `side` makes them differ between two schemas.
fn name_all(table: &mut Table, side: &str) {
    let key = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
    table.columns.iter_mut().filter(|it| key.contains(&it.name)).for_each(|it| it.nullable = false);
    let name = |kind: &str, number: usize| Some(Name::from(format!("{side}_{}_{kind}_{number}", table.name)));
    table.uniques.iter_mut().enumerate().for_each(|(at, it)| it.name = name("unique", at));
    table.foreign_keys.iter_mut().enumerate().for_each(|(at, it)| it.name = name("key", at));
    table.checks.iter_mut().enumerate().for_each(|(at, it)| it.name = name("check", at));
    table.indexes.iter_mut().enumerate().for_each(|(at, it)| it.name = name("index", at));
    table.exclusions.iter_mut().enumerate().for_each(|(at, it)| it.name = name("exclusion", at));
}

fn a_schema(side: &'static str) -> impl Strategy<Value = Schema> {
    btree_map(select(TABLES.to_vec()), any::<bool>(), 0..=TABLES.len()).prop_flat_map(move |names| {
        let tables: Vec<_> = names.into_keys().map(|name| a_table(name).boxed()).collect();
        tables.prop_map(move |tables| {
            let mut schema = Schema::default();
            for mut table in tables {
                name_all(&mut table, side);
                schema.insert(table);
            }
            schema
        })
    })
}

/// A schema with everything left out that a comparison must not see, so that equality of the result does
/// not rest on `diff` itself: the order of columns and of constraints, and the order inside sets.
fn essence(schema: &Schema) -> Vec<String> {
    let mut lines = Vec::new();
    for table in schema.tables.values() {
        let sorted = |names: &[Name]| {
            let mut names = names.to_vec();
            names.sort();
            names.join(",")
        };
        let own = |line: String| format!("{}: {line}", table.name);
        lines.push(own("table".into()));
        lines.extend(table.columns.iter().map(|it| own(it.to_string())));
        lines.extend(table.primary_key.iter().map(|it| own(format!("key {}", sorted(&it.columns)))));
        lines.extend(table.foreign_keys.iter().map(|it| own(it.to_string())));
        lines.extend(table.checks.iter().map(|it| own(it.to_string())));
        lines.extend(table.indexes.iter().map(|it| own(it.to_string())));
        lines.extend(table.exclusions.iter().map(|it| own(it.to_string())));
        let uniques = (table.uniques.iter()).map(|it| {
            let plain = it.parts.iter().all(|part| part.options.is_none());
            let names: Vec<Name> = it.parts.iter().filter_map(|part| part.as_column().cloned()).collect();
            let parts = if plain { sorted(&names) } else { it.to_string() };
            own(format!("unique {parts} {:?}", it.condition))
        });
        lines.extend(uniques);
    }
    lines.sort();
    // One of two that are alike keeps what both promise.
    lines.dedup();
    lines
}

/// A unique that the primary key keeps anyway may or may not stand there beside it.
fn without_promised_uniques(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables.values_mut() {
        let table = Arc::make_mut(table);
        let Some(key) = table.primary_key.clone() else { continue };
        table.uniques.retain(|it| {
            let mut names: Vec<_> = it.parts.iter().filter_map(|part| part.as_column()).collect();
            let mut key: Vec<_> = key.columns.iter().collect();
            names.sort();
            key.sort();
            it.condition.is_some() || it.parts.iter().any(|part| part.options.is_some()) || names != key
        });
    }
    schema
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn law_1_no_schema_differs_from_itself(schema in a_schema("left")) {
        let difference = diff(&schema, &schema);
        prop_assert_eq!(difference, TableDiff::default());
    }

    #[test]
    fn law_2_a_difference_applied_leaves_none(actual in a_schema("left"), expected in a_schema("right")) {
        let mut mended = actual.clone();
        for change in &diff(&actual, &expected).changes {
            // A constraint may have gone with its column before its own turn came.
            if let Err(error) = mended.apply(change) {
                prop_assert!(
                    matches!(error, ApplyError::NoConstraint { .. } | ApplyError::NoPrimaryKey(_)),
                    "{:?}: {}", change, error
                );
            }
        }
        prop_assert_eq!(&diff(&mended, &expected), &TableDiff::default());
        prop_assert_eq!(
            essence(&without_promised_uniques(&mended)),
            essence(&without_promised_uniques(&expected))
        );
    }
}
