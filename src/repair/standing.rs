//! Whether a difference is to be mended: what the audit said of it, after the policy.

use crate::audit::{Finding, Part, Rule, Subject, Visibility};
use crate::migration::MigrationId;
use crate::schema::{Change, IndexPart, Name, Provenance};

use super::{Basis, Options};

/// Why a difference is not to be mended, though there may be findings.
#[derive(Debug)]
pub struct NotToMend {
    pub reason: String,
    /// What a person can do about it.
    pub steps: Vec<String>,
}

/// Whether the change, which the findings are about, is to be made.
pub fn is_to_mend(
    basis: Basis<'_>,
    options: &Options,
    change: &Change,
    about: &[&Finding],
) -> Result<(), NotToMend> {
    match reason_against(basis, options, change, about) {
        Some(reason) => Err(NotToMend { reason, steps: Vec::new() }),
        None => about.iter().find_map(|it| stands_renamed(basis, it)).map_or(Ok(()), Err),
    }
}

/// A new one beside the old would be empty.
fn stands_renamed(basis: Basis<'_>, finding: &Finding) -> Option<NotToMend> {
    let renaming = finding.renaming.as_ref()?;
    let from = match renaming {
        Change::RenameTable { from, .. } => from.to_string(),
        Change::RenameColumn { table, from, .. } => format!("{table}.{from}"),
        _ => return None,
    };
    let by =
        finding.migration.as_ref().map(|it| format!(", which {it} should have renamed")).unwrap_or_default();
    let rename = match basis.observation.dialect.render(renaming) {
        Ok(commands) => commands.join(";\n"),
        Err(refused) => refused.to_string(),
    };
    Some(NotToMend {
        reason: format!("{from} is there{by}: a new one beside it would have none of its data"),
        steps: vec![
            format!("see whether {from} holds the data, and nothing uses it by that name any more"),
            rename,
            "schema-health repair: the plan makes what is missing of it then".to_owned(),
        ],
    })
}

fn reason_against(
    basis: Basis<'_>,
    options: &Options,
    change: &Change,
    about: &[&Finding],
) -> Option<String> {
    if let Some(by) = undone_by(basis, change) {
        return Some(format!("it is not verified: {by} may have removed or changed it"));
    }
    let actual = basis.observation.catalog.actual.tables.get(change.table());
    if let Some(by) = basis.expected.left_by(basis.manifest, actual.map(AsRef::as_ref), change) {
        return Some(format!("it is not verified: {by}"));
    }
    if let Change::AddForeignKey { table, foreign_key } = change
        && let Some(why) = basis.observation.catalog.stored.forgets(table, foreign_key)
    {
        return Some(why);
    }
    if about.is_empty() {
        return Some(match &basis.observation.catalog.visibility {
            Visibility::Partial { grant } => {
                format!("the audit's role may not see whether it is there: run {grant}, and audit again")
            }
            Visibility::Full => "the policy of this database ignores it".to_owned(),
        });
    }
    if let Some(reason) = about.iter().find_map(|it| it.acknowledged.as_ref()) {
        return Some(format!("it is acknowledged: {reason}"));
    }
    let made_by = provenance(change).created();
    let spot = |part: Option<Part<'_>>| {
        let part = part.unwrap_or(Part::Table);
        basis.expected.blind_spot(basis.manifest, change.table(), made_by, part)
    };
    if !options.blind_spots_too
        && let Some(spot) = of_part(change, spot)
    {
        return Some(format!(
            "it stands in a blind spot: {spot} may have removed it on purpose; see whether it did, then plan with \
             --blind-spots-too"
        ));
    }
    None
}

/// The code of a later migration that visibly drops such a thing, so that its absence proves nothing.
fn undone_by(basis: Basis<'_>, change: &Change) -> Option<String> {
    let maker = provenance(change).created();
    let here = (basis.manifest, &basis.observation.catalog.actual);
    let on = |table, part: Part<'_>| basis.expected.undone_by(here, table, maker, part);
    let of_target = || match change {
        Change::AddForeignKey { foreign_key, .. } => on(&foreign_key.references, Part::Table),
        _ => None,
    };
    of_part(change, |part| on(change.table(), part?)).or_else(of_target)
}

/// What is said of the part of its table that a change makes, if it makes one.
fn of_part(change: &Change, say: impl Fn(Option<Part<'_>>) -> Option<String>) -> Option<String> {
    match change {
        Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } => {
            say(Some(Part::Column(&column.name)))
        }
        Change::AddPrimaryKey { primary_key, .. } => say(Some(Part::Constraint(&primary_key.columns))),
        Change::AddUnique { unique, .. } => say(Some(Part::Constraint(&columns(&unique.parts)))),
        Change::AddForeignKey { foreign_key, .. } => say(Some(Part::Constraint(&foreign_key.columns))),
        Change::AddCheck { check, .. } => say(Some(Part::Constraint(&check.columns))),
        Change::AddIndex { index, .. } => say(Some(Part::Constraint(&columns(&index.parts)))),
        Change::AddExclusion { exclusion, .. } => say(Some(Part::Constraint(&columns(&exclusion.parts)))),
        Change::CreateTable(_) => say(Some(Part::Table)),
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
        | Change::RenameConstraint { .. } => say(None),
    }
}

fn columns(parts: &[IndexPart]) -> Vec<Name> {
    parts.iter().filter_map(|it| it.as_column().cloned()).collect()
}

/// The findings that are about the change.
pub fn findings_about<'a>(basis: Basis<'a>, change: &Change) -> Vec<&'a Finding> {
    let Some((rules, subject, expected)) = accusation(basis, change) else { return Vec::new() };
    // A constraint without a name is told apart by what it is.
    let is_named =
        subject.name.is_some() || subject.column.is_some() || matches!(change, Change::CreateTable(_));
    let is_about = |it: &&Finding| {
        rules.contains(&it.rule) && it.subject == subject && (is_named || it.expected == expected)
    };
    basis.report.findings.iter().filter(is_about).collect()
}

/// The migration that should have made it or, of what stands as before, should have changed it.
pub fn missed_migration(basis: Basis<'_>, change: &Change, about: &[&Finding]) -> Option<MigrationId> {
    about.iter().find_map(|it| it.migration.clone()).or_else(|| {
        let position = provenance(change).created()?;
        basis.manifest.migration(position).map(|it| it.id.clone())
    })
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
fn provenance(change: &Change) -> Provenance {
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
