//! What may have been done, where nobody can say whether it was.

use std::collections::BTreeSet;

use super::super::held::PUT_IN;
use super::super::step::{ConstraintKind, Step, There};
use super::Completion;
use super::convert::all_named;
use crate::migration::{MayTouch, MayUndo, Opaque, Operation};
use crate::schema::{Column, Index, Name, Table, TableName};

impl Completion<'_> {
    /// Whether all is known that could be meant, and it is none of that.
    pub(super) fn is_surely_absent(&self, table: &TableName, what: &There) -> bool {
        match (self.table(table), what) {
            (None, There::Table | There::Column(_) | There::Key(..)) => true,
            (Some(_), There::Table) => false,
            (Some(table), There::Column(name)) => self.column(table, name).is_none(),
            (Some(table), There::Key(name, kind)) => {
                self.drop_named(table, name, *kind, false).is_none() && all_named(self.dialect, table, *kind)
            }
        }
    }

    /// One operation for steps that may be done, or not.
    pub(super) fn perhaps(&self, reason: &str, steps: &[Step]) -> Opaque {
        let mut may = May::default();
        for step in steps {
            self.collect(step, &mut may);
        }
        may.undo.own = !may.undo.is_nothing();
        may.anything |= may.touch.iter().any(|table| table.name.contains(PUT_IN));
        let may_touch = if may.anything {
            MayTouch::Anything
        } else if may.touch.is_empty() {
            MayTouch::Nothing
        } else {
            MayTouch::Tables(may.touch)
        };
        Opaque { reason: reason.to_owned(), may_touch, may_undo: may.undo }
    }

    fn collect(&self, step: &Step, may: &mut May) {
        let mut inner = step;
        while let Step::IfThere { step, .. } = inner {
            inner = step;
        }
        match inner {
            Step::CreateTable { table, .. } => may.touches(self.spelled_table(&table.name)),
            Step::CopyTable(copied) => may.touches(self.spelled_table(&copied.table.name)),
            Step::DropTable { table, .. } => {
                may.touches(self.spelled_table(table));
                may.undo.tables.insert(self.spelled_table(table));
            }
            Step::RenameTable { from, to } => {
                may.touches(self.spelled_table(from));
                may.touches(self.spelled_table(to));
                may.undo.tables.insert(self.spelled_table(from));
            }
            Step::AddColumn { table, .. } | Step::AddKey { table, .. } => {
                may.touches(self.spelled_table(table))
            }
            Step::DropColumn { table, column, .. } | Step::RenameColumn { table, from: column, .. } => {
                may.touches(self.spelled_table(table));
                may.undo.columns.extend(self.spelled_columns(table, column));
            }
            Step::AlterColumn { table, column, .. } => {
                may.touches(self.spelled_table(table));
                may.undo.definitions.extend(self.spelled_columns(table, column));
            }
            Step::AddFromIndex { table, .. }
            | Step::DropPrimaryKey { table }
            | Step::DropConstraint { table, .. }
            | Step::Defer { table, .. }
            | Step::DropOwnChecks { table, .. } => {
                may.touches(self.spelled_table(table));
                may.undo.constraints = true;
            }
            Step::ConvertTexts { table, .. } => {
                may.touches(self.spelled_table(table));
                let columns = self.table(table).into_iter().flat_map(|it| &it.columns);
                may.undo.definitions.extend(columns.map(|it| it.name.clone()));
            }
            Step::DropIndex { schema, name, .. } => {
                let tables = self.tables_in(schema.as_ref());
                let bears = |table: &&_| self.drop_named(table, name, ConstraintKind::Index, false).is_some();
                for table in tables.filter(bears) {
                    may.touches(table.name.clone());
                    match self.columns_of_index(table, name) {
                        Some(columns) => may.undo.over.extend([columns]),
                        None => may.undo.constraints = true,
                    }
                }
            }
            Step::DropSomeIndexes { name, said } => {
                let is_said = |table: &&Table| said.iter().any(|it| self.same(it, &table.name.name));
                let all: Vec<&Table> = self.tables_in(None).collect();
                let of_said: Vec<&Table> = all.iter().copied().filter(is_said).collect();
                for table in if of_said.is_empty() { all } else { of_said } {
                    let bears = |it: &&Index| it.name.as_ref().is_none_or(|it| fits(it, name));
                    for index in table.indexes.iter().filter(bears) {
                        may.touches(table.name.clone());
                        let columns: Option<Vec<Name>> =
                            index.parts.iter().map(|it| it.as_column().cloned()).collect();
                        match columns {
                            Some(columns) => may.undo.over.extend([columns]),
                            None => may.undo.constraints = true,
                        }
                    }
                }
            }
            Step::Unread { tables, names, drops, .. } => {
                may.undo.constraints = true;
                for name in tables {
                    let table = self.spelled_table(name);
                    may.undo.tables.extend(Some(table.clone()).filter(|_| *drops));
                    let columns = self.table(name).into_iter().flat_map(|it| &it.columns);
                    let (said, rest): (Vec<_>, Vec<_>) = columns
                        .map(|it| &it.name)
                        .partition(|it| names.iter().any(|said| self.same(said, it)));
                    may.undo.columns.extend(said.into_iter().cloned());
                    may.undo.definitions.extend(rest.into_iter().cloned());
                    may.touches(table);
                }
            }
            Step::DropRoutines { names } => {
                for operation in self.drop_routines(names) {
                    if let Operation::Opaque(opaque) = operation {
                        may.joins(&opaque);
                    }
                }
            }
            Step::DropTypes { names } => {
                for unread in self.using_types(names) {
                    self.collect(&unread, may);
                }
            }
            Step::Calls { .. } => may.anything = true,
            Step::MakeRoutine { .. } | Step::MakeView { .. } => {}
            // Names are not compared.
            Step::RenameIndex { .. } | Step::RenameConstraint { .. } => {}
            Step::Perhaps { steps, .. } => steps.iter().for_each(|it| self.collect(it, may)),
            Step::Opaque(opaque) => may.joins(opaque),
            Step::IfThere { .. } => {}
        }
    }

    /// `None` where it is not over columns alone.
    fn columns_of_index(&self, table: &Table, name: &Name) -> Option<Vec<Name>> {
        let indexes = table.indexes.iter().map(|it| (&it.name, &it.parts));
        let mut all = indexes.chain(table.uniques.iter().map(|it| (&it.name, &it.parts)));
        let (_, parts) = all.find(|(it, _)| it.as_ref().is_some_and(|it| self.same(it, name)))?;
        parts.iter().map(|it| it.as_column().cloned()).collect()
    }

    /// As the table calls it; all of them for one whose name is put in when the statement runs.
    fn spelled_columns(&self, table: &TableName, column: &Name) -> Vec<Name> {
        let columns = self.table(table).into_iter().flat_map(|it| &it.columns);
        let is_it = |it: &&Column| column.contains(PUT_IN) || self.same(&it.name, column);
        columns.filter(is_it).map(|it| it.name.clone()).collect()
    }

    fn spelled_table(&self, table: &TableName) -> TableName {
        self.table(table).map_or_else(|| table.clone(), |known| known.name.clone())
    }
}

/// Whether a name may be what is put together: `doc__put_in__like`.
fn fits(name: &Name, put_together: &Name) -> bool {
    let (start, end) = put_together.split_once(PUT_IN).unwrap_or((put_together, ""));
    let end = end.rsplit(PUT_IN).next().unwrap_or_default();
    let is_ascii = |at: usize, piece: &str| {
        name.get(at..at + piece.len()).is_some_and(|it| it.eq_ignore_ascii_case(piece))
    };
    name.len() >= start.len() + end.len() && is_ascii(0, start) && is_ascii(name.len() - end.len(), end)
}

#[derive(Default)]
struct May {
    touch: BTreeSet<TableName>,
    anything: bool,
    undo: MayUndo,
}

impl May {
    fn touches(&mut self, table: TableName) {
        self.touch.insert(table);
    }

    fn joins(&mut self, opaque: &Opaque) {
        match &opaque.may_touch {
            MayTouch::Nothing => {}
            MayTouch::Anything => self.anything = true,
            MayTouch::Tables(tables) => self.touch.extend(tables.iter().cloned()),
        }
        self.undo.columns.extend(opaque.may_undo.columns.iter().cloned());
        self.undo.definitions.extend(opaque.may_undo.definitions.iter().cloned());
        self.undo.tables.extend(opaque.may_undo.tables.iter().cloned());
        self.undo.constraints |= opaque.may_undo.constraints;
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::sql::{apply, read};
    use crate::dialect::Dialect::{self, Mariadb, Mysql, Postgres};
    use crate::migration::{MayTouch, Operation};
    use crate::schema::{Schema, TableName};

    const T: &str =
        "CREATE TABLE t (a int, b varchar(5)); CREATE TABLE u (a int, b int); CREATE INDEX i ON u (b)";

    /// What the one operation of `sql` may touch and undo, after `T`.
    #[track_caller]
    fn check(dialect: Dialect, sql: &str, touch: &str, undo: &str) {
        let mut schema = Schema::default();
        apply(dialect, &read(dialect, T), &mut schema);
        let operations = apply(dialect, &read(dialect, sql), &mut schema);
        let [Operation::Opaque(opaque)] = operations.as_slice() else { panic!("{operations:?}") };
        let touched = match &opaque.may_touch {
            MayTouch::Nothing => "nothing".to_owned(),
            MayTouch::Anything => "anything".to_owned(),
            MayTouch::Tables(tables) => tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        };
        let may = &opaque.may_undo;
        let mut undone: Vec<String> = may.columns.iter().map(|it| format!("-{it}")).collect();
        undone.extend(may.definitions.iter().map(|it| format!("~{it}")));
        undone.extend(may.constraints.then(|| "keys".to_owned()));
        undone.extend(may.over.iter().map(|it| format!("over {}", it.join(" "))));
        undone.extend(may.tables.iter().map(|it| format!("table {it}")));
        assert_eq!((touched.as_str(), undone.join(" ").as_str()), (touch, undo), "{sql}");
    }

    #[test]
    fn what_a_block_drops_is_not_missed() {
        let block = |body: &str, touch, undo| check(Postgres, &format!("DO $$ {body} $$"), touch, undo);
        block(
            "BEGIN IF EXISTS (SELECT 1 FROM x(1)) THEN ALTER TABLE T DROP COLUMN a; END IF; END",
            "t",
            "-a",
        );
        block("BEGIN IF NOT EXISTS (SELECT 1) THEN ALTER TABLE t ADD COLUMN c int; END IF; END", "t", "");
        block("BEGIN ALTER TABLE t ALTER b TYPE int USING CASE WHEN true THEN 1 ELSE 2 END; END", "t", "~b");
        block("BEGIN DROP INDEX IF EXISTS i; ALTER TABLE t RENAME a TO c; END", "t u", "-a over b");
        block("BEGIN DROP TABLE IF EXISTS u; EXCEPTION WHEN others THEN NULL; END", "u", "table u");
        block(
            "DECLARE n text; BEGIN SELECT c INTO n FROM d; EXECUTE 'ALTER TABLE t DROP CONSTRAINT ' || quote_ident(n); END",
            "t",
            "keys",
        );
        block(
            "BEGIN FOR r IN SELECT 1 LOOP EXECUTE format('ALTER TABLE u DROP COLUMN %I', r.x); END LOOP; END",
            "u",
            "-a -b",
        );
        block("BEGIN EXECUTE format('DROP TABLE %I', x); END", "anything", "table _put_in_");
        block(
            "DECLARE r record; BEGIN FOR r IN SELECT indexname FROM pg_indexes WHERE tablename = 'u' LOOP \
             EXECUTE 'DROP INDEX ' || quote_ident(r.indexname); END LOOP; END",
            "u",
            "over b",
        );
        block("BEGIN EXECUTE format('DROP INDEX %I', x); END", "u", "over b");
        block(
            "BEGIN EXECUTE 'DROP INDEX ' || (SELECT i FROM pg_indexes WHERE tablename = 'u'); END",
            "u",
            "over b",
        );
        block("DECLARE q text := 'DROP INDEX '; BEGIN q := q || 'i'; EXECUTE q; END", "anything", "over b");
        block("BEGIN EXECUTE statement; END", "anything", "");
        block("BEGIN PERFORM f(); END", "anything", "");
    }

    #[test]
    fn what_is_prepared_may_be_run() {
        let prepared = "SET @s = IF(1 = (SELECT COUNT(*) FROM information_schema.columns), 'ALTER TABLE t DROP COLUMN a', 'SELECT 1'); PREPARE s FROM @s; EXECUTE s";
        check(Mysql, prepared, "t", "-a");
        check(
            Mysql,
            "SET @s = CONCAT('ALTER TABLE ', 't', ' DROP INDEX ', @n); PREPARE s FROM @s; EXECUTE s",
            "t",
            "keys",
        );
        check(Mysql, "PREPARE s FROM \"DROP TABLE u\"; EXECUTE s", "u", "table u");
        check(Mariadb, "EXECUTE IMMEDIATE 'ALTER TABLE t MODIFY a bigint'", "t", "~a keys");
        let procedure =
            "CREATE PROCEDURE p() BEGIN IF x THEN ALTER TABLE t DROP COLUMN b; END IF; END; CALL p()";
        check(Mysql, procedure, "t", "-b");
    }

    #[test]
    fn a_function_takes_with_it_what_calls_it() {
        let mut schema = Schema::default();
        apply(Postgres, &read(Postgres, T), &mut schema);
        let sql = "DROP FUNCTION IF EXISTS f(), public.g(int) CASCADE";
        assert_eq!(apply(Postgres, &read(Postgres, sql), &mut schema), []);
        apply(Postgres, &read(Postgres, "ALTER TABLE t ADD c int DEFAULT g(1)"), &mut schema);
        let operations = apply(Postgres, &read(Postgres, sql), &mut schema);
        let [Operation::Opaque(opaque)] = operations.as_slice() else { panic!("{operations:?}") };
        assert_eq!(opaque.may_touch, MayTouch::Tables([TableName::unqualified("t")].into()));
        assert!(opaque.may_undo.constraints && opaque.may_undo.definitions.len() == 3);
    }

    #[test]
    fn a_type_takes_its_columns_with_it() {
        let mut schema = Schema::default();
        let sql = "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (a int, b mood, c mood[], UNIQUE (b)); CREATE TABLE u (a mood2); DROP TYPE IF EXISTS public.Mood CASCADE";
        let operations = apply(Postgres, &read(Postgres, sql), &mut schema);
        assert!(operations.iter().all(|it| matches!(it, Operation::Change(_))), "{operations:?}");
        let columns = |table: &str| -> Vec<String> {
            let table = &schema.tables[&TableName::unqualified(table)];
            assert!(table.uniques.is_empty());
            table.columns.iter().map(|it| it.name.to_string()).collect()
        };
        assert_eq!((columns("t"), columns("u")), (vec!["a".to_owned()], vec!["a".to_owned()]));

        let sql = "ALTER TABLE t ADD d text DEFAULT 'x'::mood";
        apply(Postgres, &read(Postgres, sql), &mut schema);
        let operations = apply(Postgres, &read(Postgres, "DROP DOMAIN mood CASCADE"), &mut schema);
        let [Operation::Opaque(opaque)] = operations.as_slice() else { panic!("{operations:?}") };
        assert_eq!(opaque.may_touch, MayTouch::Tables([TableName::unqualified("t")].into()));
    }

    #[test]
    fn what_was_not_understood_may_have_undone_what_it_names() {
        check(Postgres, "ALTER TABLE t FIDDLE a", "t", "-a ~b keys");
        check(Mysql, "ALTER TABLE t FIDDLE x", "t", "~a ~b keys");
        check(Mysql, "DROP TABLE u FIDDLE", "u", "~a ~b keys table u");
    }
}
