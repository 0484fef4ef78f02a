//! What DDL looks like, and what is refused.

use super::*;
use crate::schema::{Deferrable, ForeignKey, IndexPart, Name, PartOptions, PrimaryKey, Provenance, Spelling};

fn name(name: &str) -> TableName {
    TableName::unqualified(name)
}

#[track_caller]
fn check(dialect: Dialect, change: &Change, expected: &[&str]) {
    assert_eq!(dialect.render(change).unwrap(), expected);
}

#[track_caller]
fn check_refused(dialect: Dialect, change: &Change, expected: &str) {
    assert_eq!(dialect.render(change).unwrap_err().0, expected);
}

fn index(method: Option<&str>, options: PartOptions) -> Change {
    let part = IndexPart::column("c").with_options(options);
    let method = method.map(Name::from);
    let index = Index { name: Some("i".into()), parts: vec![part], method, ..Index::on_columns(["c"]) };
    Change::AddIndex { table: name("t"), index }
}

fn column(data_type: &str, default: Option<&str>) -> Change {
    let mut column = Column::new("c", Spelling::uncertain(data_type));
    column.default = default.map(Spelling::uncertain);
    Change::AddColumn { table: name("t"), column }
}

fn foreign_key(table: &str, key_name: Option<&str>) -> Change {
    let foreign_key = ForeignKey {
        name: key_name.map(Name::from),
        columns: vec!["o_id".into()],
        references: name("o"),
        referenced_columns: vec!["id".into()],
        on_delete: crate::schema::Action::Cascade,
        on_update: crate::schema::Action::NoAction,
        deferrable: Deferrable::No,
        provenance: Provenance::default(),
    };
    Change::AddForeignKey { table: name(table), foreign_key }
}

#[test]
fn a_unique_over_the_columns_of_the_key_is_added_alone() {
    let mut table = Table::new(name("t"));
    table.columns.push(Column::new("c", Spelling::uncertain("bigint")));
    table.primary_key =
        Some(PrimaryKey { name: None, columns: vec!["c".into()], provenance: Provenance::default() });
    let unique =
        |name: &str| UniqueConstraint { name: Some(name.into()), ..UniqueConstraint::on_columns(["c"]) };
    table.uniques = vec![unique("u")];
    let bare = "CREATE TABLE \"t\" (\n  \"c\" bigint NOT NULL,\n  PRIMARY KEY (\"c\")\n)";
    let change = Change::CreateTable(table.clone().into());
    check(Dialect::Postgres, &change, &[bare, "ALTER TABLE \"t\" ADD CONSTRAINT \"u\" UNIQUE (\"c\")"]);

    table.primary_key = None;
    table.uniques.push(unique("v"));
    let both = "CREATE TABLE \"t\" (\n  \"c\" bigint NOT NULL,\n  CONSTRAINT \"u\" UNIQUE (\"c\")\n)";
    let change = Change::CreateTable(table.into());
    check(Dialect::Postgres, &change, &[both, "ALTER TABLE \"t\" ADD CONSTRAINT \"v\" UNIQUE (\"c\")"]);
}

#[test]
fn a_default_that_is_an_expression_stands_between_brackets() {
    let default = |text| column("text", Some(text));
    check(
        Dialect::Sqlite,
        &default("datetime('now')"),
        &["ALTER TABLE \"t\" ADD COLUMN \"c\" text NOT NULL DEFAULT (datetime('now'))"],
    );
    check(
        Dialect::Mysql,
        &default("uuid()"),
        &["ALTER TABLE `t` ADD COLUMN `c` text NOT NULL DEFAULT (uuid())"],
    );
    check(Dialect::Mysql, &default("'x'"), &["ALTER TABLE `t` ADD COLUMN `c` text NOT NULL DEFAULT ('x')"]);
    check(
        Dialect::Mysql,
        &column("datetime(6)", Some("current_timestamp(6)")),
        &["ALTER TABLE `t` ADD COLUMN `c` datetime(6) NOT NULL DEFAULT current_timestamp(6)"],
    );
    check(
        Dialect::Postgres,
        &default("-1"),
        &["ALTER TABLE \"t\" ADD COLUMN \"c\" text NOT NULL DEFAULT -1"],
    );
}

#[test]
fn sqlites_quoted_word_as_a_default_is_no_expression() {
    check(
        Dialect::Sqlite,
        &column("text", Some("\"quoted\"")),
        &["ALTER TABLE \"t\" ADD COLUMN \"c\" text NOT NULL DEFAULT \"quoted\""],
    );
}

#[test]
fn an_index_method_is_found_in_any_case() {
    let none = PartOptions::default;
    check(
        Dialect::Postgres,
        &index(Some("BRIN"), none()),
        &["CREATE INDEX \"i\" ON \"t\" USING \"brin\" (\"c\")"],
    );
    check(Dialect::Mariadb, &index(Some("btree"), none()), &["CREATE INDEX `i` ON `t` (`c`) USING BTREE"]);
    check(Dialect::Mysql, &index(Some("FullText"), none()), &["CREATE FULLTEXT INDEX `i` ON `t` (`c`)"]);
    check_refused(Dialect::Mysql, &index(Some("gin"), none()), "mysql has no index method gin");
}

#[test]
fn what_a_dialect_lacks_is_refused_and_not_left_away() {
    let nulls = PartOptions { nulls: Some(crate::schema::NullsOrder::Last), ..PartOptions::default() };
    check_refused(Dialect::Sqlite, &index(None, nulls), "an index of sqlite cannot say where nulls go");
    let partial = UniqueConstraint {
        condition: Some(Spelling::uncertain("c > 0")),
        ..UniqueConstraint::on_columns(["c"])
    };
    let add = |unique| Change::AddUnique { table: name("t"), unique };
    check_refused(Dialect::Mariadb, &add(partial.clone()), "mariadb has no partial indexes");
    let deferrable = Deferrable::InitiallyDeferred;
    let message = "a unique of t cannot be deferred as it stands";
    check_refused(Dialect::Postgres, &add(UniqueConstraint { deferrable, ..partial }), message);
    let mut view = Table::new(name("v"));
    view.kind = TableKind::View;
    check_refused(
        Dialect::Postgres,
        &Change::CreateTable(view.into()),
        "how the view v is made is not known",
    );
}

#[test]
fn a_new_table_that_numbers_its_rows() {
    let mut table = Table::new(name("t"));
    table.columns.push(Column::new("id", Spelling::certain("integer")).with(|it| it.auto_increment = true));
    let columns = vec!["id".into()];
    table.primary_key = Some(PrimaryKey { name: None, columns, provenance: Provenance::default() });
    let change = Change::CreateTable(table.into());
    check(
        Dialect::Sqlite,
        &change,
        &["CREATE TABLE \"t\" (\n  \"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT\n)"],
    );
    check(
        Dialect::Mysql,
        &change,
        &["CREATE TABLE `t` (\n  `id` integer NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`id`)\n)"],
    );
    check(
        Dialect::Postgres,
        &change,
        &[
            "CREATE TABLE \"t\" (\n  \"id\" integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,\n  PRIMARY KEY (\"id\")\n)",
        ],
    );
}

#[test]
fn a_name_of_ours_is_the_same_each_time_and_of_one_object() {
    let one = Dialect::Postgres.render(&foreign_key("t", None)).unwrap();
    assert_eq!(one, Dialect::Postgres.render(&foreign_key("t", None)).unwrap());
    let other = Dialect::Postgres.render(&foreign_key("u", None)).unwrap();
    assert_ne!(one[0].split(' ').nth(5), other[0].split(' ').nth(5));
}

#[test]
fn a_hostile_name_does_not_end_a_dollar_quote() {
    let sql =
        Dialect::Postgres.render_guarded(&foreign_key("$guard$; DROP", Some("it's $guard1$ \\"))).unwrap();
    let [statement] = sql.as_slice() else { panic!("{sql:?}") };
    assert!(statement.starts_with("DO $guard2$ BEGIN") && statement.ends_with("END $guard2$"), "{statement}");
    assert_eq!(statement.matches("$guard2$").count(), 2);
    assert!(statement.contains("conname = E'it''s $guard1$ \\\\'"), "{statement}");
}

#[test]
fn mysql_guards_by_its_dictionary() {
    let sql = Dialect::Mysql.render_guarded(&foreign_key("t'", Some("k"))).unwrap();
    assert_eq!(
        sql,
        [
            "SET @guarded = IF(EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE \
             TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't''' AND CONSTRAINT_NAME = 'k'), 'DO 0', \
             'ALTER TABLE `t''` ADD CONSTRAINT `k` FOREIGN KEY (`o_id`) REFERENCES `o` (`id`) ON DELETE CASCADE')",
            "PREPARE guarded FROM @guarded",
            "EXECUTE guarded",
            "DEALLOCATE PREPARE guarded",
        ]
    );
}

#[test]
fn only_sqlites_new_column_has_no_guard() {
    let change = column("text", None);
    assert!(!Dialect::Sqlite.has_guard(&change));
    assert!(Dialect::Postgres.has_guard(&change));
    let optional = Column::new("c", Spelling::certain("text")).with(|it| it.nullable = true);
    let optional = Change::AddColumn { table: name("t"), column: optional };
    let sql = Dialect::Mariadb.render_guarded(&optional).unwrap();
    assert_eq!(sql, ["ALTER TABLE `t` ADD COLUMN IF NOT EXISTS `c` text NULL"]);
    // Rows would get a value that nobody said: only an empty table takes it.
    let sql = Dialect::Mariadb.render_guarded(&change).unwrap().join(";");
    assert!(
        sql.contains("IF(EXISTS (SELECT 1 FROM `t`), 'DO (SELECT 1 FROM `schema-health: t has rows`)'"),
        "{sql}"
    );
    let drop = Change::DropTable { table: name("t") };
    assert!(Dialect::Postgres.render_guarded(&drop).is_err());
}
