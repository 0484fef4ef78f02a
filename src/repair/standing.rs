//! Whether a difference is to be mended: what the audit said of it, after the policy.

use crate::audit::{Finding, Part, Rule, Subject, Visibility};
use crate::schema::{Change, IndexPart, Name, Provenance};

use super::{Basis, Options};

/// The findings that are about the change, or why it is not to be mended (with the findings all the same).
pub fn standing(
    basis: Basis<'_>,
    options: &Options,
    change: &Change,
) -> Result<Vec<String>, (String, Vec<String>)> {
    let about = findings_about(basis, change);
    let ids: Vec<String> = about.iter().map(|it| it.id.clone()).collect();
    if let Some(by) = undone_by(basis, change) {
        return Err((format!("it is not verified: {by} may have removed or changed it"), ids));
    }
    let actual = basis.observation.catalog.actual.tables.get(change.table());
    if let Some(by) = basis.expected.left_by(basis.manifest, actual.map(AsRef::as_ref), change) {
        return Err((format!("it is not verified: {by}"), ids));
    }
    if let Change::AddForeignKey { table, foreign_key } = change
        && let Some(why) = basis.observation.catalog.stored.forgets(table, foreign_key)
    {
        return Err((why, ids));
    }
    if about.is_empty() {
        let reason = match &basis.observation.catalog.visibility {
            Visibility::Partial { grant } => {
                format!("the audit's role may not see whether it is there: run {grant}, and audit again")
            }
            Visibility::Full => "the policy of this database ignores it".to_owned(),
        };
        return Err((reason, ids));
    }
    if let Some(reason) = about.iter().find_map(|it| it.acknowledged.as_ref()) {
        return Err((format!("it is acknowledged: {reason}"), ids));
    }
    let made_by = provenance(change).created();
    if !options.blind_spots_too
        && let Some(spot) = basis.expected.blind_spot(basis.manifest, change.table(), made_by)
    {
        let reason = format!(
            "it stands in a blind spot: {spot} may have removed it on purpose; see whether it did, then plan with \
             --blind-spots-too"
        );
        return Err((reason, ids));
    }
    Ok(ids)
}

/// The code of a later migration that visibly drops such a thing, so that its absence proves nothing.
fn undone_by(basis: Basis<'_>, change: &Change) -> Option<String> {
    let maker = provenance(change).created();
    let on = |table, part: Part<'_>| basis.expected.undone_by(basis.manifest, table, maker, part);
    let by = |part: Part<'_>| on(change.table(), part);
    match change {
        Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } => {
            by(Part::Column(&column.name))
        }
        Change::AddPrimaryKey { primary_key, .. } => by(Part::Constraint(&primary_key.columns)),
        Change::AddUnique { unique, .. } => by(Part::Constraint(&columns(&unique.parts))),
        Change::AddForeignKey { foreign_key, .. } => {
            by(Part::Constraint(&foreign_key.columns)).or_else(|| on(&foreign_key.references, Part::Table))
        }
        Change::AddCheck { check, .. } => by(Part::Constraint(&check.columns)),
        Change::AddIndex { index, .. } => by(Part::Constraint(&columns(&index.parts))),
        Change::AddExclusion { exclusion, .. } => by(Part::Constraint(&columns(&exclusion.parts))),
        Change::CreateTable(_) => by(Part::Table),
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => None,
    }
}

fn columns(parts: &[IndexPart]) -> Vec<Name> {
    parts.iter().filter_map(|it| it.as_column().cloned()).collect()
}

fn findings_about<'a>(basis: Basis<'a>, change: &Change) -> Vec<&'a Finding> {
    let Some((rules, subject, expected)) = accusation(basis, change) else { return Vec::new() };
    // A constraint without a name is told apart by what it is.
    let is_named =
        subject.name.is_some() || subject.column.is_some() || matches!(change, Change::CreateTable(_));
    let is_about = |it: &&Finding| {
        rules.contains(&it.rule) && it.subject == subject && (is_named || it.expected == expected)
    };
    basis.report.findings.iter().filter(is_about).collect()
}

/// What a finding about the change says.
fn accusation(basis: Basis<'_>, change: &Change) -> Option<(&'static [Rule], Subject, Option<String>)> {
    let table = change.table();
    let schema = table.schema.as_ref().unwrap_or(&basis.observation.schema);
    let of_table = Subject {
        schema: Some(schema.to_string()),
        table: Some(table.name.to_string()),
        ..Subject::default()
    };
    let named = |name: &Option<crate::schema::Name>| Subject {
        name: name.as_ref().map(ToString::to_string),
        ..of_table.clone()
    };
    Some(match change {
        Change::CreateTable(_) => (&[Rule::MissingTable, Rule::WrongKind], of_table, None),
        Change::AddColumn { column, .. } => {
            (&[Rule::MissingColumn], Subject { column: Some(column.name.to_string()), ..of_table }, None)
        }
        Change::AlterColumn { column, .. } => (
            &[Rule::TypeDiffers, Rule::NullabilityDiffers, Rule::DefaultDiffers],
            Subject { column: Some(column.name.to_string()), ..of_table },
            None,
        ),
        Change::AddPrimaryKey { primary_key, .. } => {
            (&[Rule::MissingPrimaryKey], named(&primary_key.name), Some(primary_key.to_string()))
        }
        Change::AddUnique { unique, .. } => {
            (&[Rule::MissingUnique], named(&unique.name), Some(unique.to_string()))
        }
        Change::AddForeignKey { foreign_key, .. } => (
            &[Rule::MissingForeignKey, Rule::ForeignKeyDiffers],
            named(&foreign_key.name),
            Some(foreign_key.to_string()),
        ),
        Change::AddCheck { check, .. } => {
            (&[Rule::MissingCheck], named(&check.name), Some(check.to_string()))
        }
        Change::AddExclusion { exclusion, .. } => {
            (&[Rule::MissingExclusion], named(&exclusion.name), Some(exclusion.to_string()))
        }
        Change::AddIndex { index, .. } => {
            (&[Rule::MissingIndex], named(&index.name), Some(index.to_string()))
        }
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => return None,
    })
}

/// Who made the object that the change adds.
pub fn provenance(change: &Change) -> Provenance {
    match change {
        Change::CreateTable(table) => table.provenance,
        Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } => column.provenance,
        Change::AddPrimaryKey { primary_key, .. } => primary_key.provenance,
        Change::AddUnique { unique, .. } => unique.provenance,
        Change::AddForeignKey { foreign_key, .. } => foreign_key.provenance,
        Change::AddCheck { check, .. } => check.provenance,
        Change::AddIndex { index, .. } => index.provenance,
        Change::AddExclusion { exclusion, .. } => exclusion.provenance,
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => Provenance::default(),
    }
}
