//! Law 6: what is written of a manifest is read as the same manifest.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use schema_health::dialect::Dialect;
use schema_health::migration::{
    Manifest, MayTouch, MayUndo, Migration, MigrationId, Opaque, Operation, ledger::DJANGO,
};
use schema_health::schema::{Change, Deferrable, Name, Schema, Spelling, TableName, diff};

use super::dice::{Dice, dice};
use super::schemas::{a_schema, without_some};
use super::{DIALECTS, canonical, runner};

fn migration(app: &str, name: &str, after: &[&str], operations: Vec<Operation>) -> Migration {
    let id = |name: &str| MigrationId { app: app.into(), name: name.into() };
    Migration {
        id: id(name),
        dependencies: after.iter().map(|name| id(name)).collect(),
        replaces: Vec::new(),
        operations,
        taken_back: Vec::new(),
    }
}

/// Tables are made, then changed in every way that leads to another schema; then what no difference says.
fn a_manifest(dialect: Dialect, dice: &mut Dice) -> Manifest {
    let first = a_schema(dialect, dice);
    let create = |schema: &Schema| {
        let made =
            schema.tables.values().map(|table| Operation::Change(Change::CreateTable(Arc::clone(table))));
        made.collect::<Vec<_>>()
    };
    let naming = dialect.naming();
    let second = without_some(&a_schema(dialect, dice), 20, dice);
    let (from, to) = (canonical(dialect, &first, &naming), canonical(dialect, &second, &naming));
    let changes = diff(&from, &to).changes.into_iter().map(Operation::Change).collect();
    let app = if dice.chance(80) { "shop" } else { "" };
    let mut squash = migration(app, "0004_squash", &["0003_odd.ly named"], Vec::new());
    squash.taken_back = diff(&to, &from).changes;
    squash.replaces = vec![MigrationId { app: app.into(), name: "0001_gone".into() }];
    let migrations = vec![
        migration(app, "0001 \"first\"", &[], create(&first)),
        migration(app, "0002_ü", &["0001 \"first\""], changes),
        migration(app, "0003_odd.ly named", &["0002_ü", "0001 \"first\""], oddities(&first, dice)),
        squash,
    ];
    Manifest::new(dialect, &DJANGO, migrations).unwrap()
}

fn oddities(schema: &Schema, dice: &mut Dice) -> Vec<Operation> {
    let there = TableName::qualified("other schema", "t.a\"b");
    let mut operations = vec![
        Operation::Change(Change::RenameTable { from: there.clone(), to: TableName::unqualified("t") }),
        Operation::Change(Change::DropTable { table: there.clone() }),
        Operation::Change(Change::RenameColumn { table: there.clone(), from: "a".into(), to: "b\n".into() }),
        Operation::Change(Change::RenameConstraint {
            table: there.clone(),
            from: "a".into(),
            to: "b".into(),
        }),
    ];
    for may_touch in [MayTouch::Nothing, MayTouch::Anything, MayTouch::Tables([there.clone()].into())] {
        for (columns, constraints) in [(&[][..], false), (&["a\"b", "c"], false), (&["a"], true)] {
            let columns: BTreeSet<Name> = columns.iter().map(|it: &&str| (*it).into()).collect();
            let tables = if constraints {
                BTreeSet::from([there.clone(), TableName::unqualified("t")])
            } else {
                BTreeSet::new()
            };
            let definitions = if constraints { columns.clone() } else { BTreeSet::new() };
            operations.push(Operation::Opaque(Opaque {
                reason: "RunPython \"x\"\n\\".into(),
                may_touch: may_touch.clone(),
                may_undo: MayUndo {
                    over: definitions.iter().map(|it| vec![it.clone(), "d\"".into()]).collect(),
                    columns,
                    constraints,
                    definitions,
                    tables,
                    own: constraints,
                    elsewhere: constraints,
                    only: constraints,
                },
            }));
        }
    }
    // What is not known stays not known.
    for table in schema.tables.values() {
        for column in &table.columns {
            let mut column = column.clone();
            if dice.chance(50) {
                column.data_type = Spelling::Unread;
            }
            if dice.chance(30) && column.generated.is_none() {
                column.default = Some(Spelling::Unread);
            }
            if let Some(generated) = &mut column.generated {
                generated.expression = Spelling::Unread;
            }
            operations.push(Operation::Change(Change::AlterColumn { table: table.name.clone(), column }));
        }
        let mut unread = schema_health::schema::Table::clone(table);
        for unique in &mut unread.uniques {
            unique.condition = Some(Spelling::Unread);
            unique.deferrable = Deferrable::InitiallyImmediate;
        }
        unread.checks.iter_mut().for_each(|check| check.expression = Spelling::Unread);
        unread.exclusions.iter_mut().for_each(|it| it.condition = Some(Spelling::Unread));
        unread.indexes.iter_mut().for_each(|index| index.condition = Some(Spelling::Unread));
        operations.push(Operation::Change(Change::CreateTable(Arc::new(unread))));
    }
    operations
}

#[test]
fn law_6_a_written_manifest_is_read_as_the_same() {
    let check = |(dialect, mut dice): (Dialect, Dice)| {
        let manifest = a_manifest(dialect, &mut dice);
        let text = manifest.to_json();
        let read = Manifest::parse(&text, true)
            .map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{text}")))?;
        prop_assert_eq!(read.dialect, manifest.dialect);
        prop_assert_eq!(read.ledger, manifest.ledger);
        prop_assert_eq!(&read.migrations, &manifest.migrations);
        prop_assert_eq!(read.to_json(), text);
        Ok(())
    };
    runner(256).run(&(proptest::sample::select(&DIALECTS[..]), dice()), check).unwrap();
}
