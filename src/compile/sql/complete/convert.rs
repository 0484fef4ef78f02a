//! What MySQL and MariaDB do beside what a statement says.

use super::super::step::{ConstraintKind, Step};
use super::{Completion, names};
use crate::dialect::Dialect;
use crate::schema::{Change, Column, ConstraintRef, Name, OR, Spelling, Table, TableName};

/// Into a larger character set a text becomes the next larger type
/// (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-character-set>).
const TEXTS: [(&str, &str); 3] = [("tinytext", "text"), ("text", "mediumtext"), ("mediumtext", "longtext")];

/// A longer `varchar` may have to become a text.
const MOST_CHARACTERS: usize = 16_383;

impl Completion<'_> {
    /// `CONVERT TO CHARACTER SET`: what the columns' own sets were is not known, so that a text may have grown.
    pub(super) fn converted(&self, table: &Table, collation: Option<&Name>) -> Vec<Change> {
        let changed = table.columns.iter().filter_map(|was| {
            let column = converted(was, collation);
            (column != *was).then(|| Change::AlterColumn { table: table.name.clone(), column })
        });
        changed.collect()
    }

    /// The checks that stand in a column's definition: those of MariaDB have no name.
    pub(super) fn drop_own_checks(&self, table: &Table, column: &Name) -> Vec<Change> {
        let is_own = |columns: &[Name]| columns.len() == 1 && self.same(&columns[0], column);
        let own = table.checks.iter().filter(|it| it.name.is_none() && is_own(&it.columns));
        own.map(|it| Change::DropCheck {
            table: table.name.clone(),
            check: ConstraintRef::Columns(it.columns.clone()),
        })
        .collect()
    }

    /// Names that hold the table's, which go with it: `t_ibfk_1`, and MySQL's `t_chk_1`.
    pub(super) fn rename_generated(&self, table: &Table, to: &TableName) -> Vec<Change> {
        let kinds: &[&str] = match self.dialect {
            Dialect::Mysql => &["_ibfk_", "_chk_"],
            Dialect::Mariadb => &["_ibfk_"],
            Dialect::Postgres | Dialect::Sqlite => return Vec::new(),
        };
        let renamed = names::names(table).filter_map(|name| {
            let rest = name.strip_prefix(&*table.name.name)?;
            let number = kinds.iter().find_map(|kind| rest.strip_prefix(kind))?;
            number.parse::<u32>().ok()?;
            let to = format!("{}{rest}", to.name).into();
            Some(Change::RenameConstraint { table: table.name.clone(), from: name.clone(), to })
        });
        renamed.collect()
    }

    /// Whether an index of a name that is not known is the one that a foreign key has brought: no schema of ours
    /// holds those.
    pub(super) fn is_of_foreign_key(&self, table: &Table, name: &Name, kind: ConstraintKind) -> bool {
        let mysql = match self.dialect {
            Dialect::Mysql | Dialect::Mariadb => true,
            Dialect::Postgres | Dialect::Sqlite => false,
        };
        let is_named_so = || {
            let known = table.foreign_keys.iter().filter_map(|it| it.name.as_ref());
            // As Django and InnoDB call them.
            known.into_iter().any(|it| self.same(it, name))
                || name.contains("_fk_")
                || name.contains("_ibfk_")
        };
        mysql && kind == ConstraintKind::Index && all_named(self.dialect, table, kind) && is_named_so()
    }
}

/// Whether the step drops an index by the name of a foreign key that was dropped before, which had brought it and left it
/// (<https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>): where it is not known, it was that.
pub(super) fn is_left_index(dialect: Dialect, step: &Step, released: &mut Vec<(TableName, Name)>) -> bool {
    let mut inner = step;
    while let Step::IfThere { step, .. } = inner {
        inner = step;
    }
    let Step::DropConstraint { table, name, kind, .. } = inner else { return false };
    let key = (table.clone(), name.clone());
    match (dialect, kind) {
        (Dialect::Postgres | Dialect::Sqlite, _) | (_, ConstraintKind::Check) => false,
        (_, ConstraintKind::ForeignKey | ConstraintKind::Any) => {
            released.push(key);
            false
        }
        (_, ConstraintKind::Index) => released.contains(&key),
    }
}

/// Whether everything of this kind on the table has a name, so that an unknown one is none of it.
pub(super) fn all_named(dialect: Dialect, table: &Table, kind: ConstraintKind) -> bool {
    let (indexes, uniques, foreign_keys, checks) = match kind {
        ConstraintKind::Any => (false, true, true, true),
        ConstraintKind::Index => (true, true, false, false),
        ConstraintKind::ForeignKey => (false, false, true, false),
        ConstraintKind::Check => (false, false, false, true),
    };
    (!indexes || table.indexes.iter().all(|it| it.name.is_some()))
        && (!uniques || table.uniques.iter().all(|it| it.name.is_some()))
        && (!foreign_keys || table.foreign_keys.iter().all(|it| it.name.is_some()))
        // A check without a name is one of a column of MariaDB's, which no name drops.
        && (!checks || dialect == Dialect::Mariadb || table.checks.iter().all(|it| it.name.is_some()))
        && (!uniques || table.exclusions.iter().all(|it| it.name.is_some()))
}

fn converted(was: &Column, collation: Option<&Name>) -> Column {
    let mut column = was.clone();
    let Some(text) = was.data_type.text().map(str::to_ascii_lowercase) else { return column };
    let length = text.strip_prefix("varchar(").and_then(|it| it.trim_end_matches(')').parse::<usize>().ok());
    let may_be: Vec<&str> = text.split(OR).collect();
    if length.is_some_and(|length| length > MOST_CHARACTERS) {
        column.data_type = Spelling::Unread;
    } else if TEXTS.iter().any(|(name, _)| may_be.contains(name)) {
        let larger = TEXTS.iter().filter(|(name, _)| may_be.contains(name)).map(|(_, larger)| *larger);
        let mut all = may_be.clone();
        all.extend(larger.filter(|it| !may_be.contains(it)).collect::<Vec<_>>());
        column.data_type = Spelling::certain(all.join(OR));
    }
    if was.collation.is_some() {
        column.collation = collation.cloned();
    }
    column
}
