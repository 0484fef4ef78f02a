//! `Change`: one step between two schemas, the currency of the whole product.

use std::sync::Arc;

use super::*;

/// One step between two schemas. A migration is a list of them, drift is a list of them, a repair is a
/// list of them written as SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    CreateTable(Arc<Table>),
    DropTable {
        table: TableName,
    },
    RenameTable {
        from: TableName,
        to: TableName,
    },
    AddColumn {
        table: TableName,
        column: Column,
    },
    DropColumn {
        table: TableName,
        column: Name,
    },
    RenameColumn {
        table: TableName,
        from: Name,
        to: Name,
    },
    /// The column of this name becomes what `column` says.
    AlterColumn {
        table: TableName,
        column: Column,
    },
    AddPrimaryKey {
        table: TableName,
        primary_key: PrimaryKey,
    },
    DropPrimaryKey {
        table: TableName,
    },
    AddUnique {
        table: TableName,
        unique: UniqueConstraint,
    },
    DropUnique {
        table: TableName,
        unique: ConstraintRef,
    },
    AddForeignKey {
        table: TableName,
        foreign_key: ForeignKey,
    },
    DropForeignKey {
        table: TableName,
        foreign_key: ConstraintRef,
    },
    AddCheck {
        table: TableName,
        check: Check,
    },
    DropCheck {
        table: TableName,
        check: ConstraintRef,
    },
    AddIndex {
        table: TableName,
        index: Index,
    },
    DropIndex {
        table: TableName,
        index: ConstraintRef,
    },
    AddExclusion {
        table: TableName,
        exclusion: Exclusion,
    },
    DropExclusion {
        table: TableName,
        exclusion: ConstraintRef,
    },
    /// A new name for an index or a constraint.
    RenameConstraint {
        table: TableName,
        from: Name,
        to: Name,
    },
}

/// Points at a constraint or index: by its name where it has one, else by its columns.
///
/// In a manifest: a name, or `{columns: […]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ConstraintRef {
    Name(Name),
    /// Keys in their order; an expression stands as its text.
    Columns(Vec<Name>),
}

impl Change {
    /// The table that the change speaks of (for a renaming, under its old name).
    pub fn table(&self) -> &TableName {
        match self {
            Self::CreateTable(table) => &table.name,
            Self::DropTable { table }
            | Self::RenameTable { from: table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::AddPrimaryKey { table, .. }
            | Self::DropPrimaryKey { table }
            | Self::AddUnique { table, .. }
            | Self::DropUnique { table, .. }
            | Self::AddForeignKey { table, .. }
            | Self::DropForeignKey { table, .. }
            | Self::AddCheck { table, .. }
            | Self::DropCheck { table, .. }
            | Self::AddIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::AddExclusion { table, .. }
            | Self::DropExclusion { table, .. }
            | Self::RenameConstraint { table, .. } => table,
        }
    }

    /// Who made and last changed what the change adds or alters; `None` of one that drops or renames.
    pub fn provenance(&self) -> Option<Provenance> {
        match self {
            Self::CreateTable(table) => Some(table.provenance),
            Self::AddColumn { column, .. } | Self::AlterColumn { column, .. } => Some(column.provenance),
            Self::AddPrimaryKey { primary_key, .. } => Some(primary_key.provenance),
            Self::AddUnique { unique, .. } => Some(unique.provenance),
            Self::AddForeignKey { foreign_key, .. } => Some(foreign_key.provenance),
            Self::AddCheck { check, .. } => Some(check.provenance),
            Self::AddIndex { index, .. } => Some(index.provenance),
            Self::AddExclusion { exclusion, .. } => Some(exclusion.provenance),
            Self::DropTable { .. }
            | Self::RenameTable { .. }
            | Self::DropColumn { .. }
            | Self::RenameColumn { .. }
            | Self::DropPrimaryKey { .. }
            | Self::DropUnique { .. }
            | Self::DropForeignKey { .. }
            | Self::DropCheck { .. }
            | Self::DropIndex { .. }
            | Self::DropExclusion { .. }
            | Self::RenameConstraint { .. } => None,
        }
    }

    /// Whether one of the tables that the change names, also as the target of a foreign key, is as `is_wanted` says.
    pub fn names_table(&self, is_wanted: impl Fn(&TableName) -> bool) -> bool {
        let also = match self {
            Self::CreateTable(table) => table.foreign_keys.iter().any(|key| is_wanted(&key.references)),
            Self::RenameTable { to, .. } => is_wanted(to),
            Self::AddForeignKey { foreign_key, .. } => is_wanted(&foreign_key.references),
            Self::DropTable { .. }
            | Self::AddColumn { .. }
            | Self::DropColumn { .. }
            | Self::RenameColumn { .. }
            | Self::AlterColumn { .. }
            | Self::AddPrimaryKey { .. }
            | Self::DropPrimaryKey { .. }
            | Self::AddUnique { .. }
            | Self::DropUnique { .. }
            | Self::DropForeignKey { .. }
            | Self::AddCheck { .. }
            | Self::DropCheck { .. }
            | Self::AddIndex { .. }
            | Self::DropIndex { .. }
            | Self::AddExclusion { .. }
            | Self::DropExclusion { .. }
            | Self::RenameConstraint { .. } => false,
        };
        also || is_wanted(self.table())
    }

    /// Renames every table that the change names, also as the target of a foreign key.
    pub fn for_each_table_name(&mut self, mut rename: impl FnMut(&mut TableName)) {
        match self {
            Self::CreateTable(table) => {
                let table = Arc::make_mut(table);
                rename(&mut table.name);
                table.foreign_keys.iter_mut().for_each(|key| rename(&mut key.references));
            }
            Self::RenameTable { from, to } => {
                rename(from);
                rename(to);
            }
            Self::AddForeignKey { table, foreign_key } => {
                rename(table);
                rename(&mut foreign_key.references);
            }
            Self::DropTable { table }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::AddPrimaryKey { table, .. }
            | Self::DropPrimaryKey { table }
            | Self::AddUnique { table, .. }
            | Self::DropUnique { table, .. }
            | Self::DropForeignKey { table, .. }
            | Self::AddCheck { table, .. }
            | Self::DropCheck { table, .. }
            | Self::AddIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::AddExclusion { table, .. }
            | Self::DropExclusion { table, .. }
            | Self::RenameConstraint { table, .. } => rename(table),
        }
    }
}
