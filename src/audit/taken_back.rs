//! What a database may have in another way than expected, for a reason that the ledger does not tell: whether a pending
//! migration was ever applied and taken back, and whether a squash or its parts have made it. Nobody can say then whether
//! what differs in just this way was taken away by hand.

use super::Expected;
use crate::migration::Manifest;
use crate::schema::{Change, Comparison, ConstraintRef, IndexKey, IndexPart, Name, Table, compare_columns};

impl Expected {
    /// What leaves its table so, in words for a sentence; `difference` is a change that makes what is
    /// expected of `actual`.
    pub fn left_by(
        &self,
        manifest: &Manifest,
        actual: Option<&Table>,
        difference: &Change,
    ) -> Option<String> {
        let leaves = |left: &Change| left.table() == difference.table() && says(left, difference, actual);
        if self.by_parts.iter().any(leaves) {
            let by = "as it is where the migrations that a squash replaces have made the database";
            return Some(by.to_owned());
        }
        let (position, _) = self.taken_back.iter().find(|(_, left)| leaves(left))?;
        let id = &manifest.migration(*position)?.id;
        Some(format!("as it is when {id}, which is pending, was applied and taken back"))
    }
}

/// Whether the difference is what `left` leaves.
fn says(left: &Change, difference: &Change, actual: Option<&Table>) -> bool {
    match difference {
        Change::CreateTable(_) => matches!(left, Change::DropTable { .. }),
        Change::AddColumn { column, .. } => {
            matches!(left, Change::DropColumn { column: gone, .. } if *gone == column.name)
        }
        Change::AlterColumn { column, .. } => {
            let Change::AlterColumn { column: left, .. } = left else { return false };
            let actual = actual.and_then(|it| it.column(&column.name)).filter(|_| left.name == column.name);
            actual.is_some_and(|it| compare_columns(it, left) != Comparison::Different)
        }
        Change::AddPrimaryKey { .. } => matches!(left, Change::DropPrimaryKey { .. }),
        Change::AddUnique { unique: it, .. } => {
            matches!(left, Change::DropUnique { unique: gone, .. } if is_it(gone, it.name.as_ref(), &keys(&it.parts)))
        }
        Change::AddForeignKey { foreign_key: it, .. } => {
            matches!(left, Change::DropForeignKey { foreign_key: gone, .. } if is_it(gone, it.name.as_ref(), &it.columns))
        }
        Change::AddCheck { check: it, .. } => {
            matches!(left, Change::DropCheck { check: gone, .. } if is_it(gone, it.name.as_ref(), &it.columns))
        }
        Change::AddIndex { index: it, .. } => {
            matches!(left, Change::DropIndex { index: gone, .. } if is_it(gone, it.name.as_ref(), &keys(&it.parts)))
        }
        Change::AddExclusion { exclusion: it, .. } => {
            matches!(left, Change::DropExclusion { exclusion: gone, .. } if is_it(gone, it.name.as_ref(), &keys(&it.parts)))
        }
        Change::DropColumn { column: more, .. } => {
            matches!(left, Change::AddColumn { column, .. } if column.name == *more)
        }
        Change::DropPrimaryKey { .. } => matches!(left, Change::AddPrimaryKey { .. }),
        Change::DropUnique { unique: more, .. } => {
            let Change::AddUnique { unique, .. } = left else { return false };
            let all = actual.into_iter().flat_map(|it| &it.uniques);
            is_one_of(more, &keys(&unique.parts), all.map(|it| (it.name.as_ref(), keys(&it.parts))))
        }
        Change::DropForeignKey { foreign_key: more, .. } => {
            let Change::AddForeignKey { foreign_key, .. } = left else { return false };
            let all = actual.into_iter().flat_map(|it| &it.foreign_keys);
            is_one_of(more, &foreign_key.columns, all.map(|it| (it.name.as_ref(), it.columns.clone())))
        }
        Change::DropCheck { check: more, .. } => {
            let Change::AddCheck { check, .. } = left else { return false };
            let all = actual.into_iter().flat_map(|it| &it.checks);
            is_one_of(more, &check.columns, all.map(|it| (it.name.as_ref(), it.columns.clone())))
        }
        Change::DropIndex { index: more, .. } => {
            let Change::AddIndex { index, .. } = left else { return false };
            let all = actual.into_iter().flat_map(|it| &it.indexes);
            is_one_of(more, &keys(&index.parts), all.map(|it| (it.name.as_ref(), keys(&it.parts))))
        }
        Change::DropTable { .. }
        | Change::DropExclusion { .. }
        | Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameConstraint { .. } => false,
    }
}

/// Whether what `reference` points at is over these columns, by whatever name.
fn is_one_of<'a>(
    reference: &ConstraintRef,
    columns: &[Name],
    mut all: impl Iterator<Item = (Option<&'a Name>, Vec<Name>)>,
) -> bool {
    all.any(|(name, of)| of == columns && is_it(reference, name, &of))
}

fn is_it(reference: &ConstraintRef, name: Option<&Name>, columns: &[Name]) -> bool {
    match reference {
        ConstraintRef::Name(wanted) => name == Some(wanted),
        ConstraintRef::Columns(wanted) => *wanted == columns,
    }
}

fn keys(parts: &[IndexPart]) -> Vec<Name> {
    let key = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expression) => expression.text().unwrap_or_default().into(),
    };
    parts.iter().map(key).collect()
}
