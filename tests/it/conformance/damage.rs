//! Every table, column and constraint of a migrated database, dropped in turn: what the audit must say then.
//!
//! What fell is not taken from what was dropped but read from the catalog afterwards, because a server drops
//! more than it was told to (an index goes with its column). Every object that fell and that a migration made
//! must be told, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schema_health::audit::{Expected, Finding, Rule};
use schema_health::dialect::Dialect;
use schema_health::migration::Manifest;
use schema_health::schema::{Change, Check, ForeignKey, IndexKey, IndexPart, Name, Schema, Table};

use super::ground::{Ground, lines, look};

/// What the audit said of all that was dropped, against what it should have said.
#[derive(Default)]
pub struct Tally {
    dropped: BTreeMap<&'static str, usize>,
    /// Objects that fell and that a migration made.
    fallen: usize,
    /// Findings that name one of them.
    told: usize,
    /// Findings that name something else.
    wrong: usize,
    /// Findings without the migration that made the object.
    without_origin: usize,
    /// Indexes that InnoDB leaves when it loses the foreign key for which it made them.
    left_over: usize,
    pub faults: Vec<String>,
    /// What the server would not let be dropped.
    pub refused: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent =
            |part: usize, whole: usize| if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 };
        let dropped: Vec<String> =
            self.dropped.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        write!(
            f,
            "dropped in turn: {}; {} objects fell, recall {:.2} %, precision {:.2} %, {} without origin, {} indexes \
             left by InnoDB, {} could not be dropped",
            dropped.join(", "),
            self.fallen,
            percent(self.told, self.fallen),
            percent(self.told, self.told + self.wrong),
            self.without_origin,
            self.left_over,
            self.refused.len(),
        )
    }
}

/// One object to drop.
struct Target<'a> {
    kind: &'static str,
    table: &'a Table,
    /// The same table without it; `None` when the table itself is to go.
    without: Option<Table>,
    name: Name,
    columns: Vec<Name>,
}

/// An object as the audit should name it: rule, table, column; and for a constraint what it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fallen {
    rule: Rule,
    table: Name,
    column: Option<Name>,
    over: Vec<Name>,
    name: Option<Name>,
}

/// Drops each object and puts it back. The database is whole again afterwards.
pub async fn drop_each(ground: &mut Ground, manifest: &Manifest) -> Tally {
    let mut tally = Tally::default();
    let mut session = ground.session().await;
    let (observation, before) = look(&mut session, manifest).await;
    let known: BTreeSet<String> = before.findings.into_iter().map(|it| it.id).collect();
    let expected = Expected::of(manifest, &observation).expectation.schema;
    let ledger = observation.ledger_table.clone();
    let whole = observation.catalog.actual;
    ground.save(&whole).await;
    for table in whole.tables.values().filter(|it| it.name != ledger && it.kind.holds_rows()) {
        for target in targets(table) {
            if let Err(error) = damage(ground, &target, &whole).await {
                tally.refused.push(format!("{} {} of {}: {error}", target.kind, target.name, table.name));
                let (after, _) = look(&mut session, manifest).await;
                ground.restore(&after.catalog.actual, &whole).await;
                continue;
            }
            *tally.dropped.entry(target.kind).or_default() += 1;
            let (after, report) = look(&mut session, manifest).await;
            let fallen = fallen(&whole, &after.catalog.actual, &expected);
            let new = report.findings.into_iter().filter(|it| !known.contains(&it.id)).collect();
            judge(&mut tally, &target, fallen, new, ground.dialect());
            ground.restore(&after.catalog.actual, &whole).await;
        }
    }
    let (_, report) = look(&mut session, manifest).await;
    session.close().await;
    assert!(report.findings.iter().all(|it| known.contains(&it.id)), "not put back: {:#?}", lines(&report));
    tally
}

fn targets(table: &Table) -> Vec<Target<'_>> {
    let target = |kind, name: &Name, columns: Vec<Name>, without: Option<Table>| Target {
        kind,
        table,
        without,
        name: name.clone(),
        columns,
    };
    let mut targets = vec![target("tables", &table.name.name, Vec::new(), None)];
    for column in &table.columns {
        let mut without = table.clone();
        let stays = |columns: &[Name]| !columns.contains(&column.name);
        without.columns.retain(|it| it.name != column.name);
        without.primary_key = without.primary_key.filter(|it| stays(&it.columns));
        without.uniques.retain(|it| stays(&over(&it.parts)));
        without.indexes.retain(|it| stays(&over(&it.parts)));
        without.foreign_keys.retain(|it| stays(&it.columns));
        without.checks.retain(|it| stays(&it.columns));
        targets.push(target("columns", &column.name, vec![column.name.clone()], Some(without)));
    }
    let without = |change: &dyn Fn(&mut Table)| {
        let mut table = table.clone();
        change(&mut table);
        Some(table)
    };
    for (at, it) in table.uniques.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.uniques.remove(at)));
        targets.push(target("uniques", &name, over(&it.parts), rest));
    }
    for (at, it) in table.foreign_keys.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.foreign_keys.remove(at)));
        targets.push(target("foreign keys", &name, it.columns.clone(), rest));
    }
    for (at, it) in table.checks.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.checks.remove(at)));
        targets.push(target("checks", &name, it.columns.clone(), rest));
    }
    for (at, it) in table.indexes.iter().enumerate() {
        let name = it.name.clone().unwrap_or_else(|| "".into());
        let rest = without(&|table| drop(table.indexes.remove(at)));
        targets.push(target("indexes", &name, over(&it.parts), rest));
    }
    targets
}

/// The columns of an index, an expression as its text.
fn over(parts: &[IndexPart]) -> Vec<Name> {
    let key = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expression) => expression.text().unwrap_or("?").into(),
    };
    parts.iter().map(key).collect()
}

async fn damage(ground: &Ground, target: &Target<'_>, whole: &Schema) -> Result<(), String> {
    let dialect = ground.dialect();
    let (table, name) = (dialect.table(&target.table.name), dialect.quote(&target.name));
    let mut ways = match dialect {
        Dialect::Postgres => match target.kind {
            "tables" => vec![format!("DROP TABLE {table} CASCADE")],
            "columns" => vec![format!("ALTER TABLE {table} DROP COLUMN {name} CASCADE")],
            "indexes" => vec![format!("DROP INDEX {name}")],
            _ => vec![
                format!("ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"),
                format!("DROP INDEX {name} CASCADE"),
            ],
        },
        Dialect::Mysql | Dialect::Mariadb => {
            let own: Vec<&ForeignKey> = target.table.foreign_keys.iter().collect();
            let ties = |keys: &[&ForeignKey]| {
                let tied = keys.iter().filter(|key| key.columns.iter().any(|it| target.columns.contains(it)));
                tied.filter_map(|key| key.name.as_ref())
                    .map(|name| dialect.quote(name))
                    .map(|name| format!("DROP FOREIGN KEY {name}, DROP INDEX IF EXISTS {name}, "))
                    .collect::<String>()
            };
            match target.kind {
                "tables" => vec![format!("DROP TABLE {table}")],
                "columns" => vec![drop_column(dialect, target, whole)],
                // InnoDB made an index of the same name, unless another served.
                "foreign keys" => {
                    vec![format!("ALTER TABLE {table} DROP FOREIGN KEY {name}, DROP INDEX IF EXISTS {name}")]
                }
                "checks" if target.name.is_empty() => vec![redefine_column(dialect, target)?],
                "checks" => vec![format!("ALTER TABLE {table} DROP CONSTRAINT {name}")],
                _ => vec![
                    format!("ALTER TABLE {table} DROP INDEX {name}"),
                    format!("ALTER TABLE {table} {}DROP INDEX {name}", ties(&own)),
                    // Others refer to it.
                    format!(
                        "{}ALTER TABLE {table} DROP INDEX {name}",
                        cut_references(dialect, target, whole)
                    ),
                ],
            }
        }
        Dialect::Sqlite => {
            let mut statements = vec![format!("DROP TABLE {table}")];
            if let Some(without) = &target.without {
                let create = Change::CreateTable(without.clone().into());
                statements.extend(dialect.render(&create).map_err(|error| error.to_string())?);
            }
            vec![statements.join(";\n")]
        }
    };
    let last = ways.pop().ok_or("no way")?;
    for way in ways {
        if ground.execute(&way).await.is_ok() {
            return Ok(());
        }
    }
    ground.execute(&last).await
}

/// A check that belongs to a column has no name, and goes when the column is said anew.
fn redefine_column(dialect: Dialect, target: &Target<'_>) -> Result<String, String> {
    let [column] = target.columns.as_slice() else { return Err("a check without a name".to_owned()) };
    let column = target.table.column(column).ok_or("a check of no column")?;
    let change = Change::AlterColumn { table: target.table.name.clone(), column: column.clone() };
    dialect.render(&change).map(|it| it.join("; ")).map_err(|error| error.to_string())
}

/// MariaDB would narrow an index of several columns, and refuses what a foreign key rests on: so everything over
/// the column goes with it.
fn drop_column(dialect: Dialect, target: &Target<'_>, whole: &Schema) -> String {
    let (table, column) = (target.table, &target.name);
    let mut actions = Vec::new();
    let mut drop = |what: &str, name: &Option<Name>| {
        actions.extend(name.as_ref().map(|name| format!("DROP {what} {}", dialect.quote(name))));
    };
    table
        .foreign_keys
        .iter()
        .filter(|it| it.columns.contains(column))
        .for_each(|it| drop("FOREIGN KEY", &it.name));
    table.uniques.iter().filter(|it| over(&it.parts).contains(column)).for_each(|it| drop("INDEX", &it.name));
    table.indexes.iter().filter(|it| over(&it.parts).contains(column)).for_each(|it| drop("INDEX", &it.name));
    let speaks = |text: Option<&str>| text.is_some_and(|text| text.contains(&**column));
    let mut checks = table.checks.iter().filter(|it| speaks(it.expression.text()));
    checks.by_ref().filter(|it| it.columns != [column.clone()] || it.name.as_ref() != Some(column)).for_each(
        |it| {
            drop("CONSTRAINT", &it.name);
        },
    );
    actions.push(format!("DROP COLUMN {}", dialect.quote(column)));
    format!(
        "{}ALTER TABLE {} {}",
        cut_references(dialect, target, whole),
        dialect.table(&table.name),
        actions.join(", ")
    )
}

/// Drops the foreign keys of other tables that lead to the target's columns.
fn cut_references(dialect: Dialect, target: &Target<'_>, whole: &Schema) -> String {
    let mut sql = String::new();
    for table in whole.tables.values().filter(|it| it.name != target.table.name) {
        for key in &table.foreign_keys {
            let leads_here = key.references == target.table.name
                && key.referenced_columns.iter().any(|it| target.columns.contains(it));
            if let Some(name) = key.name.as_ref().filter(|_| leads_here) {
                let (table, name) = (dialect.table(&table.name), dialect.quote(name));
                sql.push_str(&format!(
                    "ALTER TABLE {table} DROP FOREIGN KEY {name}, DROP INDEX IF EXISTS {name}; "
                ));
            }
        }
    }
    sql
}

/// What two constraints are the same by (any of it), and what a finding must say of it.
struct Known {
    by: Vec<String>,
    over: Vec<Name>,
    name: Option<Name>,
}

impl Known {
    fn columns(columns: &[Name]) -> Self {
        Self { by: vec![columns.join(", ")], over: columns.to_vec(), name: None }
    }

    /// By all that it says, for one column may have several indexes: of other methods and operator classes.
    fn index(name: Option<&Name>, said: String, parts: &[IndexPart]) -> Self {
        let by = name.map(|it| format!("named {it}")).into_iter().chain([said]).collect();
        Self { by, over: over(parts), name: name.cloned() }
    }

    /// By its name or its text: the one may be lacking, the other spelled in two ways.
    fn check(check: &Check) -> Self {
        let name = check.name.as_ref().map(ToString::to_string);
        let by: Vec<String> = name.into_iter().chain(check.expression.text().map(str::to_owned)).collect();
        let over = by.first().map(|it| it.as_str().into()).into_iter().collect();
        Self { by, over, name: check.name.clone() }
    }
}

/// What is gone of what was expected.
fn fallen(before: &Schema, after: &Schema, expected: &Schema) -> Vec<Fallen> {
    let mut fallen = Vec::new();
    for wanted in expected.tables.values() {
        let Some(old) = before.tables.get(&wanted.name) else { continue };
        let table = &wanted.name.name;
        let Some(new) = after.tables.get(&wanted.name) else {
            fallen.push(Fallen {
                rule: Rule::MissingTable,
                table: table.clone(),
                column: None,
                over: Vec::new(),
                name: None,
            });
            continue;
        };
        for column in wanted.columns.iter().filter(|it| old.column(&it.name).is_some()) {
            if new.column(&column.name).is_none() {
                let column = Some(column.name.clone());
                fallen.push(Fallen {
                    rule: Rule::MissingColumn,
                    table: table.clone(),
                    column,
                    over: Vec::new(),
                    name: None,
                });
            }
        }
        // Twins promise what one alone does (Django leaves some behind): nothing is lost while one stands.
        let mut gone = |rule, wanted: Vec<Known>, old: Vec<Known>, new: Vec<Known>| {
            let is_same = |a: &Known, b: &Known| a.by.iter().any(|it| b.by.contains(it));
            let mut lost: Vec<Known> = Vec::new();
            for it in old {
                let was_expected = wanted.iter().any(|other| {
                    // The check that MariaDB puts on a JSON column is nobody's expectation.
                    let is_own = it.over.iter().any(|text| text.starts_with("json_valid"));
                    let are_unnamed =
                        rule == Rule::MissingCheck && !is_own && it.name.is_none() && other.name.is_none();
                    is_same(&it, other) || other.over == it.over || are_unnamed
                });
                if was_expected && !new.iter().chain(&lost).any(|other| is_same(&it, other)) {
                    lost.push(it);
                }
            }
            let fallen_one =
                |it: Known| Fallen { rule, table: table.clone(), column: None, over: it.over, name: it.name };
            fallen.extend(lost.into_iter().map(fallen_one));
        };
        let key = |table: &Table| table.primary_key.iter().map(|it| Known::columns(&it.columns)).collect();
        gone(Rule::MissingPrimaryKey, key(wanted), key(old), key(new));
        let uniques = |table: &Table| {
            (table.uniques.iter())
                .map(|it| Known::index(it.name.as_ref(), it.to_string(), &it.parts))
                .collect()
        };
        gone(Rule::MissingUnique, uniques(wanted), uniques(old), uniques(new));
        let keys = |table: &Table| table.foreign_keys.iter().map(|it| Known::columns(&it.columns)).collect();
        gone(Rule::MissingForeignKey, keys(wanted), keys(old), keys(new));
        let checks = |table: &Table| table.checks.iter().map(Known::check).collect();
        gone(Rule::MissingCheck, checks(wanted), checks(old), checks(new));
        let indexes = |table: &Table| {
            (table.indexes.iter())
                .map(|it| Known::index(it.name.as_ref(), it.to_string(), &it.parts))
                .collect()
        };
        gone(Rule::MissingIndex, indexes(wanted), indexes(old), indexes(new));
    }
    fallen
}

fn judge(
    tally: &mut Tally,
    target: &Target<'_>,
    mut fallen: Vec<Fallen>,
    findings: Vec<Finding>,
    dialect: Dialect,
) {
    tally.fallen += fallen.len();
    // The one that is over most first: its finding contains the words of the others.
    fallen.sort_by_key(|it| std::cmp::Reverse((it.over.len(), it.over.concat().len())));
    let mut faults = Vec::new();
    let loses_key = fallen.iter().any(|it| it.rule == Rule::MissingForeignKey);
    for finding in &findings {
        // InnoDB's own index under a foreign key outlives it, and then is nobody's.
        let is_left_over = dialect == Dialect::Mariadb
            && loses_key
            && finding.rule == Rule::UnexpectedConstraint
            && finding.actual.as_deref().is_some_and(|it| it.starts_with("INDEX"));
        if is_left_over {
            tally.left_over += 1;
            continue;
        }
        let by_name =
            |it: &Fallen| it.name.is_some() && finding.subject.name.as_deref() == it.name.as_deref();
        let named = fallen.iter().position(|it| names(finding, it) && by_name(it));
        match named.or_else(|| fallen.iter().position(|it| names(finding, it))) {
            Some(at) => {
                fallen.remove(at);
                tally.told += 1;
                tally.without_origin += usize::from(finding.migration.is_none());
            }
            None => {
                tally.wrong += 1;
                faults.push(format!(
                    "wrong: {} {:?} expected {:?} actual {:?}",
                    finding.rule.name(),
                    finding.subject,
                    finding.expected,
                    finding.actual
                ));
            }
        }
    }
    faults.extend(fallen.iter().map(|it| format!("not told: {it:?}")));
    if !faults.is_empty() {
        let head = format!("{} {} of {}", target.kind, target.name, target.table.name);
        tally.faults.push(format!("{head}\n      {}", faults.join("\n      ")));
    }
}

/// Whether the finding speaks of this object: a constraint is described with all it is over.
fn names(finding: &Finding, fallen: &Fallen) -> bool {
    finding.rule == fallen.rule
        && finding.subject.table.as_deref() == Some(&*fallen.table)
        && (fallen.column.is_none()
            || finding.subject.column == fallen.column.as_ref().map(ToString::to_string))
        && (fallen.over.iter().all(|it| finding.expected.as_ref().is_some_and(|text| text.contains(&**it)))
            || (fallen.name.is_some() && finding.subject.name.as_deref() == fallen.name.as_deref())
            // MariaDB keeps the old column's name in the text of a check without a name.
            || (fallen.rule == Rule::MissingCheck && fallen.name.is_none() && finding.subject.name.is_none()))
}
