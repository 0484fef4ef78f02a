//! What a plan holds, in which order, and what it leaves out.

mod forms;
mod renamed;

use super::*;
use crate::schema::{
    Action, Check, Column, Deferrable, ForeignKey, Index, Name, PrimaryKey, Provenance, Spelling, Table,
    TableKind, TableName, UniqueConstraint,
};

fn table(name: &str, columns: &[&str]) -> Table {
    let mut table = Table::new(TableName::unqualified(name));
    table.columns.extend(columns.iter().map(|it| Column::new(*it, Spelling::certain("integer"))));
    let columns = vec!["id".into()];
    table.primary_key = Some(PrimaryKey { name: None, columns, provenance: Provenance::default() });
    table
}

fn schema(tables: impl IntoIterator<Item = Table>) -> Schema {
    let mut schema = Schema::default();
    tables.into_iter().for_each(|table| schema.insert(table));
    schema
}

fn refers(column: &str, to: &str) -> ForeignKey {
    ForeignKey {
        name: None,
        columns: vec![column.into()],
        references: TableName::unqualified(to),
        referenced_columns: vec!["id".into()],
        on_delete: Action::NoAction,
        on_update: Action::NoAction,
        deferrable: Deferrable::No,
        provenance: Provenance::default(),
    }
}

fn reasons(plan: &Plan) -> Vec<&str> {
    plan.left_out.iter().map(|it| it.reason.as_str()).collect()
}

#[test]
fn foreign_keys_come_after_all_new_tables() {
    let mut first = table("a", &["id", "b_id"]);
    first.foreign_keys.push(refers("b_id", "b"));
    let mut second = table("b", &["id", "a_id"]);
    second.foreign_keys.push(refers("a_id", "a"));
    second.indexes.push(Index::on_columns(["a_id"]));
    let plan = plan(Dialect::Postgres, &Schema::default(), &schema([first, second]));
    let steps: Vec<u8> = plan.statements.iter().map(|it| planner::order(&it.mends[0])).collect();
    assert_eq!(steps, [0, 0, 6, 8, 8]);
    assert_eq!(plan.left_out, []);
}

#[test]
fn what_is_unexpected_stays() {
    let actual = schema([table("a", &["id", "more"]), table("b", &["id"])]);
    let plan = plan(Dialect::Postgres, &actual, &schema([table("a", &["id"])]));
    assert_eq!((plan.statements, plan.left_out), (vec![], vec![]));
}

#[test]
fn a_view_in_a_tables_place_and_all_that_needs_the_table_is_left_out() {
    let mut view = table("a", &["id"]);
    view.kind = TableKind::View;
    let mut referring = table("b", &["id"]);
    referring.foreign_keys.push(refers("id", "a"));
    let mut indexed = table("a", &["id"]);
    indexed.indexes.push(Index::on_columns(["id"]));
    let plan = plan(Dialect::Postgres, &schema([view]), &schema([indexed, referring]));
    let made: Vec<_> = plan.statements.iter().map(|it| it.mends[0].table().to_string()).collect();
    assert_eq!(made, ["b"]);
    let reason = "a is the name of a view, which would have to go first";
    let needing = format!("it needs what is left out: {reason}");
    assert_eq!(reasons(&plan), [reason, &needing, &needing]);
}

#[test]
fn a_column_that_cannot_be_added_takes_its_keys_along() {
    let mut expected = table("a", &["id", "x"]);
    expected.columns[0].auto_increment = true;
    // With a key over it alone it comes with the key.
    expected.primary_key.iter_mut().for_each(|it| it.columns = vec!["id".into(), "x".into()]);
    expected.indexes.push(Index::on_columns(["id", "x"]));
    let mut actual = table("a", &["x"]);
    actual.primary_key = None;
    let plan = plan(Dialect::Mariadb, &schema([actual]), &schema([expected]));
    assert_eq!(plan.statements, []);
    assert_eq!(plan.left_out.len(), 3);
    assert_eq!(reasons(&plan)[0], "a.id numbers itself, which needs its key in the same statement");
}

#[test]
fn a_column_that_numbers_its_rows_comes_with_its_key() {
    let mut expected = table("a", &["id", "x"]);
    expected.columns[0].auto_increment = true;
    let mut actual = table("a", &["x"]);
    actual.primary_key = None;
    let plan = plan(Dialect::Mariadb, &schema([actual]), &schema([expected]));
    assert_eq!((plan.left_out, plan.statements.len()), (vec![], 1));
    assert!(
        plan.statements[0].sql().contains("NOT NULL AUTO_INCREMENT PRIMARY KEY"),
        "{}",
        plan.statements[0].sql()
    );
    assert_eq!(plan.statements[0].mends.len(), 2);
}

#[test]
fn a_name_that_another_object_has_is_not_taken_for_it() {
    let with_index = |name: &str, columns: &[&str]| {
        let mut table = table(name, &["id", "x", "y"]);
        table.indexes.push(Index { name: Some("i".into()), ..Index::on_columns(columns.iter().copied()) });
        table
    };
    let actual = schema([with_index("a", &["x"]), table("b", &["id", "x", "y"])]);
    let expected = schema([table("a", &["id", "x", "y"]), with_index("b", &["y"])]);
    // One name space for all tables, or one for each.
    let postgres = plan(Dialect::Postgres, &actual, &expected);
    assert_eq!(reasons(&postgres), ["i is the name of an index, which would have to go first"]);
    assert_eq!(plan(Dialect::Mariadb, &actual, &expected).statements.len(), 1);
}

/// MySQL's checks have one name space for all tables, MariaDB's one for each.
#[test]
fn a_check_of_another_table_that_has_the_name_is_told() {
    let with_check = |name: &str, columns: &[&str]| {
        let mut table = table(name, &["id", "x"]);
        let (columns, expression) =
            (columns.iter().map(|it| Name::from(*it)).collect(), Spelling::certain("x > 0"));
        table.checks.push(Check {
            name: Some("c".into()),
            columns,
            expression,
            provenance: Provenance::default(),
        });
        table
    };
    let actual = schema([with_check("a", &["x"]), table("b", &["id", "x"])]);
    let expected = schema([with_check("b", &["x"])]);
    let mysql = plan(Dialect::Mysql, &actual, &expected);
    assert_eq!(reasons(&mysql), ["c is the name of another object, which would have to go first"]);
    assert_eq!(plan(Dialect::Mariadb, &actual, &expected).statements.len(), 1);
}

#[test]
fn another_primary_key_is_not_replaced() {
    let mut actual = table("a", &["id", "x"]);
    actual.primary_key.iter_mut().for_each(|it| it.columns = vec![Name::from("x")]);
    let plan = plan(Dialect::Postgres, &schema([actual]), &schema([table("a", &["id", "x"])]));
    assert_eq!(plan.statements, []);
    assert_eq!(reasons(&plan), ["a has another primary key, which would have to go first"]);
}

#[test]
fn a_foreign_key_that_needs_a_unique_comes_after_it() {
    let mut target = table("a", &["id", "x"]);
    let bare = target.clone();
    target.uniques.push(UniqueConstraint::on_columns(["x"]));
    let mut referring = table("b", &["id"]);
    let key = ForeignKey { referenced_columns: vec!["x".into()], ..refers("id", "a") };
    referring.foreign_keys.push(key);
    let plan = plan(Dialect::Mysql, &schema([bare, table("b", &["id"])]), &schema([target, referring]));
    let steps: Vec<u8> = plan.statements.iter().map(|it| planner::order(&it.mends[0])).collect();
    assert_eq!(steps, [4, 8]);
    assert_eq!(plan.left_out, []);
}
