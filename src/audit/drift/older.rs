//! What stands as it was before a migration that was to change it: then that migration's work is missed, and the one that made
//! the object did its own.

use super::*;

/// How something expected stands as an earlier migration left it.
pub(super) struct Older {
    /// The first migration whose change is not there, as its position.
    pub since: u32,
    /// What that migration was to do, for `which …, is marked applied`.
    pub was_to: String,
    /// What would give it its name.
    pub renaming: Option<Change>,
}

/// Why something should be there no more, or not yet.
#[derive(Clone)]
pub(super) struct Undone {
    /// The migration that was to drop or rename it, or is to make it, as its position.
    pub by: u32,
    /// For `which …, is marked applied`.
    pub was_to: String,
    /// It is to make it.
    pub is_pending: bool,
}

impl Judge<'_> {
    /// The table under an earlier name.
    pub(super) fn older_table(&self, table: &TableName, origin: Provenance) -> Option<(TableName, Older)> {
        let mut name = table.clone();
        for (position, change) in self.changes_since(origin) {
            if let Change::RenameTable { from, to } = change
                && *to == name
            {
                name = from.clone();
                if self.stands_unexpected(&name, None) {
                    let was_to = format!("renames {name} to it");
                    let renaming = Some(Change::RenameTable { from: name.clone(), to: table.clone() });
                    return Some((name, Older { since: position, was_to, renaming }));
                }
            }
        }
        None
    }

    /// The migrations before the renaming whose work is missing from the table as it stands under its earlier name, once
    /// for each object.
    pub(super) fn missed_under_old_name(&self, name: &TableName, since: u32) -> Vec<u32> {
        let Expected { applied, naming, schema, .. } = self.expected;
        let before = applied.effective.range(..since).copied().collect();
        let before = fold_in(self.manifest, &before, naming, schema);
        let both = self.actual(name).zip(before.schema.tables.get(name));
        let changes = both.map(|(actual, expected)| diff_table(actual, expected).changes);
        changes.into_iter().flatten().filter_map(|it| it.provenance()?.changed()).collect()
    }

    pub(super) fn older_part(&self, table: &TableName, part: Part<'_>, origin: Provenance) -> Option<Older> {
        match part {
            Part::Table => self.older_table(table, origin).map(|(_, older)| older),
            Part::Column(column) | Part::Definition(column) => {
                let (since, from) = self.older_column(table, column, origin)?;
                let was_to = format!("renames {from} to it");
                let renaming = Change::RenameColumn { table: table.clone(), from, to: column.clone() };
                Some(Older { since, was_to, renaming: Some(renaming) })
            }
            Part::Constraint(columns) => {
                let mut since = None;
                let older = columns.iter().map(|column| match self.older_column(table, column, origin) {
                    Some((by, from)) => {
                        since = since.into_iter().chain([by]).min();
                        from
                    }
                    None => column.clone(),
                });
                let older: Vec<Name> = older.collect();
                let stands = self.actual(table).is_some_and(|it| has_part_over(it, &older));
                let since = since.filter(|_| stands)?;
                Some(Older { since, was_to: "renames what it is over".to_owned(), renaming: None })
            }
        }
    }

    /// The foreign key over columns, or to a table or columns, that stand under earlier names.
    pub(super) fn older_foreign_key(&self, table: &TableName, key: &ForeignKey) -> Option<Older> {
        let origin = key.provenance;
        let over = self.older_part(table, Part::Constraint(&key.columns), origin);
        over.or_else(|| {
            let target = self.older_part(&key.references, Part::Table, origin);
            target
                .or_else(|| {
                    self.older_part(&key.references, Part::Constraint(&key.referenced_columns), origin)
                })
                .map(|it| Older { was_to: "renames what it points at".to_owned(), renaming: None, ..it })
        })
    }

    /// The migration that renames the column, and the earlier name under which it stands.
    fn older_column(&self, table: &TableName, column: &Name, origin: Provenance) -> Option<(u32, Name)> {
        let mut line = Line::of(table, column);
        for (position, change) in self.changes_since(origin) {
            if line.goes_back(change) && self.stands_unexpected(table, Some(&line.column)) {
                return Some((position, line.column));
            }
        }
        None
    }

    /// The first change of the column's definition after the version that `stands`.
    pub(super) fn older_definition(
        &self,
        table: &TableName,
        expected: &Column,
        stands: impl Fn(&Column) -> bool,
    ) -> Option<Older> {
        let mut line = Line::of(table, &expected.name);
        let mut later = None;
        for (position, change) in self.changes_since(expected.provenance) {
            let version = match change {
                Change::CreateTable(made) if made.name == line.table => made.column(&line.column),
                Change::AddColumn { table, column } | Change::AlterColumn { table, column }
                    if *table == line.table && column.name == line.column =>
                {
                    Some(column)
                }
                _ => None,
            };
            if let Some(version) = version {
                match later.filter(|_| stands(version)) {
                    Some(since) => {
                        return Some(Older { since, was_to: "changes it".to_owned(), renaming: None });
                    }
                    None => later = Some(position),
                }
            }
            line.goes_back(change);
        }
        None
    }

    /// Why a table, or a column of one, should be there no more.
    pub(super) fn undone(&self, table: &TableName, column: Option<&Name>) -> Option<Undone> {
        if !self.stands_unexpected(table, column) {
            return None;
        }
        let undone = self.undone.get_or_init(|| self.changes().iter().filter_map(what_it_undoes).collect());
        undone.get(&(table.clone(), column.cloned())).cloned()
    }

    /// The same of a key, constraint or index over the columns.
    pub(super) fn undone_with(&self, table: &TableName, columns: &[Name]) -> Option<Undone> {
        let undone = columns.iter().find_map(|it| self.undone(table, Some(it)))?;
        Some(Undone { was_to: "drops or renames what it is over".to_owned(), ..undone })
    }

    /// The pending migration that makes the table: it broke off, or what it did was not recorded.
    pub(super) fn made_early(&self, table: &TableName) -> Option<Undone> {
        let made = self.pending_tables.get_or_init(|| {
            let Expected { naming, schema, .. } = self.expected;
            let pending = history::pending(self.manifest, self.expected).collect();
            let changes = changes_in(self.manifest, &pending, naming, schema).into_iter().rev();
            let made = changes.filter_map(|(by, change)| match &*change {
                Change::CreateTable(table) => Some((table.name.clone(), by)),
                _ => None,
            });
            made.collect()
        });
        let by = *made.get(table)?;
        Some(Undone { by, was_to: "makes it".to_owned(), is_pending: true })
    }

    fn stands_unexpected(&self, table: &TableName, column: Option<&Name>) -> bool {
        let is_in = |it: Option<&Table>| match column {
            Some(column) => it.is_some_and(|it| it.column(column).is_some()),
            None => it.is_some_and(|it| it.kind.holds_rows()),
        };
        is_in(self.actual(table))
            && !is_in(self.expected.expectation.schema.tables.get(table).map(|it| &**it))
    }

    /// What was changed from the object's making up to its last change, the last first.
    fn changes_since(&self, origin: Provenance) -> impl Iterator<Item = (u32, &Change)> {
        let (first, last) = (origin.created(), origin.changed());
        // What nobody changed stands as it was made, or not at all.
        let all = if first == last { &[] } else { self.changes() };
        let end = all.partition_point(|(position, _)| Some(*position) <= last);
        let back = all.iter().take(end).rev().map(|(position, change)| (*position, &**change));
        back.take_while(move |(position, _)| Some(*position) >= first)
    }

    fn changes(&self) -> &[(u32, Cow<'_, Change>)] {
        self.changes.get_or_init(|| {
            let Expected { applied, naming, schema, .. } = self.expected;
            changes_in(self.manifest, &applied.effective, naming, schema)
        })
    }
}

/// The table or column that a change drops or gives another name.
fn what_it_undoes((by, change): &(u32, Cow<'_, Change>)) -> Option<((TableName, Option<Name>), Undone)> {
    let (table, column, was_to) = match &**change {
        Change::DropTable { table } => (table, None, "drops it".to_owned()),
        Change::RenameTable { from, to } => (from, None, format!("renames it to {to}")),
        Change::DropColumn { table, column } => (table, Some(column), "drops it".to_owned()),
        Change::RenameColumn { table, from, to } => (table, Some(from), format!("renames it to {to}")),
        _ => return None,
    };
    Some(((table.clone(), column.cloned()), Undone { by: *by, was_to, is_pending: false }))
}

/// Whether the table has a key, constraint or index over just these columns.
fn has_part_over(table: &Table, columns: &[Name]) -> bool {
    let over = |parts: &[IndexPart]| part_columns(parts) == columns;
    table.primary_key.iter().any(|it| it.columns == columns)
        || table.foreign_keys.iter().any(|it| it.columns == columns)
        || table.checks.iter().any(|it| it.columns == columns)
        || table.uniques.iter().any(|it| over(&it.parts))
        || table.indexes.iter().any(|it| over(&it.parts))
        || table.exclusions.iter().any(|it| over(&it.parts))
}

/// A column on its way back through its names.
struct Line {
    table: TableName,
    column: Name,
}

impl Line {
    fn of(table: &TableName, column: &Name) -> Self {
        Self { table: table.clone(), column: column.clone() }
    }

    /// To before the change; whether the column had another name there.
    fn goes_back(&mut self, change: &Change) -> bool {
        match change {
            Change::RenameTable { from, to } if *to == self.table => {
                self.table = from.clone();
                false
            }
            Change::RenameColumn { table, from, to } if *table == self.table && *to == self.column => {
                self.column = from.clone();
                true
            }
            _ => false,
        }
    }
}

/// What a column's definition is compared by.
#[derive(Clone, Copy)]
pub(super) enum Aspect {
    Type,
    Nullability,
    Default,
}

impl Aspect {
    pub const ALL: [Self; 3] = [Self::Type, Self::Nullability, Self::Default];

    pub fn rule(self) -> Rule {
        match self {
            Self::Type => Rule::TypeDiffers,
            Self::Nullability => Rule::NullabilityDiffers,
            Self::Default => Rule::DefaultDiffers,
        }
    }

    pub fn describe(self, column: &Column) -> String {
        match self {
            Self::Type => column.data_type.to_string(),
            Self::Nullability => if column.nullable { "NULL" } else { "NOT NULL" }.to_owned(),
            Self::Default => column.to_string(),
        }
    }

    /// Whether it is proven that they differ in this.
    pub fn differs(self, actual: &Column, expected: &Column) -> bool {
        match self {
            Self::Type => actual.data_type.compare_type(&expected.data_type) == Comparison::Different,
            Self::Nullability => actual.nullable != expected.nullable,
            Self::Default => {
                let default = Spelling::compare_defaults(actual.default.as_ref(), expected.default.as_ref());
                let generated_differs = actual.generated.is_some() != expected.generated.is_some()
                    || actual.generated.as_ref().zip(expected.generated.as_ref()).is_some_and(
                        |(actual, expected)| {
                            actual.stored != expected.stored
                                || actual.expression.compare(&expected.expression) == Comparison::Different
                        },
                    );
                let collation_differs =
                    expected.collation.is_some() && actual.collation != expected.collation;
                default == Comparison::Different
                    || generated_differs
                    || collation_differs
                    || numbering_differs(actual, expected)
            }
        }
    }
}
