//! A plan as Django migrations: one for each app after its leaf, of `RunSQL`, which do nothing where nothing is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Plan, Statement};
use crate::dialect::Dialect;
use crate::migration::{Manifest, MigrationId};
use crate::schema::{Change, Name, TableName};

/// The last part of each migration's name.
pub const SUFFIX: &str = "schema_health_repair";

/// A migration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationFile {
    pub migration: MigrationId,
    pub text: String,
}

/// The files of the plan, those that others depend on first. `into`: one app that takes the statements of all, for a
/// plan that mends apps whose files are not one's own.
///
/// An error says why the plan cannot be written so, and what to do.
pub fn migrations(
    plan: &Plan,
    manifest: &Manifest,
    makers: &BTreeMap<TableName, Name>,
    into: Option<&str>,
) -> Result<Vec<MigrationFile>, String> {
    let mut by_app: BTreeMap<Name, Vec<&Statement>> = BTreeMap::new();
    for statement in &plan.statements {
        let own = statement.migration.as_ref().map(|it| it.app.clone());
        let Some(app) = into.map(Name::from).or(own) else {
            return Err(format!("no migration is known that should have made what {}", statement.purpose));
        };
        by_app.entry(app).or_default().push(statement);
    }
    let leaves = Leaves { manifest };
    let mut names: BTreeMap<Name, MigrationId> = BTreeMap::new();
    for app in by_app.keys() {
        names.insert(app.clone(), leaves.next(app)?);
    }
    // What an app's statements refer to in other apps must be there before.
    let mut needs: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for (app, statements) in &by_app {
        let tables = statements.iter().flat_map(|it| &it.mends).flat_map(referred_tables);
        let apps = tables.filter_map(|it| makers.get(it)).filter(|it| *it != app);
        needs.insert(app.clone(), apps.cloned().collect());
    }
    let order = in_order(&names, &needs)?;
    let mut files = Vec::new();
    for app in order {
        let Some(migration) = names.get(&app) else { continue };
        let mut dependencies = vec![leaves.leaf(&app)?];
        let of_others = into.map_or_else(
            || needs.get(&app).cloned().unwrap_or_default(),
            |_| {
                let statements = by_app.get(&app).into_iter().flatten();
                let own = statements.filter_map(|it| it.migration.as_ref()).map(|it| it.app.clone());
                own.filter(|it| *it != app).collect()
            },
        );
        for other in of_others {
            dependencies.push(match names.get(&other) {
                Some(repair) => repair.clone(),
                None => leaves.leaf(&other)?,
            });
        }
        let statements = by_app.get(&app).map(Vec::as_slice).unwrap_or_default();
        files.push(MigrationFile {
            migration: migration.clone(),
            text: file(plan, migration, &dependencies, statements),
        });
    }
    Ok(files)
}

/// The tables of other tables that the change leads to.
fn referred_tables(change: &Change) -> Vec<&TableName> {
    if let Change::AddForeignKey { foreign_key, .. } = change {
        return vec![&foreign_key.references];
    }
    if let Change::CreateTable(table) = change {
        return table.foreign_keys.iter().map(|it| &it.references).collect();
    }
    Vec::new()
}

/// The apps, each after those that it needs.
fn in_order(
    names: &BTreeMap<Name, MigrationId>,
    needs: &BTreeMap<Name, BTreeSet<Name>>,
) -> Result<Vec<Name>, String> {
    let mut order: Vec<Name> = Vec::new();
    while order.len() < names.len() {
        let is_ready = |app: &&Name| {
            !order.contains(*app)
                && needs.get(*app).is_none_or(|needed| {
                    needed.iter().all(|it| order.contains(it) || !names.contains_key(it))
                })
        };
        let Some(next) = names.keys().find(is_ready) else {
            let left: Vec<&str> = names.keys().filter(|it| !order.contains(it)).map(|it| &**it).collect();
            return Err(format!(
                "the repairs of {} refer to each other: put all into one app with --into APP",
                left.join(", ")
            ));
        };
        order.push(next.clone());
    }
    Ok(order)
}

struct Leaves<'a> {
    manifest: &'a Manifest,
}

impl Leaves<'_> {
    /// The last migration of the app, which nothing else of the app depends on.
    fn leaf(&self, app: &str) -> Result<MigrationId, String> {
        let own = || self.manifest.migrations.iter().filter(|it| *it.id.app == *app);
        let replaced: BTreeSet<&MigrationId> = own().flat_map(|it| &it.replaces).collect();
        let needed: BTreeSet<&MigrationId> =
            own().filter(|it| !replaced.contains(&it.id)).flat_map(|it| &it.dependencies).collect();
        let is_needed = |id: &MigrationId, replaces: &[MigrationId]| {
            needed.contains(id) || replaces.iter().any(|it| needed.contains(it))
        };
        let leaves: Vec<&MigrationId> = own()
            .filter(|it| !replaced.contains(&it.id) && !is_needed(&it.id, &it.replaces))
            .map(|it| &it.id)
            .collect();
        match leaves.as_slice() {
            [leaf] => Ok((*leaf).clone()),
            [] => Err(format!(
                "the manifest has no migration of the app {app}: name one of its apps with --into"
            )),
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(format!(
                    "{app} has several last migrations ({}): run `manage.py makemigrations --merge` first",
                    names.join(", ")
                ))
            }
        }
    }

    /// The name after the leaf's: `0042_schema_health_repair`.
    fn next(&self, app: &str) -> Result<MigrationId, String> {
        let leaf = self.leaf(app)?;
        let of_app = self.manifest.migrations.iter().filter(|it| *it.id.app == *app);
        let number = |name: &str| {
            let digits = name.bytes().take_while(u8::is_ascii_digit).count();
            name[..digits].parse::<u32>().ok()
        };
        let last = of_app.filter_map(|it| number(&it.id.name)).max().or(number(&leaf.name)).unwrap_or(0);
        let name = format!("{:04}_{SUFFIX}", last.saturating_add(1));
        Ok(MigrationId { app: app.into(), name: name.into() })
    }
}

fn file(
    plan: &Plan,
    migration: &MigrationId,
    dependencies: &[MigrationId],
    statements: &[&Statement],
) -> String {
    let mut text = String::new();
    let is_atomic = statements.iter().all(|it| it.transactional);
    let vendor = match plan.dialect {
        Dialect::Postgres => "postgresql",
        Dialect::Mysql | Dialect::Mariadb => "mysql",
        Dialect::Sqlite => "sqlite",
    };
    let mut dependencies_text = String::new();
    for it in dependencies {
        let _ = writeln!(dependencies_text, "        ({}, {}),", python(&it.app), python(&it.name));
    }
    let mut operations = String::new();
    for statement in statements {
        let _ = writeln!(operations, "        # {}", super::script::one_line(&statement.purpose));
        for hazard in &statement.hazards {
            let _ = writeln!(operations, "        #   {}", super::script::one_line(&hazard.to_string()));
        }
        operations.push_str("        Repair(\n            [\n");
        for command in &statement.commands {
            let _ = writeln!(operations, "                {},", python(command));
        }
        operations.push_str("            ],\n");
        let only_if = statement.only_if.as_ref().map_or("None".to_owned(), |it| python(it));
        let _ = writeln!(operations, "            only_if={only_if},");
        operations
            .push_str("            reverse_sql=migrations.RunSQL.noop,\n            state_operations=[],\n");
        operations.push_str("            hints={\"schema_health\": \"repair\"},\n        ),\n");
    }
    let _ = write!(
        text,
        r#""""Makes what earlier migrations of this project promised and what is missing from a database.

Written by schema-health. It does nothing where everything is there, and changes no model: its state operations are
empty. Backwards it does nothing: what it made belongs to the migrations that promised it, and may hold data by then.
"""

from django.db import migrations


class Repair(migrations.RunSQL):
    """RunSQL for {vendor} alone, where the query of `only_if`, if there is one, has a row."""

    def __init__(self, sql, only_if=None, **kwargs):
        self.only_if = only_if
        super().__init__(sql, **kwargs)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        connection = schema_editor.connection
        if connection.vendor != "{vendor}":
            return
        if self.only_if is not None:
            with connection.cursor() as cursor:
                cursor.execute(self.only_if)
                if cursor.fetchone() is None:
                    return
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
{atomic}    dependencies = [
{dependencies_text}    ]

    operations = [
{operations}    ]
"#,
        atomic = if is_atomic {
            ""
        } else {
            "    # Some of its statements cannot run in a transaction.\n    atomic = False\n\n"
        },
    );
    debug_assert!(!migration.name.is_empty());
    text
}

/// A text as a Python literal.
fn python(text: &str) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => {
                let _ = write!(literal, "\\u{:04x}", u32::from(letter));
            }
            letter => literal.push(letter),
        }
    }
    literal.push('"');
    literal
}
